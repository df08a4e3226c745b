//! Previews: the form as readers would see it, before anything is saved; and old states as they were.

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Redirect};
use serde_json::json;

use super::edit::{read, visible};
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::form::Sent;
use crate::base::Token;
use crate::content::{self, Object, Revision};
use crate::error::{Error, Result};
use crate::pages;
use crate::render::{Scene, Shown, Subject};
use crate::schema::Document;
use crate::web::Pairs;

/// A preview may load whatever its theme does, but stands in frames of the admin alone.
const PREVIEW_POLICY: &str = "frame-ancestors 'self'";

/// Keeps what the form holds and leads to where it is shown. Scripts get the address alone.
pub async fn create(desk: Desk, Path(id): Path<i64>, headers: HeaderMap, posted: Pairs) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let existing = page.draft_document(&mut reading).await?;
    drop(reading);
    let declared = desk.schema().require(&page.label)?;
    let url = kept(&desk, &page, &read(declared, Sent::new(&posted.0), &existing)).await?;
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

/// Draws what a token shows, as readers would see it.
pub async fn show(desk: Desk, Path(token): Path<String>) -> Answer {
    let mut reading = desk.reading().await?;
    let now = reading.now;
    let found = content::preview(&mut reading, &Token::sent(token), now).await?;
    let (page, document) = found.ok_or_else(|| Error::not_found("this preview"))?;
    desk.must_see(&pages::scope(&page)?, "this preview")?;
    let sites = desk.cms().sites();
    let address = sites.address_of(&page.url_path, None);
    let site =
        address.as_ref().map(|address| address.site).or_else(|| sites.default_site().map(|site| site.id));
    let scene = Scene {
        site: site.unwrap_or_default(),
        locale: if page.locale.is_empty() { sites.default_locale().to_owned() } else { page.locale.clone() },
        path: address.map_or("/".to_owned(), |address| address.path()),
        query: Vec::new(),
        is_preview: true,
    };
    let subject = Subject::Page(Box::new(Shown::of(&page, document)), None);
    let html = desk.cms().stage.draw(sites, Some(reading), scene, subject).await?.html;
    Ok(([(CONTENT_SECURITY_POLICY, PREVIEW_POLICY)], Html(html)).into_response())
}

async fn kept(desk: &Desk, page: &Object, document: &Document) -> Result<String> {
    let mut work = desk.work().await?;
    let token = content::keep_preview(&mut work, page, document).await?;
    // No event: nothing that anybody keeps has changed.
    work.commit().await?;
    Ok(format!("/admin/preview/{}", token.secret()))
}
