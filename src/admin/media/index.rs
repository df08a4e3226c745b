//! The lists of images and documents.

use axum::extract::Query;
use serde::Serialize;

use super::Library;
use crate::accounts::{Action, Reading};
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::form::Chosen;
use crate::admin::frame::Frame;
use crate::admin::references;
use crate::admin::words::{ListQuery, Pager};
use crate::error::Result;
use crate::media::Listing;

/// Files that are listed at once.
const SIZE: i64 = 48;

#[derive(Serialize)]
struct View {
    frame: Frame,
    nouns: &'static str,
    upload_url: String,
    q: String,
    is_gallery: bool,
    rows: Vec<Chosen>,
    pager: Pager,
}

/// The list.
pub async fn show(library: Library, desk: Desk, Query(asked): Query<ListQuery>) -> Answer {
    let mut reading = desk.reading().await?;
    let (rows, total) = find(library, &desk, &mut reading, &asked, Action::View).await?;
    let can_add =
        !desk.cms().snapshot().collections.where_may(&desk.actor(), Action::Add, library.label()).is_empty();
    let view = View {
        frame: desk.frame(&mut reading, library.nouns(), library.title()).await?,
        nouns: library.nouns(),
        upload_url: if can_add { format!("{}upload", library.address()) } else { String::new() },
        is_gallery: library == Library::Images,
        rows,
        pager: asked.pager(total, SIZE),
        q: asked.q,
    };
    desk.show("media/index.html", &view)
}

/// One page of the files in the collections where the person may do this, and how many there are.
pub async fn find(
    library: Library,
    desk: &Desk,
    reading: &mut Reading,
    asked: &ListQuery,
    action: Action,
) -> Result<(Vec<Chosen>, i64)> {
    let tree = desk.cms().snapshot().collections.clone();
    let allowed: Vec<i64> = tree
        .where_may(&desk.actor(), action, library.label())
        .iter()
        .map(|collection| collection.id)
        .collect();
    let everywhere = allowed.len() == tree.in_order().count();
    let listing = Listing {
        collections: (!everywhere).then_some(allowed),
        text: asked.q.clone(),
        limit: SIZE,
        offset: asked.offset(SIZE),
    };
    Ok(match library {
        Library::Images => {
            let images = listing.images(reading).await?;
            (images.iter().map(references::image).collect(), listing.count_images(reading).await?)
        }
        Library::Documents => {
            let documents = listing.documents(reading).await?;
            (documents.iter().map(references::document).collect(), listing.count_documents(reading).await?)
        }
    })
}

/// Files that are listed at once, for choosers too.
pub fn size() -> i64 {
    SIZE
}
