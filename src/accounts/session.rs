//! A session: somebody who signed in, in one browser. The store keeps the hash of its token only.

use std::sync::Arc;

use crate::base::{Timestamp, Token};
use crate::error::Result;
use crate::row;
use crate::store::{Conn, sql};

use super::{Actor, User, Work};

/// However busy, a session ends this long after signing in.
pub const LONGEST_SECONDS: i64 = 60 * 24 * 3600;
/// How often it is written down that a session is in use.
const NOTED_EVERY_SECONDS: i64 = 15 * 60;

row! {
    /// A session as it is stored.
    #[derive(Debug, Clone)]
    pub struct Session {
        /// The hash of its token.
        pub hash: String,
        /// Whose it is.
        pub user_id: i64,
        /// When they signed in.
        pub created_at: Timestamp,
        /// When it was last noted to be in use.
        pub seen_at: Timestamp,
        /// When it ends, whatever happens.
        pub expires_at: Timestamp,
        /// Where they signed in from.
        pub address: String,
        /// The browser they signed in with, as it calls itself.
        pub agent: String,
    }
}

impl Session {
    /// Who stands behind a token, if its session is still good: not ended, and used in the last `idle_hours`.
    pub async fn actor(
        conn: &mut Conn,
        token: &Token,
        now: Timestamp,
        idle_hours: u64,
    ) -> Result<Option<(Self, Actor)>> {
        let text = "select hash, user_id, created_at, seen_at, expires_at, address, agent from sessions \
                    where hash = ? and expires_at > ? and seen_at > ?";
        let oldest = now.plus_seconds(-hours(idle_hours));
        let session: Option<Self> =
            conn.optional(sql(text).bind(token.hash()).bind(now).bind(oldest)).await?;
        let Some(session) = session else { return Ok(None) };
        let user = User::get(conn, session.user_id).await?.filter(|user| user.is_active);
        let Some(user) = user else { return Ok(None) };
        let person = user.person(conn).await?;
        Ok(Some((session, Actor::Person(Arc::new(person)))))
    }

    /// Whether its use should be written down again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now > self.seen_at.plus_seconds(NOTED_EVERY_SECONDS)
    }

    /// Writes down that it is in use.
    pub async fn seen(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        let text = "update sessions set seen_at = ? where hash = ?";
        conn.execute(sql(text).bind(now).bind(&self.hash)).await.map(drop)
    }

    /// Begins one for a user and gives its token, which is nowhere else.
    pub(super) async fn begin(work: &mut Work, user: &User, address: &str, agent: &str) -> Result<Token> {
        let token = Token::random();
        let text = "insert into sessions (hash, user_id, created_at, seen_at, expires_at, address, agent) \
                    values (?, ?, ?, ?, ?, ?, ?)";
        let now = work.now;
        let agent: String = agent.chars().filter(|character| !character.is_control()).take(200).collect();
        let statement = sql(text).bind(token.hash()).bind(user.id).bind(now).bind(now);
        work.execute(statement.bind(now.plus_seconds(LONGEST_SECONDS)).bind(address).bind(agent)).await?;
        Ok(token)
    }

    /// Ends the session of a token.
    pub(super) async fn end(conn: &mut Conn, token: &Token) -> Result<()> {
        conn.execute(sql("delete from sessions where hash = ?").bind(token.hash())).await.map(drop)
    }

    /// Ends every session of a user but, if given, the one of this token.
    pub(super) async fn end_all(conn: &mut Conn, user: i64, but: Option<&Token>) -> Result<()> {
        let kept = but.map(Token::hash).unwrap_or_default();
        let text = "delete from sessions where user_id = ? and hash <> ?";
        conn.execute(sql(text).bind(user).bind(kept)).await.map(drop)
    }

    /// Forgets sessions that have ended.
    pub(super) async fn forget_ended(conn: &mut Conn, now: Timestamp, idle_hours: u64) -> Result<u64> {
        let text = "delete from sessions where expires_at <= ? or seen_at <= ?";
        conn.execute(sql(text).bind(now).bind(now.plus_seconds(-hours(idle_hours)))).await
    }
}

fn hours(hours: u64) -> i64 {
    i64::try_from(hours).unwrap_or(i64::MAX).saturating_mul(3600)
}
