//! Making an object.

use super::Object;
use super::Place;
use super::brief::Texts;
use super::draft;
use super::index;
use super::object::event;
use crate::accounts::Work;
use crate::base::Key;
use crate::base::Timestamp;
use crate::base::new_uuid;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;
use crate::store::sql;

/// What a new object starts with.
#[derive(Debug, Clone, Default)]
pub struct NewObject {
    /// Its content.
    pub document: Document,
    /// Its language.
    pub locale: String,
    /// The translation key that it shares; its own if `None`.
    pub translation_key: Option<String>,
    /// Where it stands, if it is a page.
    pub place: Option<Place>,
    /// The page it mirrors.
    pub alias_of: Option<i64>,
    /// The collection it lies in.
    pub collection: Option<i64>,
    /// The site it is a setting of.
    pub site: Option<i64>,
}

/// Makes an object that nobody sees yet; publishing is a verb of its own.
///
/// # Errors
/// `Conflict` when the type's `max_count` is reached.
pub async fn create(work: &mut Work, declared: &Type, new: NewObject) -> Result<Object> {
    if let Some(most) = declared.max_count
        && Object::count(work, &declared.label).await? >= most as i64
    {
        return Err(Error::Conflict(format!("there may be {most} of {} and there are", declared.name)));
    }
    let key = Key(work.next("object").await?);
    let id = work.next(declared.family()).await?;
    let mut document = new.document;
    index::number_children(work, declared, &mut document).await?;
    let title = draft::title(declared, &document);
    let object = Object {
        key,
        family: declared.family().to_owned(),
        id,
        label: declared.label.clone(),
        locale: new.locale,
        translation_key: new.translation_key.unwrap_or_else(new_uuid),
        owner: work.actor.id(),
        title: title.clone(),
        draft_title: title,
        has_draft: declared.drafts,
        alias_of: new.alias_of,
        collection: new.collection,
        site: new.site,
        ..Object::unmade(work.now)
    };
    insert(work, &object, new.place.as_ref(), &Texts::of(&object.family, &document)?).await?;
    if declared.drafts {
        let revision = draft::write_revision(work, declared, &object, &document).await?;
        let update =
            sql("update objects set latest_revision = ?, latest_revision_created_at = ? where key = ?");
        let update = update.bind(revision).bind(work.now).bind(key);
        work.execute(update).await?;
    }
    index::references(work, declared, &object, &document).await?;
    let created = Object::by_key(work, key).await?;
    work.record(event("created", &created));
    Ok(created)
}

impl Object {
    /// A row with nothing in it, made at `now`.
    pub(super) fn unmade(now: Timestamp) -> Self {
        Self {
            key: Key(0),
            family: String::new(),
            id: 0,
            label: String::new(),
            locale: String::new(),
            translation_key: String::new(),
            live: false,
            public: false,
            has_draft: false,
            title: String::new(),
            draft_title: String::new(),
            doc: None,
            owner: None,
            created_at: now,
            updated_at: now,
            first_published_at: None,
            last_published_at: None,
            latest_revision: None,
            latest_revision_at: None,
            live_revision: None,
            version: 1,
            go_live_at: None,
            expire_at: None,
            expired: false,
            locked: false,
            locked_at: None,
            locked_by: None,
            parent: None,
            path: None,
            depth: 0,
            slug: String::new(),
            url_path: String::new(),
            show_in_menus: false,
            seo_title: String::new(),
            search_description: String::new(),
            alias_of: None,
            collection: None,
            site: None,
        }
    }
}

/// Writes a new row.
pub(super) async fn insert(
    work: &mut Work,
    object: &Object,
    place: Option<&Place>,
    doc: &Texts,
) -> Result<()> {
    let insert = sql(
        "insert into objects (key, family, id, type, locale, translation_key, live, public, has_draft, title, draft_title, \
         doc, brief, brief_of, owner, created_at, updated_at, first_published_at, last_published_at, latest_revision, \
         latest_revision_created_at, live_revision, version, go_live_at, expire_at, expired, locked, locked_at, locked_by, parent, path, depth, slug, \
         url_path, show_in_menus, seo_title, search_description, alias_of, collection, site) \
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let insert =
        insert.bind(object.key).bind(object.family.as_str()).bind(object.id).bind(object.label.as_str());
    let insert = insert.bind(object.locale.as_str()).bind(object.translation_key.as_str()).bind(object.live);
    let insert = insert.bind(object.public).bind(object.has_draft).bind(object.title.as_str());
    let insert = insert.bind(object.draft_title.as_str()).bind(doc.whole.as_str()).bind(doc.brief.as_deref());
    let brief_of = object.last_published_at.unwrap_or(Timestamp::from_micros(0));
    let insert = insert.bind(brief_of).bind(object.owner).bind(object.created_at);
    let insert =
        insert.bind(object.updated_at).bind(object.first_published_at).bind(object.last_published_at);
    let insert =
        insert.bind(object.latest_revision).bind(object.latest_revision_at).bind(object.live_revision);
    let insert =
        insert.bind(object.version).bind(object.go_live_at).bind(object.expire_at).bind(object.expired);
    let insert = insert.bind(object.locked).bind(object.locked_at).bind(object.locked_by);
    let insert = insert.bind(place.and_then(|place| place.parent)).bind(place.map(|place| &place.path));
    let insert = insert.bind(place.map_or(0, |place| place.path.depth() as i64));
    let insert = insert.bind(place.map_or("", |place| place.slug.as_str()));
    let insert = insert.bind(place.map_or("", |place| place.url_path.as_str())).bind(object.show_in_menus);
    let insert = insert.bind(object.seo_title.as_str()).bind(object.search_description.as_str());
    work.execute(insert.bind(object.alias_of).bind(object.collection).bind(object.site)).await.map(drop)
}
