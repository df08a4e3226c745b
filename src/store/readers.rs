//! The connections that read an SQLite file. The driver's pool asks each connection that comes back whether it still
//! lives, which costs a hop to its thread and back: as much as a short statement. A file does not go away, so who is
//! done puts the connection on a stack of ours, and the next takes it from there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, SqliteConnection, Transaction};

/// The pool with the stack before it.
#[derive(Clone)]
pub(super) struct Readers {
    pool: SqlitePool,
    spare: Arc<Mutex<Spare>>,
}

#[derive(Default)]
struct Spare {
    connections: Vec<PoolConnection<Sqlite>>,
    /// Who waits for the pool. As long as somebody does, nothing is put on the stack.
    waiting: usize,
}

impl Readers {
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool, spare: Arc::default() }
    }

    /// A connection, at once if one is spare.
    pub async fn take(&self) -> Result<Reader, sqlx::Error> {
        let waiting = {
            let mut spare = lock(&self.spare);
            if let Some(connection) = spare.connections.pop() {
                return Ok(self.reader(connection));
            }
            self.waiting(&mut spare)
        };
        let acquired = self.pool.acquire().await;
        drop(waiting);
        acquired.map(|connection| self.reader(connection))
    }

    /// A transaction of the pool, which gets a spare connection so that nobody waits for one in vain.
    pub async fn begin(self, how: &'static str) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        let (connection, waiting) = {
            let mut spare = lock(&self.spare);
            (spare.connections.pop(), self.waiting(&mut spare))
        };
        drop(connection);
        let begun = self.pool.begin_with(how).await;
        drop(waiting);
        begun
    }

    /// How many connections there are.
    pub fn size(&self) -> u32 {
        self.pool.size()
    }

    /// How many of them nobody uses.
    pub fn num_idle(&self) -> usize {
        self.pool.num_idle() + lock(&self.spare).connections.len()
    }

    /// Ends every connection.
    pub async fn close(&self) {
        let spare = std::mem::take(&mut lock(&self.spare).connections);
        drop(spare);
        self.pool.close().await;
    }

    fn reader(&self, connection: PoolConnection<Sqlite>) -> Reader {
        Reader { connection: Some(connection), home: self.clone() }
    }

    fn waiting(&self, spare: &mut Spare) -> Waiting {
        spare.waiting += 1;
        Waiting(self.spare.clone())
    }
}

/// Somebody who waits for the pool; dropped, one less.
struct Waiting(Arc<Mutex<Spare>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.0).waiting -= 1;
    }
}

/// A connection that goes back to the stack.
pub(super) struct Reader {
    /// There until the reader is dropped.
    connection: Option<PoolConnection<Sqlite>>,
    home: Readers,
}

impl Reader {
    pub fn driver(&mut self) -> &mut SqliteConnection {
        self.connection.as_deref_mut().unwrap_or_else(|| unreachable!("only a drop takes the connection"))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut spare = lock(&self.home.spare);
        if spare.waiting == 0 && !self.home.pool.is_closed() {
            spare.connections.push(connection);
        }
    }
}

fn lock(spare: &Mutex<Spare>) -> MutexGuard<'_, Spare> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}
