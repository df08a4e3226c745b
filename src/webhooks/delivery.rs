//! A call: what is told to one receiver of one event, and how it went.

use crate::base::Timestamp;
use crate::error::{Error, Result};
use crate::row;
use crate::store::{Conn, Record, sql};

/// The sequence that numbers deliveries; a receiver gets its own in this order.
const SEQUENCE: &str = "webhook_delivery";

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It will be made, or made again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// The receiver did not, and it is not tried again.
    Failed,
}

impl State {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

row! {
    /// One call.
    #[derive(Debug, Clone)]
    pub struct Delivery {
        /// Its place among all.
        pub number: i64,
        /// What the receiver knows it by; the same at every attempt.
        pub id: String,
        /// The receiver.
        pub webhook: i64,
        /// The event it tells of; `None` for a test.
        pub event: Option<i64>,
        /// What happened.
        pub kind: String,
        /// What is sent.
        pub body: String,
        /// `waiting`, `delivered` or `failed`.
        pub state: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was last tried.
        pub tried_at: Option<Timestamp>,
        /// The status of the last answer.
        pub status: Option<i64>,
        /// The beginning of the last answer.
        pub answer: String,
        /// Why the last attempt did not succeed; empty if it did.
        pub problem: String,
        /// How long the last attempt took.
        pub milliseconds: Option<i64>,
    }
}

impl Delivery {
    /// The calls to a receiver, the newest first.
    pub async fn of(conn: &mut Conn, webhook: i64, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!(
            "select {} from webhook_deliveries where webhook = ? order by number desc limit ? offset ?",
            Self::COLUMNS
        );
        conn.all(sql(text).bind(webhook).bind(limit).bind(offset)).await
    }

    /// How many calls to a receiver are remembered.
    pub async fn count(conn: &mut Conn, webhook: i64) -> Result<i64> {
        conn.one(sql("select count(*) from webhook_deliveries where webhook = ?").bind(webhook)).await
    }

    /// How many calls to a receiver wait.
    pub async fn waiting(conn: &mut Conn, webhook: i64) -> Result<i64> {
        let ask = sql("select count(*) from webhook_deliveries where webhook = ? and state = ?");
        conn.one(ask.bind(webhook).bind(State::Waiting.word())).await
    }

    /// The call of this id.
    pub async fn find(conn: &mut Conn, id: &str) -> Result<Self> {
        let ask = sql(format!("select {} from webhook_deliveries where id = ?", Self::COLUMNS)).bind(id);
        conn.optional(ask).await?.ok_or_else(|| Error::not_found(format!("delivery {id}")))
    }

    /// The next call that a receiver waits for.
    pub(super) async fn next(conn: &mut Conn, webhook: i64) -> Result<Option<Self>> {
        let text = format!(
            "select {} from webhook_deliveries where webhook = ? and state = ? order by number limit 1",
            Self::COLUMNS
        );
        conn.optional(sql(text).bind(webhook).bind(State::Waiting.word())).await
    }

    /// Writes a call; its number is given here.
    pub(super) async fn insert(mut self, conn: &mut Conn) -> Result<Self> {
        self.number = conn.next(SEQUENCE).await?;
        let mut insert = sql(format!("insert into webhook_deliveries ({}) values (", Self::COLUMNS));
        insert.push_marks(Self::COLUMNS.split(',').count()).push(")");
        let insert = insert.bind(self.number).bind(&self.id).bind(self.webhook).bind(self.event);
        let insert = insert.bind(&self.kind).bind(&self.body).bind(&self.state).bind(self.attempts);
        let insert = insert.bind(self.created_at).bind(self.tried_at).bind(self.status);
        conn.execute(insert.bind(&self.answer).bind(&self.problem).bind(self.milliseconds)).await?;
        Ok(self)
    }

    /// Stores how far it has come, unless somebody else has changed that meanwhile.
    pub(super) async fn update(&self, conn: &mut Conn, was: State) -> Result<()> {
        let update = sql("update webhook_deliveries set state = ?, attempts = ?, tried_at = ?, status = ?, \
             answer = ?, problem = ?, milliseconds = ? where number = ? and state = ?");
        let update = update.bind(&self.state).bind(self.attempts).bind(self.tried_at).bind(self.status);
        let update = update.bind(&self.answer).bind(&self.problem).bind(self.milliseconds);
        conn.execute(update.bind(self.number).bind(was.word())).await.map(drop)
    }
}

/// Gives up calls that have waited since before a moment, and forgets finished ones from before it.
pub(super) async fn forget_before(conn: &mut Conn, moment: Timestamp, words: &str) -> Result<()> {
    let old = sql("delete from webhook_deliveries where state <> ? and created_at < ?");
    conn.execute(old.bind(State::Waiting.word()).bind(moment)).await?;
    let stale =
        sql("update webhook_deliveries set state = ?, problem = ? where state = ? and created_at < ?");
    let stale = stale.bind(State::Failed.word()).bind(words).bind(State::Waiting.word()).bind(moment);
    conn.execute(stale).await.map(drop)
}

/// Forgets all but the newest finished calls to a receiver.
pub(super) async fn forget_beyond(conn: &mut Conn, webhook: i64, kept: i64) -> Result<()> {
    let oldest = sql("select number from webhook_deliveries where webhook = ? and state <> ? \
         order by number desc limit 1 offset ?");
    let oldest = oldest.bind(webhook).bind(State::Waiting.word()).bind(kept);
    let Some(number) = conn.optional::<i64>(oldest).await? else { return Ok(()) };
    let delete = sql("delete from webhook_deliveries where webhook = ? and state <> ? and number <= ?");
    conn.execute(delete.bind(webhook).bind(State::Waiting.word()).bind(number)).await.map(drop)
}
