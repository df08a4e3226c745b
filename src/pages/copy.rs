//! Copying a page, alone or with everything beneath it.

use std::collections::HashMap;

use serde_json::Value;

use super::page;
use super::place;
use super::privacy;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::accounts::may;
use crate::base::Key;
use crate::content;
use crate::content::NewObject;
use crate::content::Object;
use crate::content::event;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Type;

/// Copies a page beneath `parent` as a draft of its own, with a free slug; `deep` takes along what stands beneath.
/// What restricts a page restricts its copy too.
///
/// # Errors
/// `NotFound` for a page whose drafts the actor may not see: a copy would show them; `Forbidden`, `Conflict`.
pub async fn copy(
    work: &mut Work,
    schema: &Schema,
    page: &Object,
    parent: &Object,
    deep: bool,
) -> Result<Object> {
    if !may(&work.actor, Action::View, &place::scope(page)?) {
        return Err(Error::not_found(format!("page {}", page.id)));
    }
    place::must(work, Action::Add, parent, "add a page here")?;
    place::lock(work).await?;
    let parent = Object::by_key(work, parent.key).await?;
    if deep && page.tree_path()?.contains(parent.tree_path()?) {
        return Err(Error::Conflict("a page cannot be copied with its subtree into itself".to_owned()));
    }
    let declared = schema.require(&page.label)?.clone();
    place::allowed(work, schema, &declared, &parent).await?;
    let slug = place::free_slug(work, &parent, &page.slug).await?;
    let top = copy_one(work, &declared, page, &parent, &slug).await?;
    let mut copies = HashMap::from([(page.key, top.clone())]);
    if deep {
        copy_beneath(work, schema, page, &mut copies).await?;
    }
    for restriction in privacy::restrictions(work).await? {
        if let Some(copied) = copies.get(&restriction.object) {
            privacy::write(work, copied.key, &restriction.privacy()).await?;
            work.record(event("restricted", copied));
        }
    }
    Object::by_key(work, top.key).await
}

async fn copy_beneath(
    work: &mut Work,
    schema: &Schema,
    page: &Object,
    copies: &mut HashMap<Key, Object>,
) -> Result<()> {
    for original in page::subtree(work, page).await?.into_iter().skip(1) {
        let Some(parent) = original.parent.and_then(|parent| copies.get(&parent)).cloned() else { continue };
        let declared = schema.require(&original.label)?.clone();
        let made = copy_one(work, &declared, &original, &parent, &original.slug).await?;
        copies.insert(original.key, made);
    }
    Ok(())
}

async fn copy_one(
    work: &mut Work,
    declared: &Type,
    page: &Object,
    parent: &Object,
    slug: &str,
) -> Result<Object> {
    let mut document = page.draft_document(work).await?;
    forget_ids(declared, &mut document);
    document.insert("slug".to_owned(), Value::from(slug));
    let place = place::place_beneath(work, parent, slug, None, None).await?;
    let locale = page.locale.clone();
    content::create(
        work,
        declared,
        NewObject { document, locale, place: Some(place), ..NewObject::default() },
    )
    .await
}

/// Child rows of a copy are rows of their own.
fn forget_ids(declared: &Type, document: &mut Document) {
    for field in declared.all_fields().filter(|field| matches!(field.shape, Shape::Children { .. })) {
        let rows = document.get_mut(&field.name).and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten() {
            if let Value::Object(row) = row {
                row.insert("id".to_owned(), Value::Null);
            }
        }
    }
}
