//! What content can be: content types, their fields and blocks, and the values they allow.
//!
//! Types are declared in `models/*.toml` ([`load`]), checked whole, and read-only from then on. The open set of field
//! *kinds* ([`FieldKind`], a [`Registry`] that an embedding program can add to) maps to the closed set of [`Shape`]s;
//! whoever consumes content matches on shapes in one file, so a new kind touches none of them.
//!
//! Reading order: `shape`, `field`, `types`, `kinds/`, `value` (values in and checked), `form` (posted names to a
//! tree), `load/` (the files), `diff` (what a change of models would do).

mod diff;
mod evolve;
mod field;
mod filter;
mod form;
pub mod kinds;
mod load;
mod page;
mod shape;
mod types;
mod value;

pub use diff::{Change, Kinds, Signature, differences};
pub use evolve::{Refusal, evolve};
pub use field::{Block, Choice, Field, Options, Place, ShownWhen};
pub use filter::{FilterValue, filter_rule, filter_text, filter_values, filter_values_of, filterable};
pub use form::form_tree;
pub use kinds::{AnswerType, FieldKind, Input, Make, Registry};
pub use load::{ModelError, ModelErrors, load_dir, load_texts};
pub use page::reference_page;
pub use shape::{Shape, Target};
pub use types::{Kind, Panel, Schema, Type, WhichSite};
pub use value::{Deep, walk};

/// The content of one object or revision: field values by name, in declared order.
pub type Document = serde_json::Map<String, serde_json::Value>;

/// The label under which images are known in the API and in references.
pub const IMAGE: &str = "wagtailimages.Image";
/// The label under which documents (files) are known.
pub const DOCUMENT: &str = "wagtaildocs.Document";
/// The label under which users are known.
pub const USER: &str = "auth.User";
/// The label under which collections are known.
pub const COLLECTION: &str = "wagtailcore.Collection";
/// The label of a page of any type.
pub const PAGE: &str = "wagtailcore.Page";
/// The family that all pages share: one sequence of ids, one tree.
pub const PAGE_FAMILY: &str = "page";
/// The fields that every page has, which stand in columns as well as in its document.
pub const PAGE_FIELDS: [&str; 5] = ["title", "slug", "seo_title", "search_description", "show_in_menus"];
