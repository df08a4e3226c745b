//! The log of what happened: audit trail and outbox in one table.
//!
//! Every change writes its events in its own transaction, and everything that follows a change (search, caches,
//! webhooks, other nodes) reads them with a cursor of its own, so a crash loses nothing. Numbers come from one
//! counter row that is locked last and held until commit: they are in commit order and without gaps, and whoever
//! has read up to a number has read everything up to it. This room neither knows nor calls a follower, but keeps the
//! places of followers (`follower`) and of the program's event handlers (`handlers`).

mod event;
mod follower;
pub mod handlers;

pub use event::{Author, Event, NewEvent, append, head, history_of, since};
pub use follower::{advance, position};
