//! Restricted pages and collections: who may pass, and what opens them.
//!
//! Files behind a login or a group are not there for whoever may not see them. A password is asked for, since nobody
//! could type it otherwise.

use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use subtle::ConstantTimeEq;

use super::page::escaped;
use super::visit::Visit;
use super::visit::html;
use crate::accounts;
use crate::accounts::Actor;
use crate::accounts::password;
use crate::accounts::password::Checked;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::media::Admits;
use crate::pages::Privacy;
use crate::pages::Restriction;
use crate::render::Gate;
use crate::render::Subject;
use crate::text::escape_html;
use crate::web::Door;
use crate::web::Passes;
use crate::web::SIGN_IN;
use crate::web::conditional;
use crate::web::too_many;

/// Where the password of a collection is sent, before the number of its restriction.
const PASSWORD: &str = "/documents/password/";
/// The parameter that names the file to go to.
const NEXT: &str = "next";

/// Whether a page opens.
pub enum Opening {
    /// For everybody.
    Public,
    /// For whoever comes now.
    Opened,
    /// Not yet.
    Closed(Gate),
}

/// Whether a restricted page opens for a visit.
pub fn opening(visit: &Visit, page: &Object) -> Result<Opening> {
    let closed: Vec<Restriction> = closed(visit, page)?;
    let Some(first) = closed.first() else { return Ok(Opening::Opened) };
    let needs_login = !matches!(first.privacy(), Privacy::Password(_));
    Ok(Opening::Closed(Gate { action: visit.path.clone(), was_wrong: false, needs_login }))
}

/// The restrictions at or above a page that do not let the visitor pass.
fn closed(visit: &Visit, page: &Object) -> Result<Vec<Restriction>> {
    let place = page.tree_path()?;
    let snapshot = visit.cms.snapshot();
    let passes = passes(visit);
    let of_page = snapshot.restrictions.iter().filter(|restriction| restriction.path.contains(place));
    Ok(of_page.filter(|restriction| !passes.open(restriction)).cloned().collect())
}

/// What the visitor brought along.
pub fn passes(visit: &Visit) -> Passes<'_> {
    Passes::of(&visit.cms, &visit.headers, &visit.actor)
}

/// The page that asks for the password, or the way to sign in.
pub async fn show(visit: &Visit, page: &Object, gate: Gate) -> Result<Response> {
    if gate.needs_login && !visit.actor.is_signed_in() {
        let next = url::form_urlencoded::byte_serialize(visit.sent.as_bytes()).collect::<String>();
        return Ok(Redirect::to(&format!("{SIGN_IN}?next={next}")).into_response());
    }
    let status = if gate.was_wrong { 403 } else { 200 };
    let body = visit.draw(&page.locale, Subject::Gate(gate)).await?.html;
    Ok(conditional(&visit.headers, html(status, body, false)))
}

/// Tries a password that somebody sent, unless they have tried too often.
pub async fn knock(visit: &Visit, page: &Object, gate: Gate, password: &str) -> Result<Response> {
    let fits = |restriction: &Restriction| match restriction.privacy() {
        Privacy::Password(right) => bool::from(right.as_bytes().ct_eq(password.as_bytes())),
        _ => false,
    };
    let closed = closed(visit, page)?;
    let Some(first) = closed.first() else { return Err(Error::not_found("a password")) };
    let what = format!("the password of restriction {}", first.id);
    if let Some(seconds) = counted(visit, &what).await? {
        return Ok(too_many(Door::Forms, seconds.unsigned_abs()));
    }
    let Some(opened) = closed.into_iter().find(fits) else {
        return show(visit, page, Gate { was_wrong: true, ..gate }).await;
    };
    let mut work = visit.cms.work(Actor::System("gate")).await?;
    accounts::guessed(&mut work, &what, visit.address).await?;
    visit.cms.commit(work).await?;
    let cookie = passes(visit).with_page(opened.id, password);
    entered(cookie, &visit.path)
}

fn entered(cookie: Option<HeaderValue>, path: &str) -> Result<Response> {
    let cookie = cookie.ok_or_else(|| Error::Bad("the cookie cannot be written".to_owned()))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&escaped(path))).into_response())
}

/// Asks for the password of the restriction before a file.
pub async fn before_file(visit: &Visit, restriction: i64) -> Result<Response> {
    ask(visit, restriction, &visit.sent, false).await
}

/// Tries the password of a collection that somebody sent, and leads on to the file.
pub async fn knock_collection(visit: &Visit, restriction: i64, password: &str) -> Result<Response> {
    let snapshot = visit.cms.snapshot();
    let known = snapshot.collections.all_restrictions().iter().find(|known| known.id == restriction);
    let Some(Admits::Password(stored)) = known.map(|known| &known.admits) else {
        return Err(Error::not_found("a password"));
    };
    let what = format!("the password of collection restriction {restriction}");
    if let Some(seconds) = counted(visit, &what).await? {
        return Ok(too_many(Door::Forms, seconds.unsigned_abs()));
    }
    // The form leads to a file of this site and nowhere else.
    let next = visit.asked(NEXT).filter(|next| next.starts_with('/')).unwrap_or("/");
    if password::check(password, Some(stored)).await? == Checked::Wrong {
        return ask(visit, restriction, next, true).await;
    }
    let mut work = visit.cms.work(Actor::System("gate")).await?;
    accounts::guessed(&mut work, &what, visit.address).await?;
    visit.cms.commit(work).await?;
    entered(passes(visit).with_collection(restriction, stored), next)
}

/// Asks for the password of a collection. Whatever reads files and no pages takes it as the refusal that it is.
async fn ask(visit: &Visit, restriction: i64, next: &str, was_wrong: bool) -> Result<Response> {
    let next = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
    let action = format!("{PASSWORD}{restriction}?{NEXT}={next}");
    let body = if visit.cms.stage.theme().is_some() {
        let gate = Gate { action, was_wrong, needs_login: false };
        visit.draw(&visit.locale(), Subject::Gate(gate)).await?.html
    } else {
        plain(&action, was_wrong)
    };
    Ok(conditional(&visit.headers, html(403, body, false)))
}

/// The form where there is no theme to draw it.
fn plain(action: &str, was_wrong: bool) -> String {
    let wrong = if was_wrong { "<p role=\"alert\">This is not the password.</p>\n" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n<title>Password</title>\n\
         <h1>This file is behind a password</h1>\n<form method=\"post\" action=\"{}\">\n{wrong}\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"off\" required></label>\n\
         <button type=\"submit\">Open</button>\n</form>\n</html>\n",
        escape_html(action)
    )
}

/// Counts a try before it is looked at; seconds if it will not be.
async fn counted(visit: &Visit, what: &str) -> Result<Option<i64>> {
    let mut work = visit.cms.work(Actor::System("gate")).await?;
    let rules = &visit.cms.config.accounts;
    if let Some(seconds) = accounts::guess(&mut work, what, visit.address, rules).await? {
        return Ok(Some(seconds));
    }
    visit.cms.commit(work).await?;
    Ok(None)
}
