//! The search index: tantivy in `data/index/`, derived from the store, rebuildable at any time and never the truth.
//!
//! Every text is indexed twice: *exact* (folded words, what the delivery API asks by) and *stemmed* by the language of
//! the object's locale (what readers of the site ask by). Nobody writes the index but its follower, which reads the
//! event log with a cursor that is committed together with the index.
//!
//! Reading order: `words` (text into words), `document` (what is indexed), `index` (the files and their mark), `found`
//! (what questions find), `ask` (exact questions), `site` (readers' questions), `excerpt`, `mapping` (objects into
//! documents), `follower`.

mod ask;
mod document;
mod excerpt;
mod follower;
mod found;
mod index;
mod mapping;
mod site;
mod words;

pub use ask::{Ask, Operator};
pub use document::Document;
pub use excerpt::Piece;
pub use follower::Follower;
pub use found::{Found, MOST};
pub use index::{Index, Mark};
pub use site::{Hit, Question};
