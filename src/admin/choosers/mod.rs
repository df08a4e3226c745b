//! Choosers: fragments from which a form takes an image, a document, a page, a snippet, a person or a collection.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::Door;
use super::answer::Answer;
use super::desk::Desk;
use super::form::{Chosen, Told};
use super::media::Library;
use super::words::{Crumb, ListQuery, Pager};
use crate::accounts::Action;
use crate::error::{Error, Result};

mod library;
mod page;
mod plain;

/// The addresses of choosers.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/choosers/{kind}", get(show))
        .route("/choosers/image/upload", post(|desk, form| library::upload(Library::Images, desk, form)))
        .route(
            "/choosers/document/upload",
            post(|desk, form| library::upload(Library::Documents, desk, form)),
        )
}

/// What a chooser was asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Words, and the page of the list.
    #[serde(flatten)]
    pub asked: ListQuery,
    /// The types that are taken, by commas; any if empty.
    pub of: String,
    /// The page whose children are listed.
    pub parent: Option<i64>,
}

impl Wanted {
    /// The types that are taken.
    pub fn labels(&self) -> Vec<String> {
        self.of.split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect()
    }
}

/// What `choosers/_chooser.html` is drawn from.
#[derive(Debug, Default, Serialize)]
pub struct View {
    kind: String,
    icon: &'static str,
    url: String,
    hidden: Vec<Hidden>,
    q: String,
    crumbs: Vec<Crumb>,
    items: Vec<Item>,
    pager: Pager,
    /// Where a new file goes; empty if none can be brought.
    upload: String,
    accept: &'static str,
    problems: Vec<Told>,
}

#[derive(Debug, Serialize)]
struct Hidden {
    name: &'static str,
    value: String,
}

/// One thing to choose.
#[derive(Debug, Serialize)]
pub struct Item {
    #[serde(flatten)]
    chosen: Chosen,
    disabled: bool,
    inner_url: String,
}

impl From<Chosen> for Item {
    fn from(chosen: Chosen) -> Self {
        Self { chosen, disabled: false, inner_url: String::new() }
    }
}

/// The chooser of a kind.
async fn show(desk: Desk, Path(kind): Path<String>, Query(wanted): Query<Wanted>) -> Answer {
    let found = match kind.as_str() {
        "image" => library::view(Library::Images, &desk, &wanted).await?,
        "document" => library::view(Library::Documents, &desk, &wanted).await?,
        "page" => page::view(&desk, &wanted).await?,
        "snippet" => plain::snippets(&desk, &wanted).await?,
        "user" => plain::users(&desk, &wanted).await?,
        "collection" => plain::collections(&desk, &wanted).await?,
        _ => return Err(Error::not_found("this chooser").into()),
    };
    draw(&desk, StatusCode::OK, &kind, &wanted, found)
}

fn draw(desk: &Desk, status: StatusCode, kind: &str, wanted: &Wanted, found: View) -> Answer {
    let view = View {
        kind: kind.to_owned(),
        url: format!("/admin/choosers/{kind}"),
        hidden: vec![Hidden { name: "of", value: wanted.of.clone() }],
        q: wanted.asked.q.clone(),
        ..found
    };
    desk.show_as(status, "choosers/_chooser.html", &view)
}

/// Whether the person may bring files there.
fn may_upload(desk: &Desk, library: Library) -> Result<bool> {
    let tree = desk.cms().snapshot().collections.clone();
    Ok(!tree.where_may(&desk.actor(), Action::Add, library.label()).is_empty())
}
