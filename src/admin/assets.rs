//! Built assets: script, style and icon. Their addresses carry a digest, so browsers may keep them for good.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::Door;
use super::answer::Answer;
use crate::error::Error;

/// The icon of the admin's tabs.
const ICON: &str = include_str!("../../themes/admin/icon.svg");

/// One asset.
pub async fn show(State(Door(admin)): State<Door>, Path(name): Path<String>) -> Answer {
    let kept = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    if name == "icon.svg" {
        return Ok(([(CONTENT_TYPE, "image/svg+xml"), kept], ICON).into_response());
    }
    let kind = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    let bytes = admin.screens.asset(&name).ok_or_else(|| Error::not_found("this asset"))?;
    Ok(([(CONTENT_TYPE, kind), kept], bytes.into_owned()).into_response())
}
