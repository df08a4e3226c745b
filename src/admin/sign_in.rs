//! Coming in and going out: signing in, signing out, and the first account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use super::Admin;
use super::answer::{self, Answer, Message, onward, set_cookie};
use super::desk::{Desk, SESSION_COOKIE, cookie};
use super::form::Told;
use super::frame::BareFrame;
use super::posted::Posted;
use crate::accounts::{self, Actor, Credentials, FirstUser, SignIn, password};
use crate::base::Token;
use crate::error::{Error, Problems, Result};

/// A browser that nobody has signed in with yet.
pub struct Visitor {
    address: IpAddr,
    agent: String,
    before: Option<Token>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            address: peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            agent: agent.to_owned(),
            before: cookie(parts, SESSION_COOKIE).map(Token::sent),
        })
    }
}

#[derive(Serialize)]
struct LoginView {
    frame: BareFrame,
    next: String,
    username: String,
}

/// Where to go after signing in.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct Next {
    next: String,
}

/// The form.
pub async fn show(State(admin): State<Arc<Admin>>, Query(next): Query<Next>) -> Answer {
    login(&admin, StatusCode::OK, next.next, "", None)
}

/// Signs in.
pub async fn enter(State(admin): State<Arc<Admin>>, visitor: Visitor, posted: Posted) -> Answer {
    let credentials = Credentials {
        name: posted.text("username").trim(),
        password: posted.text("password"),
        address: visitor.address,
        agent: &visitor.agent,
        before: visitor.before.as_ref(),
        rules: &admin.cms.config.accounts,
    };
    let next = posted.text("next");
    let refuse = |status, words: String| {
        login(&admin, status, next.to_owned(), posted.text("username"), Some(Message::danger(words)))
    };
    match accounts::sign_in(&admin.cms.db, &admin.cms.clock, credentials).await? {
        SignIn::Welcome(token) => Ok(welcome(&admin, &token, next)),
        SignIn::Refused => {
            refuse(StatusCode::UNPROCESSABLE_ENTITY, "Name and password do not belong together.".to_owned())
        }
        SignIn::Wait(seconds) => {
            let words = format!("Too many tries. Please try again in {seconds} seconds.");
            refuse(StatusCode::TOO_MANY_REQUESTS, words)
        }
    }
}

/// Signs out.
pub async fn leave(desk: Desk) -> Answer {
    let mut work = desk.work().await?;
    accounts::sign_out(&mut work, &desk.token).await?;
    desk.commit(work).await?;
    let mut response = Redirect::to("/admin/login").into_response();
    set_cookie(&mut response, &format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    Ok(response)
}

#[derive(Serialize)]
struct SetUpView {
    frame: BareFrame,
    username: String,
    email: String,
    problems: Vec<Told>,
}

/// The form for the first account.
pub async fn show_set_up(State(admin): State<Arc<Admin>>, Path(token): Path<String>) -> Answer {
    let mut reading = admin.cms.reading(Actor::Anonymous).await?;
    let now = reading.now;
    if !accounts::is_set_up_link(&mut reading, &Token::sent(token), now).await? {
        return Err(Error::not_found("this set-up link").into());
    }
    set_up_form(&admin, StatusCode::OK, &Posted(Vec::new()), &Problems::default())
}

/// Makes the first account, and signs it in.
pub async fn set_up(
    State(admin): State<Arc<Admin>>,
    Path(token): Path<String>,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    match first_account(&admin, Token::sent(token), &visitor, &posted).await {
        Ok(session) => Ok(welcome(&admin, &session, "")),
        Err(Error::Invalid(problems)) => {
            set_up_form(&admin, StatusCode::UNPROCESSABLE_ENTITY, &posted, &problems)
        }
        Err(error) => Err(error.into()),
    }
}

async fn first_account(admin: &Admin, token: Token, visitor: &Visitor, posted: &Posted) -> Result<Token> {
    let (username, chosen) = (posted.text("username").trim(), posted.text("password"));
    password::problems(chosen, username, admin.cms.config.accounts.min_password_length).into_result()?;
    let password_hash = password::hash(chosen).await?;
    let first = FirstUser {
        username,
        email: posted.text("email").trim(),
        password_hash,
        address: visitor.address,
        agent: &visitor.agent,
    };
    let mut work = admin.cms.work(Actor::System("set-up")).await?;
    let session = accounts::set_up(&mut work, &token, first).await?;
    admin.cms.commit(work).await?;
    Ok(session)
}

fn login(
    admin: &Admin,
    status: StatusCode,
    next: String,
    username: &str,
    message: Option<Message>,
) -> Answer {
    let frame = BareFrame::new(admin, "Sign in", message);
    let view = LoginView { frame, next, username: username.to_owned() };
    Ok(answer::page(status, admin.screens.draw("accounts/login.html", &view)?))
}

fn set_up_form(admin: &Admin, status: StatusCode, posted: &Posted, problems: &Problems) -> Answer {
    let told = |(path, texts): (&str, &[String])| {
        let (id, label) = (path.to_owned(), answer::sentence(path).trim_end_matches('.').to_owned());
        Told { id, label, text: texts.join(" ") }
    };
    let view = SetUpView {
        frame: BareFrame::new(admin, "Welcome", None),
        username: posted.text("username").to_owned(),
        email: posted.text("email").to_owned(),
        problems: problems.iter().map(told).collect(),
    };
    Ok(answer::page(status, admin.screens.draw("accounts/setup.html", &view)?))
}

/// Into the admin, with the session's cookie. Only addresses inside the admin are followed.
fn welcome(admin: &Admin, token: &Token, next: &str) -> Response {
    let is_inside = next.starts_with("/admin/") && !next.contains(['\\', '\r', '\n']);
    let mut response = onward(if is_inside { next } else { "/admin/" }, &Message::success("Welcome."));
    response.headers_mut().remove(axum::http::header::SET_COOKIE);
    set_cookie(&mut response, &session_cookie(admin, token));
    response
}

/// The cookie of a session: out of reach of scripts, and sent over TLS alone where the site has it.
pub fn session_cookie(admin: &Admin, token: &Token) -> String {
    let secure = if admin.cms.config.base_url.scheme() == "https" { "; Secure" } else { "" };
    let seconds = accounts::LONGEST_SECONDS;
    format!("{SESSION_COOKIE}={}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", token.secret())
}
