//! A new page: the empty form of its type, and its first save.

use axum::extract::Path;

use super::edit::{done, visible};
use super::screen::PageSheet;
use crate::accounts::Action;
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::form::Sent;
use crate::content::Object;
use crate::error::Result;
use crate::pages;
use crate::schema::{Document, Type};
use crate::web::Pairs;

/// The empty form.
pub async fn show(desk: Desk, Path((parent, label)): Path<(i64, String)>) -> Answer {
    let mut reading = desk.reading().await?;
    let parent = visible(&desk, &mut reading, parent).await?;
    desk.must(Action::Add, &pages::scope(&parent)?, "add a page here")?;
    let declared = desk.schema().require(&label)?;
    let document = declared.initial();
    PageSheet { declared, page: None, parent: Some(&parent), document: &document }
        .show(&desk, &mut reading)
        .await
}

/// Makes the page, and publishes it if that was asked.
pub async fn save(desk: Desk, Path((parent, label)): Path<(i64, String)>, posted: Pairs) -> Answer {
    let sent = Sent::new(&posted.0);
    let mut reading = desk.reading().await?;
    let parent = visible(&desk, &mut reading, parent).await?;
    drop(reading);
    let declared = desk.schema().require(&label)?;
    let publishes = sent.publishes();
    let initial = declared.initial();
    let (document, problems) = declared.read(&sent.content(declared, &initial), &initial);
    let made = match problems.into_result() {
        Ok(()) => store(&desk, declared, &parent, document.clone(), publishes).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(page) => Ok(done(&desk, &page, publishes)),
        Err(error) => {
            let mut reading = desk.reading().await?;
            let sheet = PageSheet { declared, page: None, parent: Some(&parent), document: &document };
            sheet.refused(&desk, &mut reading, error).await
        }
    }
}

async fn store(
    desk: &Desk,
    declared: &Type,
    parent: &Object,
    document: Document,
    publishes: bool,
) -> Result<Object> {
    let locale = if parent.locale.is_empty() {
        desk.cms().sites().default_locale().to_owned()
    } else {
        parent.locale.clone()
    };
    let mut work = desk.work().await?;
    let mut page = pages::create(&mut work, desk.schema(), declared, parent, document, &locale).await?;
    if publishes {
        page = pages::publish(&mut work, declared, &page).await?;
    }
    desk.commit(work).await?;
    Ok(page)
}
