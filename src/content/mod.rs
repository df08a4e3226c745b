//! The life of any object, whatever its kind: created, saved as a draft, published, unpublished, deleted, restored.
//!
//! Written once for pages, snippets, settings, images and documents. What only a page has (its place in the tree, its
//! address) is decided by the `pages` room and handed in as a [`Place`]. Every verb takes the [`Work`] first, changes
//! within its transaction and records one event; nothing here calls search, caches or mail.
//!
//! Reading order: `object` and `revision` are the nouns, `brief` is what lists read of a document; `create`, `draft`,
//! `publish`, `delete`, `restore` the verbs; `listing` is what editors page through; `index` keeps value tables and
//! references in step, `values` the former also when the models change; `reference` answers who uses what.
//!
//! [`Work`]: crate::accounts::Work

mod brief;
mod bulk;
mod create;
mod delete;
mod draft;
pub mod evolve;
mod index;
pub mod kept;
mod listing;
mod object;
mod preview;
mod publish;
mod reference;
mod restore;
mod revision;
mod stored;
pub mod values;

pub use brief::{BRIEF_IS_GOOD, LEFT_OUT};
pub use create::{NewObject, create};
pub use delete::delete;
pub use draft::{Saved, save_draft};
pub use index::{bound, no_value};
pub use listing::{Listing, Order};
pub use object::{Object, Place, document_of};
pub use preview::{keep_preview, preview};
pub use publish::{publish, unpublish};
pub use reference::{Usage, usages};
pub use restore::{Restored, RestoredRevision, renew, restore};
pub use revision::Revision;

pub(crate) use draft::title;
pub(crate) use object::COLUMNS;
pub(crate) use object::event;
