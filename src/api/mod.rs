//! The JSON APIs. `v2` answers as Wagtail's delivery API does.

mod v2;

use std::sync::Arc;

use axum::Router;

use crate::cms::Cms;

pub use v2::openapi;
pub use v2::typescript;

/// Every address of the APIs.
pub fn router(cms: Arc<Cms>) -> Router {
    v2::router(cms)
}
