//! Screens of the page tree: the explorer, editing, history, moving, deleting, previews.

pub mod branch;
pub mod create;
pub mod delete;
pub mod edit;
pub mod explorer;
pub mod history;
pub mod moving;
pub mod preview;
pub mod publication;
mod screen;
mod types;

use axum::Router;
use axum::routing::{get, post};

use super::Door;

/// The addresses of pages.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/pages/", get(explorer::root))
        .route("/pages/{id}/", get(explorer::show))
        .route("/pages/{id}/edit", get(edit::show).post(edit::save))
        .route("/pages/{id}/preview", post(preview::create))
        .route("/pages/{id}/add", get(types::show))
        .route("/pages/{id}/add/{label}", get(create::show).post(create::save))
        .route("/pages/{id}/history", get(history::show))
        .route("/pages/{id}/history/{revision}/preview", get(preview::of_revision))
        .route("/pages/{id}/history/{revision}/restore", post(history::restore))
        .route("/pages/{id}/move", get(moving::show).post(moving::save))
        .route("/pages/{id}/position", post(moving::step))
        .route("/pages/{id}/unpublish", get(publication::ask).post(publication::unpublish))
        .route("/pages/{id}/delete", get(delete::ask).post(delete::delete))
        .route("/preview/{token}", get(preview::show))
        .route("/tree/{id}", get(branch::show))
}
