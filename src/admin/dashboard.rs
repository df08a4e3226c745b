//! The first screen: what one worked on, and what waits to be published.

use serde::Serialize;

use super::answer::Answer;
use super::desk::Desk;
use super::frame::{Frame, is_shown};
use super::words::{Moment, Status};
use crate::accounts::Reading;
use crate::content::{Listing, Object, Order};
use crate::error::Result;
use crate::schema::{DOCUMENT, IMAGE, Kind, PAGE_FAMILY, Schema};

/// Rows of each list.
const ROWS: i64 = 8;

#[derive(Serialize)]
struct View {
    frame: Frame,
    greeting: String,
    figures: Vec<Figure>,
    recent: Vec<RowView>,
    drafts: Vec<RowView>,
}

#[derive(Serialize)]
struct Figure {
    url: &'static str,
    count: i64,
    label: &'static str,
}

#[derive(Serialize)]
struct RowView {
    title: String,
    url: String,
    type_label: String,
    status: Status,
    updated: Moment,
}

/// The dashboard.
pub async fn show(desk: Desk) -> Answer {
    let mut reading = desk.reading().await?;
    let name =
        if desk.person.first_name.is_empty() { &desk.person.username } else { &desk.person.first_name };
    let newest = Listing { order: Order::Newest, ..Listing::default() };
    let mine = Listing { saved_by: Some(desk.person.id), ..newest.clone() };
    let drafts = Listing { family: Some(PAGE_FAMILY), drafts: true, ..newest };
    let view = View {
        greeting: format!("Hello, {name}"),
        figures: figures(&desk, &mut reading).await?,
        recent: rows(&desk, &mut reading, &mine).await?,
        drafts: rows(&desk, &mut reading, &drafts).await?,
        frame: desk.frame(&mut reading, "home", "Home").await?,
    };
    desk.show("dashboard.html", &view)
}

async fn figures(desk: &Desk, reading: &mut Reading) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let snippets: Vec<String> =
        desk.schema().of_kind(Kind::Snippet).map(|declared| declared.label.clone()).collect();
    for (family, labels, url, label) in [
        (Some(PAGE_FAMILY), &[][..], "/admin/pages/", "Pages"),
        (Some(IMAGE), &[], "/admin/images/", "Images"),
        (Some(DOCUMENT), &[], "/admin/documents/", "Documents"),
        (None, &snippets, "/admin/snippets/", "Snippets"),
    ] {
        if family.is_none() && labels.is_empty() {
            continue;
        }
        let count = Listing { family, labels, ..Listing::default() }.count(reading).await?;
        let root = i64::from(family == Some(PAGE_FAMILY));
        figures.push(Figure { url, count: (count - root).max(0), label });
    }
    // Of how much others keep, somebody with rights on a part alone learns nothing.
    Ok(if desk.person.is_superuser { figures } else { Vec::new() })
}

async fn rows(desk: &Desk, reading: &mut Reading, listing: &Listing<'_>) -> Result<Vec<RowView>> {
    let now = reading.now;
    let mut rows = Vec::new();
    for object in listing.rows(reading, ROWS * 4, 0).await? {
        let is_hidden = object.is_page() && !is_shown(reading, &object)?;
        if is_hidden || object.title.is_empty() && object.draft_title.is_empty() {
            continue;
        }
        rows.extend(row(desk.schema(), &object, now));
    }
    rows.truncate(ROWS as usize);
    Ok(rows)
}

fn row(schema: &Schema, object: &Object, now: crate::base::Timestamp) -> Option<RowView> {
    let declared = schema.get(&object.label)?;
    let url = match declared.kind {
        Kind::Page | Kind::Form => format!("/admin/pages/{}/edit", object.id),
        Kind::Image => format!("/admin/images/{}/", object.id),
        Kind::Document => format!("/admin/documents/{}/", object.id),
        Kind::Snippet => format!("/admin/snippets/{}/{}/", object.label, object.id),
        Kind::Setting => format!("/admin/settings/{}/", object.label),
        Kind::User => return None,
    };
    Some(RowView {
        title: object.draft_title.clone(),
        url,
        type_label: declared.name.clone(),
        status: Status::of(object),
        updated: Moment::new(object.updated_at, now),
    })
}
