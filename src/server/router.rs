//! Which door stands where. The site is last: it answers every address that no other door has.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

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
        .merge(site::router(cms.clone()));
    let framed = web::frame(doors, cms.clone())?;
    // Outside the frame: whoever watches the program asks by its address, not by a site's name.
    Ok(Router::new().route("/healthz", get(health::show)).with_state(cms).merge(framed))
}
