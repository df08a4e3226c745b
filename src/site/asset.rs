//! The theme's own files.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::cache::Answer;
use crate::cms::Cms;
use crate::error::Error;
use crate::web::Failure;
use crate::web::conditional;

/// An address that carries the hash of what it names never shows anything else.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FRESH: &str = "public, max-age=0, must-revalidate";

/// `GET /theme/{name}`
pub async fn show(
    State(cms): State<Arc<Cms>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let missing = || Error::not_found("an asset");
    let theme = cms.stage.theme().ok_or_else(missing)?;
    let asset = theme.asset(&name).ok_or_else(missing)?;
    let is_exact = query.is_some_and(|query| theme.asset_url(&name).is_some_and(|url| url.ends_with(&query)));
    let told = [
        ("content-type", asset.mime),
        ("cache-control", if is_exact { FOR_EVER } else { FRESH }),
        ("x-content-type-options", "nosniff"),
    ];
    let told = told.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let body = asset.bytes.into_owned().into();
    Ok(conditional(&headers, Answer { status: 200, headers: told, body }))
}
