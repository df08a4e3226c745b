//! What every request passes through, whichever door it is for.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower_http::limit::RequestBodyLimitLayer;
use tracing::Instrument;

use crate::cms::Cms;
use crate::error::{Error, Result};

use super::proxies::Proxies;
use super::{Asked, Failure, is_from_elsewhere, plain_page};

/// The header that tells a request's number.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Doors that change nothing, so that no other site's page can misuse a cookie there: they need no check of the origin.
const READ_ONLY: &str = "/api/";

struct Frame {
    cms: Arc<Cms>,
    proxies: Proxies,
    timeout: Duration,
}

/// Puts the doors into their frame: number, host, origin, time, size, panics, log.
pub fn frame(doors: Router, cms: Arc<Cms>) -> Result<Router> {
    let proxies = Proxies::read(&cms.config.server.trusted_proxies)?;
    let timeout = Duration::from_secs(cms.config.server.timeout_seconds.max(1));
    let most = usize::try_from(cms.config.server.max_body_bytes).unwrap_or(usize::MAX);
    let frame = Arc::new(Frame { cms, proxies, timeout });
    Ok(doors
        .layer(DefaultBodyLimit::max(most))
        .layer(RequestBodyLimitLayer::new(most))
        .layer(axum::middleware::from_fn_with_state(frame, pass)))
}

async fn pass(State(frame): State<Arc<Frame>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let began = Instant::now();
    let asked = match Asked::read(&parts, &frame.proxies, &frame.cms) {
        Ok(asked) => asked,
        Err(error) => return finished(Failure(error).into_response()),
    };
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let span = tracing::info_span!("request", id = %asked.id);
    let id = HeaderValue::from_str(&asked.id).ok();
    let elsewhere =
        !path.starts_with(READ_ONLY) && is_from_elsewhere(&method, &parts.headers, &frame.origins(&asked));
    parts.extensions.insert(asked);
    let request = Request::from_parts(parts, body);
    let answered = async { if elsewhere { refused() } else { bounded(request, next, frame.timeout).await } };
    let mut response = finished(answered.instrument(span.clone()).await);
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(parent: &span, %method, path, status, ms, "answered");
    response
}

impl Frame {
    /// Origins whose pages may post here: the host that was asked, and the base URL.
    fn origins(&self, asked: &Asked) -> Vec<String> {
        let scheme = if asked.is_secure { "https" } else { "http" };
        let port = if asked.port == if asked.is_secure { 443 } else { 80 } {
            String::new()
        } else {
            format!(":{}", asked.port)
        };
        vec![
            format!("{scheme}://{}{port}", asked.host),
            self.cms.config.base_url.origin().ascii_serialization(),
        ]
    }
}

fn refused() -> Response {
    plain_page(StatusCode::FORBIDDEN, "This form came from another site's page, so nothing was done.")
}

/// Runs the door: not for ever, and with a panic as one more answer.
async fn bounded(request: Request, next: Next, timeout: Duration) -> Response {
    let running = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(timeout, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Failure(Error::internal(words(&*panic))).into_response(),
        Err(_) => plain_page(StatusCode::SERVICE_UNAVAILABLE, "This took too long and was given up."),
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", text.unwrap_or("without words"))
}

/// What every answer has: browsers shall not guess what it is.
fn finished(mut response: Response) -> Response {
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
