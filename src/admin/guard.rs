//! Around every request: forged ones are turned away, refusals are given the admin's looks, headers keep others out.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use super::Admin;
use super::answer::{self, Refusal, Told};
use super::frame::BareFrame;
use crate::error::Error;

/// What the admin's pages may load: their own files, and previews of the site in frames.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

#[derive(Serialize)]
struct ErrorView {
    frame: BareFrame,
    text: String,
}

/// The layer.
pub async fn guard(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<OriginalUri>().map(|uri| uri.0.clone());
    let address = address.unwrap_or_else(|| request.uri().clone());
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_get && is_forged(request.headers()) {
        let words = "forms of other sites are not taken; open the admin and try again";
        return dressed(&admin, Refusal::from(Error::Forbidden(words.to_owned())).into_response());
    }
    let response = dressed(&admin, next.run(request).await);
    let path = address.path_and_query().map_or("/admin/", |path| path.as_str());
    guarded(if response.status() == StatusCode::UNAUTHORIZED { sign_in(is_get, path) } else { response })
}

/// For addresses that mean nothing.
pub async fn nothing_here() -> Refusal {
    Error::not_found("this page of the admin").into()
}

/// Whether a request that changes something was made by a page of another site. Browsers say so themselves; older ones
/// name the page's origin, which must then be the host that is asked.
fn is_forged(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").map(|(_, rest)| rest) != Some(host),
        _ => false,
    }
}

fn sign_in(is_get: bool, path: &str) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if is_get && path != "/admin/" {
        query.append_pair("next", path);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("/admin/login{mark}{query}")).into_response()
}

fn dressed(admin: &Admin, response: Response) -> Response {
    let Some(Told(text)) = response.extensions().get::<Told>().cloned() else { return response };
    let title = match response.status() {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::CONFLICT => "Somebody was faster",
        _ => "That did not work",
    };
    let view = ErrorView { frame: BareFrame::new(admin, title, None), text };
    match admin.screens.draw("errors/error.html", &view) {
        Ok(html) => answer::page(response.status(), html),
        Err(error) => {
            tracing::error!(%error, "the error page could not be drawn");
            response
        }
    }
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_other_sites_are_forged() {
        for (headers, forged) in [
            (&[("sec-fetch-site", "same-origin")][..], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("origin", "http://localhost:8000"), ("host", "localhost:8000")], false),
            (&[("origin", "http://evil.example"), ("host", "localhost:8000")], true),
            (&[("origin", "null"), ("host", "localhost:8000")], true),
            (&[("host", "localhost:8000")], false),
        ] {
            let mut map = HeaderMap::new();
            headers.iter().for_each(|(name, value)| drop(map.insert(*name, HeaderValue::from_static(value))));
            assert_eq!(is_forged(&map), forged, "{headers:?}");
        }
    }
}
