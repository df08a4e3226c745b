//! The public site: pages as the theme draws them, feeds, sitemap, robots, images, documents, search, forms.
//!
//! This door is the last: it answers every address that no other door has. What is not there is looked up among the
//! redirects before it is told to be missing, in a page of the theme.
//!
//! Reading order: `visit` (a request as this door sees it), `page` (from an address to a page), `gate` (restricted
//! pages), `form`, `search`, `feed`, `sitemap`, `robots`, `media`, `asset`, `told` (errors as pages).

mod asset;
mod feed;
mod form;
mod gate;
mod media;
mod page;
mod robots;
mod search;
mod sitemap;
mod told;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::cms::Cms;
use crate::web::site_headers;

/// Every address of the site.
pub fn router(cms: Arc<Cms>) -> Router {
    Router::new()
        .route("/robots.txt", get(robots::show))
        .route("/sitemap.xml", get(sitemap::show))
        .route("/sitemap/{part}", get(sitemap::part))
        .route("/theme/{*name}", get(asset::show))
        .route("/media/images/{name}", get(media::rendition))
        .route("/media/original_images/{*name}", get(media::original))
        .route("/documents/{id}/{name}", get(media::document))
        .route("/documents/password/{restriction}", post(media::knock))
        .route("/", get(page::show).post(form::send))
        .route("/{*path}", get(page::show).post(form::send))
        .layer(from_fn(site_headers))
        .with_state(cms)
}
