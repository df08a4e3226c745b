//! The revisions of a page: looked at, and made the draft again.

use axum::extract::{Path, Query};
use serde::Serialize;

use super::edit::visible;
use super::screen::crumbs;
use crate::accounts::{Action, Reading, names_of};
use crate::admin::answer::{Answer, Message, onward};
use crate::admin::desk::Desk;
use crate::admin::frame::Frame;
use crate::admin::words::{Crumb, ListQuery, Moment, Pager, Status};
use crate::content::{Object, Revision};
use crate::error::{Error, Result};
use crate::pages;

/// Revisions that are listed at once.
const SIZE: i64 = 50;

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    title: String,
    edit_url: String,
    live: Status,
    rows: Vec<RowView>,
    pager: Pager,
}

#[derive(Serialize)]
struct RowView {
    saved: Moment,
    by: String,
    title: String,
    is_live: bool,
    is_latest: bool,
    preview_url: String,
    restore_url: String,
}

/// The list.
pub async fn show(desk: Desk, Path(id): Path<i64>, Query(asked): Query<ListQuery>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    let rows = rows(&desk, &mut reading, &page, asked.offset(SIZE)).await?;
    let total = Revision::count(&mut reading, page.key).await?;
    let frame = desk.page_frame(&mut reading, format!("History of {}", page.draft_title), &page).await?;
    let crumbs = crumbs(&mut reading, Some(&page), None).await?;
    let pager = asked.pager(total, SIZE);
    let edit_url = format!("/admin/pages/{id}/edit");
    desk.show(
        "pages/history.html",
        &View { frame, crumbs, title: page.draft_title, edit_url, live: Status::live(), rows, pager },
    )
}

/// Makes an old state the draft again; the states between stay in the history.
pub async fn restore(desk: Desk, Path((id, revision)): Path<(i64, i64)>) -> Answer {
    let mut work = desk.work().await?;
    let page = visible(&desk, &mut work, id).await?;
    let revision = Revision::find(&mut work, revision).await?;
    if revision.object != page.key {
        return Err(Error::not_found(format!("revision {} of page {id}", revision.id)).into());
    }
    let declared = desk.schema().require(&page.label)?.clone();
    pages::save_draft(&mut work, &declared, &page, revision.document()?, Some(page.version)).await?;
    desk.commit(work).await?;
    let message = Message::success("The old state is the draft now. Publish it to show it to readers.");
    Ok(onward(&format!("/admin/pages/{id}/edit"), &message))
}

async fn rows(desk: &Desk, reading: &mut Reading, page: &Object, offset: i64) -> Result<Vec<RowView>> {
    let revisions = Revision::of(reading, page.key, SIZE, offset).await?;
    let authors: Vec<i64> = revisions.iter().filter_map(|revision| revision.author).collect();
    let names = names_of(reading, &authors).await?;
    let name = |id: i64| names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
    let can_restore = desk.may(Action::Change, &pages::scope(page)?);
    let has_theme = desk.cms().stage.theme().is_some();
    let now = reading.now;
    let row = |revision: Revision| {
        let at = |rest: &str| format!("/admin/pages/{}/history/{}/{rest}", page.id, revision.id);
        let is_latest = page.latest_revision == Some(revision.id);
        RowView {
            saved: Moment::new(revision.created_at, now),
            by: revision.author.and_then(name).unwrap_or_else(|| "—".to_owned()),
            is_live: page.live && page.live_revision == Some(revision.id),
            is_latest,
            preview_url: if has_theme { at("preview") } else { String::new() },
            restore_url: if can_restore && !is_latest { at("restore") } else { String::new() },
            title: revision.title,
        }
    };
    Ok(revisions.into_iter().map(row).collect())
}
