//! Content from and for other systems: importers, and one day exports.
//!
//! Everything is written through domain verbs; what a foreign row means here is decided in one file
//! ([`shape`](self)) from the type's shape. Read `wagtail/mod.rs` first: it tells the import as a story.

pub mod seed;
mod shape;
pub mod wagtail;

pub use shape::{Mapping, References};
