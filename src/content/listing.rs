//! Lists of objects as editors see them: drafts and live alike, by words, type, place or who saved them last.

use super::COLUMNS;
use super::Object;
use crate::base::Key;
use crate::base::TreePath;
use crate::error::Result;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the tree has it.
    #[default]
    Tree,
    /// By title.
    Title,
    /// The most recently changed first.
    Newest,
    /// The least recently changed first.
    Oldest,
}

/// What a list holds. Everything that is set narrows it.
#[derive(Debug, Clone, Default)]
pub struct Listing<'a> {
    /// The family: `page`, or a label.
    pub family: Option<&'a str>,
    /// Exactly these of the family.
    pub ids: Option<&'a [i64]>,
    /// Types; all if empty.
    pub labels: &'a [String],
    /// The page that they stand directly beneath.
    pub parent: Option<Key>,
    /// Places that they stand beneath; anywhere if `None`.
    pub within: Option<&'a [TreePath]>,
    /// Collections that they lie in; any if `None`.
    pub collections: Option<&'a [i64]>,
    /// Words that the title holds.
    pub words: &'a str,
    /// Only what has a draft that readers do not see.
    pub drafts: bool,
    /// Only what this user saved last.
    pub saved_by: Option<i64>,
    /// The order.
    pub order: Order,
}

impl Listing<'_> {
    /// One page of the list, without documents.
    pub async fn rows(&self, conn: &mut Conn, limit: i64, offset: i64) -> Result<Vec<Object>> {
        let mut ask = sql(format!("select {COLUMNS}, null as doc from objects o where 1 = 1"));
        self.narrow(&mut ask);
        ask.push(match self.order {
            Order::Tree => " order by o.path, o.id",
            Order::Title => " order by lower(o.draft_title), o.id",
            Order::Newest => " order by o.updated_at desc, o.id desc",
            Order::Oldest => " order by o.updated_at, o.id",
        });
        ask.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
        conn.all(ask).await
    }

    /// How many there are.
    pub async fn count(&self, conn: &mut Conn) -> Result<i64> {
        let mut ask = sql("select count(*) from objects o where 1 = 1");
        self.narrow(&mut ask);
        conn.one(ask).await
    }

    fn narrow(&self, ask: &mut Sql) {
        if let Some(family) = self.family {
            // A planner that could find the family by an index would walk all of it in order for a few of these.
            let is_found = self.parent.is_some() || self.ids.is_some();
            ask.push(if is_found { " and coalesce(o.family, '') = " } else { " and o.family = " })
                .push_bind(family);
        }
        if let Some(ids) = self.ids {
            ask.push(" and o.id in ").push_list(ids.iter().copied());
        }
        if !self.labels.is_empty() {
            ask.push(" and o.type in ").push_list(self.labels.iter().map(String::as_str));
        }
        if let Some(parent) = self.parent {
            ask.push(" and o.parent = ").push_bind(parent);
        }
        if let Some(within) = self.within {
            ask.push(" and (1 = 0");
            for place in within {
                ask.push(" or (o.path >= ")
                    .push_bind(place)
                    .push(" and o.path < ")
                    .push_bind(place.end())
                    .push(")");
            }
            ask.push(")");
        }
        if let Some(collections) = self.collections {
            ask.push(" and o.collection in ").push_list(collections.iter().copied());
        }
        for word in self.words.split_whitespace() {
            let plain = word.to_lowercase().replace(['%', '_', '\\'], "");
            ask.push(" and lower(o.draft_title) like ").push_bind(format!("%{plain}%"));
        }
        if self.drafts {
            ask.push(" and o.has_draft = 1 and o.parent is not null");
        }
        if let Some(user) = self.saved_by {
            ask.push(" and o.latest_revision in (select id from revisions where author = ")
                .push_bind(user)
                .push(")");
        }
    }
}
