//! Which door stands where. The site is last: it answers every address that no other door has.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::admin;
use crate::api;
use crate::cms::Cms;
use crate::error::Result;
use crate::site;
use crate::web;

use super::health;

/// Every address of the program.
pub fn router(cms: Arc<Cms>) -> Result<Router> {
    let doors = Router::new()
        .merge(api::router(cms.clone()))
        .merge(admin::router(cms.clone())?)
        .merge(web::extension(&cms))
        .merge(site::router(cms.clone()));
    let framed = web::frame(doors, cms.clone())?;
    // Outside the frame: whoever watches the program asks by its address, not by a site's name.
    let all = Router::new().route("/healthz", get(health::show)).with_state(cms.clone()).merge(framed);
    Ok(layered(all, cms))
}

/// Puts the program's layers around everything. They find the [`Cms`] among the request's extensions.
fn layered(doors: Router, cms: Arc<Cms>) -> Router {
    if !cms.extension.has_layers() {
        return doors;
    }
    // As one service: a layer is then made once, and sees what no route matches too.
    let whole = Router::new().fallback_service(doors);
    let broken = |_| web::plain_page(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here.");
    cms.extension.around(whole).layer(CatchPanicLayer::custom(broken)).layer(Extension(cms))
}
