//! What a statement is run on: a pooled connection for reading, or a transaction.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::TryStreamExt;
use sqlx::mysql::MySqlArguments;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{
    Arguments, AssertSqlSafe, Encode, MySql, MySqlConnection, PgConnection, Postgres, Sqlite,
    SqliteConnection, Transaction, Type,
};

use crate::error::{Error, Result};

use super::failure::{failure, too_large};
use super::readers::Reader;
use super::{Bind, Db, Dialect, Record, Row, Sql, sql};

/// A connection that statements are run on. The store counts them.
pub struct Conn {
    pub(super) link: Link,
    server: Server,
    statements: Arc<AtomicU64>,
}

/// What is known of the database that answers.
#[derive(Clone, Copy)]
pub(super) struct Server {
    pub(super) dialect: Dialect,
    /// Bytes that one statement may have with its values, where the server says so.
    pub(super) longest: Option<usize>,
}

/// A connection of either kind; one that is dropped inside a transaction rolls back before it is used again.
pub(super) enum Link {
    Reader(Reader),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
    MySql(PoolConnection<MySql>),
    MySqlTx(Transaction<'static, MySql>),
}

/// The driver's connection that a statement goes to.
enum Driver<'c> {
    Reader(&'c mut Reader),
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
    MySql(&'c mut MySqlConnection),
}

impl Link {
    fn driver(&mut self) -> Driver<'_> {
        match self {
            Self::Reader(reader) => Driver::Reader(reader),
            Self::SqliteTx(transaction) => Driver::Sqlite(transaction),
            Self::Postgres(connection) => Driver::Postgres(connection),
            Self::PostgresTx(transaction) => Driver::Postgres(transaction),
            Self::MySql(connection) => Driver::MySql(connection),
            Self::MySqlTx(transaction) => Driver::MySql(transaction),
        }
    }
}

/// The same lines for whichever driver of sqlx answers: connection, query and row are types of its own. What waits for
/// one of them stands in a place of its own, or whoever waits for the reader would carry the room for all of it about.
macro_rules! with_driver {
    ($conn:ident, $text:expr, $binds:expr, |$reader:ident| $read:expr, |$driver:ident, $query:ident| $body:expr) => {
        match $conn.link.driver() {
            Driver::Reader($reader) => $read,
            Driver::Sqlite($driver) => {
                with_driver!($text, arguments::<SqliteArguments>($binds), $driver, $query, $body)
            }
            Driver::Postgres($driver) => {
                with_driver!($text, arguments::<PgArguments>($binds), $driver, $query, $body)
            }
            Driver::MySql($driver) => {
                with_driver!($text, arguments::<MySqlArguments>($binds), $driver, $query, $body)
            }
        }
    };
    ($text:expr, $arguments:expr, $driver:ident, $query:ident, $body:expr) => {{
        let $query = sqlx::query_with(AssertSqlSafe($text), $arguments?);
        Box::pin(async move { $body }).await
    }};
}

impl Conn {
    pub(super) fn new(link: Link, db: &Db) -> Self {
        Self { link, server: db.server, statements: db.statements.clone() }
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        self.server.dialect
    }

    /// Every row.
    pub async fn all<T: Record>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let Sql { text, binds } = sql;
        let text = self.spelt(&text, &binds)?;
        with_driver!(self, &*text, binds, |reader| reader.rows(&text, &binds, usize::MAX), |driver, query| {
            let mut records = Vec::new();
            let mut rows = query.fetch(driver);
            while let Some(row) = rows.try_next().await.map_err(|error| failure(error, &text))? {
                records.push(T::read(&Row::from(&row))?);
            }
            Ok(records)
        })
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(&mut self, sql: Sql) -> Result<Option<T>> {
        let Sql { text, binds } = sql;
        let text = self.spelt(&text, &binds)?;
        with_driver!(
            self,
            &*text,
            binds,
            |reader| Ok(reader.rows(&text, &binds, 1)?.pop()),
            |driver, query| {
                let row = query.fetch_optional(driver).await.map_err(|error| failure(error, &text))?;
                row.map(|row| T::read(&Row::from(&row))).transpose()
            }
        )
    }

    /// The one row that must be there, such as a count.
    pub async fn one<T: Record>(&mut self, sql: Sql) -> Result<T> {
        let text = sql.text.clone();
        self.optional(sql).await?.ok_or_else(|| Error::internal(format!("no row from: {text}")))
    }

    /// Runs a statement that answers no rows, and tells how many it touched.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64> {
        let Sql { text, binds } = sql;
        let text = self.spelt(&text, &binds)?;
        with_driver!(self, &*text, binds, |reader| reader.execute(&text, &binds), |driver, query| {
            let done = query.execute(driver).await.map_err(|error| failure(error, &text))?;
            Ok(done.rows_affected())
        })
    }

    /// Runs a statement once, without keeping it prepared: definitions of tables.
    pub(super) async fn define(&mut self, text: &str) -> Result<()> {
        let raw = sqlx::raw_sql(AssertSqlSafe(text));
        match self.link.driver() {
            Driver::Reader(reader) => return reader.execute(text, &[]).map(drop),
            Driver::Sqlite(driver) => raw.execute(driver).await.map(drop),
            Driver::Postgres(driver) => raw.execute(driver).await.map(drop),
            Driver::MySql(driver) => raw.execute(driver).await.map(drop),
        }
        .map_err(|error| failure(error, text))
    }

    /// Counts and tells a statement, and gives its text in the words of the database; refuses what that would not take.
    fn spelt<'s>(&mut self, text: &'s str, binds: &[Bind]) -> Result<Cow<'s, str>> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let bytes = || text.len() + binds.iter().map(Bind::bytes).sum::<usize>();
        if self.server.longest.is_some_and(|longest| bytes() > longest) {
            return Err(too_large());
        }
        let spelt = self.server.dialect.spelt(text);
        tracing::trace!(statement = &*spelt, "asks the store");
        Ok(spelt)
    }

    /// The next number of a sequence, from 1. Taken inside a transaction; a rollback gives it back.
    pub async fn next(&mut self, sequence: &str) -> Result<i64> {
        self.add("sequences", sequence, 1).await
    }

    /// The next `count` numbers of a sequence.
    pub async fn next_many(&mut self, sequence: &str, count: usize) -> Result<RangeInclusive<i64>> {
        let count = i64::try_from(count).map_err(Error::internal)?;
        let last = self.add("sequences", sequence, count).await?;
        Ok(last - count + 1..=last)
    }

    /// Makes sure that a sequence hands out no number up to `at_least` any more: for importers, who bring their ids.
    pub async fn reserve(&mut self, sequence: &str, at_least: i64) -> Result<()> {
        let text = self.dialect().raise_counter("sequences");
        self.execute(sql(text).bind(sequence).bind(at_least)).await.map(drop)
    }

    /// Adds to a counter and gives its new value. The counter's row stays locked until the transaction ends, so
    /// values come in commit order and a rollback leaves no gap; take it last.
    pub async fn count_up(&mut self, counter: &str, by: i64) -> Result<i64> {
        self.add("counters", counter, by).await
    }

    /// Holds the lock of this name until the transaction ends; others who want it wait.
    pub async fn lock(&mut self, name: &str) -> Result<()> {
        self.add("counters", &format!("lock:{name}"), 1).await.map(drop)
    }

    async fn add(&mut self, table: &str, name: &str, by: i64) -> Result<i64> {
        let add = sql(self.dialect().add_to_counter(table)).bind(name).bind(by);
        if !matches!(self.link.driver(), Driver::MySql(_)) {
            return self.one(add).await;
        }
        let known = sql(Dialect::add_to_known_counter(table)).bind(by).bind(name);
        match self.told(known).await? {
            Some(value) => Ok(value),
            None => Ok(self.told(add).await?.unwrap_or_default()),
        }
    }

    /// Runs a statement of MySQL's, which has no `returning`: the value comes back beside the answer. `None` if no row
    /// was touched.
    async fn told(&mut self, statement: Sql) -> Result<Option<i64>> {
        let Driver::MySql(driver) = self.link.driver() else { return Ok(None) };
        self.statements.fetch_add(1, Ordering::Relaxed);
        let arguments = arguments::<MySqlArguments>(statement.binds)?;
        let query = sqlx::query_with(AssertSqlSafe(&*statement.text), arguments);
        let done = query.execute(driver).await.map_err(|error| failure(error, &statement.text))?;
        let value = i64::try_from(done.last_insert_id()).map_err(Error::internal)?;
        Ok((done.rows_affected() > 0).then_some(value))
    }
}

/// A transaction that may write. Dropped without [`Tx::commit`], also when its future is cancelled, it rolls back.
pub struct Tx(pub(super) Conn);

impl Tx {
    /// Makes everything done since the beginning last, all at once.
    pub async fn commit(self) -> Result<()> {
        match self.0.link {
            Link::SqliteTx(transaction) => transaction.commit().await,
            Link::PostgresTx(transaction) => transaction.commit().await,
            Link::MySqlTx(transaction) => transaction.commit().await,
            Link::Reader(_) | Link::Postgres(_) | Link::MySql(_) => Ok(()),
        }
        .map_err(|error| failure(error, "commit"))
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

fn arguments<A: Arguments + Default>(binds: Vec<Bind>) -> Result<A>
where
    for<'q> Option<i64>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<f64>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<String>: Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<Vec<u8>>: Encode<'q, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    arguments.reserve(binds.len(), 16 * binds.len());
    for bind in binds {
        match bind {
            Bind::Int(value) => arguments.add(value),
            Bind::Real(value) => arguments.add(value),
            Bind::Text(value) => arguments.add(value.map(without_nul)),
            Bind::Bytes(value) => arguments.add(value),
        }
        .map_err(Error::Internal)?;
    }
    Ok(arguments)
}

/// PostgreSQL refuses NUL in text; the doors strip it, and what slipped through is the same on every database.
pub(super) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}
