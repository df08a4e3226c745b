//! The store: connections, transactions, statements, rows and migrations over one of the databases.
//!
//! Everything above writes one portable SQL text and never learns which database answers. What truly differs is
//! spelt in `dialect.rs`, and driver errors become [`crate::error::Error`] in `failure.rs`. Reading order: `db`
//! (pools), `conn` (what a statement is run on), `sql` (what is run), `record` (what comes back), `migrate`.
//!
//! Portable text means, where SQLite alone would be lenient:
//! * `?` for every value, lower-case names that need no quoting, single quotes for texts;
//! * integers for booleans and moments, compared (`where live = 1`, never `where live`);
//! * `cast(sum(x) as bigint)`, `like ? escape '!'`, `order by x is null, x` for an explicit place of nulls;
//! * every selected column grouped or aggregated, every ordering of a `distinct` selected;
//! * after a statement that failed, nothing more in that transaction.

mod conn;
mod db;
mod dialect;
mod failure;
mod migrate;
mod record;
mod sql;

pub use conn::{Conn, Tx};
pub use db::Db;
pub use dialect::Dialect;
pub use failure::OnUnique;
pub use record::{Cell, Column, Record, Row};
pub use sql::{Bind, LONGEST_LIST, Sql, sql};
