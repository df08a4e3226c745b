//! Who asks: a stranger, somebody who has signed in, or a program with a read token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;

use super::answer::Refusal;
use crate::accounts::Actor;
use crate::accounts::Recognition;
use crate::cms::Cms;
use crate::query::Bounds;
use crate::web::Asked;
use crate::web::Bearer;
use crate::web::Viewer;
use crate::web::basic;

/// Whoever asks.
pub struct Who {
    /// Somebody who has signed in, or a stranger.
    pub viewer: Actor,
    /// What their token bounds the answer to.
    pub bounds: Option<Arc<Bounds>>,
}

impl Who {
    /// Reads a request's token, else its name and password, else its session. Whoever shows a token is nobody else
    /// besides; a browser that asks what it may ask (`OPTIONS`) cannot show one.
    pub async fn of(cms: &Arc<Cms>, parts: &mut Parts) -> Result<Self, Refusal> {
        let needs_token = cms.config.api.token_required && parts.method != Method::OPTIONS;
        match Bearer::of(cms, &parts.headers, parts.extensions.get::<Asked>()).await? {
            Bearer::Within(bounds) => Ok(Self { viewer: Actor::Anonymous, bounds: Some(bounds) }),
            Bearer::Refused => Err(Refusal::Unwelcome("Bearer error=\"invalid_token\"", "Invalid token.")),
            Bearer::Wait(seconds) => Err(Refusal::Wait(seconds)),
            Bearer::Without if needs_token => {
                Err(Refusal::Unwelcome("Bearer", "Authentication credentials were not provided."))
            }
            Bearer::Without => {
                if let Some(viewer) = by_password(cms, parts).await? {
                    return Ok(Self { viewer, bounds: None });
                }
                let Viewer(viewer) =
                    Viewer::from_request_parts(parts, cms).await.map_err(|failure| failure.0)?;
                Ok(Self { viewer, bounds: None })
            }
        }
    }
}

/// Who a request says by name and password that it is.
async fn by_password(cms: &Arc<Cms>, parts: &Parts) -> Result<Option<Actor>, Refusal> {
    match basic(cms, &parts.headers, parts.extensions.get::<Asked>()).await? {
        None => Ok(None),
        Some(Recognition::Known(actor)) => Ok(Some(actor)),
        Some(Recognition::Refused) => {
            Err(Refusal::Unwelcome("Basic realm=\"api\"", "Invalid username/password."))
        }
        Some(Recognition::Wait(seconds)) => Err(Refusal::Wait(seconds)),
    }
}
