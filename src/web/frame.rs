//! What every request passes through, whichever door it is for.
//!
//! `pass` is the whole way: arrive (door, number, address), be answered from the cache by the short way, or be let in or
//! refused, be answered by a door, and depart. Whatever
//! answers, the answer departs through [`Passage::answered`]: that is the one place where headers that all answers have
//! are set, and where figures and the access log learn what became of the request.

use std::any::Any;
use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::Service;
use tower_http::limit::RequestBodyLimitLayer;
use tracing::Instrument;

use crate::cms::Cms;
use crate::error::{Error, Result};

use super::access::{Access, Arrived, Outcome};
use super::cors::Cors;
use super::door::{Door, too_many};
use super::limits::{Counted, Limits};
use super::meter::Meter;
use super::number::{self, Number, Numbers};
use super::proxies::Proxies;
use super::queue::Queues;
use super::short;
use super::{Asked, Failure, is_from_elsewhere};

/// What is told when too much is going on.
const BUSY: &str = "Too much is going on at once; please try again.";
/// What is told of a fault of the program.
const BROKEN: &str = "A server error occurred.";
const TOO_LONG: &str = "This took too long and was given up.";
const FROM_ELSEWHERE: &str = "This form came from another site's page, so nothing was done.";
/// The status in logs of a request whose asker was gone before the answer.
const GONE: u16 = 499;

pub(super) struct Frame {
    pub cms: Arc<Cms>,
    pub proxies: Proxies,
    timeout: Duration,
    limits: Limits,
    queues: Queues,
    cors: Cors,
    numbers: Numbers,
    access: Option<Access>,
    meter: Option<Meter>,
}

/// Puts the doors into their frame: number, host, origin, load, time, size, panics, log.
///
/// # Errors
/// `Setup` for what is configured and makes no sense.
pub fn frame(doors: Router, cms: Arc<Cms>) -> Result<Router> {
    let config = &cms.config;
    let most = usize::try_from(config.server.max_body_bytes).unwrap_or(usize::MAX);
    let frame = Arc::new(Frame {
        proxies: Proxies::read("server.trusted_proxies", &config.server.trusted_proxies)?,
        timeout: Duration::from_secs(config.server.timeout_seconds.max(1)),
        limits: Limits::new(config),
        queues: Queues::new(&config.load),
        cors: Cors::new(&config.api)?,
        numbers: Numbers::new(),
        access: Access::open(&config.log)?,
        meter: Meter::new(&config.metrics)?,
        cms,
    });
    // Both at once: each layer of a router is a service behind a pointer.
    let doors = doors.layer((RequestBodyLimitLayer::new(most), DefaultBodyLimit::max(most)));
    Ok(Router::new().fallback_service(Framed { frame, doors }))
}

/// The doors in their frame.
#[derive(Clone)]
struct Framed {
    frame: Arc<Frame>,
    doors: Router,
}

impl Service<Request> for Framed {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (frame, doors) = (self.frame.clone(), self.doors.clone());
        Box::pin(async move { Ok(pass(frame, request, doors).await) })
    }
}

async fn pass(frame: Arc<Frame>, request: Request, doors: Router) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut passage = Passage::begin(frame, &parts);
    if let Some(meter) = passage.shows_figures(&parts) {
        let figures = meter.show(&passage.frame.cms, &passage.frame.queues).await;
        return passage.answered(figures);
    }
    if let Some(refusal) = passage.is_one_too_many() {
        return passage.answered(refusal);
    }
    let short = short::Request::of(&parts, passage.frame.proxies.contain(passage.peer));
    if let Some(short) = &short
        && let Some(response) = short.answer(&passage.frame.cms, &parts).await
    {
        return passage.answered(response);
    }
    let mut response = match passage.let_in(&parts) {
        Ok(asked) => {
            parts.extensions.insert(asked);
            passage.through(Request::from_parts(parts, body), doors).await
        }
        Err(refusal) => *refusal,
    };
    if let Some(short) = short {
        short.remember(&passage.frame.cms, &mut response).await;
    }
    passage.answered(response)
}

/// A request on its way. When this is dropped, the way is over, however it ended.
struct Passage {
    frame: Arc<Frame>,
    began: Instant,
    door: Door,
    number: Number,
    peer: IpAddr,
    address: IpAddr,
    is_head: bool,
    origin: Option<HeaderValue>,
    counted: Option<Counted>,
    written: Option<Arrived>,
    status: u16,
    bytes: Option<u64>,
}

impl Passage {
    fn begin(frame: Arc<Frame>, parts: &Parts) -> Self {
        let peer = Asked::peer(parts);
        let is_proxy = frame.proxies.contain(peer);
        let number = is_proxy.then(|| Number::sent(&parts.headers)).flatten();
        let door = Door::of(&parts.method, parts.uri.path());
        if let Some(meter) = &frame.meter {
            meter.begins(door);
        }
        Self {
            began: Instant::now(),
            door,
            number: number.unwrap_or_else(|| frame.numbers.next()),
            peer,
            address: frame.proxies.client(peer, &parts.headers),
            is_head: parts.method == Method::HEAD,
            origin: parts.headers.get(header::ORIGIN).cloned(),
            counted: None,
            written: frame.access.as_ref().map(|_| Arrived::of(parts)),
            status: GONE,
            bytes: None,
            frame,
        }
    }

    /// The figures, if that is what is asked for, by somebody who may see them.
    fn shows_figures(&self, parts: &Parts) -> Option<&Meter> {
        let client = (self.address, self.frame.proxies.contain(self.peer));
        let meter = self.frame.meter.as_ref()?;
        (parts.method == Method::GET && meter.is_shown(parts.uri.path(), client, &parts.headers))
            .then_some(meter)
    }

    /// Counts the request, whoever will answer it; the refusal if there were too many.
    fn is_one_too_many(&mut self) -> Option<Response> {
        self.counted = self.frame.limits.count(self.door, self.address);
        let seconds = self.counted.and_then(|counted| counted.wait())?;
        Some(too_many(self.door, seconds))
    }

    /// What is known about the request, or what is told at once: that there is no such host, that a form came from
    /// elsewhere, which origins may ask.
    fn let_in(&self, parts: &Parts) -> Result<Asked, Box<Response>> {
        let refuse = |status, words: &str| Box::new(self.door.refusal(status, words, &self.number));
        let from = (self.peer, self.address, self.number.clone());
        let asked = Asked::read(parts, from, &self.frame.proxies, &self.frame.cms)
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
        let is_guarded = self.door.can_be_misused() && !parts.method.is_safe();
        if is_guarded && is_from_elsewhere(&parts.method, &parts.headers, &asked.origins(&self.frame.cms)) {
            return Err(refuse(StatusCode::FORBIDDEN, FROM_ELSEWHERE));
        }
        if self.door == Door::Api
            && let Some(told) = self.frame.cors.preflight(&parts.method, &parts.headers)
        {
            return Err(Box::new(told));
        }
        Ok(asked)
    }

    /// Through the door: when there is a place, not for ever, and with a panic as one more answer.
    async fn through(&self, request: Request, mut doors: Router) -> Response {
        let Some(_place) = self.frame.queues.of(self.door).enter().await else {
            return self.door.refusal(StatusCode::SERVICE_UNAVAILABLE, BUSY, &self.number);
        };
        let span = tracing::info_span!("request", id = %self.number);
        let running = AssertUnwindSafe(doors.call(request)).catch_unwind().map(answer_of);
        let running = self.number.clone().during(running).instrument(span);
        match tokio::time::timeout(self.frame.timeout, running).await {
            Ok(response) => self.dressed(response),
            Err(_) => self.door.refusal(StatusCode::SERVICE_UNAVAILABLE, TOO_LONG, &self.number),
        }
    }

    /// A fault of the program is told by the API in one form, whoever found it.
    fn dressed(&self, response: Response) -> Response {
        let words = match response.status() {
            StatusCode::INTERNAL_SERVER_ERROR => BROKEN,
            StatusCode::SERVICE_UNAVAILABLE => BUSY,
            _ => return response,
        };
        if self.door != Door::Api {
            return response;
        }
        self.door.refusal(response.status(), words, &self.number)
    }

    /// The end of every request: the answer with what all answers have.
    fn answered(mut self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(number::HEADER, self.number.header());
        // Browsers shall not guess what it is.
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.door == Door::Api {
            self.frame.cors.tell(self.origin.as_ref(), headers);
        }
        if let Some(counted) = &self.counted {
            counted.tell(headers);
        }
        // The length of nothing is not that of the answer which is known already.
        if response.status() == StatusCode::NOT_MODIFIED {
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        self.status = response.status().as_u16();
        self.bytes = if self.is_head { Some(0) } else { response.body().size_hint().exact() };
        response
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        if let Some(meter) = &self.frame.meter {
            let status = Some(self.status).filter(|status| *status != GONE);
            meter.ends(self.door, status, took, self.bytes.unwrap_or(0));
        }
        let (Some(access), Some(arrived)) = (&self.frame.access, &self.written) else { return };
        let outcome = Outcome {
            time: self.frame.cms.clock.now(),
            number: &self.number,
            address: self.address,
            door: self.door,
            status: self.status,
            bytes: self.bytes,
            took,
        };
        access.write(arrived, &outcome);
    }
}

/// A panic as one more answer.
fn answer_of(
    ended: std::result::Result<std::result::Result<Response, Infallible>, Box<dyn Any + Send>>,
) -> Response {
    let panic = match ended {
        Ok(Ok(response)) => return response,
        Ok(Err(never)) => match never {},
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words = format!("a handler panicked: {}", text.unwrap_or("without words"));
    Failure(Error::internal(words)).into_response()
}
