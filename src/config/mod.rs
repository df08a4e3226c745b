//! The config room.

mod database;

pub use database::{Database, Synchronous};
