//! The explorer: the pages beneath one, in their order or by another, and searched.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use serde::Serialize;

use super::screen::crumbs;
use crate::accounts::{Action, Reading};
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::frame::{Frame, is_shown};
use crate::admin::words::{Crumb, Link, ListQuery, Moment, Pager, Status};
use crate::base::Key;
use crate::content::{Listing, Object, Order};
use crate::error::{Error, Result};
use crate::pages;

/// Pages that are listed at once.
const SIZE: i64 = 50;

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    parent: Parent,
    q: String,
    columns: Vec<Column>,
    rows: Vec<RowView>,
    pager: Pager,
}

#[derive(Serialize)]
struct Parent {
    title: String,
    status: Option<Status>,
    type_label: String,
    live_url: String,
    edit_url: String,
    add_url: String,
}

#[derive(Serialize)]
struct Column {
    label: &'static str,
    url: &'static str,
    sorted: &'static str,
}

#[derive(Serialize)]
struct RowView {
    title: String,
    note: String,
    edit_url: String,
    children: i64,
    children_url: String,
    add_url: String,
    type_label: String,
    status: Status,
    updated: Moment,
    actions: Vec<Link>,
}

/// The top of the tree; with one site, its home page.
pub async fn root(desk: Desk) -> Answer {
    let mut reading = desk.reading().await?;
    let root = pages::root(&mut reading).await?.ok_or_else(|| Error::not_found("the page tree"))?;
    let tops = pages::children(&mut reading, root.key, 2, 0).await?;
    let start = if let [only] = tops.as_slice() { only } else { &root };
    Ok(Redirect::to(&format!("/admin/pages/{}/", start.id)).into_response())
}

/// The pages beneath one.
pub async fn show(desk: Desk, Path(id): Path<i64>, Query(asked): Query<ListQuery>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = pages::by_id(&mut reading, id).await?;
    if !is_shown(&reading, &page)? {
        return Err(Error::not_found(format!("page {id}")).into());
    }
    let (found, total) = list(&mut reading, &page, &asked).await?;
    let rows = rows(&desk, &mut reading, &found).await?;
    let title = if page.parent.is_none() { "All pages".to_owned() } else { page.draft_title.clone() };
    let frame = desk.page_frame(&mut reading, title, &page).await?;
    let crumbs = crumbs(&mut reading, Some(&page), None).await?;
    let parent = parent(&desk, &page)?;
    let pager = asked.pager(total, SIZE);
    desk.show(
        "pages/index.html",
        &View { frame, crumbs, parent, columns: columns(&asked.o), rows, pager, q: asked.q },
    )
}

/// One page of the list, of which the viewer sees what they may, and how many there are.
async fn list(reading: &mut Reading, page: &Object, asked: &ListQuery) -> Result<(Vec<Object>, i64)> {
    let beneath = [page.tree_path()?.clone()];
    let searches = !asked.q.trim().is_empty();
    let order = match asked.o.as_str() {
        "title" => Order::Title,
        "-updated" => Order::Newest,
        "updated" => Order::Oldest,
        _ => Order::Tree,
    };
    let listing = Listing {
        family: Some(crate::schema::PAGE_FAMILY),
        parent: (!searches).then_some(page.key),
        within: searches.then_some(&beneath),
        words: &asked.q,
        order,
        ..Listing::default()
    };
    // Whoever sees a page sees everything beneath it; only on the way to one's own pages is there something to hide.
    let sees_all = crate::accounts::may(&reading.viewer, Action::View, &pages::scope(page)?);
    if sees_all {
        let rows = listing.rows(reading, SIZE, asked.offset(SIZE)).await?;
        return Ok((rows, listing.count(reading).await?));
    }
    let mut shown = Vec::new();
    for one in listing.rows(reading, 10 * SIZE, 0).await? {
        if is_shown(reading, &one)? {
            shown.push(one);
        }
    }
    let total = i64::try_from(shown.len()).unwrap_or(i64::MAX);
    let offset = usize::try_from(asked.offset(SIZE)).unwrap_or(usize::MAX);
    Ok((shown.into_iter().skip(offset).take(SIZE as usize).collect(), total))
}

async fn rows(desk: &Desk, reading: &mut Reading, found: &[Object]) -> Result<Vec<RowView>> {
    let keys: Vec<Key> = found.iter().map(|page| page.key).collect();
    let counts = pages::children_counts(reading, &keys).await?;
    let now = reading.now;
    found.iter().map(|page| row(desk, page, counts.get(&page.key.0).copied().unwrap_or(0), now)).collect()
}

fn row(desk: &Desk, page: &Object, children: i64, now: crate::base::Timestamp) -> Result<RowView> {
    let scope = pages::scope(page)?;
    let declared = desk.schema().get(&page.label);
    let at = |rest: &str| format!("/admin/pages/{}/{rest}", page.id);
    let can_add =
        desk.may(Action::Add, &scope) && super::types::allowed(desk.schema(), page).next().is_some();
    Ok(RowView {
        title: if page.draft_title.is_empty() { "(no title)".to_owned() } else { page.draft_title.clone() },
        note: note(desk, page),
        edit_url: if declared.is_some() && desk.may(Action::View, &scope) { at("edit") } else { at("") },
        children,
        children_url: at(""),
        add_url: if can_add { at("add") } else { String::new() },
        type_label: declared.map_or_else(|| page.label.clone(), |declared| declared.name.clone()),
        status: Status::of(page),
        updated: Moment::new(page.updated_at, now),
        actions: actions(desk, page, can_add)?,
    })
}

fn note(desk: &Desk, page: &Object) -> String {
    let mut notes = Vec::new();
    if page.live && !page.public {
        notes.push("for some only".to_owned());
    }
    if page.alias_of.is_some() {
        notes.push("mirror".to_owned());
    }
    if page.locale != desk.cms().sites().default_locale() && !page.locale.is_empty() {
        notes.push(page.locale.clone());
    }
    notes.join(", ")
}

fn actions(desk: &Desk, page: &Object, can_add: bool) -> Result<Vec<Link>> {
    let scope = pages::scope(page)?;
    let at = |rest: &str| format!("/admin/pages/{}/{rest}", page.id);
    let mut actions = vec![Link::new("Edit", "edit", at("edit"))];
    if let Some(address) = desk.cms().sites().address_of(&page.url_path, None).filter(|_| page.live) {
        actions.push(Link::beside("View live", "external", address.url()));
    }
    if can_add {
        actions.push(Link::new("Add below", "plus", at("add")));
    }
    actions.push(Link::new("History", "history", at("history")));
    if desk.may(Action::Change, &scope) {
        actions.push(Link::new("Move", "move", at("move")));
    }
    if page.live && desk.may(Action::Publish, &scope) {
        actions.push(Link::new("Unpublish", "unpublish", at("unpublish")));
    }
    if desk.may(Action::Delete, &scope) {
        actions.push(Link::new("Delete", "trash", at("delete")));
    }
    Ok(actions)
}

fn parent(desk: &Desk, page: &Object) -> Result<Parent> {
    let scope = pages::scope(page)?;
    let declared = desk.schema().get(&page.label);
    let is_root = page.parent.is_none();
    let can_add =
        desk.may(Action::Add, &scope) && super::types::allowed(desk.schema(), page).next().is_some();
    let sites = desk.cms().sites();
    let address = sites.address_of(&page.url_path, None).filter(|_| page.live && !is_root);
    let when = |holds: bool, url: String| if holds { url } else { String::new() };
    Ok(Parent {
        title: if is_root { "All pages".to_owned() } else { page.draft_title.clone() },
        status: (!is_root).then(|| Status::of(page)),
        type_label: declared.map(|declared| declared.name.clone()).unwrap_or_default(),
        live_url: address.map(|address| address.url()).unwrap_or_default(),
        edit_url: when(
            declared.is_some() && desk.may(Action::View, &scope),
            format!("/admin/pages/{}/edit", page.id),
        ),
        add_url: when(can_add, format!("/admin/pages/{}/add", page.id)),
    })
}

fn columns(order: &str) -> Vec<Column> {
    let column = |label, url, sorted| Column { label, url, sorted };
    let by_title = if order == "title" { "ascending" } else { "" };
    let (updated_url, by_time) = match order {
        "-updated" => ("?o=updated", "descending"),
        "updated" => ("?", "ascending"),
        _ => ("?o=-updated", ""),
    };
    vec![
        column("Title", if order == "title" { "?" } else { "?o=title" }, by_title),
        column("Below", "", ""),
        column("Type", "", ""),
        column("Status", "", ""),
        column("Updated", updated_url, by_time),
    ]
}
