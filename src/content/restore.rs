//! The importers' one verb: an object as it was recorded elsewhere, with its id, times and revisions.

use super::Object;
use super::Place;
use super::Revision;
use super::brief::Texts;
use super::create;
use super::index;
use super::object::event;
use crate::accounts::Work;
use crate::base::Key;
use crate::base::Timestamp;
use crate::base::new_uuid;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;
use crate::store::sql;

/// An object as it was recorded.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// Its public id.
    pub id: i64,
    /// Its language.
    pub locale: String,
    /// Shared with its translations; made anew if `None`.
    pub translation_key: Option<String>,
    /// Whether readers saw it.
    pub live: bool,
    /// Whether the latest revision was ahead of it.
    pub has_draft: bool,
    /// The title of the latest draft, where it differs.
    pub draft_title: Option<String>,
    /// The live content.
    pub document: Document,
    /// Who made it.
    pub owner: Option<i64>,
    /// When it was made; the first publication if unknown.
    pub created_at: Option<Timestamp>,
    /// When it first went live.
    pub first_published_at: Option<Timestamp>,
    /// When it last went live.
    pub last_published_at: Option<Timestamp>,
    /// When it shall go live.
    pub go_live_at: Option<Timestamp>,
    /// When it shall go.
    pub expire_at: Option<Timestamp>,
    /// Whether its time was over.
    pub expired: bool,
    /// Who locked it and when, if it was locked.
    pub locked: Option<(Option<i64>, Option<Timestamp>)>,
    /// Its revisions.
    pub revisions: Vec<RestoredRevision>,
    /// The id of the revision that is live.
    pub live_revision: Option<i64>,
    /// Where it stands, if it is a page.
    pub place: Option<Place>,
    /// The page it mirrors.
    pub alias_of: Option<i64>,
    /// The collection it lies in.
    pub collection: Option<i64>,
    /// The site it is a setting of.
    pub site: Option<i64>,
}

/// A revision as it was recorded.
#[derive(Debug, Clone)]
pub struct RestoredRevision {
    /// Its id.
    pub id: i64,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Who saved it.
    pub author: Option<i64>,
    /// Its content.
    pub document: Document,
}

/// Writes a recorded object. Drafts and live content are taken as they are, complete or not: they were live.
pub async fn restore(work: &mut Work, declared: &Type, restored: Restored) -> Result<Object> {
    let key = Key(work.next("object").await?);
    work.reserve(declared.family(), restored.id).await?;
    let mut object = row_of(work, declared, key, &restored);
    if let Some(latest) = restored.revisions.iter().max_by_key(|revision| (revision.created_at, revision.id))
    {
        (object.latest_revision, object.latest_revision_at) = (Some(latest.id), Some(latest.created_at));
    }
    write_with_children(work, declared, &mut object, restored).await?;
    let written = Object::by_key(work, key).await?;
    let mut event = event("restored", &written);
    (event.path_before, event.url_before) = (None, None);
    work.record(event);
    Ok(written)
}

/// Writes a recorded object over the one that an earlier import made.
pub async fn renew(work: &mut Work, declared: &Type, object: &Object, restored: Restored) -> Result<Object> {
    work.execute(sql("delete from objects where key = ?").bind(object.key)).await?;
    for table in ["value_text", "value_int", "value_real", "refs", "revisions"] {
        work.execute(sql(format!("delete from {table} where object = ?")).bind(object.key)).await?;
    }
    let mut row = row_of(work, declared, object.key, &restored);
    row.version = object.version + 1;
    if let Some(latest) = restored.revisions.iter().max_by_key(|revision| (revision.created_at, revision.id))
    {
        (row.latest_revision, row.latest_revision_at) = (Some(latest.id), Some(latest.created_at));
    }
    write_with_children(work, declared, &mut row, restored).await?;
    let written = Object::by_key(work, object.key).await?;
    let mut event = event("restored", object);
    event.path_after = written.path.clone();
    event.url_after = written.is_page().then(|| written.url_path.clone());
    work.record(event);
    Ok(written)
}

async fn write_with_children(
    work: &mut Work,
    declared: &Type,
    object: &mut Object,
    restored: Restored,
) -> Result<()> {
    let mut document = restored.document;
    reserve_children(work, declared, &document).await?;
    index::number_children(work, declared, &mut document).await?;
    let texts = Texts::of(&object.family, &document)?;
    create::insert(work, object, restored.place.as_ref(), &texts).await?;
    let mut latest = document.clone();
    for revision in restored.revisions {
        work.reserve("revision", revision.id).await?;
        reserve_children(work, declared, &revision.document).await?;
        let row = Revision {
            id: revision.id,
            object: object.key,
            created_at: revision.created_at,
            author: revision.author,
            sealed: true,
            title: super::draft::title(declared, &revision.document),
            doc: Some(serde_json::to_string(&revision.document)?),
        };
        row.write(work).await?;
        if object.latest_revision == Some(revision.id) {
            latest = revision.document;
        }
    }
    object.doc = Some(texts.whole);
    index::references(work, declared, object, &latest).await?;
    index::reindex(work, declared, object).await
}

/// Ids of child rows that came along are never given to others.
async fn reserve_children(work: &mut Work, declared: &Type, document: &Document) -> Result<()> {
    for field in declared.all_fields() {
        let crate::schema::Shape::Children { label, .. } = &field.shape else { continue };
        let rows = document.get(&field.name).and_then(serde_json::Value::as_array);
        let ids = rows.into_iter().flatten().filter_map(|row| row.get("id")?.as_i64());
        if let Some(highest) = ids.max() {
            work.reserve(&format!("child:{label}"), highest).await?;
        }
    }
    Ok(())
}

fn row_of(work: &Work, declared: &Type, key: Key, restored: &Restored) -> Object {
    let text = |name: &str| {
        let value = restored.document.get(name).and_then(serde_json::Value::as_str);
        value.filter(|_| declared.is_page()).unwrap_or_default().to_owned()
    };
    let title = super::draft::title(declared, &restored.document);
    let made = restored.created_at.or(restored.first_published_at).unwrap_or(work.now);
    let in_menus = restored.document.get("show_in_menus").and_then(serde_json::Value::as_bool);
    Object {
        key,
        family: declared.family().to_owned(),
        id: restored.id,
        label: declared.label.clone(),
        locale: restored.locale.clone(),
        translation_key: restored.translation_key.clone().unwrap_or_else(new_uuid),
        live: restored.live,
        public: restored.live && !restored.place.as_ref().is_some_and(|place| place.restricted),
        has_draft: restored.has_draft,
        draft_title: restored.draft_title.clone().unwrap_or_else(|| title.clone()),
        title,
        owner: restored.owner,
        created_at: made,
        updated_at: restored.last_published_at.unwrap_or(made),
        first_published_at: restored.first_published_at,
        last_published_at: restored.last_published_at,
        live_revision: restored.live_revision,
        go_live_at: restored.go_live_at,
        expire_at: restored.expire_at,
        expired: restored.expired,
        locked: restored.locked.is_some(),
        locked_at: restored.locked.and_then(|(_, at)| at),
        locked_by: restored.locked.and_then(|(by, _)| by),
        show_in_menus: declared.is_page() && in_menus.unwrap_or(false),
        seo_title: text("seo_title"),
        search_description: text("search_description"),
        alias_of: restored.alias_of,
        collection: restored.collection,
        site: restored.site,
        ..Object::unmade(work.now)
    }
}
