//! What driver errors mean to whoever asked.

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::mysql::MySqlDatabaseError;

use crate::error::{Error, Result};

/// SQLite: another process writes. The low byte of every `SQLITE_BUSY…` and `SQLITE_LOCKED…` code.
const SQLITE_BUSY: [i64; 2] = [5, 6];
/// SQLite: the disk or the database is full.
const SQLITE_FULL: i64 = 13;
/// PostgreSQL: serialisation failure, deadlock, lock not available, too many connections, starting up or stopping.
const POSTGRES_BUSY: [&str; 7] = ["40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"];
/// MySQL: too many connections (of all, of one user), stopping, row changed, lock wait timed out, deadlock.
const MYSQL_BUSY: [u16; 6] = [1040, 1203, 1053, 1020, 1205, 1213];
/// MySQL: a table or the disk is full.
const MYSQL_FULL: [u16; 2] = [1114, 1021];
/// MySQL: a table, column or index that is to be made is there, or one that is to go is gone.
const MYSQL_DONE: [u16; 5] = [1050, 1060, 1061, 1051, 1091];
/// MySQL: longer than the column; PostgreSQL: longer than an index takes.
const MYSQL_LONG: u16 = 1406;
const POSTGRES_LONG: &str = "54000";

/// A driver's error as ours; the statement goes into the words of what only the log shows.
pub(super) fn failure(error: sqlx::Error, statement: &str) -> Error {
    match &error {
        sqlx::Error::PoolTimedOut => no_connection(),
        sqlx::Error::PoolClosed => closed(),
        sqlx::Error::Database(told) if told.kind() == ErrorKind::UniqueViolation => {
            Error::Conflict(format!("that already exists ({})", told.message()))
        }
        sqlx::Error::Database(told) if number(&**told).is_some_and(|number| MYSQL_DONE.contains(&number)) => {
            Error::Conflict(told.message().to_owned())
        }
        sqlx::Error::Database(told) if is_busy(&**told) => Error::Busy(told.message().to_owned()),
        sqlx::Error::Database(told) if is_full(&**told) => {
            Error::Setup("the disk is full; nothing was written".into())
        }
        sqlx::Error::Database(told) if is_long(&**told) => {
            Error::Bad(format!("a text is longer than the store takes there ({})", told.message()))
        }
        _ => Error::internal(format!("{error}, in: {}", excerpt(statement))),
    }
}

/// The same for a connection that reads an SQLite file.
pub(super) fn sqlite_failure(error: &rusqlite::Error, statement: &str) -> Error {
    let code = error.sqlite_error().map(|error| i64::from(error.extended_code & 0xff));
    match code {
        Some(code) if SQLITE_BUSY.contains(&code) => Error::Busy(error.to_string()),
        Some(SQLITE_FULL) => Error::Setup("the disk is full; nothing was written".into()),
        _ => Error::internal(format!("{error}, in: {}", excerpt(statement))),
    }
}

/// Everybody else has a connection for longer than is waited.
pub(super) fn no_connection() -> Error {
    Error::Busy("no connection to the store became free in time".into())
}

/// The program stops.
pub(super) fn closed() -> Error {
    Error::Busy("the store is being closed".into())
}

/// A statement that the server would refuse for its size, and hang up.
pub(super) fn too_large() -> Error {
    Error::Bad(
        "this is larger than the database server takes at once; its max_allowed_packet says how much that is"
            .into(),
    )
}

/// MySQL's number of an error; its SQL states are too general.
fn number(told: &dyn DatabaseError) -> Option<u16> {
    told.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

fn is_busy(told: &dyn DatabaseError) -> bool {
    match number(told) {
        Some(number) => MYSQL_BUSY.contains(&number),
        None => told.code().is_some_and(|code| is_busy_code(&code)),
    }
}

fn is_full(told: &dyn DatabaseError) -> bool {
    match number(told) {
        Some(number) => MYSQL_FULL.contains(&number),
        None => told.code().as_deref() == Some(&SQLITE_FULL.to_string()),
    }
}

fn is_long(told: &dyn DatabaseError) -> bool {
    number(told) == Some(MYSQL_LONG) || told.code().as_deref() == Some(POSTGRES_LONG)
}

fn is_busy_code(code: &str) -> bool {
    let sqlite = code.parse::<i64>().is_ok_and(|code| code < 10_000 && SQLITE_BUSY.contains(&(code & 0xff)));
    sqlite || POSTGRES_BUSY.contains(&code)
}

/// The statement without its line breaks, short enough for a log line.
fn excerpt(statement: &str) -> String {
    const LONGEST: usize = 300;
    let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// Telling in better words that something which must be unique is not.
pub trait OnUnique {
    /// Puts `told` in place of the store's [`Error::Conflict`]; every other result stays as it is.
    fn on_unique(self, told: impl FnOnce() -> Error) -> Self;
}

impl<T> OnUnique for Result<T> {
    fn on_unique(self, told: impl FnOnce() -> Error) -> Self {
        match self {
            Err(Error::Conflict(_)) => Err(told()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_codes_are_known() {
        for (code, busy) in [("5", true), ("261", true), ("6", true), ("2067", false), ("40P01", true)] {
            assert_eq!(is_busy_code(code), busy, "{code}");
        }
        assert!(!is_busy_code("42703") && !is_busy_code("23505"));
    }
}
