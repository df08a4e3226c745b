//! Themes: templates that turn pages into HTML. The only room that knows Tera.
//!
//! A theme is a folder: `theme.toml` (its name, and the renditions that it asks for), `templates/`, `assets/`,
//! `locales/CODE.toml` (its own words). The starter theme and the admin's look are inside the binary; a folder of the
//! same name in the site's `themes/` lies over them, file by file.
//!
//! A page of type `blog.BlogPage` is drawn by `templates/pages/blog/blog_page.html`, or by the one that its type names,
//! or by `pages/page.html`; a block `quote` of a stream by `blocks/blog/quote.html` or `blocks/quote.html`.
//! `search.html`, `password.html`, `errors/404.html` and `errors/500.html` draw what is no page. What templates know at
//! first is in [`Subject`], what they can call in `functions`.
//!
//! Reading order: `files` (where a theme's files come from), `templates` (the set of templates), `locale` (words, dates,
//! numbers), `theme`, `shown` (a page's view), `scene` (what is drawn), `session` (one rendering), `functions`, `stage`
//! (where it happens).

mod files;
mod functions;
mod locale;
mod scene;
mod session;
mod shown;
mod stage;
mod templates;
mod theme;

pub use files::Files;
pub use functions::reference_page;
pub use scene::{Form, FormChoice, FormField, Found, Gate, Scene, Search, Subject};
pub use shown::Shown;
pub use stage::{Drawn, Place, Props, Stage};
pub use templates::{Equip, Templates};
pub use theme::{About, Asset, Theme};
