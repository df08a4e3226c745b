//! Who is asking: from the session's cookie to an actor.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};

use crate::accounts::{Action, Actor, LONGEST_SECONDS, Person, Reading, Scope, Session, may};
use crate::base::Token;
use crate::cms::Cms;
use crate::error::{Error, Result};

use super::{Failure, clear_cookie, cookie, set_cookie};

/// Where people sign in.
pub const SIGN_IN: &str = "/admin/login";

/// The cookie's name. Under https browsers themselves see to it that no other host of the domain can set it.
fn name(cms: &Cms) -> &'static str {
    if is_secure(cms) { "__Host-siskin_session" } else { "siskin_session" }
}

fn is_secure(cms: &Cms) -> bool {
    cms.config.base_url.scheme() == "https"
}

/// The `Set-Cookie` header that begins a session.
pub fn session_cookie(cms: &Cms, token: &Token) -> Option<HeaderValue> {
    set_cookie(name(cms), token.secret(), LONGEST_SECONDS, is_secure(cms))
}

/// The `Set-Cookie` header that ends it.
pub fn session_cookie_cleared(cms: &Cms) -> Option<HeaderValue> {
    clear_cookie(name(cms), is_secure(cms))
}

/// The token of the request's session, whether it is still good or not.
#[derive(Clone)]
pub struct SessionToken(pub Option<Token>);

impl SessionToken {
    fn of(cms: &Cms, headers: &HeaderMap) -> Self {
        Self(cookie(headers, name(cms)).filter(|secret| !secret.is_empty()).map(Token::sent))
    }
}

/// Who is asking; a stranger unless their session is good.
#[derive(Debug, Clone)]
pub struct Viewer(pub Actor);

impl Viewer {
    async fn of(cms: &Cms, headers: &HeaderMap) -> Result<Self> {
        let SessionToken(Some(token)) = SessionToken::of(cms, headers) else {
            return Ok(Self(Actor::Anonymous));
        };
        let (now, idle) = (cms.clock.now(), cms.config.accounts.session_hours);
        let mut conn = cms.db.read().await?;
        let found = Session::actor(&mut conn, &token, now, idle).await?;
        drop(conn);
        let Some((session, actor)) = found else { return Ok(Self(Actor::Anonymous)) };
        if session.is_stale(now) {
            let mut tx = cms.db.begin().await?;
            session.seen(&mut tx, now).await?;
            tx.commit().await?;
        }
        Ok(Self(actor))
    }
}

/// Somebody who may come into the admin. Strangers are sent to sign in, others are told that they may not.
#[derive(Debug, Clone)]
pub struct Editor {
    /// As an actor, for work and reading.
    pub actor: Actor,
    /// The person.
    pub person: Arc<Person>,
}

impl<S: Send + Sync> FromRequestParts<S> for SessionToken
where
    Arc<Cms>: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&Arc::<Cms>::from_ref(state), &parts.headers))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer
where
    Arc<Cms>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        if let Some(viewer) = parts.extensions.get::<Self>() {
            return Ok(viewer.clone());
        }
        let viewer = Self::of(&Arc::<Cms>::from_ref(state), &parts.headers).await?;
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

/// The viewer's own reading of the store.
impl<S: Send + Sync> FromRequestParts<S> for Reading
where
    Arc<Cms>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Viewer(actor) = Viewer::from_request_parts(parts, state).await?;
        Ok(Arc::<Cms>::from_ref(state).reading(actor).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Editor
where
    Arc<Cms>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Viewer(actor) =
            Viewer::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Some(person) = actor.person().cloned() else { return Err(to_sign_in(parts)) };
        if !may(&actor, Action::Access, &Scope::Admin) {
            return Err(Failure(Error::Forbidden("use the admin".to_owned())).into_response());
        }
        Ok(Self { actor, person })
    }
}

/// To the sign-in page, and back to this one afterwards if it was only to be looked at.
fn to_sign_in(parts: &Parts) -> Response {
    let path = parts.uri.path_and_query().map_or("/admin", |path| path.as_str());
    let back = if parts.method == Method::GET { path } else { "/admin" };
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
    Redirect::to(&format!("{SIGN_IN}?{query}")).into_response()
}
