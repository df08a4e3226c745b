//! What comes back: rows read into plain structs, by column name.

use std::fmt::Display;

use rusqlite::RowIndex;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Row as _};

use crate::base::{Key, Timestamp, TreePath};
use crate::error::{Error, Result};

use super::cell::{Cell, Told};

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
        self.cell(name).and_then(T::read).map_err(|told| unreadable(&name, &told))
    }

    /// The column at this place, from 0.
    #[inline]
    pub fn at<T: Column>(&self, place: usize) -> Result<T> {
        self.cell(place).and_then(T::read).map_err(|told| unreadable(&place, &told))
    }

    #[inline]
    fn cell<I>(&self, index: I) -> Result<Cell<'_>, Told>
    where
        I: RowIndex + ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + ColumnIndex<MySqlRow>,
    {
        match self {
            Self::Reader(row) => Cell::of_reader(row.get_ref(index)?),
            Self::Sqlite(row) => Cell::of_sqlite(row.try_get_raw(index)?),
            Self::Postgres(row) => Cell::of_postgres(row.try_get_raw(index)?),
            Self::MySql(row) => Cell::of_mysql(row.try_get_raw(index)?),
        }
    }
}

#[cold]
fn unreadable(column: &dyn Display, told: &Told) -> Error {
    Error::internal(format!("column {column} cannot be read: {told}"))
}

/// A type that one column is read into.
pub trait Column: Sized {
    /// Reads the value; whoever takes no null refuses one.
    fn read(cell: Cell<'_>) -> Result<Self, Told>;
}

macro_rules! column {
    ($($type:ty, $kind:ident, $with:expr;)+) => { $(
        impl Column for $type {
            #[inline]
            fn read(cell: Cell<'_>) -> Result<Self, Told> {
                let value = cell.$kind()?.ok_or("null was not expected")?;
                let with: fn(_) -> Result<Self, Told> = $with;
                with(value)
            }
        }
        impl Column for Option<$type> {
            #[inline]
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
