//! Around every request: whoever is not signed in is led to where they can, refusals get the admin's looks.

use axum::extract::{OriginalUri, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;

use super::answer::Refusal;
use super::frame::BareFrame;
use super::{Admin, Door};
use crate::error::Error;
use crate::web::{SIGN_IN, Told};

#[derive(Serialize)]
struct ErrorView {
    frame: BareFrame,
    text: String,
}

/// The layer.
pub async fn guard(
    State(door): State<Door>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let is_get = request.method() == Method::GET;
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        return sign_in(is_get, &uri);
    }
    dressed(&door.0, response)
}

/// For addresses that mean nothing.
pub async fn nothing_here() -> Refusal {
    Error::not_found("this page of the admin").into()
}

/// To the sign-in, and back to this screen afterwards if it was only to be looked at.
fn sign_in(is_get: bool, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/admin/", |path| path.as_str());
    if !is_get || path == "/admin/" {
        return Redirect::to(SIGN_IN).into_response();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
    Redirect::to(&format!("{SIGN_IN}?{query}")).into_response()
}

fn dressed(admin: &Admin, response: Response) -> Response {
    let Some(told) = response.extensions().get::<Told>().cloned() else { return response };
    let title = match told.status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::CONFLICT => "Somebody was faster",
        _ => "That did not work",
    };
    let view = ErrorView { frame: BareFrame::new(admin, title, None), text: told.words };
    match admin.screens.draw("errors/error.html", &view) {
        Ok(html) => (told.status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page could not be drawn");
            response
        }
    }
}
