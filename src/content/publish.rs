//! Going live and going dark.

use serde_json::Value;

use super::Object;
use super::Place;
use super::brief::Texts;
use super::draft;
use super::index;
use super::object::event;
use super::values;
use crate::accounts::Work;
use crate::error::Error;
use crate::error::Problems;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::FilterValue;
use crate::schema::Type;
use crate::schema::filter_values;
use crate::store::sql;

/// Makes the latest draft live. For a page, `place` says where it stands from now on.
///
/// # Errors
/// `Invalid` when the draft is incomplete or a unique value is taken, with the field path; `Conflict` when locked.
pub async fn publish(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    place: Option<&Place>,
) -> Result<Object> {
    object.unlocked_for(work)?;
    let document = object.draft_document(work).await?;
    declared.complete(&document).into_result()?;
    values::require_unique(work, declared).await?;
    unique(work, declared, object, &document).await?;
    let revision = match object.latest_revision {
        Some(latest) => Some(latest),
        None if declared.drafts => Some(draft::write_revision(work, declared, object, &document).await?),
        None => None,
    };
    seal(work, revision).await?;
    go_live(work, declared, object, &document, revision, place).await?;
    let live = Object::by_key(work, object.key).await?;
    index::reindex(work, declared, &live).await?;
    let mut published = event("published", object).with(serde_json::json!({
        "title": live.title,
        "revision": revision,
        "first": object.first_published_at.is_none(),
    }));
    published.path_after = live.path.clone();
    published.url_after = live.is_page().then(|| live.url_path.clone());
    work.record(published);
    Ok(live)
}

/// Takes an object from its readers; the draft and every revision stay.
pub async fn unpublish(work: &mut Work, declared: &Type, object: &Object) -> Result<Object> {
    object.unlocked_for(work)?;
    if !object.live {
        return Ok(object.clone());
    }
    let update = sql(
        "update objects set live = 0, public = 0, has_draft = 1, live_revision = null, updated_at = ?, version = version + 1 \
         where key = ?",
    );
    let update = update.bind(work.now).bind(object.key);
    work.execute(update).await?;
    let dark = Object::by_key(work, object.key).await?;
    index::reindex(work, declared, &dark).await?;
    work.record(event("unpublished", object));
    Ok(dark)
}

async fn seal(work: &mut Work, revision: Option<i64>) -> Result<()> {
    let seal = sql("update revisions set sealed = 1 where id = ? and sealed = 0").bind(revision);
    work.execute(seal).await.map(drop)
}

async fn go_live(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    document: &Document,
    revision: Option<i64>,
    place: Option<&Place>,
) -> Result<()> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let title = draft::title(declared, document);
    let is_public = !place.is_some_and(|place| place.restricted);
    let update = sql(
        "update objects set live = 1, public = ?, has_draft = 0, expired = 0, title = ?, draft_title = ?, doc = ?, \
         brief = ?, brief_of = ?, first_published_at = coalesce(first_published_at, ?), last_published_at = ?, updated_at = ?, live_revision = ?, \
         latest_revision = ?, version = version + 1, slug = ?, url_path = ?, show_in_menus = ?, seo_title = ?, \
         search_description = ? where key = ?",
    );
    let texts = Texts::of(&object.family, document)?;
    let update = update.bind(is_public).bind(title.as_str()).bind(title.as_str());
    let update = update.bind(texts.whole).bind(texts.brief).bind(work.now);
    let update = update.bind(work.now).bind(work.now).bind(work.now).bind(revision).bind(revision);
    let update = update.bind(place.map_or("", |place| place.slug.as_str()));
    let update = update.bind(place.map_or("", |place| place.url_path.as_str()));
    let is_in_menus = document.get("show_in_menus").and_then(Value::as_bool).unwrap_or(false);
    let (seo_title, description) =
        if object.is_page() { (text("seo_title"), text("search_description")) } else { Default::default() };
    let update = update.bind(object.is_page() && is_in_menus).bind(seo_title).bind(description);
    work.execute(update.bind(object.key)).await.map(drop)
}

/// No two live objects of a type share the value of a unique field.
async fn unique(work: &mut Work, declared: &Type, object: &Object, document: &Document) -> Result<()> {
    let mut problems = Problems::default();
    for (name, value) in filter_values(declared, document) {
        let is_unique = declared.field(&name).is_some_and(|field| field.options.unique);
        if !is_unique || value == FilterValue::Text(String::new()) {
            continue;
        }
        let (table, value) = index::bound(&value);
        let taken = sql(format!(
            "select v.object from {table} v where v.type = ? and v.field = ? and v.value = ? and v.object <> ? limit 1"
        ));
        let taken = taken.bind(declared.label.as_str()).bind(name.as_str()).bind(value).bind(object.key);
        if work.optional::<i64>(taken).await?.is_some() {
            problems.add(name, "is taken by another object");
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
