//! Which kind of page shall be made: the types that may stand beneath a page.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use serde::Serialize;

use super::edit::visible;
use super::screen::crumbs;
use crate::accounts::Action;
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::frame::Frame;
use crate::admin::icons;
use crate::admin::words::Crumb;
use crate::content::Object;
use crate::pages;
use crate::schema::{Schema, Type};

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    parent: String,
    types: Vec<TypeCard>,
}

#[derive(Serialize)]
struct TypeCard {
    url: String,
    icon: &'static str,
    name: String,
    description: String,
}

/// The types; the only one is taken at once.
pub async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let parent = visible(&desk, &mut reading, id).await?;
    desk.must(Action::Add, &pages::scope(&parent)?, "add a page here")?;
    let types: Vec<TypeCard> =
        allowed(desk.schema(), &parent).map(|declared| card(declared, &parent)).collect();
    if let [only] = types.as_slice() {
        return Ok(Redirect::to(&only.url).into_response());
    }
    let frame = desk.page_frame(&mut reading, "Add a page", &parent).await?;
    let crumbs = crumbs(&mut reading, None, Some(&parent)).await?;
    desk.show("pages/choose_type.html", &View { frame, crumbs, parent: parent.draft_title, types })
}

/// The types that may stand beneath a page.
pub fn allowed<'s>(schema: &'s Schema, parent: &'s Object) -> impl Iterator<Item = &'s Type> {
    let above = schema.get(&parent.label);
    let may = move |declared: &&Type| match above {
        Some(above) => declared.may_stand_under(above),
        None => parent.parent.is_none() && declared.parents.is_none(),
    };
    schema.pages().map(AsRef::as_ref).filter(may)
}

fn card(declared: &Type, parent: &Object) -> TypeCard {
    TypeCard {
        url: format!("/admin/pages/{}/add/{}", parent.id, declared.label),
        icon: match icons::known(&declared.icon) {
            "block" => "page",
            icon => icon,
        },
        name: declared.name.clone(),
        description: declared.description.clone(),
    }
}
