//! One value of a row, read from whatever the drivers give.

use rusqlite::types::ValueRef as ValueOfReader;
use sqlx::mysql::MySqlValueRef;
use sqlx::postgres::PgValueRef;
use sqlx::sqlite::SqliteValueRef;
use sqlx::{Decode, MySql, Postgres, Sqlite, Type, TypeInfo, ValueRef};

/// Why a value cannot be read.
pub type Told = Box<dyn std::error::Error + Send + Sync>;

/// One value of a row: one of the four kinds that the store knows, or null.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'r> {
    /// None.
    Null,
    /// A whole number, a boolean, a moment.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
}

impl<'r> Cell<'r> {
    #[inline]
    pub(super) fn of_reader(value: ValueOfReader<'r>) -> Result<Self, Told> {
        Ok(match value {
            ValueOfReader::Null => Self::Null,
            ValueOfReader::Integer(int) => Self::Int(int),
            ValueOfReader::Real(real) => Self::Real(real),
            ValueOfReader::Text(text) => Self::Text(simdutf8::basic::from_utf8(text)?),
            ValueOfReader::Blob(bytes) => Self::Bytes(bytes),
        })
    }

    pub(super) fn of_sqlite(value: SqliteValueRef<'r>) -> Result<Self, Told> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        match value.type_info().name() {
            "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(Self::Int),
            "REAL" => <f64 as Decode<Sqlite>>::decode(value).map(Self::Real),
            "TEXT" => <&str as Decode<Sqlite>>::decode(value).map(Self::Text),
            "BLOB" => <&[u8] as Decode<Sqlite>>::decode(value).map(Self::Bytes),
            other => Err(unknown(other)),
        }
    }

    pub(super) fn of_postgres(value: PgValueRef<'r>) -> Result<Self, Told> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        match value.type_info().name() {
            "INT8" => <i64 as Decode<Postgres>>::decode(value).map(Self::Int),
            // A literal is INT4 and `exists(…)` BOOL where SQLite has one integer.
            "INT4" => <i32 as Decode<Postgres>>::decode(value).map(|int| Self::Int(int.into())),
            "BOOL" => <bool as Decode<Postgres>>::decode(value).map(|bool| Self::Int(bool.into())),
            "FLOAT8" => <f64 as Decode<Postgres>>::decode(value).map(Self::Real),
            "TEXT" | "VARCHAR" | "NAME" | "unknown" => {
                <&str as Decode<Postgres>>::decode(value).map(Self::Text)
            }
            "BYTEA" => <&[u8] as Decode<Postgres>>::decode(value).map(Self::Bytes),
            other => {
                Err(format!("{other} is no kind of the store's; a sum needs `cast(… as bigint)`").into())
            }
        }
    }

    pub(super) fn of_mysql(value: MySqlValueRef<'r>) -> Result<Self, Told> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        let kind = value.type_info().into_owned();
        match kind.name() {
            "BIGINT" | "INT" | "BOOLEAN" => <i64 as Decode<MySql>>::decode(value).map(Self::Int),
            "DOUBLE" => <f64 as Decode<MySql>>::decode(value).map(Self::Real),
            // Text and bytes have one type each and differ in the collation.
            _ if <str as Type<MySql>>::compatible(&kind) => {
                <&str as Decode<MySql>>::decode(value).map(Self::Text)
            }
            _ if <[u8] as Type<MySql>>::compatible(&kind) => {
                <&[u8] as Decode<MySql>>::decode(value).map(Self::Bytes)
            }
            other => Err(unknown(other)),
        }
    }

    pub(super) fn int(self) -> Result<Option<i64>, Told> {
        match self {
            Self::Null => Ok(None),
            Self::Int(int) => Ok(Some(int)),
            other => other.unexpected(),
        }
    }

    pub(super) fn real(self) -> Result<Option<f64>, Told> {
        match self {
            Self::Null => Ok(None),
            Self::Real(real) => Ok(Some(real)),
            other => other.unexpected(),
        }
    }

    /// The text; `None` for null.
    ///
    /// # Errors
    /// Where it is no text.
    pub fn text(self) -> Result<Option<&'r str>, Told> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            other => other.unexpected(),
        }
    }

    pub(super) fn bytes(self) -> Result<Option<&'r [u8]>, Told> {
        match self {
            Self::Null => Ok(None),
            Self::Bytes(bytes) => Ok(Some(bytes)),
            other => other.unexpected(),
        }
    }

    /// SQLite would turn any kind into any other.
    #[cold]
    fn unexpected<T>(self) -> Result<T, Told> {
        let kind = match self {
            Self::Null => "null",
            Self::Int(_) => "a whole number",
            Self::Real(_) => "a floating-point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        };
        Err(format!("{kind} was not expected").into())
    }
}

#[cold]
fn unknown(kind: &str) -> Told {
    format!("{kind} is no kind of the store's").into()
}
