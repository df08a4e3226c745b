//! How far each event handler of the program has been told of the log. Unlike a follower's, its place may be set back,
//! is worked on by one process at a time, and remembers what went wrong.

use crate::base::Timestamp;
use crate::error::{Error, Result};
use crate::row;
use crate::store::{Conn, Record, sql};

row! {
    /// A handler's row.
    #[derive(Debug, Clone, PartialEq)]
    pub struct HandlerPlace {
        /// The handler.
        pub name: String,
        /// The number of the last event that it has dealt with.
        pub position: i64,
        /// The process that tells it.
        pub holder: String,
        /// Until when no other process may.
        pub held_until: Timestamp,
        /// How often in a row the next event has failed.
        pub failures: i64,
        /// When it last failed.
        pub failed_at: Timestamp,
        /// What was wrong then.
        pub problem: String,
    }
}

/// A process that tells one handler of events.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The handler.
    pub handler: &'a str,
    /// The process, by a name that no other has.
    pub process: &'a str,
}

/// Knows of a handler from now on: one that is new begins behind what has happened so far.
pub async fn enrol(conn: &mut Conn, name: &str) -> Result<()> {
    let head = super::head(conn).await?;
    let insert =
        sql("insert into handlers (name, position, holder, held_until, failures, failed_at, problem) \
         select ?, ?, '', 0, 0, 0, '' where not exists (select 1 from handlers where name = ?)");
    conn.execute(insert.bind(name).bind(head).bind(name)).await.map(drop)
}

/// Every handler that was ever enrolled, by name.
pub async fn places(conn: &mut Conn) -> Result<Vec<HandlerPlace>> {
    conn.all(sql(format!("select {} from handlers order by name", HandlerPlace::COLUMNS))).await
}

/// The place of one handler.
pub async fn place(conn: &mut Conn, name: &str) -> Result<HandlerPlace> {
    let text = format!("select {} from handlers where name = ?", HandlerPlace::COLUMNS);
    let found = conn.optional(sql(text).bind(name)).await?;
    found.ok_or_else(|| Error::not_found(format!("the event handler `{name}`")))
}

/// Makes a process the one that tells a handler, until then; `false` if another one does.
pub async fn claim(conn: &mut Conn, holder: Holder<'_>, now: Timestamp, until: Timestamp) -> Result<bool> {
    let claim = sql(
        "update handlers set holder = ?, held_until = ? where name = ? and (holder = ? or held_until < ?)",
    );
    let claim = claim.bind(holder.process).bind(until).bind(holder.handler).bind(holder.process).bind(now);
    Ok(conn.execute(claim).await? > 0)
}

/// Notes that everything up to `to` is dealt with, and holds the handler until then. `false` if the handler is no longer
/// this process's, or somebody has moved it elsewhere meanwhile: what they did stands.
pub async fn advance(
    conn: &mut Conn,
    holder: Holder<'_>,
    (from, to): (i64, i64),
    until: Timestamp,
) -> Result<bool> {
    let advance = sql("update handlers set position = ?, failures = 0, problem = '', held_until = ? \
         where name = ? and holder = ? and position = ?");
    let advance = advance.bind(to).bind(until).bind(holder.handler).bind(holder.process).bind(from);
    Ok(conn.execute(advance).await? > 0)
}

/// Notes that the event behind the handler's position failed, and lets go of it.
pub async fn fail(conn: &mut Conn, holder: Holder<'_>, problem: &str, now: Timestamp) -> Result<()> {
    let fail =
        sql("update handlers set failures = failures + 1, failed_at = ?, problem = ?, held_until = 0 \
         where name = ? and holder = ?");
    conn.execute(fail.bind(now).bind(problem).bind(holder.handler).bind(holder.process)).await.map(drop)
}

row! {
    /// An event that a handler could not deal with, and that others are told before.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SetAside {
        /// The handler.
        pub handler: String,
        /// The number of the event.
        pub event: i64,
        /// How often it was told.
        pub failures: i64,
        /// When that failed last.
        pub failed_at: Timestamp,
        /// What was wrong then.
        pub problem: String,
    }
}

/// Sets aside the event behind the handler's position, with what its failures were, and goes on behind it.
pub async fn set_aside(conn: &mut Conn, holder: Holder<'_>) -> Result<()> {
    let place = place(conn, holder.handler).await?;
    let event = place.position + 1;
    if !advance(conn, holder, (place.position, event), Timestamp::from_micros(0)).await? {
        return Ok(());
    }
    let insert = sql("insert into handler_events (handler, event, failures, failed_at, problem) \
                      select ?, ?, ?, ?, ? where not exists (select 1 from handler_events where handler = ? and event = ?)");
    let insert = insert.bind(holder.handler).bind(event).bind(place.failures).bind(place.failed_at);
    let insert = insert.bind(place.problem).bind(holder.handler).bind(event);
    conn.execute(insert).await.map(drop)
}

/// Every event that was set aside, by handler and number.
pub async fn all_set_aside(conn: &mut Conn) -> Result<Vec<SetAside>> {
    conn.all(sql(format!("select {} from handler_events order by handler, event", SetAside::COLUMNS))).await
}

/// Forgets that an event was set aside: it was dealt with, or nobody wants that it is.
pub async fn settle(conn: &mut Conn, one: &SetAside) -> Result<()> {
    let settle = sql("delete from handler_events where handler = ? and event = ?");
    conn.execute(settle.bind(one.handler.as_str()).bind(one.event)).await.map(drop)
}

/// Puts a handler behind the event of this number, wherever it was, and forgets what failed.
pub async fn put(conn: &mut Conn, name: &str, position: i64) -> Result<()> {
    let put = sql("update handlers set position = ?, failures = 0, problem = '' where name = ?");
    conn.execute(put.bind(position).bind(name)).await.map(drop)
}

/// Forgets a handler that the program no longer has.
pub async fn forget(conn: &mut Conn, name: &str) -> Result<()> {
    conn.execute(sql("delete from handler_events where handler = ?").bind(name)).await?;
    conn.execute(sql("delete from handlers where name = ?").bind(name)).await.map(drop)
}
