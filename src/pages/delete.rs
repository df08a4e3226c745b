//! Deleting a page with everything beneath it.

use super::page;
use super::place;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::content;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;

/// Deletes a page and everything beneath it, and tells how many pages that were.
///
/// # Errors
/// `Conflict` for the root page of a site, or when any of them is locked by somebody else; `Forbidden`, also for a
/// live page when the actor may not publish: it would take the page from its readers.
pub async fn delete(work: &mut Work, page: &Object) -> Result<usize> {
    place::must(work, Action::Delete, page, "delete this page")?;
    place::lock(work).await?;
    let page = Object::by_key(work, page.key).await?;
    page::parent_of(work, &page).await?;
    if !page::sites_under(work, &page).await?.is_empty() {
        return Err(Error::Conflict(
            "this holds the home page of a site; give the site another one first".to_owned(),
        ));
    }
    let mut all = page::subtree(work, &page).await?;
    if all.len() > 1 {
        place::must(work, Action::BulkDelete, &page, "delete a page with others beneath it")?;
    }
    for one in &all {
        place::must(work, Action::Delete, one, "delete this page")?;
        if one.live {
            place::must(work, Action::Publish, one, "delete a published page")?;
        }
    }
    // The log tells of what stands beneath a page before it tells of the page.
    all.reverse();
    content::delete(work, &all).await?;
    Ok(all.len())
}
