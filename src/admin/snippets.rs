//! Snippets: their types, their lists, their forms.

use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use serde::Serialize;

use super::Door;
use super::answer::{Answer, Message, Shown, onward};
use super::cards::{Card, TypesView};
use super::confirm::Confirm;
use super::desk::Desk;
use super::editor::{Editor, Sheet};
use super::form::{Sent, SlugHint};
use super::frame::Frame;
use super::words::{Crumb, Link, ListQuery, Moment, Pager, Status, with_article};
use crate::accounts::{Action, Reading, Scope};
use crate::content::{Listing, Object, Order};
use crate::error::{Error, Result};
use crate::schema::{Document, Kind, Type};
use crate::snippets;
use crate::web::Pairs;

/// Snippets that are listed at once.
const SIZE: i64 = 50;

/// The addresses of snippets.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/snippets/", get(types))
        .route("/snippets/{label}/", get(index))
        .route("/snippets/{label}/add", get(blank).post(create))
        .route("/snippets/{label}/{id}/", get(edit).post(save))
        .route("/snippets/{label}/{id}/unpublish", get(ask_unpublish).post(unpublish))
        .route("/snippets/{label}/{id}/delete", get(ask_delete).post(delete))
}

/// The types.
async fn types(desk: Desk) -> Answer {
    let mut reading = desk.reading().await?;
    let mut types = Vec::new();
    for declared in desk.schema().of_kind(Kind::Snippet) {
        if desk.may(Action::View, &Scope::Type(&declared.label)) {
            let count = Object::count(&mut reading, &declared.label).await?;
            let url = format!("/admin/snippets/{}/", declared.label);
            types.push(Card::new(declared, url).counting(count));
        }
    }
    let frame = desk.frame(&mut reading, "snippets", "Snippets").await?;
    let lead = "Content that stands in no place of its own: people, footers, banners.";
    desk.show("snippets/types.html", &TypesView { frame, lead, empty: "No snippet types", types })
}

#[derive(Serialize)]
struct IndexView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    description: String,
    noun: String,
    add_url: String,
    q: String,
    locales: bool,
    rows: Vec<RowView>,
    pager: Pager,
}

#[derive(Serialize)]
struct RowView {
    title: String,
    locale: String,
    edit_url: String,
    status: Status,
    updated: Moment,
    actions: Vec<Link>,
}

/// The snippets of a type.
async fn index(desk: Desk, Path(label): Path<String>, Query(asked): Query<ListQuery>) -> Answer {
    let declared = declared(&desk, &label, Action::View, "see these")?;
    let mut reading = desk.reading().await?;
    let labels = [label.clone()];
    let listing = Listing { labels: &labels, words: &asked.q, order: Order::Title, ..Listing::default() };
    let rows = listing.rows(&mut reading, SIZE, asked.offset(SIZE)).await?;
    let pager = asked.pager(listing.count(&mut reading).await?, SIZE);
    let now = reading.now;
    let can_add = desk.may(Action::Add, &Scope::Type(&label));
    let view = IndexView {
        frame: desk.frame(&mut reading, "snippets", declared.name.clone()).await?,
        crumbs: vec![Crumb::new("Snippets", "/admin/snippets/")],
        description: declared.description.clone(),
        noun: with_article(&declared.name),
        add_url: if can_add { format!("/admin/snippets/{label}/add") } else { String::new() },
        locales: declared.locales,
        rows: rows.iter().map(|row| row_view(&desk, declared, row, now)).collect(),
        pager,
        q: asked.q,
    };
    desk.show("snippets/index.html", &view)
}

fn row_view(desk: &Desk, declared: &Type, row: &Object, now: crate::base::Timestamp) -> RowView {
    RowView {
        title: if row.draft_title.is_empty() {
            format!("{} {}", declared.name, row.id)
        } else {
            row.draft_title.clone()
        },
        locale: row.locale.clone(),
        edit_url: address(row),
        status: Status::of(row),
        updated: Moment::new(row.updated_at, now),
        actions: std::iter::once(Link::new("Edit", "edit", address(row))).chain(links(desk, row)).collect(),
    }
}

/// The empty form.
async fn blank(desk: Desk, Path(label): Path<String>) -> Answer {
    let declared = declared(&desk, &label, Action::Add, "add one of these")?;
    let mut reading = desk.reading().await?;
    screen(&desk, &mut reading, declared, None, &declared.initial(), Shown::fresh()).await
}

/// The form of a snippet.
async fn edit(desk: Desk, Path((label, id)): Path<(String, i64)>) -> Answer {
    let declared = declared(&desk, &label, Action::View, "see these")?;
    let mut reading = desk.reading().await?;
    let snippet = Object::find(&mut reading, declared.family(), id).await?;
    let document = snippet.draft_document(&mut reading).await?;
    screen(&desk, &mut reading, declared, Some(&snippet), &document, Shown::fresh()).await
}

/// Makes one.
async fn create(desk: Desk, Path(label): Path<String>, posted: Pairs) -> Answer {
    let declared = declared(&desk, &label, Action::Add, "add one of these")?;
    keep(&desk, declared, None, Sent::new(&posted.0), &declared.initial()).await
}

/// Keeps what was edited.
async fn save(desk: Desk, Path((label, id)): Path<(String, i64)>, posted: Pairs) -> Answer {
    let declared = declared(&desk, &label, Action::Change, "edit this")?;
    let mut reading = desk.reading().await?;
    let snippet = Object::find(&mut reading, declared.family(), id).await?;
    let existing = snippet.draft_document(&mut reading).await?;
    drop(reading);
    keep(&desk, declared, Some(&snippet), Sent::new(&posted.0), &existing).await
}

async fn keep(
    desk: &Desk,
    declared: &Type,
    snippet: Option<&Object>,
    sent: Sent,
    existing: &Document,
) -> Answer {
    let (publishes, version) = (sent.publishes(), sent.version());
    let (document, problems) = declared.read(&sent.content(declared, existing), existing);
    let kept = match problems.into_result() {
        Ok(()) => store(desk, declared, snippet, document.clone(), version, publishes).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(snippet) => {
            let is_live = publishes || !declared.drafts;
            let state = if is_live { "is live" } else { "is saved as a draft" };
            let title = if snippet.draft_title.is_empty() { &declared.name } else { &snippet.draft_title };
            Ok(onward(&address(&snippet), &Message::success(format!("“{title}” {state}."))))
        }
        Err(error) => {
            let mut reading = desk.reading().await?;
            let now = match snippet {
                Some(snippet) => Some(Object::by_key(&mut reading, snippet.key).await?),
                None => None,
            };
            screen(desk, &mut reading, declared, now.as_ref(), &document, Shown::again(error)?).await
        }
    }
}

async fn store(
    desk: &Desk,
    declared: &Type,
    snippet: Option<&Object>,
    document: Document,
    version: Option<i64>,
    publishes: bool,
) -> Result<Object> {
    let mut work = desk.work().await?;
    let locale = desk.cms().sites().default_locale().to_owned();
    let mut kept = match snippet {
        Some(snippet) => snippets::save(&mut work, declared, snippet, document, version).await?,
        None => snippets::create(&mut work, declared, document, &locale).await?,
    };
    if publishes && declared.drafts {
        kept = snippets::publish(&mut work, declared, &kept).await?;
    }
    desk.commit(work).await?;
    Ok(kept)
}

#[derive(Serialize)]
struct EditView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    sites: Vec<Crumb>,
    editor: Editor,
}

async fn screen(
    desk: &Desk,
    reading: &mut Reading,
    declared: &Type,
    snippet: Option<&Object>,
    document: &Document,
    shown: Shown,
) -> Answer {
    let scope = Scope::Type(&declared.label);
    let sheet =
        Sheet { declared, object: snippet, document, problems: &shown.problems, slug: SlugHint::default() };
    let mut editor = Editor::new(desk, reading, sheet).await?;
    editor.noun = "snippet";
    editor.action = snippet.map_or_else(|| format!("/admin/snippets/{}/add", declared.label), address);
    editor.can_save = desk.may(if snippet.is_some() { Action::Change } else { Action::Add }, &scope);
    editor.can_publish = declared.drafts && desk.may(Action::Publish, &scope);
    editor.save_label = if declared.drafts { "Save draft" } else { "Save" };
    editor.links = snippet.map(|snippet| links(desk, snippet)).unwrap_or_default();
    let title = snippet.map_or_else(
        || format!("New {}", declared.name.to_lowercase()),
        |snippet| snippet.draft_title.clone(),
    );
    let title = if title.is_empty() { declared.name.clone() } else { title };
    let frame = desk.frame(reading, "snippets", title).await?.telling(shown.message);
    let crumbs = vec![
        Crumb::new("Snippets", "/admin/snippets/"),
        Crumb::new(declared.name.clone(), format!("/admin/snippets/{}/", declared.label)),
    ];
    desk.show_as(shown.status, "snippets/edit.html", &EditView { frame, crumbs, sites: Vec::new(), editor })
}

async fn ask_unpublish(desk: Desk, Path((label, id)): Path<(String, i64)>) -> Answer {
    let declared = declared(&desk, &label, Action::Publish, "unpublish this")?;
    let question = |back| {
        Confirm::new("Unpublish it", "unpublish", back)
            .line("Readers will not see it any more. The draft stays.")
    };
    ask(&desk, declared, id, "Unpublish", question).await
}

async fn ask_delete(desk: Desk, Path((label, id)): Path<(String, i64)>) -> Answer {
    let declared = declared(&desk, &label, Action::Delete, "delete this")?;
    let question =
        |back| Confirm::new("Delete it", "trash", back).dangerous().line("It cannot be brought back.");
    ask(&desk, declared, id, "Delete", question).await
}

async fn ask(
    desk: &Desk,
    declared: &Type,
    id: i64,
    verb: &str,
    question: impl Fn(String) -> Confirm,
) -> Answer {
    let mut reading = desk.reading().await?;
    let snippet = Object::find(&mut reading, declared.family(), id).await?;
    let question = question(address(&snippet)).used_by(&mut reading, &snippet.family, id).await?;
    let frame = desk.frame(&mut reading, "snippets", format!("{verb} “{}”?", snippet.draft_title)).await?;
    question.show(
        desk,
        frame,
        vec![Crumb::new(declared.name.clone(), format!("/admin/snippets/{}/", declared.label))],
    )
}

async fn unpublish(desk: Desk, Path((label, id)): Path<(String, i64)>) -> Answer {
    let declared = declared(&desk, &label, Action::Publish, "unpublish this")?;
    let mut work = desk.work().await?;
    let snippet = Object::find(&mut work, declared.family(), id).await?;
    snippets::unpublish(&mut work, declared, &snippet).await?;
    desk.commit(work).await?;
    Ok(onward(&address(&snippet), &Message::success(format!("“{}” is unpublished.", snippet.draft_title))))
}

async fn delete(desk: Desk, Path((label, id)): Path<(String, i64)>) -> Answer {
    let declared = declared(&desk, &label, Action::Delete, "delete this")?;
    let mut work = desk.work().await?;
    let snippet = Object::find(&mut work, declared.family(), id).await?;
    snippets::delete(&mut work, declared, &snippet).await?;
    desk.commit(work).await?;
    let message = Message::success(format!("“{}” is deleted.", snippet.draft_title));
    Ok(onward(&format!("/admin/snippets/{label}/"), &message))
}

fn declared<'d>(desk: &'d Desk, label: &str, action: Action, words: &str) -> Result<&'d Type> {
    let declared = desk.schema().require(label)?;
    if declared.kind != Kind::Snippet {
        return Err(Error::not_found(format!("the snippet type {label}")));
    }
    desk.must(action, &Scope::Type(&declared.label), words)?;
    Ok(declared)
}

fn links(desk: &Desk, snippet: &Object) -> Vec<Link> {
    let scope = Scope::Type(&snippet.label);
    let drafts = desk.schema().get(&snippet.label).is_some_and(|declared| declared.drafts);
    let mut links = Vec::new();
    if snippet.live && drafts && desk.may(Action::Publish, &scope) {
        links.push(Link::new("Unpublish", "unpublish", format!("{}unpublish", address(snippet))));
    }
    if desk.may(Action::Delete, &scope) {
        links.push(Link::new("Delete", "trash", format!("{}delete", address(snippet))));
    }
    links
}

fn address(snippet: &Object) -> String {
    format!("/admin/snippets/{}/{}/", snippet.label, snippet.id)
}
