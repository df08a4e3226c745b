//! The addresses that the program adds: behind the frame, beside the site, with the headers that the site has.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;

use crate::cms::Cms;

use super::site_headers;

/// The program's own routes.
pub fn extension(cms: &Arc<Cms>) -> Router {
    cms.extension.router().layer(from_fn(site_headers)).with_state(cms.clone())
}
