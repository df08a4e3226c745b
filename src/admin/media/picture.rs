//! Pictures for the admin's own eyes: small ones for lists, a large one to point at.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::accounts::{Action, Scope};
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::error::Result;
use crate::media::{Image, Spec};
use crate::schema::IMAGE;

/// A small picture.
pub async fn thumb(desk: Desk, Path(id): Path<i64>) -> Answer {
    Ok(picture(&desk, id, "max-360x270").await?)
}

/// A large one.
pub async fn large(desk: Desk, Path(id): Path<i64>) -> Answer {
    Ok(picture(&desk, id, "max-1200x900").await?)
}

async fn picture(desk: &Desk, id: i64, spec: &str) -> Result<Response> {
    let image = Image::find(&mut *desk.reading().await?, id).await?;
    let tree = desk.cms().snapshot().collections.clone();
    let scope =
        Scope::Collection { path: &tree.get(image.collection)?.path, label: IMAGE, owner: image.owner };
    if !desk.may(Action::Choose, &scope) {
        desk.must_see(&scope, format!("image {id}"))?;
    }
    let made = desk.cms().workshop.rendition(&image, &Spec::parse(spec)?).await?;
    let headers = [
        (CONTENT_TYPE, made.mime),
        (CACHE_CONTROL, "private, max-age=600"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    Ok((headers, made.bytes).into_response())
}
