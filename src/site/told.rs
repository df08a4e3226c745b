//! Errors as pages of the theme.

use axum::response::IntoResponse;
use axum::response::Response;

use super::visit::Visit;
use super::visit::html;
use crate::error::Error;
use crate::error::Result;
use crate::render::Subject;
use crate::web::Failure;
use crate::web::conditional;

/// The answer to a visit, or the page that tells what went wrong. What the theme cannot draw is told in plain words.
pub async fn answered(visit: &Visit, outcome: Result<Response>) -> Response {
    let error = match outcome {
        Ok(response) => return response,
        Err(error) => error,
    };
    let subject = match error {
        Error::NotFound(_) => Subject::NotFound,
        Error::Setup(_) | Error::Corrupt { .. } | Error::Internal(_) => Subject::Broken,
        other => return Failure(other).into_response(),
    };
    let plain = Failure(error).into_response();
    if visit.cms.stage.theme().is_none() {
        return plain;
    }
    match visit.draw(&visit.locale(), subject).await {
        Ok(page) => conditional(&visit.headers, html(plain.status().as_u16(), page.html, false)),
        Err(error) => {
            tracing::error!(%error, "the theme cannot draw an error page");
            plain
        }
    }
}
