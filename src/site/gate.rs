//! Restricted pages: who may pass, and what opens them.
//!
//! Whoever knows a page's password gets a cookie that names the restriction and is signed over the password, so a new
//! password asks everybody again.

use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::page::escaped;
use super::visit::Visit;
use super::visit::html;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::pages::Privacy;
use crate::pages::Restriction;
use crate::render::Gate;
use crate::render::Subject;
use crate::web::SIGN_IN;
use crate::web::conditional;
use crate::web::cookie;
use crate::web::set_cookie;

/// The cookie that says which passwords somebody knew.
const PASSED: &str = "siskin_passed";
/// How long it is believed, in seconds: two weeks.
const PASSED_SECONDS: i64 = 14 * 24 * 3600;
/// Keeps these signatures apart from whatever else the key signs.
const PURPOSE: &[u8] = b"passed\0";
/// Restrictions that one cookie names at most.
const MOST: usize = 20;

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
    let of_page = snapshot.restrictions.iter().filter(|restriction| restriction.path.contains(place));
    Ok(of_page.filter(|restriction| !lets(visit, restriction)).cloned().collect())
}

fn lets(visit: &Visit, restriction: &Restriction) -> bool {
    match restriction.privacy() {
        Privacy::Public => true,
        Privacy::Login => visit.actor.is_signed_in(),
        Privacy::Groups(groups) => visit.actor.person().is_some_and(|person| {
            person.is_superuser || person.groups.iter().any(|group| groups.contains(group))
        }),
        Privacy::Password(password) => {
            let sent = cookie(&visit.headers, PASSED).unwrap_or_default();
            let proof = proof(visit, restriction.id, &password);
            sent.split('+').any(|known| bool::from(known.as_bytes().ct_eq(proof.as_bytes())))
        }
    }
}

/// The page that asks for the password, or the way to sign in.
pub async fn show(visit: &Visit, page: &Object, gate: Gate) -> Result<Response> {
    if gate.needs_login && !visit.actor.is_signed_in() {
        let next = url::form_urlencoded::byte_serialize(visit.sent.as_bytes()).collect::<String>();
        return Ok(Redirect::to(&format!("{SIGN_IN}?next={next}")).into_response());
    }
    let status = if gate.was_wrong { 403 } else { 200 };
    let body = visit.draw(&page.locale, Subject::Gate(gate)).await?;
    Ok(conditional(&visit.headers, html(status, body, false)))
}

/// Tries a password that somebody sent.
pub async fn knock(visit: &Visit, page: &Object, gate: Gate, password: &str) -> Result<Response> {
    let fits = |restriction: &Restriction| match restriction.privacy() {
        Privacy::Password(right) => bool::from(right.as_bytes().ct_eq(password.as_bytes())),
        _ => false,
    };
    let Some(opened) = closed(visit, page)?.into_iter().find(fits) else {
        return show(visit, page, Gate { was_wrong: true, ..gate }).await;
    };
    let before = cookie(&visit.headers, PASSED).unwrap_or_default();
    let mut proofs: Vec<&str> = before.split('+').filter(|proof| !proof.is_empty()).collect();
    let new = proof(visit, opened.id, password);
    proofs.insert(0, &new);
    proofs.truncate(MOST);
    let is_secure = visit.cms.config.base_url.scheme() == "https";
    let cookie = set_cookie(PASSED, &proofs.join("+"), PASSED_SECONDS, is_secure);
    let cookie = cookie.ok_or_else(|| Error::Bad("the cookie cannot be written".to_owned()))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&escaped(&visit.path))).into_response())
}

fn proof(visit: &Visit, restriction: i64, password: &str) -> String {
    let mut block = [0; 64];
    block[..visit.cms.signing_key.len()].copy_from_slice(&visit.cms.signing_key);
    let mut mac = Hmac::<Sha256>::new((&block).into());
    mac.update(PURPOSE);
    mac.update(&restriction.to_be_bytes());
    mac.update(password.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
