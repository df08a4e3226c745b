//! What comes back: rows read into plain structs, by column name.

use std::fmt::Display;

use rusqlite::types::ValueRef as Value;
use sqlx::mysql::{MySqlRow, MySqlValueRef};
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::sqlite::{SqliteRow, SqliteValueRef};
use sqlx::{Decode, MySql, Postgres, Row as _, Sqlite, Type, TypeInfo, ValueRef};

use crate::base::{Key, Timestamp, TreePath};
use crate::error::{Error, Result};

type Told = Box<dyn std::error::Error + Send + Sync>;

/// One row of an answer.
pub enum Row<'r> {
    #[doc(hidden)]
    Reader(&'r rusqlite::Row<'r>),
    #[doc(hidden)]
    Sqlite(&'r SqliteRow),
    #[doc(hidden)]
    Postgres(&'r PgRow),
    #[doc(hidden)]
    MySql(&'r MySqlRow),
}

macro_rules! row_from {
    ($($of:ident $row:ty),+) => { $(
        impl<'r> From<&'r $row> for Row<'r> {
            fn from(row: &'r $row) -> Self {
                Self::$of(row)
            }
        }
    )+ };
}

row_from!(Sqlite SqliteRow, Postgres PgRow, MySql MySqlRow);

impl Row<'_> {
    /// The column of this name.
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        let cell = match self {
            Self::Reader(row) => return read(row.get_ref(name), &name),
            Self::Sqlite(row) => row.try_get_raw(name).map(Cell::Sqlite),
            Self::Postgres(row) => row.try_get_raw(name).map(Cell::Postgres),
            Self::MySql(row) => row.try_get_raw(name).map(Cell::MySql),
        };
        cell.map_err(Told::from).and_then(T::read).map_err(|told| unreadable(&name, &told))
    }

    /// The column at this place, from 0.
    pub fn at<T: Column>(&self, place: usize) -> Result<T> {
        let cell = match self {
            Self::Reader(row) => return read(row.get_ref(place), &place),
            Self::Sqlite(row) => row.try_get_raw(place).map(Cell::Sqlite),
            Self::Postgres(row) => row.try_get_raw(place).map(Cell::Postgres),
            Self::MySql(row) => row.try_get_raw(place).map(Cell::MySql),
        };
        cell.map_err(Told::from).and_then(T::read).map_err(|told| unreadable(&place, &told))
    }
}

fn read<T: Column>(value: rusqlite::Result<Value<'_>>, column: &dyn Display) -> Result<T> {
    value.map_err(Told::from).map(Cell::Reader).and_then(T::read).map_err(|told| unreadable(column, &told))
}

fn unreadable(column: &dyn Display, told: &Told) -> Error {
    Error::internal(format!("column {column} cannot be read: {told}"))
}

/// One value of a row, as one of the four kinds that the store knows, or null.
pub enum Cell<'r> {
    #[doc(hidden)]
    Reader(Value<'r>),
    #[doc(hidden)]
    Sqlite(SqliteValueRef<'r>),
    #[doc(hidden)]
    Postgres(PgValueRef<'r>),
    #[doc(hidden)]
    MySql(MySqlValueRef<'r>),
}

impl<'r> Cell<'r> {
    fn int(self) -> Result<Option<i64>, Told> {
        match self {
            Self::Reader(Value::Null) => Ok(None),
            Self::Reader(Value::Integer(int)) => Ok(Some(int)),
            Self::Reader(value) => unexpected(value),
            Self::Sqlite(value) => {
                checked(value, |name| name == "INTEGER")?.map(<i64 as Decode<Sqlite>>::decode).transpose()
            }
            Self::Postgres(value) if value.is_null() => Ok(None),
            // A literal is INT4 and `exists(…)` BOOL where SQLite has one integer.
            Self::Postgres(value) => match value.type_info().name() {
                "INT8" => <i64 as Decode<Postgres>>::decode(value).map(Some),
                "INT4" => <i32 as Decode<Postgres>>::decode(value).map(|int| Some(int.into())),
                "BOOL" => <bool as Decode<Postgres>>::decode(value).map(|bool| Some(bool.into())),
                other => Err(format!("{other} is no integer; a sum needs `cast(… as bigint)`").into()),
            },
            Self::MySql(value) => {
                let known = |name: &str| matches!(name, "BIGINT" | "INT" | "BOOLEAN");
                checked(value, known)?.map(<i64 as Decode<MySql>>::decode).transpose()
            }
        }
    }

    fn real(self) -> Result<Option<f64>, Told> {
        match self {
            Self::Reader(Value::Null) => Ok(None),
            Self::Reader(Value::Real(real)) => Ok(Some(real)),
            Self::Reader(value) => unexpected(value),
            Self::Sqlite(value) => {
                checked(value, |name| name == "REAL")?.map(<f64 as Decode<Sqlite>>::decode).transpose()
            }
            Self::Postgres(value) => {
                checked(value, |name| name == "FLOAT8")?.map(<f64 as Decode<Postgres>>::decode).transpose()
            }
            Self::MySql(value) => {
                checked(value, |name| name == "DOUBLE")?.map(<f64 as Decode<MySql>>::decode).transpose()
            }
        }
    }

    /// The text; `None` for null.
    ///
    /// # Errors
    /// Where it is no text.
    pub fn text(self) -> Result<Option<&'r str>, Told> {
        match self {
            Self::Reader(Value::Null) => Ok(None),
            Self::Reader(Value::Text(text)) => Ok(Some(simdutf8::basic::from_utf8(text)?)),
            Self::Reader(value) => unexpected(value),
            Self::Sqlite(value) => {
                checked(value, |name| name == "TEXT")?.map(<&str as Decode<Sqlite>>::decode).transpose()
            }
            Self::Postgres(value) => {
                checked(value, |name| matches!(name, "TEXT" | "VARCHAR" | "NAME" | "unknown"))?
                    .map(<&str as Decode<Postgres>>::decode)
                    .transpose()
            }
            Self::MySql(value) => textual(value, true)?.map(<&str as Decode<MySql>>::decode).transpose(),
        }
    }

    fn bytes(self) -> Result<Option<&'r [u8]>, Told> {
        match self {
            Self::Reader(Value::Null) => Ok(None),
            Self::Reader(Value::Blob(bytes)) => Ok(Some(bytes)),
            Self::Reader(value) => unexpected(value),
            Self::Sqlite(value) => {
                checked(value, |name| name == "BLOB")?.map(<&[u8] as Decode<Sqlite>>::decode).transpose()
            }
            Self::Postgres(value) => {
                checked(value, |name| name == "BYTEA")?.map(<&[u8] as Decode<Postgres>>::decode).transpose()
            }
            Self::MySql(value) => textual(value, false)?.map(<&[u8] as Decode<MySql>>::decode).transpose(),
        }
    }
}

fn unexpected<T>(value: Value<'_>) -> Result<Option<T>, Told> {
    Err(format!("{} was not expected", value.data_type()).into())
}

/// The value unless it is null; an error unless its type is expected. SQLite would turn any kind into any other.
fn checked<'r, V: ValueRef<'r>>(value: V, expected: impl Fn(&str) -> bool) -> Result<Option<V>, Told> {
    if value.is_null() {
        return Ok(None);
    }
    let known = expected(value.type_info().name());
    if known { Ok(Some(value)) } else { Err(format!("{} was not expected", value.type_info().name()).into()) }
}

/// The same for MySQL, where text and bytes have one type each and differ in the collation: whoever reads text gets
/// no bytes, and the other way round.
fn textual(value: MySqlValueRef<'_>, text: bool) -> Result<Option<MySqlValueRef<'_>>, Told> {
    let kind = value.type_info().into_owned();
    let is_text = <str as Type<MySql>>::compatible(&kind);
    let known = is_text == text && <[u8] as Type<MySql>>::compatible(&kind);
    checked(value, |_| known)
}

/// A type that one column is read into.
pub trait Column: Sized {
    /// Reads the value; whoever takes no null refuses one.
    fn read(cell: Cell<'_>) -> Result<Self, Told>;
}

macro_rules! column {
    ($($type:ty, $kind:ident, $with:expr;)+) => { $(
        impl Column for $type {
            fn read(cell: Cell<'_>) -> Result<Self, Told> {
                let value = cell.$kind()?.ok_or("null was not expected")?;
                let with: fn(_) -> Result<Self, Told> = $with;
                with(value)
            }
        }
        impl Column for Option<$type> {
            fn read(cell: Cell<'_>) -> Result<Self, Told> {
                let with: fn(_) -> Result<$type, Told> = $with;
                cell.$kind()?.map(with).transpose()
            }
        }
    )+ };
}

column! {
    i64, int, Ok;
    bool, int, |value| Ok(value != 0);
    Key, int, |value| Ok(Key(value));
    Timestamp, int, |value| Ok(Timestamp::from_micros(value));
    f64, real, Ok;
    String, text, |value: &str| Ok(value.to_owned());
    TreePath, text, |value: &str| Ok(TreePath::from_stored(value.to_owned()));
    serde_json::Value, text, |value: &str| Ok(serde_json::from_str(value)?);
    Vec<u8>, bytes, |value: &[u8]| Ok(value.to_vec());
}

/// Something that is read from a row. Structs get it from [`crate::row!`]; one column and tuples are read by place.
pub trait Record: Sized {
    /// The columns that are read by name, for a `select`; empty where they are read by place.
    const COLUMNS: &'static str = "";

    /// Reads one row.
    fn read(row: &Row<'_>) -> Result<Self>;
}

macro_rules! single {
    ($($type:ty),+) => { $(
        impl Record for $type {
            fn read(row: &Row<'_>) -> Result<Self> {
                row.at(0)
            }
        }
        impl Record for Option<$type> {
            fn read(row: &Row<'_>) -> Result<Self> {
                row.at(0)
            }
        }
    )+ };
}

single!(i64, bool, f64, String, Key, Timestamp, TreePath, serde_json::Value, Vec<u8>);

macro_rules! tuple {
    ($($type:ident $place:tt),+) => {
        impl<$($type: Column),+> Record for ($($type,)+) {
            fn read(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.at::<$type>($place)?,)+))
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);

/// Declares a struct that is read from a row by column name, with the list of its columns in `COLUMNS`:
///
/// ```
/// use siskin::store::Record;
///
/// siskin::row! {
///     /// A site.
///     #[derive(Debug, Clone)]
///     pub struct Site {
///         /// Its id.
///         pub id: i64,
///         /// A column that is called otherwise.
///         pub type_: String = "type",
///     }
/// }
/// assert_eq!(Site::COLUMNS, "id, type");
/// ```
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty $(= $column:literal)?),+ $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),+ }

        impl $crate::store::Record for $name {
            const COLUMNS: &'static str =
                concat!($(", ", $crate::column_name!($field $($column)?)),+).split_at(2).1;

            fn read(row: &$crate::store::Row<'_>) -> $crate::error::Result<Self> {
                Ok(Self { $($field: row.get($crate::column_name!($field $($column)?))?),+ })
            }
        }
    };
}

/// What the column of a field of [`row!`] is called.
#[doc(hidden)]
#[macro_export]
macro_rules! column_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $column:literal) => {
        $column
    };
}
