//! The row of an object: identity, state, place, and the live document as text.

use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::error::Error;
use crate::error::Result;
use crate::events::NewEvent;
use crate::row;
use crate::schema::Document;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::sql;

row! {
    /// An object as the store keeps it. Fields of the tree are empty for what is not a page.
    #[derive(Debug, Clone)]
    pub struct Object {
        /// The store's own key.
        pub key: Key,
        /// What its id is counted in: `page`, or the label.
        pub family: String,
        /// The public id.
        pub id: i64,
        /// The content type.
        pub label: String,
        /// The language code.
        pub locale: String,
        /// Shared by all translations of one thing.
        pub translation_key: String,
        /// Whether readers may see it at all.
        pub live: bool,
        /// Live, and unrestricted with all its ancestors.
        pub public: bool,
        /// Whether the draft is ahead of the live side.
        pub has_draft: bool,
        /// The live title; the draft's while it was never live.
        pub title: String,
        /// The title of the latest draft.
        pub draft_title: String,
        /// The live document as JSON text; `None` where a list left it out.
        pub doc: Option<String>,
        /// The user who made it.
        pub owner: Option<i64>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When anything of it changed.
        pub updated_at: Timestamp,
        /// When it first went live.
        pub first_published_at: Option<Timestamp>,
        /// When it last went live.
        pub last_published_at: Option<Timestamp>,
        /// The newest revision.
        pub latest_revision: Option<i64>,
        /// When the newest revision was saved.
        pub latest_revision_at: Option<Timestamp>,
        /// The revision that is live.
        pub live_revision: Option<i64>,
        /// Raised by every write; by it conflicts are seen.
        pub version: i64,
        /// When it shall go live.
        pub go_live_at: Option<Timestamp>,
        /// When it shall go.
        pub expire_at: Option<Timestamp>,
        /// Whether it went because its time was over.
        pub expired: bool,
        /// Whether somebody locked it.
        pub locked: bool,
        /// When it was locked.
        pub locked_at: Option<Timestamp>,
        /// The user who locked it.
        pub locked_by: Option<i64>,
        /// The parent page.
        pub parent: Option<Key>,
        /// The place in the tree.
        pub path: Option<TreePath>,
        /// Levels from the root, which is 1.
        pub depth: i64,
        /// The last part of the address.
        pub slug: String,
        /// The slugs from the root on: `/home/blog/post/`.
        pub url_path: String,
        /// Listed in menus.
        pub show_in_menus: bool,
        /// The title for search engines.
        pub seo_title: String,
        /// The description for search engines.
        pub search_description: String,
        /// The page that this one mirrors.
        pub alias_of: Option<i64>,
        /// The collection of an image or document.
        pub collection: Option<i64>,
        /// The site of a setting that every site has its own of.
        pub site: Option<i64>,
    }
}

/// Every column of [`Object`] but the document.
pub(crate) const COLUMNS: &str = "o.key, o.family, o.id, o.type as label, o.locale, o.translation_key, o.live, o.public, o.has_draft, \
    o.title, o.draft_title, o.owner, o.created_at, o.updated_at, o.first_published_at, o.last_published_at, \
    o.latest_revision, o.latest_revision_created_at as latest_revision_at, o.live_revision, o.version, o.go_live_at, o.expire_at, o.expired, o.locked, \
    o.locked_at, o.locked_by, o.parent, o.path, o.depth, o.slug, o.url_path, o.show_in_menus, o.seo_title, \
    o.search_description, o.alias_of, o.collection, o.site";

/// Where a page stands and what follows from it; decided by the `pages` room.
#[derive(Debug, Clone)]
pub struct Place {
    /// The parent; `None` for the root.
    pub parent: Option<Key>,
    /// The place in the tree.
    pub path: TreePath,
    /// The last part of the address.
    pub slug: String,
    /// The slugs from the root on.
    pub url_path: String,
    /// Whether the page or one above it is restricted.
    pub restricted: bool,
}

impl Object {
    /// The object with this public identity.
    pub async fn find(conn: &mut Conn, family: &str, id: i64) -> Result<Self> {
        let text = format!("select {COLUMNS}, o.doc from objects o where o.family = ? and o.id = ?");
        let found = conn.optional(sql(text).bind(family).bind(id)).await?;
        found.ok_or_else(|| Error::not_found(format!("{} {id}", what(family))))
    }

    /// The object with this key.
    pub async fn by_key(conn: &mut Conn, key: Key) -> Result<Self> {
        let text = format!("select {COLUMNS}, o.doc from objects o where o.key = ?");
        conn.optional(sql(text).bind(key)).await?.ok_or_else(|| Error::not_found("what you asked for"))
    }

    /// Objects of one type, by draft title, without their documents.
    pub async fn of_label(conn: &mut Conn, label: &str, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!(
            "select {COLUMNS}, null as doc from objects o where o.type = ? order by o.draft_title, o.id limit ? offset ?"
        );
        conn.all(sql(text).bind(label).bind(limit).bind(offset)).await
    }

    /// How many objects of a type there are.
    pub async fn count(conn: &mut Conn, label: &str) -> Result<i64> {
        conn.one(sql("select count(*) from objects where type = ?").bind(label)).await
    }

    /// The live document.
    pub fn live_document(&self) -> Result<Document> {
        document_of(self.doc.as_deref().unwrap_or("{}"), "objects", self.key.0)
    }

    /// What an editor works on: the latest revision, or the live document where there is none.
    pub async fn draft_document(&self, conn: &mut Conn) -> Result<Document> {
        match self.latest_revision {
            Some(id) if self.has_draft || !self.live => {
                crate::content::Revision::find(conn, id).await?.document()
            }
            _ if self.doc.is_some() => self.live_document(),
            _ => Box::pin(Self::by_key(conn, self.key)).await?.live_document(),
        }
    }

    /// Whether it is a node of the page tree.
    pub fn is_page(&self) -> bool {
        self.family == PAGE_FAMILY
    }

    /// The place of a page; a page without one is a row that makes no sense.
    pub fn tree_path(&self) -> Result<&TreePath> {
        self.path.as_ref().ok_or_else(|| Error::Corrupt {
            table: "objects",
            key: self.key.0.to_string(),
            what: "a page without a path".to_owned(),
        })
    }

    /// Refuses the actor of `work` where somebody else holds the lock.
    pub fn unlocked_for(&self, work: &crate::accounts::Work) -> Result<()> {
        if self.locked && self.locked_by != work.actor.id() {
            return Err(Error::Conflict(
                "this is locked by another user; ask them to unlock it first".to_owned(),
            ));
        }
        Ok(())
    }

    /// Refuses a change that was made on an older version.
    pub fn based_on(&self, version: Option<i64>) -> Result<()> {
        match version {
            Some(version) if version != self.version => Err(Error::Conflict(
                "somebody saved a newer version while you were editing; nothing was overwritten".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// A document from its stored text.
pub fn document_of(text: &str, table: &'static str, key: i64) -> Result<Document> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt {
        table,
        key: key.to_string(),
        what: error.to_string(),
    })
}

/// An event about this object as it was before the change; the verb fills in what is different after. `public` tells
/// whether everybody could see it until then, so that followers tell nobody where a private page was.
pub(crate) fn event(kind: &'static str, object: &Object) -> NewEvent {
    let url = object.is_page().then(|| object.url_path.clone());
    NewEvent {
        locale: Some(object.locale.clone()),
        path_before: object.path.clone(),
        path_after: object.path.clone(),
        url_before: url.clone(),
        url_after: url,
        data: serde_json::json!({
            "title": object.draft_title,
            "translation_key": object.translation_key,
            "public": object.public,
        }),
        ..NewEvent::about(kind, object.family.as_str(), object.label.as_str(), object.id)
    }
}

fn what(family: &str) -> &str {
    family.rsplit('.').next().unwrap_or(family)
}

/// The event of a change of models.
pub(super) fn models_event(changes: &[crate::schema::Change]) -> NewEvent {
    NewEvent::new("models").with(serde_json::json!(changes))
}
