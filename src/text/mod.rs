//! Text in every form a person writes it: rich text, Markdown, slugs, plain words.

pub mod rich;

mod entities;
mod excerpt;
mod fold;
mod slug;

pub use entities::escape_html;
pub use excerpt::excerpt;
pub use fold::fold;
pub use slug::MAX_SLUG;
pub use slug::deduplicated;
pub use slug::is_slug;
pub use slug::slugify;
