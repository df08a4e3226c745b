//! Previews: the form as readers would see it, before anything is saved; and old states as they were.

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Redirect};
use serde_json::json;

use super::edit::{read, visible};
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::posted::Posted;
use crate::content::{self, Object, Revision};
use crate::error::{Error, Result};
use crate::schema::Document;

/// Keeps what the form holds and leads to where it is shown. Scripts get the address alone.
pub async fn create(desk: Desk, Path(id): Path<i64>, headers: HeaderMap, posted: Posted) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let existing = page.draft_document(&mut reading).await?;
    drop(reading);
    let declared = desk.schema().require(&page.label)?;
    let url = kept(&desk, &page, &read(declared, posted.sent(), &existing)).await?;
    let wants_json = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json");
    Ok(if wants_json {
        Json(json!({ "url": url })).into_response()
    } else {
        Redirect::to(&url).into_response()
    })
}

/// Shows an old state.
pub async fn of_revision(desk: Desk, Path((id, revision)): Path<(i64, i64)>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let revision = Revision::find(&mut reading, revision).await?;
    if revision.object != page.key {
        return Err(Error::not_found(format!("revision {} of page {id}", revision.id)).into());
    }
    drop(reading);
    Ok(Redirect::to(&kept(&desk, &page, &revision.document()?).await?).into_response())
}

async fn kept(desk: &Desk, page: &Object, document: &Document) -> Result<String> {
    let mut work = desk.work().await?;
    let token = content::keep_preview(&mut work, page, document).await?;
    // No event: nothing that anybody keeps has changed.
    work.commit().await?;
    Ok(format!("/preview/{}", token.secret()))
}
