//! Coming in and going out: signing in, signing out, and the first account.

use axum::extract::{Path, Query, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;

use super::answer::{self, Answer, Message, with_cookie};
use super::desk::Desk;
use super::form::Told;
use super::frame::BareFrame;
use super::{Admin, Door};
use crate::accounts::{self, Actor, Credentials, FirstUser, SignIn, password};
use crate::base::Token;
use crate::error::{Error, Problems, Result};
use crate::web::{Asked, Pairs, SIGN_IN, SessionToken, session_cookie, session_cookie_cleared};

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
pub async fn show(State(Door(admin)): State<Door>, Query(next): Query<Next>) -> Answer {
    login(&admin, StatusCode::OK, next.next, "", None)
}

/// Signs in.
pub async fn enter(
    State(Door(admin)): State<Door>,
    SessionToken(before): SessionToken,
    asked: Asked,
    headers: HeaderMap,
    posted: Pairs,
) -> Answer {
    let credentials = Credentials {
        name: posted.text("username").trim(),
        password: posted.text("password"),
        address: asked.address,
        agent: agent(&headers),
        before: before.as_ref(),
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
    let mut response = Redirect::to(SIGN_IN).into_response();
    with_cookie(&mut response, session_cookie_cleared(desk.cms()));
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
pub async fn show_set_up(State(Door(admin)): State<Door>, Path(token): Path<String>) -> Answer {
    let mut reading = admin.cms.reading(Actor::Anonymous).await?;
    let now = reading.now;
    if !accounts::is_set_up_link(&mut reading, &Token::sent(token), now).await? {
        return Err(Error::not_found("this set-up link").into());
    }
    set_up_form(&admin, StatusCode::OK, &Pairs::default(), &Problems::default())
}

/// Makes the first account, and signs it in.
pub async fn set_up(
    State(Door(admin)): State<Door>,
    Path(token): Path<String>,
    asked: Asked,
    headers: HeaderMap,
    posted: Pairs,
) -> Answer {
    match first_account(&admin, Token::sent(token), (&asked, agent(&headers)), &posted).await {
        Ok(session) => Ok(welcome(&admin, &session, "")),
        Err(Error::Invalid(problems)) => {
            set_up_form(&admin, StatusCode::UNPROCESSABLE_ENTITY, &posted, &problems)
        }
        Err(error) => Err(error.into()),
    }
}

async fn first_account(
    admin: &Admin,
    token: Token,
    (asked, agent): (&Asked, &str),
    posted: &Pairs,
) -> Result<Token> {
    let (username, chosen) = (posted.text("username").trim(), posted.text("password"));
    password::problems(chosen, username, admin.cms.config.accounts.min_password_length).into_result()?;
    let password_hash = password::hash(chosen).await?;
    let first = FirstUser {
        username,
        email: posted.text("email").trim(),
        password_hash,
        address: asked.address,
        agent,
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
    Ok((status, Html(admin.screens.draw("accounts/login.html", &view)?)).into_response())
}

fn set_up_form(admin: &Admin, status: StatusCode, posted: &Pairs, problems: &Problems) -> Answer {
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
    Ok((status, Html(admin.screens.draw("accounts/setup.html", &view)?)).into_response())
}

/// Into the admin, with the session's cookie. Only addresses inside the admin are followed.
fn welcome(admin: &Admin, token: &Token, next: &str) -> Response {
    let is_inside = next.starts_with("/admin/") && !next.contains(['\\', '\r', '\n']);
    let mut response = Redirect::to(if is_inside { next } else { "/admin/" }).into_response();
    with_cookie(&mut response, session_cookie(&admin.cms, token));
    response
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}
