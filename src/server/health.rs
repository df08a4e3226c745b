//! Whether the program can do its work, for whoever watches it. Tells strangers "up" or "down" and nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::cms::Cms;
use crate::error::{Error, Result};
use crate::events;

/// A store that takes longer than this to answer is down for those who wait for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// `GET /healthz`
pub async fn show(State(cms): State<Arc<Cms>>) -> Response {
    let answered = tokio::time::timeout(PATIENCE, ask(&cms)).await;
    let outcome = answered.unwrap_or_else(|_| Err(Error::Busy("the store did not answer in time".into())));
    let (status, word) = match outcome {
        Ok(()) => (StatusCode::OK, "up\n"),
        Err(error) => {
            tracing::warn!(%error, "the health check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "down\n")
        }
    };
    let headers = [(header::CONTENT_TYPE, "text/plain"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, word).into_response()
}

async fn ask(cms: &Cms) -> Result<()> {
    events::head(&mut cms.db.read().await?).await.map(drop)
}
