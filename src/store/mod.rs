//! The store: connections, transactions, statements, rows and migrations over one of the databases.
//!
//! Everything above writes one portable SQL text and never learns which database answers. What truly differs is spelt
//! in `dialect.rs` and `spelling.rs`, and driver errors become [`crate::error::Error`] in `failure.rs`. Reading order:
//! `db` and `open` (pools), `conn` (what a statement is run on), `sql` (what is run), `record` and `cell` (what comes
//! back), `migrate`.
//!
//! Portable text means, where SQLite alone would be lenient:
//! * `?` for every value, lower-case names that need no quoting, single quotes for texts;
//! * integers for booleans and moments, compared (`where live = 1`, never `where live`);
//! * `cast(sum(x) as bigint)`, `like ? escape '!'`, an explicit place of nulls: `x asc nulls first`,
//!   `x desc nulls last`, else `x is null, x`;
//! * no `returning` and no `on conflict`: look, then insert or update, under a lock where others may do the same;
//! * an update does not read its own table in a subquery, and no list of `in (select …)` has a limit;
//! * every selected column grouped or aggregated, every ordering of a `distinct` selected;
//! * after a statement that failed, nothing more in that transaction.

mod cell;
mod conn;
mod db;
mod dialect;
mod failure;
mod hold;
mod migrate;
mod open;
mod readers;
mod record;
mod spelling;
mod sql;

pub use cell::{Cell, Told};
pub use conn::{Conn, Tx};
pub use db::{Connections, Db};
pub use dialect::Dialect;
pub use failure::OnUnique;
pub use hold::Held;
pub use record::{Column, Record, Row};
pub use sql::{Bind, LONGEST_LIST, Sql, sql};
