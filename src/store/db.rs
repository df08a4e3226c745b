//! The pools: one writer and several readers on SQLite, one pool on a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::mysql::MySqlPool;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{Database, Pool, Transaction};

use crate::config;
use crate::error::{Error, Result};

use super::conn::{Link, Server};
use super::failure::failure;
use super::readers::Readers;
use super::{Conn, Dialect, Tx, open, sql};

/// How long connections may take to end.
const CLOSING: std::time::Duration = std::time::Duration::from_secs(5);

/// The store. Cloning it is cheap and shares the pools.
#[derive(Clone)]
pub struct Db {
    pub(super) pools: Pools,
    pub(super) server: Server,
    pub(super) statements: Arc<AtomicU64>,
}

#[derive(Clone)]
pub(super) enum Pools {
    Sqlite { file: PathBuf, writer: SqlitePool, readers: Readers },
    Postgres(PgPool),
    MySql(MySqlPool),
}

/// The connections of this process to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// All that are open.
    pub open: u32,
    /// Those that nobody uses.
    pub idle: usize,
}

impl Db {
    /// Opens the store that the configuration names; a relative SQLite file lies in the site's folder.
    pub async fn open(config: &config::Database, site_dir: &Path) -> Result<Self> {
        let (scheme, rest) = config.url.split_once(':').unwrap_or_default();
        match scheme {
            "sqlite" => open::sqlite(&site_dir.join(rest.strip_prefix("//").unwrap_or(rest)), config).await,
            "postgres" | "postgresql" => open::postgres(config).await,
            "mysql" | "mariadb" => open::mysql(config).await,
            _ => Err(Error::Setup(format!(
                "database.url begins with \"{scheme}:\"; it is sqlite:FILE, postgres://USER:PASSWORD@HOST/NAME or \
                 mysql://USER:PASSWORD@HOST/NAME"
            ))),
        }
    }

    /// How many statements were run since the store was opened.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        self.server.dialect
    }

    /// Begins a transaction that may write. On SQLite it waits for the one writer.
    pub async fn begin(&self) -> Result<Tx> {
        let link = match &self.pools {
            Pools::Sqlite { writer, .. } => begin(writer, "begin immediate").await.map(Link::SqliteTx),
            Pools::Postgres(pool) => begin(pool, "begin").await.map(Link::PostgresTx),
            Pools::MySql(pool) => begin(pool, "begin").await.map(Link::MySqlTx),
        };
        link.map(|link| Tx(Conn::new(link, self)))
    }

    /// A connection for reading; every statement sees what is committed when it runs.
    pub async fn read(&self) -> Result<Conn> {
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                return readers.take().await.map(|reader| Conn::new(Link::Reader(reader), self));
            }
            // In a place of its own, or whoever reads would carry the room for making a connection about.
            Pools::Postgres(pool) => Box::pin(pool.acquire()).await.map(Link::Postgres),
            Pools::MySql(pool) => Box::pin(pool.acquire()).await.map(Link::MySql),
        };
        link.map(|link| Conn::new(link, self)).map_err(|error| failure(error, "acquire"))
    }

    /// A connection for reading whose statements all see the same moment.
    pub async fn snapshot(&self) -> Result<Conn> {
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let mut reader = readers.take().await?;
                reader.begin()?;
                Ok(Link::Reader(reader))
            }
            Pools::Postgres(pool) => {
                begin(pool, "begin isolation level repeatable read read only").await.map(Link::PostgresTx)
            }
            Pools::MySql(pool) => begin(
                pool,
                "set transaction isolation level repeatable read; \
                 start transaction with consistent snapshot, read only",
            )
            .await
            .map(Link::MySqlTx),
        };
        link.map(|link| Conn::new(link, self))
    }

    /// Has the database look at its tables, where that helps it to plan; for after an import.
    pub async fn analyze(&self) -> Result<()> {
        let Some(text) = self.dialect().analyze() else { return Ok(()) };
        let mut tx = self.begin().await?;
        tx.define(text).await?;
        tx.commit().await
    }

    /// Ends every connection, and on SQLite leaves one tidy file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => closed(pool.close()).await,
            Pools::MySql(pool) => closed(pool.close()).await,
        }
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn connections(&self) -> Connections {
        let of = |open: u32, idle: usize| Connections { open, idle };
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                of(writer.size() + readers.size(), writer.num_idle() + readers.num_idle())
            }
            Pools::Postgres(pool) => of(pool.size(), pool.num_idle()),
            Pools::MySql(pool) => of(pool.size(), pool.num_idle()),
        }
    }

    /// The tables with their columns and the tables with their indexes, for comparing stores.
    pub async fn shape(&self) -> Result<(Vec<(String, String)>, Vec<(String, String)>)> {
        let mut conn = self.read().await?;
        Ok((conn.all(sql(self.dialect().columns())).await?, conn.all(sql(self.dialect().indexes())).await?))
    }
}

/// Begins in a task of its own, because a `begin` that is cancelled half-way could hand back a connection with a
/// transaction open. Finished and unwanted, the transaction is dropped and rolls back.
async fn begin<D: Database>(pool: &Pool<D>, how: &'static str) -> Result<Transaction<'static, D>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await });
    begun.await.map_err(Error::internal)?.map_err(|error| failure(error, how))
}

/// Waits for a server's connections to end, but not for one that never answers: a question that was given up half-way
/// can leave the driver waiting for it (sqlx issue 4349).
async fn closed(closing: impl Future<Output = ()>) {
    if tokio::time::timeout(CLOSING, closing).await.is_err() {
        tracing::warn!("a connection to the database did not end; it is left alone");
    }
}
