//! Webhooks: signed calls out on events, so that a front end rebuilds or a CDN forgets.
//!
//! A follower of the event log writes one delivery for each event and receiver that wants it, with a cursor of its own;
//! a courier then makes the calls, one receiver's after the other, under a lease, and tries again until the receiver
//! takes them or somebody has to look. So nothing is sent before its change is committed, a crash loses nothing, and a
//! receiver sees events in their order. What is told is what happened and where, never content. This room is the only
//! one that calls other machines; it asks [`Guard`] before it does.
//!
//! Reading order: `webhook` (a receiver) and `manage` (what people do with it), `delivery` (a call), `payload` (what it
//! says), `follower`, `courier`; and what calling is made of: `guard`, `client`, `signature`.

mod client;
mod courier;
mod delivery;
mod follower;
mod guard;
mod manage;
mod payload;
mod signature;
mod webhook;

pub use client::{Client, Lookup};
pub use courier::Courier;
pub use delivery::{Delivery, State};
pub use follower::{Told, follow};
pub use guard::Guard;
pub use manage::{Rules, Wanted, create, delete, pause, replay, resume, rotate, test, update};
pub use webhook::{Kind, Webhook};

/// The label of webhooks, which rights on them hang on.
pub const WEBHOOK: &str = "siskin.Webhook";
