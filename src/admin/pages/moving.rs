//! Moving a page: beneath another one, or among its neighbours.

use axum::extract::Path;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::edit::{parent_of, visible};
use super::screen::crumbs;
use crate::accounts::{Action, Reading};
use crate::admin::answer::{Answer, Message, onward, sentence};
use crate::admin::desk::Desk;
use crate::admin::form::{Chosen, Told};
use crate::admin::frame::Frame;
use crate::admin::references;
use crate::admin::words::Crumb;
use crate::content::Object;
use crate::error::{Error, Result};
use crate::pages;
use crate::web::{Pairs, status};

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    title: String,
    descendants: i64,
    problems: Vec<Told>,
    version: i64,
    /// The drawn chooser of the new parent.
    target: String,
    back_url: String,
    siblings: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    url: String,
    value: &'static str,
    label: &'static str,
    icon: &'static str,
}

/// Asks where to.
pub async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = visible(&desk, &mut reading, id).await?;
    desk.must(Action::Change, &pages::scope(&page)?, "move this page")?;
    screen(&desk, &mut reading, &page, StatusCode::OK, Vec::new()).await
}

/// Moves it.
pub async fn save(desk: Desk, Path(id): Path<i64>, posted: Pairs) -> Answer {
    match moved(&desk, id, &posted).await {
        Ok(page) => {
            let message = Message::success(format!("“{}” has moved.", page.draft_title));
            Ok(onward(&format!("/admin/pages/{id}/edit"), &message))
        }
        Err(error @ (Error::Conflict(_) | Error::Bad(_) | Error::Forbidden(_))) => {
            let mut reading = desk.reading().await?;
            let page = visible(&desk, &mut reading, id).await?;
            let told = Told {
                id: "field-parent".into(),
                label: "New place".into(),
                text: sentence(&error.to_string()),
            };
            screen(&desk, &mut reading, &page, status(&error), vec![told]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Moves it one place up or down among its neighbours.
pub async fn step(desk: Desk, Path(id): Path<i64>, posted: Pairs) -> Answer {
    let mut work = desk.work().await?;
    let page = visible(&desk, &mut work, id).await?;
    let parent =
        Object::by_key(&mut work, page.parent.ok_or_else(|| Error::not_found("the page above it"))?).await?;
    let (before, after) = pages::neighbours_of(&mut work, &page).await?;
    let to = match (posted.text("direction"), before, after) {
        ("up", Some(before), _) => Some(Some(before)),
        ("down", _, Some(after)) => Some(pages::neighbours_of(&mut work, &after).await?.1),
        _ => None,
    };
    if let Some(before) = to {
        pages::move_to(&mut work, desk.schema(), &page, &parent, before.as_ref()).await?;
        desk.commit(work).await?;
    }
    Ok(onward(
        &format!("/admin/pages/{}/", parent.id),
        &Message::success(format!("“{}” has another place now.", page.draft_title)),
    ))
}

async fn moved(desk: &Desk, id: i64, posted: &Pairs) -> Result<Object> {
    let to: i64 = posted
        .text("parent")
        .parse()
        .map_err(|_| Error::Bad("choose the page that it shall stand beneath".into()))?;
    let mut work = desk.work().await?;
    let page = visible(desk, &mut work, id).await?;
    let parent = visible(desk, &mut work, to).await?;
    let first = match posted.text("position") {
        "first" => {
            pages::children(&mut work, parent.key, 1, 0).await?.pop().filter(|first| first.key != page.key)
        }
        _ => None,
    };
    let page = pages::move_to(&mut work, desk.schema(), &page, &parent, first.as_ref()).await?;
    desk.commit(work).await?;
    Ok(page)
}

async fn screen(
    desk: &Desk,
    reading: &mut Reading,
    page: &Object,
    status: StatusCode,
    problems: Vec<Told>,
) -> Answer {
    let parent = parent_of(reading, page).await?;
    let chosen = match &parent {
        Some(parent) => vec![references::object(desk.schema(), reading, parent)?],
        None => Vec::new(),
    };
    let (before, after) = pages::neighbours_of(reading, page).await?;
    let url = format!("/admin/pages/{}/position", page.id);
    let step = |value, label, icon| Step { url: url.clone(), value, label, icon };
    let view = View {
        frame: desk.page_frame(reading, format!("Move {}", page.draft_title), page).await?,
        crumbs: crumbs(reading, Some(page), None).await?,
        title: page.draft_title.clone(),
        descendants: pages::descendants_count(reading, page).await?,
        problems,
        version: page.version,
        target: chooser(desk, &chosen)?,
        back_url: format!("/admin/pages/{}/edit", page.id),
        siblings: before
            .map(|_| step("up", "One up", "up"))
            .into_iter()
            .chain(after.map(|_| step("down", "One down", "down")))
            .collect(),
    };
    desk.show_as(status, "pages/move.html", &view)
}

/// The chooser field of the new parent.
fn chooser(desk: &Desk, chosen: &[Chosen]) -> Result<String> {
    let options = json!({ "of": "", "icon": "page", "many": false, "blank": Chosen::default() });
    let field = json!({
        "kind": "page", "name": "parent", "id": "f-parent", "label": "New place", "help": "The page that it shall stand beneath.",
        "required": true, "bare": false, "problems": [], "value": null, "options": options, "shown_when": null, "chosen": chosen,
    });
    desk.admin().screens.templates().component("fields.page", &json!({ "f": field }))
}
