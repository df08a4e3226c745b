//! A receiver: where it is, what it wants to hear of, and how calling it goes.

use serde_json::Value;

use crate::base::Timestamp;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::row;
use crate::schema::PAGE;
use crate::store::{Conn, Record, Sql, sql};

use super::signature;

/// A kind of event that a receiver can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The word in payloads and in the store.
    pub word: &'static str,
    /// What happened, for people.
    pub label: &'static str,
    /// Whether readers may notice it; a receiver that names no kinds gets these.
    pub shows: bool,
}

impl Kind {
    /// Every kind, those that readers notice first. Accounts and webhooks themselves are told to nobody.
    pub const ALL: [Self; 13] = [
        Self::new("published", "Published", true),
        Self::new("unpublished", "Unpublished", true),
        Self::new("moved", "Moved", true),
        Self::new("deleted", "Deleted", true),
        Self::new("restricted", "Made private or public", true),
        Self::new("restored", "Brought in by an import", true),
        Self::new("saved", "A redirect saved", true),
        Self::new("site", "A site or language changed", true),
        Self::new("models", "The content models changed", true),
        Self::new("renumbered", "Places of pages counted anew", true),
        Self::new("created", "A draft made", false),
        Self::new("edited", "A draft saved", false),
        Self::new("submitted", "A form sent", false),
    ];

    const fn new(word: &'static str, label: &'static str, shows: bool) -> Self {
        Self { word, label, shows }
    }

    /// The kind of an event; `None` if it is told to nobody.
    pub fn of(event: &Event) -> Option<Self> {
        let word = match event.kind.split_once('.') {
            Some(("site" | "locale", _)) => "site",
            // What happens to a collection goes by the words of what happens to anything else.
            Some(("collection", what)) => what,
            Some(_) => return None,
            None => event.kind.as_str(),
        };
        Self::ALL.into_iter().find(|kind| kind.word == word)
    }
}

row! {
    /// One receiver.
    #[derive(Debug, Clone)]
    pub struct Webhook {
        /// Its id.
        pub id: i64,
        /// What it is called.
        pub name: String,
        /// Where it is.
        pub url: String,
        /// The kinds of events that it wants, as a JSON list of words; empty for all that readers may notice.
        pub kinds: Value,
        /// The content types that it wants, as a JSON list of labels; empty for all.
        pub types: Value,
        /// The only site that it wants; what belongs to no site is told in any case.
        pub site: Option<i64>,
        /// Whether it is told anything.
        pub active: bool,
        /// The event after which it is told.
        pub after_event: i64,
        /// What its secret is derived from.
        pub(super) salt: String,
        /// The same of the secret before.
        pub(super) old_salt: Option<String>,
        /// Until when calls are signed with both.
        pub old_salt_until: Option<Timestamp>,
        /// Calls that failed in a row.
        pub failures: i64,
        /// When it is called again after a failure.
        pub retry_at: Option<Timestamp>,
        /// When the program gave up calling it.
        pub paused_at: Option<Timestamp>,
        /// Why.
        pub paused_why: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

impl Webhook {
    /// Every receiver, by id.
    pub async fn list(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql(format!("select {} from webhooks order by id", Self::COLUMNS))).await
    }

    /// Those that are told of what happens.
    pub async fn active(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql(format!("select {} from webhooks where active = 1 order by id", Self::COLUMNS))).await
    }

    /// The receiver of this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let ask = sql(format!("select {} from webhooks where id = ?", Self::COLUMNS)).bind(id);
        conn.optional(ask).await?.ok_or_else(|| Error::not_found(format!("webhook {id}")))
    }

    /// Whether it wants to hear of this event, which happened on one of these sites, or on none. `shows` tells whether
    /// readers may notice it.
    pub fn wants(&self, event: &Event, sites: &[i64], shows: bool) -> bool {
        let Some(kind) = Kind::of(event) else { return false };
        let (kinds, types) = (words(&self.kinds), words(&self.types));
        let wants_kind = if kinds.is_empty() { shows } else { kinds.contains(&kind.word) };
        let label = event.type_.as_deref().unwrap_or_default();
        let is_page = event.family.as_deref() == Some(crate::schema::PAGE_FAMILY);
        let wants_type = types.is_empty() || types.contains(&label) || is_page && types.contains(&PAGE);
        let wants_site = sites.is_empty() || self.site.is_none_or(|site| sites.contains(&site));
        event.number > self.after_event && wants_kind && wants_type && wants_site
    }

    /// The kinds that it asks for by name.
    pub fn kind_words(&self) -> Vec<&str> {
        words(&self.kinds)
    }

    /// The content types that it asks for by name.
    pub fn type_labels(&self) -> Vec<&str> {
        words(&self.types)
    }

    /// The secret that its calls are signed with. Shown once, when it is made.
    pub fn secret(&self, signing_key: &[u8; 32]) -> String {
        signature::secret(signing_key, &self.salt)
    }

    /// The secrets that are valid at this moment, the newest first.
    pub(super) fn secrets(&self, signing_key: &[u8; 32], now: Timestamp) -> Vec<String> {
        let old = self.old_salt.as_ref().filter(|_| self.old_salt_until.is_some_and(|until| now < until));
        [Some(&self.salt), old]
            .into_iter()
            .flatten()
            .map(|salt| signature::secret(signing_key, salt))
            .collect()
    }

    pub(super) async fn insert(&self, conn: &mut Conn) -> Result<()> {
        let mut insert = sql(format!("insert into webhooks ({}) values (", Self::COLUMNS));
        insert.push_marks(Self::COLUMNS.split(',').count()).push(")");
        conn.execute(self.bound(insert)).await.map(drop)
    }

    pub(super) async fn update(&self, conn: &mut Conn) -> Result<()> {
        let assigned = Self::COLUMNS.replace(", ", " = ?, ");
        let update = sql(format!("update webhooks set {assigned} = ? where id = ?"));
        conn.execute(self.bound(update).bind(self.id)).await.map(drop)
    }

    fn bound(&self, statement: Sql) -> Sql {
        statement
            .bind(self.id)
            .bind(&self.name)
            .bind(&self.url)
            .bind(&self.kinds)
            .bind(&self.types)
            .bind(self.site)
            .bind(self.active)
            .bind(self.after_event)
            .bind(&self.salt)
            .bind(self.old_salt.clone())
            .bind(self.old_salt_until)
            .bind(self.failures)
            .bind(self.retry_at)
            .bind(self.paused_at)
            .bind(self.paused_why.clone())
            .bind(self.created_at)
    }
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
