//! Saving a page's draft.

use serde_json::Value;

use super::page;
use super::place;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::content;
use crate::content::Object;
use crate::content::Saved;
use crate::content::event;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;
use crate::store::sql;

/// Keeps a draft. A page that was never live takes its draft's slug at once; a live one when it is published.
///
/// # Errors
/// `Forbidden`; `Conflict` for a lock or a newer version; `Invalid` at `title` or `slug`.
pub async fn save_draft(
    work: &mut Work,
    declared: &Type,
    page: &Object,
    mut document: Document,
    based_on: Option<i64>,
) -> Result<Saved> {
    place::must(work, Action::Change, page, "edit this page")?;
    place::lock(work).await?;
    let page = Object::by_key(work, page.key).await?;
    let parent = page::parent_of(work, &page).await?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (title, mut slug) = (text("title"), text("slug"));
    if title.is_empty() {
        return Err(Error::invalid("title", "is required"));
    }
    if slug.is_empty() {
        slug = place::free_slug(work, &parent, &title).await?;
        document.insert("slug".to_owned(), Value::from(slug.as_str()));
    } else if page::slug_is_taken(work, parent.key, &slug, Some(page.key)).await? {
        return Err(Error::invalid("slug", format!("“{slug}” is taken by another page here")));
    }
    let saved = content::save_draft(work, declared, &page, document, based_on).await?;
    if page.live || page.slug == slug {
        return Ok(saved);
    }
    let url_path = format!("{}{slug}/", parent.url_path);
    super::publish::readdress(work, &page, &url_path).await?;
    // What stands beneath may be live, and has another address now.
    let mut moved = event("moved", &page);
    moved.url_after = Some(url_path.clone());
    work.record(moved);
    work.execute(sql("update objects set slug = ? where key = ?").bind(slug.as_str()).bind(page.key)).await?;
    Ok(Saved { object: Object::by_key(work, page.key).await?, ..saved })
}
