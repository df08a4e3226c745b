//! Small values that everything speaks in: keys, moments, networks, places in the tree, tokens.

mod clock;
mod network;
mod path;
mod time;
mod token;

pub use clock::Clock;
pub use network::Network;
pub use path::TreePath;
pub use time::Timestamp;
pub use token::{Token, sha256_hex};

/// The store's own key of an object. Never shown outside: the public identity is (type, id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Key(pub i64);

/// A new random UUID (version 4), as stream blocks, list items and translation keys have.
pub fn new_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
