//! Screens of the library: images and documents, which differ in little but their pictures.

pub mod edit;
pub mod fields;
pub mod index;
mod picture;
pub mod upload;

use axum::Router;
use axum::routing::get;

pub use fields::Fields;

use super::Door;
use crate::schema::{DOCUMENT, IMAGE};

/// Which part of the library a screen is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// Images.
    Images,
    /// Documents.
    Documents,
}

impl Library {
    /// The label of its type.
    pub fn label(self) -> &'static str {
        match self {
            Self::Images => IMAGE,
            Self::Documents => DOCUMENT,
        }
    }

    /// What they are called, and the part of the address.
    pub fn nouns(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Documents => "documents",
        }
    }

    /// Its name in the navigation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Images => "Images",
            Self::Documents => "Documents",
        }
    }

    /// What a browser's file dialogue offers.
    pub fn accept(self) -> &'static str {
        match self {
            Self::Images => "image/*",
            Self::Documents => "",
        }
    }

    /// Where the list is.
    pub fn address(self) -> String {
        format!("/admin/{}/", self.nouns())
    }
}

/// The addresses of images and documents.
pub fn router() -> Router<Door> {
    let mut router = Router::new()
        .route("/images/{id}/thumb", get(picture::thumb))
        .route("/images/{id}/preview", get(picture::large));
    for library in [Library::Images, Library::Documents] {
        let at = |rest: &str| format!("/{}/{rest}", library.nouns());
        router = router
            .route(&at(""), get(move |desk, asked| index::show(library, desk, asked)))
            .route(
                &at("upload"),
                get(move |desk| upload::show(library, desk))
                    .post(move |desk, form| upload::receive(library, desk, form)),
            )
            .route(
                &at("{id}/"),
                get(move |desk, id| edit::show(library, desk, id))
                    .post(move |desk, id, form| edit::save(library, desk, id, form)),
            )
            .route(
                &at("{id}/delete"),
                get(move |desk, id| edit::ask(library, desk, id))
                    .post(move |desk, id| edit::delete(library, desk, id)),
            );
    }
    router
}
