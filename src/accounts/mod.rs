//! Accounts: who is asking, what they may do, and the unit of work that every change is made in.
//!
//! The one place where permissions are decided is [`may`]; nobody else compares a person's groups or flags. Other
//! rooms say what the scope of their things is, and ask. Reading order: `actor`, `work`, `permission`, then the
//! nouns (`user`, `group`, `grant`, `session`) and the verbs (`sign_in`, `set_up`, `manage`).

mod actor;
mod permission;
mod work;

pub use actor::{Actor, Person};
pub use permission::{Action, Grant, Place, Scope, leads_to_something, may, must};
pub use work::{Reading, Work};
