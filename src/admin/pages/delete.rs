//! Deleting a page with everything beneath it.

use axum::extract::Path;

use super::edit::{parent_of, visible};
use super::screen::crumbs;
use crate::accounts::Action;
use crate::admin::answer::{Answer, Message, onward};
use crate::admin::confirm::Confirm;
use crate::admin::desk::Desk;
use crate::pages;

/// Asks whether to, and says what goes with it and what uses it.
pub async fn ask(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    desk.must(Action::Delete, &pages::scope(&page)?, "delete this page")?;
    let beneath = pages::descendants_count(&mut reading, &page).await?;
    let frame = desk.page_frame(&mut reading, format!("Delete “{}”?", page.draft_title), &page).await?;
    let crumbs = crumbs(&mut reading, Some(&page), None).await?;
    let verb =
        if beneath > 0 { format!("Delete {} pages", beneath + 1) } else { "Delete this page".to_owned() };
    let mut question = Confirm::new(verb, "trash", format!("/admin/pages/{id}/edit"))
        .dangerous()
        .line("It cannot be brought back, and neither can its history.");
    if beneath > 0 {
        question = question.line(format!("{beneath} pages stand below it and go with it."));
    }
    question.used_by(&mut reading, &page.family, id).await?.show(&desk, frame, crumbs)
}

/// Does it.
pub async fn delete(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let parent = parent_of(&mut reading, &page).await?;
    drop(reading);
    let mut work = desk.work().await?;
    let count = pages::delete(&mut work, &page).await?;
    desk.commit(work).await?;
    let words = match count {
        1 => format!("“{}” is deleted.", page.draft_title),
        more => format!("“{}” and {} pages below it are deleted.", page.draft_title, more - 1),
    };
    let to = parent.map_or("/admin/pages/".to_owned(), |parent| format!("/admin/pages/{}/", parent.id));
    Ok(onward(&to, &Message::success(words)))
}
