//! An event, and the log's row queries.

use serde_json::Value;

use crate::base::{Timestamp, TreePath};
use crate::error::Result;
use crate::row;
use crate::store::{Conn, Record, Sql, sql};

/// The counter that numbers events.
const COUNTER: &str = "events";
/// Events that one statement inserts: 15 values each, far from any database's limit.
const BATCH: usize = 100;
/// The columns of a row, in the order in which [`values`] binds them.
const COLUMNS: &str = "number, at, kind, family, type, id, site, locale, path_before, path_after, url_before, \
                       url_after, actor, actor_id, data";
/// How many columns that is.
const WIDTH: usize = 15;

/// Something that is about to be written into the log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewEvent {
    /// What happened: `published`, `user.signed_in`.
    pub kind: &'static str,
    /// The family of the object, if it is about one: `page` for all pages, else the type's label.
    pub family: Option<String>,
    /// The type's label: `blog.BlogPage`.
    pub type_: Option<String>,
    /// The public id of what it happened to.
    pub id: Option<i64>,
    /// The site that shows it.
    pub site: Option<i64>,
    /// Its locale.
    pub locale: Option<String>,
    /// Where it was in the tree.
    pub path_before: Option<TreePath>,
    /// Where it is in the tree now.
    pub path_after: Option<TreePath>,
    /// The URL path it had.
    pub url_before: Option<String>,
    /// The URL path it has now.
    pub url_after: Option<String>,
    /// What else followers and the audit log want to know.
    pub data: Value,
}

impl NewEvent {
    /// Something that happened to no object: `NewEvent::new("user.signed_in")`.
    pub fn new(kind: &'static str) -> Self {
        Self { kind, data: Value::Object(serde_json::Map::new()), ..Self::default() }
    }

    /// Something that happened to an object.
    pub fn about(kind: &'static str, family: impl Into<String>, type_: impl Into<String>, id: i64) -> Self {
        Self { family: Some(family.into()), type_: Some(type_.into()), id: Some(id), ..Self::new(kind) }
    }

    /// The same with this to know about it, besides what is known.
    pub fn with(mut self, data: Value) -> Self {
        match (&mut self.data, data) {
            (Value::Object(known), Value::Object(more)) => known.extend(more),
            (known, data) => *known = data,
        }
        self
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// As the audit log names them, also when the account is gone: a user name, or the system's part.
    pub label: String,
    /// The account, if a person did it.
    pub id: Option<i64>,
}

row! {
    /// One row of the log.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Event {
        /// Its place in the order of commits, from 1.
        pub number: i64,
        /// When it happened.
        pub at: Timestamp,
        /// What happened: `published`, `user.signed_in`.
        pub kind: String,
        /// The family of the object, if it is about one.
        pub family: Option<String>,
        /// The type's label.
        pub type_: Option<String> = "type",
        /// The public id of what it happened to.
        pub id: Option<i64>,
        /// The site that showed it.
        pub site: Option<i64>,
        /// Its locale.
        pub locale: Option<String>,
        /// Where it was in the tree.
        pub path_before: Option<TreePath>,
        /// Where it came to be in the tree.
        pub path_after: Option<TreePath>,
        /// The URL path it had.
        pub url_before: Option<String>,
        /// The URL path it got.
        pub url_after: Option<String>,
        /// Who did it, as named then.
        pub actor: String,
        /// The account, if a person did it.
        pub actor_id: Option<i64>,
        /// What else there is to know.
        pub data: Value,
    }
}

/// Writes events at the end of the log, numbered in the order given, and gives the last number; `None` if there are
/// none. It is the last thing that a transaction does before it commits, because the log stays locked from here on.
pub async fn append(
    conn: &mut Conn,
    events: &[NewEvent],
    author: &Author,
    now: Timestamp,
) -> Result<Option<i64>> {
    if events.is_empty() {
        return Ok(None);
    }
    let last = conn.count_up(COUNTER, events.len() as i64).await?;
    let mut number = last - events.len() as i64;
    for batch in events.chunks(BATCH) {
        let mut insert = sql(format!("insert into events ({COLUMNS}) values "));
        for (place, event) in batch.iter().enumerate() {
            number += 1;
            insert.push(if place == 0 { "(" } else { ", (" }).push_marks(WIDTH).push(")");
            insert = values(insert, number, event, author, now);
        }
        conn.execute(insert).await?;
    }
    Ok(Some(last))
}

fn values(insert: Sql, number: i64, event: &NewEvent, author: &Author, now: Timestamp) -> Sql {
    insert
        .bind(number)
        .bind(now)
        .bind(event.kind)
        .bind(event.family.as_ref())
        .bind(event.type_.as_ref())
        .bind(event.id)
        .bind(event.site)
        .bind(event.locale.as_ref())
        .bind(event.path_before.as_ref())
        .bind(event.path_after.as_ref())
        .bind(event.url_before.as_ref())
        .bind(event.url_after.as_ref())
        .bind(&author.label)
        .bind(author.id)
        .bind(&event.data)
}

/// The events after a number, oldest first, at most `limit`.
pub async fn since(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Event>> {
    let text = format!("select {} from events where number > ? order by number limit ?", Event::COLUMNS);
    conn.all(sql(text).bind(after).bind(limit)).await
}

/// The number of the last event; 0 if nothing has happened yet.
pub async fn head(conn: &mut Conn) -> Result<i64> {
    let number = conn.optional(sql("select value from counters where name = ?").bind(COUNTER)).await?;
    Ok(number.unwrap_or(0))
}

/// What happened to one object, newest first, at most `limit`.
pub async fn history_of(conn: &mut Conn, family: &str, id: i64, limit: i64) -> Result<Vec<Event>> {
    let text = format!(
        "select {} from events where family = ? and id = ? order by number desc limit ?",
        Event::COLUMNS
    );
    conn.all(sql(text).bind(family).bind(id).bind(limit)).await
}
