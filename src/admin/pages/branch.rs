//! A branch of the tree in the sidebar, fetched when it is opened.

use axum::extract::Path;

use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::frame::{Branch, is_shown};
use crate::error::Error;
use crate::pages;

/// The pages directly beneath one.
pub async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let page = pages::by_id(&mut reading, id).await?;
    if !is_shown(&reading, &page)? {
        return Err(Error::not_found(format!("page {id}")).into());
    }
    let branch = Branch::of(&mut reading, &page).await?;
    desk.show("pages/_branch.html", &branch)
}
