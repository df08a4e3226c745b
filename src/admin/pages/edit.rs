//! Editing a page: its form, and what becomes of it when it is sent.

use axum::extract::Path;

use super::screen::PageSheet;
use crate::accounts::Reading;
use crate::admin::answer::{Answer, Message, onward};
use crate::admin::desk::Desk;
use crate::admin::form::Sent;
use crate::content::Object;
use crate::error::Result;
use crate::pages;
use crate::schema::{Document, Type};
use crate::store::Conn;
use crate::web::Pairs;

/// The form.
pub async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let document = page.draft_document(&mut reading).await?;
    let declared = desk.schema().require(&page.label)?;
    let parent = parent_of(&mut reading, &page).await?;
    PageSheet { declared, page: Some(&page), parent: parent.as_ref(), document: &document }
        .show(&desk, &mut reading)
        .await
}

/// Keeps the draft, and publishes it if that was asked.
pub async fn save(desk: Desk, Path(id): Path<i64>, posted: Pairs) -> Answer {
    let sent = Sent::new(&posted.0);
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let declared = desk.schema().require(&page.label)?.clone();
    let (publishes, version) = (sent.publishes(), sent.version());
    let existing = page.draft_document(&mut reading).await?;
    drop(reading);
    let (document, problems) = declared.read(&sent.content(&declared, &existing), &existing);
    let saved = match problems.into_result() {
        Ok(()) => store(&desk, &declared, &page, document.clone(), version, publishes).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(page) => Ok(done(&desk, &page, publishes)),
        Err(error) => {
            let mut reading = desk.reading().await?;
            let page = visible(&desk, &mut reading, id).await?;
            let parent = parent_of(&mut reading, &page).await?;
            let sheet = PageSheet {
                declared: &declared,
                page: Some(&page),
                parent: parent.as_ref(),
                document: &document,
            };
            sheet.refused(&desk, &mut reading, error).await
        }
    }
}

async fn store(
    desk: &Desk,
    declared: &Type,
    page: &Object,
    document: Document,
    version: Option<i64>,
    publishes: bool,
) -> Result<Object> {
    let mut work = desk.work().await?;
    let mut saved = pages::save_draft(&mut work, declared, page, document, version).await?.object;
    if publishes {
        saved = pages::publish(&mut work, declared, &saved).await?;
    }
    desk.commit(work).await?;
    Ok(saved)
}

/// Back to the form with the news.
pub fn done(desk: &Desk, page: &Object, published: bool) -> axum::response::Response {
    let title = &page.draft_title;
    let message = if published {
        let sites = desk.cms().sites();
        let address = sites.address_of(&page.url_path, None);
        let message = Message::success(format!("“{title}” is published."));
        address.map_or(message.clone(), |address| message.link("Look at it", address.url()))
    } else {
        Message::success(format!("The draft of “{title}” is saved."))
    };
    onward(&format!("/admin/pages/{}/edit", page.id), &message)
}

/// A page that the person may see.
pub async fn visible(desk: &Desk, conn: &mut Conn, id: i64) -> Result<Object> {
    let page = pages::by_id(conn, id).await?;
    desk.must_see(&pages::scope(&page)?, format!("page {id}"))?;
    Ok(page)
}

/// The page above one.
pub async fn parent_of(reading: &mut Reading, page: &Object) -> Result<Option<Object>> {
    match page.parent {
        Some(parent) => Object::by_key(reading, parent).await.map(Some),
        None => Ok(None),
    }
}

/// What a form holds, for verbs that keep nothing.
pub fn read(declared: &Type, sent: Sent, existing: &Document) -> Document {
    declared.read(&sent.content(declared, existing), existing).0
}
