//! Changing an image or document: its fields, its collection, what matters in it, its file; and deleting it.

use serde_json::Value;

use crate::accounts::Action;
use crate::accounts::Work;
use crate::content;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::schema;
use crate::schema::IMAGE;
use crate::schema::Type;
use crate::store::sql;

use super::arrange::follow_restrictions_on;
use super::collection::Collections;
use super::collection::ROOT;
use super::collection::Thing;
use super::file::File;
use super::file::keep_file;
use super::file::keep_focal;
use super::plan::Focal;
use super::receive::Received;
use super::upload::file_of;

/// Usages that are named when something in use is not deleted.
const NAMED: usize = 3;

/// Saves the fields of an image or document, at once for readers; the field `collection` says where it lies from now
/// on. `based_on` is the version that the editor started from.
///
/// # Errors
/// `NotFound` for whom it is hidden from, `Forbidden`, `Conflict` when somebody saved since, `Invalid` with paths.
pub async fn edit_file(
    work: &mut Work,
    declared: &Type,
    id: i64,
    mut document: schema::Document,
    based_on: Option<i64>,
) -> Result<Object> {
    let tree = Collections::load(work).await?;
    let object = reached(work, &tree, &declared.label, id, Action::Change, "change this file").await?;
    let named = document.get("collection").and_then(Value::as_i64);
    let collection = named.or(object.collection).unwrap_or(ROOT);
    document.insert("collection".to_owned(), Value::from(collection));
    if object.collection != Some(collection) {
        tree.allow_adding(&work.actor, &declared.label, Some(collection))?;
        let moved = sql("update objects set collection = ? where key = ?").bind(collection).bind(object.key);
        work.execute(moved).await?;
    }
    let saved = content::save_draft(work, declared, &object, document, based_on).await?;
    let edited = content::publish(work, declared, &saved.object, None).await?;
    follow_restrictions_on(work, object.key, tree.is_public(Some(collection))).await?;
    Ok(edited)
}

/// Says what matters in an image, or that nothing does; renditions by it get new names.
///
/// # Errors
/// `Invalid` when the rectangle does not touch the picture.
pub async fn set_focal_point(work: &mut Work, declared: &Type, id: i64, focal: Option<Focal>) -> Result<()> {
    let tree = Collections::load(work).await?;
    let object = reached(work, &tree, IMAGE, id, Action::Change, "change this image").await?;
    let file = File::of(work, object.key)
        .await?
        .ok_or_else(|| Error::not_found(format!("the file of image {id}")))?;
    if let Some(focal) = focal {
        let within = |middle: i64, side: Option<i64>| (0..=side.unwrap_or_default()).contains(&middle);
        if !within(focal.x, file.width)
            || !within(focal.y, file.height)
            || focal.width < 0
            || focal.height < 0
        {
            return Err(Error::invalid("focal_point", "the focal point must lie within the picture"));
        }
    }
    if file.focal() == focal {
        return Ok(());
    }
    keep_focal(work, object.key, focal).await?;
    told_again(work, declared, &object).await
}

/// Puts another file in the place of the one that an image or document has. It gets a public name that no other file
/// has, and the old one is free again; a focal point is forgotten with its picture.
pub async fn replace_file(work: &mut Work, declared: &Type, id: i64, received: &Received) -> Result<()> {
    let tree = Collections::load(work).await?;
    let object = reached(work, &tree, &declared.label, id, Action::Change, "change this file").await?;
    let file = file_of(work, &declared.label, received, None).await?;
    keep_file(work, object.key, declared.label == IMAGE, &file).await?;
    told_again(work, declared, &object).await
}

/// Deletes an image or document that nothing uses. Its bytes stay until a sweep finds that nobody has them.
///
/// # Errors
/// `Conflict` while something uses it, naming what does.
pub async fn delete_file(work: &mut Work, label: &str, id: i64) -> Result<()> {
    let tree = Collections::load(work).await?;
    let object = reached(work, &tree, label, id, Action::Delete, "delete this file").await?;
    let used = content::usages(work, label, id).await?;
    if !used.is_empty() {
        let titles: Vec<String> =
            used.iter().take(NAMED).map(|usage| format!("“{}”", usage.draft_title)).collect();
        let more = if used.len() > NAMED { " and others" } else { "" };
        return Err(Error::Conflict(format!(
            "this is used by {}{more}; take it out there first",
            titles.join(", ")
        )));
    }
    content::delete(work, &[object]).await
}

/// The object, if the actor may do this to it.
async fn reached(
    work: &mut Work,
    tree: &Collections,
    label: &str,
    id: i64,
    action: Action,
    words: &str,
) -> Result<Object> {
    let object = Object::find(work, label, id).await?;
    let thing = Thing { label, id, collection: object.collection, owner: object.owner };
    tree.allow(&work.actor, action, thing, words)?;
    Ok(object)
}

/// What lies beside the document changed: the object is published anew, so that everything that follows it knows.
async fn told_again(work: &mut Work, declared: &Type, object: &Object) -> Result<()> {
    let was_public = object.public;
    let object = content::publish(work, declared, object, None).await?;
    follow_restrictions_on(work, object.key, was_public).await
}
