//! The pools: one writer and several readers on SQLite, one pool on PostgreSQL.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::config::{Database, Synchronous};
use crate::error::{Error, Result};

use super::conn::Link;
use super::failure::failure;
use super::{Conn, Dialect, Tx, sql};

/// How long anything waits for a free connection or for another process's write before it is told "busy".
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for a row lock of PostgreSQL, in its words.
const POSTGRES_PATIENCE: &str = "20s";
/// Statements that a connection keeps prepared.
const PREPARED: usize = 512;
/// A connection that nobody used for this long is tried before it is handed out.
const TRY_AFTER: Duration = Duration::from_secs(5);
/// Pages that each SQLite connection keeps in memory, in KiB (negative by SQLite's convention).
const SQLITE_CACHE: &str = "-16384";
/// The oldest SQLite without the WAL-reset corruption.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// The oldest PostgreSQL that is tested.
const OLDEST_POSTGRES: i64 = 130_000;

/// The store. Cloning it is cheap and shares the pools.
#[derive(Clone)]
pub struct Db(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Opens the store that the configuration names; a relative SQLite file lies in the site's folder.
    pub async fn open(config: &Database, site_dir: &Path) -> Result<Self> {
        let (scheme, rest) = config.url.split_once(':').unwrap_or_default();
        let db = match scheme {
            "sqlite" => {
                let file = site_dir.join(rest.strip_prefix("//").unwrap_or(rest));
                open_sqlite(&file, config).await?
            }
            "postgres" | "postgresql" => open_postgres(config).await?,
            _ => {
                return Err(Error::Setup(format!(
                    "database.url begins with \"{scheme}:\"; it is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME"
                )));
            }
        };
        db.check_server().await?;
        Ok(db)
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that may write. On SQLite it waits for the one writer.
    pub async fn begin(&self) -> Result<Tx> {
        let link = match &self.0 {
            Pools::Sqlite { writer, .. } => begin_sqlite(writer, "begin immediate").await,
            Pools::Postgres(pool) => begin_postgres(pool, "begin").await,
        };
        Ok(Tx(Conn::new(link?)))
    }

    /// A connection for reading; every statement sees what is committed when it runs.
    pub async fn read(&self) -> Result<Conn> {
        let link = match &self.0 {
            Pools::Sqlite { readers, .. } => readers.acquire().await.map(Link::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Link::Postgres),
        };
        link.map(Conn::new).map_err(|error| failure(error, "acquire"))
    }

    /// A connection for reading whose statements all see the same moment.
    pub async fn snapshot(&self) -> Result<Conn> {
        let link = match &self.0 {
            Pools::Sqlite { readers, .. } => begin_sqlite(readers, "begin").await,
            Pools::Postgres(pool) => {
                begin_postgres(pool, "begin isolation level repeatable read read only").await
            }
        };
        Ok(Conn::new(link?))
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
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// The tables with their columns and the tables with their indexes, for comparing stores.
    pub async fn shape(&self) -> Result<(Vec<(String, String)>, Vec<(String, String)>)> {
        let mut conn = self.read().await?;
        Ok((conn.all(sql(self.dialect().columns())).await?, conn.all(sql(self.dialect().indexes())).await?))
    }

    async fn check_server(&self) -> Result<()> {
        let mut conn = self.read().await?;
        match self.dialect() {
            Dialect::Sqlite => {
                let version: String = conn.one(sql("select sqlite_version()")).await?;
                let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
                let [a, b, c] = OLDEST_SQLITE;
                (parts[..] >= [a, b, c][..]).then_some(()).ok_or_else(|| {
                    Error::Setup(format!(
                        "SQLite {version} can damage a store; {a}.{b}.{c} or newer is needed"
                    ))
                })
            }
            Dialect::Postgres => {
                let text = "select cast(current_setting('server_version_num') as bigint), \
                            cast(current_setting('server_encoding') as text)";
                let (version, encoding): (i64, String) = conn.one(sql(text)).await?;
                if version < OLDEST_POSTGRES {
                    return Err(Error::Setup("PostgreSQL 13 or newer is needed".into()));
                }
                if encoding != "UTF8" {
                    let told = format!(
                        "the PostgreSQL database keeps text as {encoding}; make one with encoding UTF8"
                    );
                    return Err(Error::Setup(told));
                }
                Ok(())
            }
        }
    }
}

async fn open_sqlite(file: &Path, config: &Database) -> Result<Db> {
    make_folder_of(file)?;
    let synchronous = match config.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Off => SqliteSynchronous::Off,
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(PREPARED)
        .pragma("cache_size", SQLITE_CACHE)
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    let cannot =
        |error: sqlx::Error| Error::Setup(format!("the store {} cannot be opened: {error}", file.display()));
    let pool = || PoolOptions::new().acquire_timeout(PATIENCE).test_before_acquire(false).idle_timeout(None);
    let writer =
        pool().max_connections(1).max_lifetime(None).connect_with(options.clone()).await.map_err(cannot)?;
    let readers = pool()
        .max_connections(config.connections)
        .max_lifetime(None)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(cannot)?;
    Ok(Db(Pools::Sqlite { writer, readers }))
}

fn make_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::create_dir_all(&folder)
        .map_err(|error| Error::Setup(format!("the folder {} cannot be made: {error}", folder.display())))
}

async fn open_postgres(config: &Database) -> Result<Db> {
    let cannot = |error: sqlx::Error| Error::Setup(format!("PostgreSQL cannot be reached: {error}"));
    let options = PgConnectOptions::from_str(&config.url)
        .map_err(|error| Error::Setup(format!("database.url is not understood: {error}")))?
        .application_name("siskin")
        .statement_cache_capacity(PREPARED)
        // Compiling a plan costs more than our short statements do.
        .options([("jit", "off"), ("lock_timeout", POSTGRES_PATIENCE)])
        .disable_statement_logging();
    // The pool would try a server that is not there for as long as its patience lasts; one attempt tells at once.
    let first = PgConnection::connect_with(&options).await.map_err(cannot)?;
    first.close().await.map_err(cannot)?;
    let pool = PoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, usage| {
            Box::pin(async move { Ok(usage.idle_for < TRY_AFTER || connection.ping().await.is_ok()) })
        })
        .connect_with(options)
        .await
        .map_err(cannot)?;
    Ok(Db(Pools::Postgres(pool)))
}

// Beginning runs in a task of its own, because a `begin` that is cancelled half-way could hand back a connection
// with a transaction open. Finished and unwanted, the transaction is dropped and rolls back.

async fn begin_sqlite(pool: &SqlitePool, how: &'static str) -> Result<Link> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await }).await.map_err(Error::internal)?;
    begun.map(Link::SqliteTx).map_err(|error| failure(error, how))
}

async fn begin_postgres(pool: &PgPool, how: &'static str) -> Result<Link> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await }).await.map_err(Error::internal)?;
    begun.map(Link::PostgresTx).map_err(|error| failure(error, how))
}
