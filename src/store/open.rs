//! Opening the pools, and refusing a server that would not keep our word.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Database as Driver, Executor, PgConnection, Row};

use crate::config::{Database, Synchronous};
use crate::error::{Error, Result};

use super::conn::Server;
use super::db::Pools;
use super::failure::failure;
use super::readers::{How, Readers};
use super::{Db, Dialect, sql};

/// How long anything waits for a free connection or for another process's write before it is told "busy".
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for a row lock of PostgreSQL, in its words.
const POSTGRES_PATIENCE: &str = "20s";
/// Statements that a connection keeps prepared.
const PREPARED: usize = 512;
/// The same on MySQL and MariaDB, whose server keeps 16,382 for all connections together.
const MYSQL_PREPARED: usize = 256;
/// A connection that nobody used for this long is tried before it is handed out.
const TRY_AFTER: Duration = Duration::from_secs(5);
/// Pages that each SQLite connection that reads keeps in memory, in KiB (negative by SQLite's convention).
const SQLITE_CACHE: &str = "-16384";
/// The same of the one that writes: what it writes, it seldom reads again.
const SQLITE_WRITER_CACHE: &str = "-2048";
/// Bytes of a page of a new SQLite file: the documents of usual articles stand on one, and are read in one step.
const SQLITE_PAGE: u32 = 16_384;
/// What a connection that reads is told.
const SQLITE_READS: [(&str, &str); 3] =
    [("query_only", "on"), ("cache_size", SQLITE_CACHE), ("temp_store", "memory")];
/// The oldest SQLite without the WAL-reset corruption.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// The oldest PostgreSQL that is tested.
const OLDEST_POSTGRES: i64 = 130_000;
/// The oldest MariaDB whose updates may read the table that they change, and whose definitions are whole or not there.
const OLDEST_MARIADB: [u32; 3] = [10, 6, 0];
/// The oldest MySQL with a collation that compares by bytes and counts trailing blanks.
const OLDEST_MYSQL: [u32; 3] = [8, 0, 17];

/// One file, which is made if need be.
pub(super) async fn sqlite(file: &Path, config: &Database) -> Result<Db> {
    make_folder_of(file)?;
    let synchronous = match config.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Off => SqliteSynchronous::Off,
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .page_size(SQLITE_PAGE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(PREPARED)
        .pragma("cache_size", SQLITE_WRITER_CACHE)
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    let cannot =
        |error: sqlx::Error| Error::Setup(format!("the store {} cannot be opened: {error}", file.display()));
    let pool = PoolOptions::new().acquire_timeout(PATIENCE).test_before_acquire(false);
    let one = pool.max_connections(1).max_lifetime(None).idle_timeout(None);
    let writer = one.connect_with(options).await.map_err(cannot)?;
    let pragmas = &SQLITE_READS;
    let how = How { most: config.connections, patience: PATIENCE, prepared: PREPARED, pragmas };
    let db = db(
        Pools::Sqlite { file: file.to_owned(), writer, readers: Readers::new(file, how) },
        Dialect::Sqlite,
    );
    check_sqlite(&db).await?;
    Ok(db)
}

fn db(pools: Pools, dialect: Dialect) -> Db {
    Db { pools, server: Server { dialect, longest: None }, statements: Arc::default() }
}

fn make_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::create_dir_all(&folder)
        .map_err(|error| Error::Setup(format!("the folder {} cannot be made: {error}", folder.display())))
}

async fn check_sqlite(db: &Db) -> Result<()> {
    let version: String = db.read().await?.one(sql("select sqlite_version()")).await?;
    if numbers(&version)[..] >= OLDEST_SQLITE[..] {
        return Ok(());
    }
    let [a, b, c] = OLDEST_SQLITE;
    Err(Error::Setup(format!("SQLite {version} can damage a store; {a}.{b}.{c} or newer is needed")))
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
}

/// A database on a PostgreSQL server.
pub(super) async fn postgres(config: &Database) -> Result<Db> {
    let cannot = |error: sqlx::Error| Error::Setup(format!("PostgreSQL cannot be reached: {error}"));
    let options = PgConnectOptions::from_str(&config.url)
        .map_err(not_understood)?
        .application_name("siskin")
        .statement_cache_capacity(PREPARED)
        // Compiling a plan costs more than our short statements do.
        .options([("jit", "off"), ("lock_timeout", POSTGRES_PATIENCE)])
        .disable_statement_logging();
    // The pool would try a server that is not there for as long as its patience lasts; one attempt tells at once.
    let first = PgConnection::connect_with(&options).await.map_err(cannot)?;
    first.close().await.map_err(cannot)?;
    let pool = server_pool(config).connect_with(options).await.map_err(cannot)?;
    let db = db(Pools::Postgres(pool), Dialect::Postgres);
    check_postgres(&db).await?;
    Ok(db)
}

fn not_understood(error: sqlx::Error) -> Error {
    Error::Setup(format!("database.url is not understood: {error}"))
}

/// Connections to a server; one that was long unused is tried before it is handed out.
fn server_pool<D: Driver>(config: &Database) -> PoolOptions<D> {
    PoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut D::Connection, usage: PoolConnectionMetadata| {
            Box::pin(async move { Ok(usage.idle_for < TRY_AFTER || connection.ping().await.is_ok()) })
        })
}

async fn check_postgres(db: &Db) -> Result<()> {
    let text = "select cast(current_setting('server_version_num') as bigint), \
                cast(current_setting('server_encoding') as text)";
    let (version, encoding): (i64, String) = db.read().await?.one(sql(text)).await?;
    if version < OLDEST_POSTGRES {
        return Err(Error::Setup("PostgreSQL 13 or newer is needed".into()));
    }
    if encoding != "UTF8" {
        let told = format!("the PostgreSQL database keeps text as {encoding}; make one with encoding UTF8");
        return Err(Error::Setup(told));
    }
    Ok(())
}

/// A database on a MariaDB or MySQL server.
pub(super) async fn mysql(config: &Database) -> Result<Db> {
    let cannot = |error: sqlx::Error| Error::Setup(format!("MariaDB or MySQL cannot be reached: {error}"));
    // What the driver would say to a new connection is said by `greeting`, in one go.
    let options = MySqlConnectOptions::from_str(&config.url)
        .map_err(not_understood)?
        .statement_cache_capacity(MYSQL_PREPARED)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .set_names(false)
        .disable_statement_logging();
    if options.get_database().is_none() {
        return Err(Error::Setup("database.url names no database; it ends with /NAME".into()));
    }
    let mut first = MySqlConnection::connect_with(&options).await.map_err(cannot)?;
    let server = mysql_server(&mut first).await?;
    first.close().await.map_err(cannot)?;
    let greeting = server.dialect.greeting();
    let pool = server_pool(config)
        .after_connect(move |connection: &mut MySqlConnection, _| {
            let greeting = AssertSqlSafe(greeting.clone());
            Box::pin(async move { connection.execute(greeting).await.map(drop) })
        })
        .connect_with(options)
        .await
        .map_err(cannot)?;
    Ok(Db { pools: Pools::MySql(pool), server, statements: Arc::default() })
}

/// Which of the two it is, and what it takes at once; refuses one that is too old.
async fn mysql_server(connection: &mut MySqlConnection) -> Result<Server> {
    let ask = "select version(), @@max_allowed_packet";
    let row = connection.fetch_one(ask).await.map_err(|error| failure(error, ask))?;
    let read = |error| failure(error, ask);
    let version: String = row.try_get(0).map_err(read)?;
    let packet: u64 = row.try_get(1).map_err(read)?;
    let maria = version.contains("MariaDB");
    let (dialect, oldest) =
        if maria { (Dialect::MariaDb, &OLDEST_MARIADB) } else { (Dialect::MySql, &OLDEST_MYSQL) };
    if numbers(&version)[..] < oldest[..] {
        let [a, b, c] = oldest;
        let told = format!("this is {} {version}; {a}.{b}.{c} or newer is needed", dialect.name());
        return Err(Error::Setup(told));
    }
    Ok(Server { dialect, longest: usize::try_from(packet).ok() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_up_to_the_first_word() {
        for (version, expected) in
            [("3.51.3", vec![3, 51, 3]), ("10.11.14-MariaDB-0+deb12u2", vec![10, 11, 14]), ("x", vec![])]
        {
            assert_eq!(numbers(version), expected);
        }
    }
}
