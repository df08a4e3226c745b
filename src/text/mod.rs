//! Text in every form a person writes it: rich text, Markdown, slugs, plain words.
//!
//! Pure functions over strings; nothing here knows the store, a site or a request. Whoever needs the address of a
//! page or an image passes something that implements [`rich::Links`].

pub mod eight;
pub mod markdown;
pub mod rich;

mod entities;
mod excerpt;
mod fold;
mod player;
mod slug;
mod tokens;

pub use entities::escape_html;
pub use excerpt::excerpt;
pub use fold::fold;
pub use player::{Player, embed_html};
pub use slug::MAX_SLUG;
pub use slug::deduplicated;
pub use slug::is_slug;
pub use slug::slugify;
