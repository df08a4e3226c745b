//! Taking a page from its readers.

use axum::extract::Path;

use super::edit::visible;
use super::screen::crumbs;
use crate::accounts::Action;
use crate::admin::answer::{Answer, Message, onward};
use crate::admin::confirm::Confirm;
use crate::admin::desk::Desk;
use crate::pages;

/// Asks whether to.
pub async fn ask(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    desk.must(Action::Publish, &pages::scope(&page)?, "unpublish this page")?;
    let frame = desk.page_frame(&mut reading, format!("Unpublish “{}”?", page.draft_title), &page).await?;
    let crumbs = crumbs(&mut reading, Some(&page), None).await?;
    let question = Confirm::new("Unpublish it", "unpublish", format!("/admin/pages/{id}/edit"))
        .line("Readers will not find it any more. The draft and its history stay.")
        .used_by(&mut reading, &page.family, id)
        .await?;
    question.show(&desk, frame, crumbs)
}

/// Does it.
pub async fn unpublish(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut work = desk.work().await?;
    let page = visible(&desk, &mut work, id).await?;
    let page = pages::unpublish(&mut work, desk.schema(), &page).await?;
    desk.commit(work).await?;
    let message = Message::success(format!("“{}” is unpublished.", page.draft_title));
    Ok(onward(&format!("/admin/pages/{id}/edit"), &message))
}
