//! The connections that read an SQLite file. The driver of the writer has a thread for each connection and copies every
//! value of every row on its way out of it, which takes several times as long as SQLite itself. A reader's statement
//! runs where it is asked, and what is read is read in place. One that turns out to be long is begun anew where it holds
//! nobody up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Result;

use super::conn::without_nul;
use super::failure::{self, sqlite_failure};
use super::{Bind, Record, Row};

/// Steps of SQLite's machine between two looks at how far a statement has come.
const STEPS: i32 = 1_000;
/// So many looks a statement may hold up the other tasks of its thread: a hundred thousand steps, about two milliseconds.
/// Where more threads run than there are cores, the clock says nothing of the work that was done.
const SHORT: u64 = 100;
/// And no longer than this, for steps that wait for the disk.
const WAIT: Duration = Duration::from_millis(20);
/// Rows that most statements answer at most.
const USUAL: usize = 32;
/// When nothing hurries.
const EVER: u64 = u64::MAX;

/// Connections to one file, made when they are wanted.
#[derive(Clone)]
pub(super) struct Readers(Arc<Home>);

struct Home {
    file: PathBuf,
    how: How,
    /// One permit a connection that may be in use.
    free: Arc<Semaphore>,
    spare: Mutex<Vec<Line>>,
    open: AtomicUsize,
}

/// How a connection is made.
pub(super) struct How {
    /// At most so many at the same time.
    pub most: u32,
    /// How long is waited for a free connection, or for a lock of another process.
    pub patience: Duration,
    /// Statements that each keeps prepared.
    pub prepared: usize,
    /// What it is told first: names and values.
    pub pragmas: &'static [(&'static str, &'static str)],
}

impl Readers {
    pub fn new(file: &Path, how: How) -> Self {
        let free = Arc::new(Semaphore::new(how.most as usize));
        let (spare, open) = (Mutex::default(), AtomicUsize::default());
        Self(Arc::new(Home { file: file.to_owned(), how, free, spare, open }))
    }

    /// A connection, as soon as one is free.
    pub async fn take(&self) -> Result<Reader> {
        let permit = match self.0.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait().await?,
        };
        let spare = lock(&self.0.spare).pop();
        let line = spare.map_or_else(|| aside(|| self.0.connect()), Ok)?;
        let line = Some(Mutex::new(line));
        Ok(Reader { line, has_begun: false, home: self.0.clone(), _permit: permit })
    }

    async fn wait(&self) -> Result<OwnedSemaphorePermit> {
        let waited = tokio::time::timeout(self.0.how.patience, self.0.free.clone().acquire_owned()).await;
        waited.map_err(|_| failure::no_connection())?.map_err(|_| failure::closed())
    }

    /// How many connections there are.
    pub fn size(&self) -> u32 {
        u32::try_from(self.0.open.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// How many of them nobody uses.
    pub fn num_idle(&self) -> usize {
        lock(&self.0.spare).len()
    }

    /// Ends every connection, as soon as whoever has it is done.
    pub async fn close(&self) {
        // Already closed, there is nobody left to wait for.
        let all = self.0.free.acquire_many(self.0.how.most).await;
        self.0.free.close();
        drop(all);
        let spare = std::mem::take(&mut *lock(&self.0.spare));
        self.0.open.fetch_sub(spare.len(), Ordering::Relaxed);
        aside(|| drop(spare));
    }
}

impl Home {
    fn connect(&self) -> Result<Line> {
        let line = Line::open(&self.file, &self.how).map_err(|error| sqlite_failure(&error, "open"))?;
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(line)
    }
}

/// A connection that goes back when it is dropped.
pub(super) struct Reader {
    /// There until the reader is dropped; never locked, only shared safely.
    line: Option<Mutex<Line>>,
    has_begun: bool,
    home: Arc<Home>,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// From here on every statement sees the same moment.
    pub fn begin(&mut self) -> Result<()> {
        self.has_begun = true;
        self.line().connection.execute_batch("begin").map_err(|error| sqlite_failure(&error, "begin"))
    }

    /// The rows of a statement, `most` of them.
    pub fn rows<T: Record>(&mut self, text: &str, binds: &[Bind], most: usize) -> Result<Vec<T>> {
        let line = self.line();
        let short = if others_wait() { line.shortly(|line| line.rows(text, binds, most))? } else { None };
        match short {
            Some(records) => Ok(records),
            None => Ok(aside(|| line.rows(text, binds, most))?.unwrap_or_default()),
        }
    }

    /// Runs a statement that answers no rows.
    pub fn execute(&mut self, text: &str, binds: &[Bind]) -> Result<u64> {
        let line = self.line();
        let run = || line.connection.prepare_cached(text)?.execute(rusqlite::params_from_iter(binds));
        aside(run).map(|rows| rows as u64).map_err(|error| sqlite_failure(&error, text))
    }

    fn line(&mut self) -> &mut Line {
        let line = self.line.as_mut().unwrap_or_else(|| unreachable!("only a drop takes the connection"));
        line.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(line) = self.line.take() else { return };
        let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_clean = !self.has_begun || line.connection.execute_batch("rollback").is_ok();
        if is_clean {
            lock(&self.home.spare).push(line);
        } else {
            self.home.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A connection, and when the statement on it is broken off.
struct Line {
    connection: Connection,
    made: Instant,
    until: Arc<Until>,
}

/// What a statement has left.
struct Until {
    looks: AtomicU64,
    /// In nanoseconds since the connection was made.
    moment: AtomicU64,
}

impl Until {
    fn set(&self, looks: u64, moment: u64) {
        self.looks.store(looks, Ordering::Relaxed);
        self.moment.store(moment, Ordering::Relaxed);
    }

    fn is_over(&self, now: u64) -> bool {
        self.looks.fetch_sub(1, Ordering::Relaxed) == 0 || now > self.moment.load(Ordering::Relaxed)
    }
}

impl Line {
    fn open(file: &Path, how: &How) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(how.patience)?;
        connection.set_prepared_statement_cache_capacity(how.prepared);
        // Else a statement is planned anew for each value of its limit.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        for (name, value) in how.pragmas {
            connection.pragma_update(None, name, value)?;
        }
        let made = Instant::now();
        let until = Arc::new(Until { looks: AtomicU64::new(EVER), moment: AtomicU64::new(EVER) });
        let left = until.clone();
        connection.progress_handler(STEPS, Some(move || left.is_over(nanoseconds(made.elapsed()))))?;
        Ok(Self { connection, made, until })
    }

    fn shortly<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.until.set(SHORT, nanoseconds(self.made.elapsed() + WAIT));
        let done = work(self);
        self.until.set(EVER, EVER);
        done
    }

    /// The rows; `None` if it was broken off before all were read.
    fn rows<T: Record>(&mut self, text: &str, binds: &[Bind], most: usize) -> Result<Option<Vec<T>>> {
        let told = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Ok(None),
            _ => Err(sqlite_failure(&error, text)),
        };
        let mut statement = match self.connection.prepare_cached(text) {
            Ok(statement) => statement,
            Err(error) => return told(error),
        };
        let mut rows = match statement.query(rusqlite::params_from_iter(binds)) {
            Ok(rows) => rows,
            Err(error) => return told(error),
        };
        let mut records = Vec::with_capacity(most.min(USUAL));
        while records.len() < most {
            match rows.next() {
                Ok(Some(row)) => records.push(T::read(&Row::Reader(row))?),
                Ok(None) => break,
                Err(error) => return told(error),
            }
        }
        Ok(Some(records))
    }
}

impl ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Int(value) => value.to_sql(),
            Self::Real(value) => value.to_sql(),
            Self::Text(Some(text)) if text.contains('\0') => Ok(without_nul(text.clone()).into()),
            Self::Text(value) => value.to_sql(),
            Self::Bytes(value) => value.to_sql(),
        }
    }
}

/// Whether this thread has other tasks, which could go on elsewhere.
fn others_wait() -> bool {
    Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// Runs what may take a while, with the other tasks of this thread handed to another one.
fn aside<R>(work: impl FnOnce() -> R) -> R {
    if others_wait() { tokio::task::block_in_place(work) } else { work() }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(EVER)
}

fn lock(spare: &Mutex<Vec<Line>>) -> MutexGuard<'_, Vec<Line>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}
