//! Moving a page with everything beneath it, to another parent or among its siblings.

use super::page;
use super::place;
use super::privacy;
use super::publish;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::content::Object;
use crate::content::event;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Schema;
use crate::store::sql;

/// Moves a page beneath `parent`, before `before` (one of the parent's children) or to the end.
///
/// # Errors
/// `Conflict` when it would stand beneath itself, where its type may not, or where its slug is taken; `Forbidden`.
pub async fn move_to(
    work: &mut Work,
    schema: &Schema,
    page: &Object,
    parent: &Object,
    before: Option<&Object>,
) -> Result<Object> {
    place::must(work, Action::Change, page, "edit this page")?;
    place::must(work, Action::Add, parent, "add a page here")?;
    place::lock(work).await?;
    // Read again under the lock: both may have moved since they were chosen.
    let page = Object::by_key(work, page.key).await?;
    let parent = Object::by_key(work, parent.key).await?;
    page::parent_of(work, &page).await?;
    let before = match before {
        Some(before) => Some(Object::by_key(work, before.key).await?),
        None => None,
    };
    check(work, schema, &page, &parent, before.as_ref()).await?;
    if page.parent != Some(parent.key) && page::subtree(work, &page).await?.iter().any(|one| one.live) {
        place::must(work, Action::Publish, &parent, "publish a page here")?;
    }
    let before_path = before.as_ref().map(Object::tree_path).transpose()?;
    let new = place::place_beneath(work, &parent, &page.slug, before_path, Some(&page)).await?;
    // Numbering anew may have moved the page itself.
    let page = Object::by_key(work, page.key).await?;
    let old_path = page.tree_path()?.as_str().to_owned();
    publish::readdress(work, &page, &new.url_path).await?;
    place::replace_prefix(work, &old_path, new.path.as_str()).await?;
    let deeper = new.path.depth() as i64 - page.depth;
    let depths = sql("update objects set depth = depth + ? where path >= ? and path < ?");
    work.execute(depths.bind(deeper).bind(&new.path).bind(new.path.end())).await?;
    let update = sql("update objects set parent = ?, updated_at = ?, version = version + 1 where key = ?");
    let update = update.bind(parent.key).bind(work.now).bind(page.key);
    work.execute(update).await?;
    privacy::refresh_public(work, &new.path).await?;
    let moved = Object::by_key(work, page.key).await?;
    let mut event = event("moved", &page);
    event.path_after = Some(new.path.clone());
    event.url_after = Some(new.url_path);
    work.record(event);
    Ok(moved)
}

async fn check(
    work: &mut Work,
    schema: &Schema,
    page: &Object,
    parent: &Object,
    before: Option<&Object>,
) -> Result<()> {
    if page.tree_path()?.contains(parent.tree_path()?) {
        return Err(Error::Conflict("a page cannot stand beneath itself".to_owned()));
    }
    if before.is_some_and(|before| before.parent != Some(parent.key)) {
        return Err(Error::Conflict("the page to stand before has moved meanwhile".to_owned()));
    }
    if page.parent == Some(parent.key) {
        return Ok(());
    }
    let declared = schema.require(&page.label)?;
    place::allowed(work, schema, declared, parent).await?;
    if page::slug_is_taken(work, parent.key, &page.slug, Some(page.key)).await? {
        return Err(Error::Conflict(format!("there is a page with the slug “{}” already", page.slug)));
    }
    Ok(())
}
