//! The store: connections, transactions, statements, rows and migrations over one of the databases.
//!
//! Everything above writes one portable SQL text and never learns which database answers. What truly differs is
//! spelt in `dialect.rs`, and driver errors become [`crate::error::Error`] in `failure.rs`. Reading order: `db`
//! (pools), `conn` (what a statement is run on), `sql` (what is run), `record` (what comes back), `migrate`.
//!
//! Portable text means: `?` for every value, lower-case names that need no quoting, integers for booleans and
//! moments, `cast(sum(x) as bigint)` around sums, no boolean literals, and an explicit order for nulls.

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
pub use sql::{Bind, Sql, sql};
