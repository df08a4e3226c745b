//! Published content, listed. [`Selection`] is the only way: what a viewer may not see is left out of it before
//! anything else is asked, so that no filter, order, count or search can tell of it.
//!
//! Reading order: `selection` (what is asked for), `finding` (what a search found), `statement` (what it becomes), `scope`
//! (who sees what), `bounds` (what a token shows), `drafts` (what editors have instead), `filter`, `order`, `item`,
//! `columns`, `document` and `documents` (what comes back), `counting` (how many there are), `totals` (what is
//! remembered), `cursor` (where a list goes on), `library` (what the items of a page refer to, loaded in one statement a
//! level).

mod bounds;
mod columns;
mod counting;
mod cursor;
mod document;
mod documents;
mod drafts;
mod filter;
mod finding;
mod item;
mod library;
mod order;
mod redirects;
mod scope;
mod selection;
mod statement;
mod totals;

pub use bounds::Bounds;
pub use cursor::Position;
pub use document::RawDocument;
pub use documents::Documents;
pub use drafts::Drafts;
pub use filter::{Column, Filter, Mismatch, filter_value};
pub use finding::{Finding, Rank};
pub use item::{Extent, File, Item, Picture};
pub use library::{Library, NotAsked, Reference};
pub use order::{By, Order, Term};
pub use redirects::{RedirectColumn, Redirects};
pub use scope::{Opened, Scope};
pub use selection::Selection;
pub use totals::{Memory, Totals};
