//! Rich text as Wagtail stores it: restricted HTML in which pages, documents and images are named by id.
//!
//! [`clean`] is what every text passes before it is written; it knows the allow list, and it is the only place that
//! does. [`to_html`] and [`to_markdown`] turn a stored text into what readers get, with addresses from [`Links`].
//! Reading order: [`features`](Features), `tags` (a stored text in pieces), `spelling` (is it clean already?),
//! `cleaning` with `outline` (making it clean), then the readers.

mod anchor;
mod blocks;
mod cleaning;
mod elements;
mod escaping;
mod features;
mod from_markdown;
mod outline;
mod plain;
mod references;
mod spelling;
mod tags;
mod to_html;
mod to_markdown;

pub use anchor::is_safe_url;
pub use cleaning::Cleaned;
pub use cleaning::Removal;
pub use cleaning::clean;
pub use cleaning::clean_and_tell;
pub use features::Features;
pub use from_markdown::from_markdown;
pub use plain::plain;
pub use references::Kind;
pub use references::Reference;
pub use references::references;
pub use references::rewrite;
pub use spelling::is_clean;
pub use to_html::Links;
pub use to_html::RichImage;
pub use to_html::to_html;
pub use to_markdown::to_markdown;

/// The number of the rules by which [`clean`] works. Whoever keeps cleaned text keeps this beside it; text of an
/// older number is cleaned again.
pub const RULES_VERSION: u32 = 1;
