//! Accounts: who is asking, what they may do, and the unit of work that every change is made in.
//!
//! The one place where permissions are decided is [`may`]; nobody else compares a person's groups or flags. Other
//! rooms say what the scope of their things is, and ask. Reading order: `actor`, `work`, `permission`; the nouns
//! `user`, `group`, `session`; and the verbs in `sign_in`, `guess`, `set_up` and `manage`. `password` and `throttle` are
//! what signing in is made of.

mod actor;
mod api_token;
mod group;
mod guess;
mod manage;
pub mod password;
mod permission;
mod recognise;
mod session;
mod set_up;
mod sign_in;
mod throttle;
mod user;
mod work;

use crate::events::NewEvent;

pub use actor::{Actor, Person};
pub use api_token::{API_TOKEN, ApiToken, NewToken, Shown, create_token, revoke_token, show_token};
pub use group::{GROUP, Group, StoredGrant};
pub use guess::{guess, guessed};
pub use manage::{
    NewUser, create_group, create_user, restore_group, restore_user, set_groups, set_password, update_user,
};
pub use permission::{Action, Grant, Place, Scope, leads_to_something, may, must};
pub use recognise::{Recognised, Recognition};
pub use session::{LONGEST_SECONDS, Session};
pub use set_up::{FirstUser, is_set_up_link, set_up, set_up_link};
pub use sign_in::{Credentials, SignIn, sign_in, sign_out};
pub use user::{UNUSABLE, USER, User, choose, names_of};
pub use work::{Reading, Work};

/// An event about a user.
fn event(kind: &'static str, id: i64, data: serde_json::Value) -> NewEvent {
    NewEvent::about(kind, USER, USER, id).with(data)
}

/// An event about a group.
fn group_event(kind: &'static str, group: &Group) -> NewEvent {
    NewEvent::about(kind, GROUP, GROUP, group.id).with(serde_json::json!({ "name": group.name }))
}
