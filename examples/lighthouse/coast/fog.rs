//! A tower layer: while a file called `fog` lies in the site's folder, the harbour is closed for everybody.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use siskin::extend::Cms;

/// Answers 503 in fog, and lets requests pass in clear weather.
pub async fn close_the_harbour(
    Extension(cms): Extension<Arc<Cms>>,
    request: Request,
    next: Next,
) -> Response {
    let fog = cms.config.dir.join("fog");
    // Whoever watches the program asks on: it is the weather that is bad.
    if request.uri().path() != "/healthz" && tokio::fs::try_exists(fog).await.unwrap_or(false) {
        let headers = [(header::RETRY_AFTER, "600"), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::SERVICE_UNAVAILABLE, headers, "The harbour is closed for fog.\n")
            .into_response();
    }
    next.run(request).await
}
