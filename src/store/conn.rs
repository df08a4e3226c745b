//! What a statement is run on: a pooled connection for reading, or a transaction.

use std::ops::{Deref, DerefMut};

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use crate::error::{Error, Result};

use super::failure::failure;
use super::{Bind, Dialect, Record, Row, Sql, sql};

/// A connection that statements are run on. It counts them.
pub struct Conn {
    pub(super) link: Link,
    statements: u64,
}

/// A connection of either kind; one that is dropped inside a transaction rolls back before it is used again.
pub(super) enum Link {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// The driver's connection that a statement goes to.
enum Driver<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Link {
    fn driver(&mut self) -> Driver<'_> {
        match self {
            Self::Sqlite(connection) => Driver::Sqlite(connection),
            Self::SqliteTx(transaction) => Driver::Sqlite(transaction),
            Self::Postgres(connection) => Driver::Postgres(connection),
            Self::PostgresTx(transaction) => Driver::Postgres(transaction),
        }
    }
}

impl Conn {
    pub(super) fn new(link: Link) -> Self {
        Self { link, statements: 0 }
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) | Link::SqliteTx(_) => Dialect::Sqlite,
            Link::Postgres(_) | Link::PostgresTx(_) => Dialect::Postgres,
        }
    }

    /// How many statements were run on this connection since it was taken.
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// Every row.
    pub async fn all<T: Record>(&mut self, sql: Sql) -> Result<Vec<T>> {
        self.statements += 1;
        let mut records = Vec::new();
        match self.link.driver() {
            Driver::Sqlite(driver) => {
                let mut rows =
                    sqlx::query_with(AssertSqlSafe(sql.text.as_str()), sqlite(sql.binds)?).fetch(driver);
                while let Some(row) = rows.try_next().await.map_err(|error| failure(error, &sql.text))? {
                    records.push(T::read(&Row::Sqlite(&row))?);
                }
            }
            Driver::Postgres(driver) => {
                let text = Dialect::Postgres.placeholders(&sql.text);
                let mut rows = sqlx::query_with(AssertSqlSafe(&*text), postgres(sql.binds)?).fetch(driver);
                while let Some(row) = rows.try_next().await.map_err(|error| failure(error, &sql.text))? {
                    records.push(T::read(&Row::Postgres(&row))?);
                }
            }
        }
        Ok(records)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Record>(&mut self, sql: Sql) -> Result<Option<T>> {
        self.statements += 1;
        match self.link.driver() {
            Driver::Sqlite(driver) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.text.as_str()), sqlite(sql.binds)?);
                let row = query.fetch_optional(driver).await.map_err(|error| failure(error, &sql.text))?;
                row.map(|row| T::read(&Row::Sqlite(&row))).transpose()
            }
            Driver::Postgres(driver) => {
                let text = Dialect::Postgres.placeholders(&sql.text);
                let query = sqlx::query_with(AssertSqlSafe(&*text), postgres(sql.binds)?);
                let row = query.fetch_optional(driver).await.map_err(|error| failure(error, &sql.text))?;
                row.map(|row| T::read(&Row::Postgres(&row))).transpose()
            }
        }
    }

    /// The one row that must be there, such as a count.
    pub async fn one<T: Record>(&mut self, sql: Sql) -> Result<T> {
        let text = sql.text.clone();
        self.optional(sql).await?.ok_or_else(|| Error::internal(format!("no row from: {text}")))
    }

    /// Runs a statement that answers no rows, and tells how many it touched.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64> {
        self.statements += 1;
        match self.link.driver() {
            Driver::Sqlite(driver) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.text.as_str()), sqlite(sql.binds)?);
                let done = query.execute(driver).await.map_err(|error| failure(error, &sql.text))?;
                Ok(done.rows_affected())
            }
            Driver::Postgres(driver) => {
                let text = Dialect::Postgres.placeholders(&sql.text);
                let query = sqlx::query_with(AssertSqlSafe(&*text), postgres(sql.binds)?);
                let done = query.execute(driver).await.map_err(|error| failure(error, &sql.text))?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Runs a statement once, without keeping it prepared: definitions of tables.
    pub(super) async fn define(&mut self, text: &str) -> Result<()> {
        let raw = sqlx::raw_sql(AssertSqlSafe(text));
        match self.link.driver() {
            Driver::Sqlite(driver) => raw.execute(driver).await.map(drop),
            Driver::Postgres(driver) => raw.execute(driver).await.map(drop),
        }
        .map_err(|error| failure(error, text))
    }

    /// The next number of a sequence, from 1. Taken inside a transaction; a rollback gives it back.
    pub async fn next(&mut self, sequence: &str) -> Result<i64> {
        self.add("sequences", sequence, 1).await
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
        let text = self.dialect().add_to_counter(table);
        self.one(sql(text).bind(name).bind(by)).await
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
            Link::Sqlite(_) | Link::Postgres(_) => Ok(()),
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

fn sqlite(binds: Vec<Bind>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(binds.len(), 0);
    for bind in binds {
        match bind {
            Bind::Int(value) => Arguments::add(&mut arguments, value),
            Bind::Real(value) => Arguments::add(&mut arguments, value),
            Bind::Text(value) => Arguments::add(&mut arguments, value.map(without_nul)),
            Bind::Bytes(value) => Arguments::add(&mut arguments, value),
        }
        .map_err(Error::Internal)?;
    }
    Ok(arguments)
}

fn postgres(binds: Vec<Bind>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    arguments.reserve(binds.len(), 16 * binds.len());
    for bind in binds {
        match bind {
            Bind::Int(value) => Arguments::add(&mut arguments, value),
            Bind::Real(value) => Arguments::add(&mut arguments, value),
            Bind::Text(value) => Arguments::add(&mut arguments, value.map(without_nul)),
            Bind::Bytes(value) => Arguments::add(&mut arguments, value),
        }
        .map_err(Error::Internal)?;
    }
    Ok(arguments)
}

/// PostgreSQL refuses NUL in text; the doors strip it, and what slipped through is the same on every database.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}
