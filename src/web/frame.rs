//! What every request passes through, whichever door it is for.
//!
//! `pass` is the whole way: arrive (door, number, address), be let in or refused, be answered, and depart. Whatever
//! answers, the answer departs through [`Passage::answered`]: that is the one place where headers that all answers have
//! are set, and where figures and the access log learn what became of the request.

use std::any::Any;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
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
    Ok(doors
        .layer(DefaultBodyLimit::max(most))
        .layer(RequestBodyLimitLayer::new(most))
        .layer(axum::middleware::from_fn_with_state(frame, pass)))
}

async fn pass(State(frame): State<Arc<Frame>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut passage = Passage::begin(frame, &parts);
    if let Some(meter) = passage.shows_figures(&parts) {
        let figures = meter.show(&passage.frame.cms, &passage.frame.queues).await;
        return passage.answered(figures);
    }
    let response = match passage.let_in(&parts) {
        Ok(asked) => {
            parts.extensions.insert(asked);
            passage.through(Request::from_parts(parts, body), next).await
        }
        Err(refusal) => *refusal,
    };
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

    /// What is known about the request, or what is told at once: that there were too many, that there is no such host,
    /// that a form came from elsewhere, which origins may ask.
    fn let_in(&mut self, parts: &Parts) -> Result<Asked, Box<Response>> {
        self.counted = self.frame.limits.count(self.door, self.address);
        if let Some(seconds) = self.counted.and_then(|counted| counted.wait()) {
            return Err(Box::new(too_many(self.door, seconds)));
        }
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
    async fn through(&self, request: Request, next: Next) -> Response {
        let Some(_place) = self.frame.queues.of(self.door).enter().await else {
            return self.door.refusal(StatusCode::SERVICE_UNAVAILABLE, BUSY, &self.number);
        };
        let span = tracing::info_span!("request", id = %self.number);
        let running = AssertUnwindSafe(next.run(request)).catch_unwind().map(answer_of);
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
fn answer_of(ended: Result<Response, Box<dyn Any + Send>>) -> Response {
    let panic = match ended {
        Ok(response) => return response,
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words = format!("a handler panicked: {}", text.unwrap_or("without words"));
    Failure(Error::internal(words)).into_response()
}
