//! Forms: the form pages, and what visitors sent by each.

use axum::extract::{Path, Query};
use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;
use super::desk::Desk;
use super::frame::Frame;
use super::words::{Crumb, ListQuery, Moment, Pager};
use crate::accounts::Action;
use crate::content::{Listing, Order};
use crate::error::Error;
use crate::forms::{self, Submission};
use crate::pages;
use crate::schema::{Kind, PAGE_FAMILY};

/// Rows that are listed at once.
const SIZE: i64 = 50;

#[derive(Serialize)]
struct IndexView {
    frame: Frame,
    forms: Vec<FormRow>,
}

#[derive(Serialize)]
struct FormRow {
    title: String,
    url: String,
    count: i64,
    latest: Option<Moment>,
}

/// The form pages.
pub async fn index(desk: Desk) -> Answer {
    let mut reading = desk.reading().await?;
    let labels: Vec<String> =
        desk.schema().of_kind(Kind::Form).map(|declared| declared.label.clone()).collect();
    let listing =
        Listing { family: Some(PAGE_FAMILY), labels: &labels, order: Order::Title, ..Listing::default() };
    let pages = if labels.is_empty() { Vec::new() } else { listing.rows(&mut reading, 10 * SIZE, 0).await? };
    let now = reading.now;
    let mut forms = Vec::new();
    for page in pages {
        if desk.may(Action::View, &pages::scope(&page)?) {
            let latest = Submission::of(&mut reading, page.id, 1, 0).await?.pop();
            forms.push(FormRow {
                url: format!("/admin/forms/{}/", page.id),
                count: Submission::count(&mut reading, page.id).await?,
                latest: latest.map(|latest| Moment::new(latest.sent_at, now)),
                title: page.draft_title,
            });
        }
    }
    let frame = desk.frame(&mut reading, "forms", "Forms").await?;
    desk.show("forms/index.html", &IndexView { frame, forms })
}

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    title: String,
    edit_url: String,
    columns: Vec<String>,
    rows: Vec<RowView>,
    pager: Pager,
}

#[derive(Serialize)]
struct RowView {
    sent: Moment,
    cells: Vec<String>,
}

/// What visitors sent by one form.
pub async fn show(desk: Desk, Path(id): Path<i64>, Query(asked): Query<ListQuery>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = pages::by_id(&mut reading, id).await?;
    desk.must_see(&pages::scope(&page)?, format!("page {id}"))?;
    let declared = desk.schema().require(&page.label)?;
    if declared.kind != Kind::Form {
        return Err(Error::not_found(format!("form {id}")).into());
    }
    let questions = forms::questions(declared, &page.draft_document(&mut reading).await?);
    let submissions = Submission::of(&mut reading, id, SIZE, asked.offset(SIZE)).await?;
    let pager = asked.pager(Submission::count(&mut reading, id).await?, SIZE);
    let now = reading.now;
    let row = |submission: Submission| RowView {
        sent: Moment::new(submission.sent_at, now),
        cells: questions.iter().map(|question| shown(submission.answers.get(&question.name))).collect(),
    };
    let view = View {
        frame: desk.frame(&mut reading, "forms", page.draft_title.clone()).await?,
        crumbs: vec![Crumb::new("Forms", "/admin/forms/")],
        title: page.draft_title,
        edit_url: format!("/admin/pages/{id}/edit"),
        columns: questions.iter().map(|question| question.label.clone()).collect(),
        rows: submissions.into_iter().map(row).collect(),
        pager,
    };
    desk.show("forms/submissions.html", &view)
}

fn shown(answer: Option<&Value>) -> String {
    match answer {
        None | Some(Value::Null) => String::new(),
        Some(Value::Bool(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(several)) => {
            several.iter().map(|one| shown(Some(one))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}
