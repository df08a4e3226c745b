//! Read tokens: what a program sends in `Authorization` instead of signing in.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header;

use crate::accounts::Shown;
use crate::accounts::show_token;
use crate::cms::Cms;
use crate::error::Result;
use crate::query::Bounds;

use super::Asked;

/// Who asks, as far as tokens tell.
pub enum Bearer {
    /// Nobody showed a token.
    Without,
    /// A good one, which shows no more than this.
    Within(Arc<Bounds>),
    /// One that is not good.
    Refused,
    /// Too many wrong ones; come back after so many seconds.
    Wait(i64),
}

impl Bearer {
    /// What the request's token is worth.
    pub async fn of(cms: &Cms, headers: &HeaderMap, asked: Option<&Asked>) -> Result<Self> {
        let Some(sent) = headers.get(header::AUTHORIZATION) else { return Ok(Self::Without) };
        let Ok(sent) = sent.to_str() else { return Ok(Self::Refused) };
        let Some((scheme, secret)) = sent.split_once(' ') else { return Ok(Self::Without) };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Self::Without);
        }
        let address = Asked::address_of(asked);
        let forgiven = cms.config.accounts.max_failed_sign_ins;
        Ok(match show_token(&cms.db, secret.trim(), address, forgiven, cms.clock.now()).await? {
            Shown::Good(token, place) => Self::Within(Arc::new(Bounds::of(&token, place, &cms.sites()))),
            Shown::Refused => Self::Refused,
            Shown::Wait(seconds) => Self::Wait(seconds),
        })
    }
}
