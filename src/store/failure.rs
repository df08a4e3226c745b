//! What driver errors mean to whoever asked.

use sqlx::error::ErrorKind;

use crate::error::{Error, Result};

/// SQLite: another process writes. The low byte of every `SQLITE_BUSY…` and `SQLITE_LOCKED…` code.
const SQLITE_BUSY: [i64; 2] = [5, 6];
/// SQLite: the disk or the database is full.
const SQLITE_FULL: i64 = 13;
/// PostgreSQL: serialisation failure, deadlock, lock not available, too many connections, starting up or stopping.
const POSTGRES_BUSY: [&str; 7] = ["40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"];

/// A driver's error as ours; the statement goes into the words of what only the log shows.
pub(super) fn failure(error: sqlx::Error, statement: &str) -> Error {
    match &error {
        sqlx::Error::PoolTimedOut => Error::Busy("no connection to the store became free in time".into()),
        sqlx::Error::PoolClosed => Error::Busy("the store is being closed".into()),
        sqlx::Error::Database(told) if told.kind() == ErrorKind::UniqueViolation => {
            Error::Conflict(format!("that already exists ({})", told.message()))
        }
        sqlx::Error::Database(told) if is_busy(told.code().as_deref()) => {
            Error::Busy(told.message().to_owned())
        }
        sqlx::Error::Database(told) if told.code().as_deref() == Some(&SQLITE_FULL.to_string()) => {
            Error::Setup("the disk is full; nothing was written".into())
        }
        _ => Error::internal(format!("{error}, in: {}", excerpt(statement))),
    }
}

fn is_busy(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
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
    fn busy_codes_of_both_databases_are_known() {
        for (code, busy) in [("5", true), ("261", true), ("6", true), ("2067", false), ("40P01", true)] {
            assert_eq!(is_busy(Some(code)), busy, "{code}");
        }
        assert!(!is_busy(None) && !is_busy(Some("42703")) && !is_busy(Some("23505")));
    }
}
