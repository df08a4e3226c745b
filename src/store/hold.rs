//! Locks that outlive a transaction: one process at a time does what the name says. The database, or the system below
//! a file, gives them back when the process is gone.

use std::any::Any;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use sqlx::{Connection, Database, Pool};

use crate::error::{Error, Result};

use super::Db;
use super::db::Pools;
use super::failure::failure;

/// How often a lock is asked for, and how long is waited in between: a server may need a moment to see that whoever
/// held it was killed.
const TRIES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(100);

/// A lock that is held until this is dropped or the process ends.
pub struct Held {
    _holder: Holder,
}

/// An open file or a session of the server.
type Holder = Box<dyn Any + Send>;

impl Db {
    /// Takes the lock of this name in this store; `None` if another process, or another part of this one, has it.
    pub async fn hold(&self, name: &str) -> Result<Option<Held>> {
        for _ in 0..TRIES {
            if let Some(holder) = self.try_hold(name).await? {
                return Ok(Some(Held { _holder: holder }));
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(None)
    }

    async fn try_hold(&self, name: &str) -> Result<Option<Holder>> {
        match &self.pools {
            Pools::Sqlite { file, .. } => {
                let file = lock_file(file.with_extension(format!("{name}.lock")))?;
                Ok(file.map(|file| Box::new(file) as Holder))
            }
            Pools::Postgres(pool) => {
                let ask = "select pg_try_advisory_lock(hashtextextended($1, 0))";
                let mut session = session(pool).await?;
                let asked = sqlx::query_scalar(ask).bind(name).fetch_one(&mut session).await;
                let got: bool = asked.map_err(|error| failure(error, ask))?;
                Ok(got.then(|| Box::new(session) as Holder))
            }
            Pools::MySql(pool) => {
                // Names belong to the whole server and have at most 64 characters.
                let ask = "select get_lock(left(sha2(concat(database(), ?), 256), 60), 0)";
                let mut session = session(pool).await?;
                let asked = sqlx::query_scalar(ask).bind(name).fetch_one(&mut session).await;
                let got: Option<i64> = asked.map_err(|error| failure(error, ask))?;
                Ok((got == Some(1)).then(|| Box::new(session) as Holder))
            }
        }
    }
}

/// A connection beside the pool's: what is locked by it is free when it ends, and the pool has none fewer.
async fn session<D: Database>(pool: &Pool<D>) -> Result<D::Connection> {
    D::Connection::connect_with(&pool.connect_options()).await.map_err(|error| failure(error, "connect"))
}

fn lock_file(path: PathBuf) -> Result<Option<File>> {
    let cannot = |error| Error::Setup(format!("{} cannot be locked: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}
