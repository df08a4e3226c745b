//! The one tree of pages: where a page stands, its address, who may see it.
//!
//! A page verb is the content verb plus what it means for the tree: slugs that must be free, addresses of everything
//! beneath, redirects from the old ones, the `public` flag. Every change of the tree's shape takes its lock first.
//!
//! Reading order: `page` finds pages, `place` decides places; `create`, `save`, `publish`, `moving`, `copy`, `delete`,
//! `privacy` are the verbs; `doctor` looks for what cannot be.

mod copy;
mod create;
mod delete;
pub mod doctor;
mod moving;
mod page;
mod place;
mod privacy;
mod publish;
mod save;

pub use copy::copy;
pub use create::{create, create_root};
pub use delete::delete;
pub use moving::move_to;
pub use page::{
    ancestors, at_url_path, by_id, children, children_count, children_counts, descendants_count,
    neighbours_of, root, sites_under, translations,
};
pub use place::{place_beneath, scope};
pub use privacy::{Privacy, Restriction, refresh_public, restrict, restrictions};
pub use publish::{publish, unpublish};
pub use save::save_draft;
