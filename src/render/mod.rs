//! Themes: templates that turn view structs into HTML. The only room that knows Tera.
//!
//! Reading order: `files` (where a theme's files come from), `templates` (the set of templates).

mod files;
mod templates;

pub use files::Files;
pub use templates::{Equip, Templates};
