//! The admin: the editors' screens. A door: it translates requests into the domain's verbs and their results into
//! HTML; it holds no rule and no SQL.
//!
//! Reading order: this file (the addresses), `desk` (whoever is signed in), `answer` (what goes back), `screens`
//! (templates and assets), `form` (the editing form of any content type), `editor` (the screen around it), and then a
//! room for each subject: `pages`, `snippets`, `settings`, `media`, `choosers`, `submissions`, `webhooks`,
//! `tokens`, `account`; `choices` is what forms offer that no content type declares.

mod account;
mod answer;
mod assets;
mod cards;
mod choices;
mod choosers;
mod confirm;
mod dashboard;
mod desk;
mod editor;
pub mod form;
mod frame;
mod guard;
mod icons;
mod media;
mod pages;
mod person;
mod references;
mod screens;
mod settings;
mod sign_in;
mod snippets;
mod submissions;
mod tokens;
mod webhooks;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{any, get, post};

pub use screens::Screens;

use crate::cms::Cms;
use crate::error::Result;
use crate::web;

/// What every handler of the admin stands on.
pub struct Admin {
    /// The site's system.
    pub cms: Arc<Cms>,
    /// Templates and assets.
    pub screens: Screens,
}

/// The router's state.
#[derive(Clone)]
struct Door(Arc<Admin>);

impl FromRef<Door> for Arc<Cms> {
    fn from_ref(door: &Door) -> Self {
        door.0.cms.clone()
    }
}

/// The admin beneath `/admin`.
///
/// # Errors
/// `Setup` for a mistake in a template, with file and line.
pub fn router(cms: Arc<Cms>) -> Result<Router> {
    let folder = cms.config.dir.join("themes/admin");
    let screens = Screens::load(Some(folder), &cms.registry, cfg!(debug_assertions))?;
    let door = Door(Arc::new(Admin { screens, cms }));
    let inside = Router::new()
        .route("/login", get(sign_in::show).post(sign_in::enter))
        .route("/logout", post(sign_in::leave))
        .route("/setup/{token}", get(sign_in::show_set_up).post(sign_in::set_up))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/theme", post(account::change_theme))
        .route("/users/", get(account::people))
        .route("/forms/", get(submissions::index))
        .route("/forms/{id}/", get(submissions::show))
        .route("/assets/{name}", get(assets::show))
        .merge(pages::router())
        .merge(snippets::router())
        .merge(settings::router())
        .merge(person::router())
        .merge(media::router())
        .merge(webhooks::router())
        .merge(tokens::router())
        .merge(choosers::router())
        // Not a fallback: the site behind this door answers every address that no door has.
        .route("/{*rest}", any(guard::nothing_here));
    let bare = || async { Redirect::permanent("/admin/") };
    Ok(Router::new()
        .route("/admin", get(bare))
        .route("/admin/", get(dashboard::show))
        .nest("/admin", inside)
        .layer(middleware::from_fn_with_state(door.clone(), guard::guard))
        .layer(middleware::from_fn(web::admin_headers))
        .with_state(door))
}
