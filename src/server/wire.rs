//! Connections: accepted up to a bound, given up when they are too slow, and ended in order when the program stops.
//!
//! A head must arrive whole within its time and size, and so must the next one on a connection that stays open; hyper
//! keeps both. A request with a body of unforeseen length ends its connection, so that nothing that follows it is ever
//! taken for another request; one that tells a length as well is refused.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::Service;

use crate::config;
use crate::web;

use super::arriving::Arriving;
use super::crowd::{Crowd, Place};
use super::line::Line;

/// How long accepting rests when the machine has no more sockets to give.
const REST: Duration = Duration::from_millis(100);
/// Bytes of a connection that are held at once on their way in.
const BUFFER: usize = 64 * 1024;
/// Headers of a request that hyper takes where it is told nothing.
const HEADERS_OF_HYPER: usize = 100;
/// What is told to a connection that is one too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What is told to a request that tells the length of its body twice.
const DECEITFUL: &str =
    "This request tells the length of what it brings twice, so nothing of it is believed.";

/// Where the program is in its life, as its connections see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Requests are answered.
    Serving,
    /// Requests that were begun are answered, and no others.
    Draining,
    /// Nothing is answered any more.
    Over,
}

/// What every connection needs.
struct Wire {
    doors: Router,
    builder: http1::Builder,
    stall: Duration,
}

/// Answers whoever connects, until `stop` is ready; then what was begun is finished, if it ends within the grace.
pub async fn answer(
    listener: TcpListener,
    doors: Router,
    config: &config::Server,
    stop: impl Future<Output = ()>,
) {
    let stall = Duration::from_secs(config.stall_seconds.max(1));
    let wire = Arc::new(Wire { doors, builder: builder(config), stall });
    let crowd = Crowd::new(config);
    let (phase, follow) = watch::channel(Phase::Serving);
    tokio::select! {
        () = accept(&listener, &wire, &crowd, &follow) => {}
        () = stop => {}
    }
    drop(listener);
    phase.send_replace(Phase::Draining);
    if !crowd.gone_within(Duration::from_secs(config.grace_seconds)).await {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    phase.send_replace(Phase::Over);
    crowd.gone_within(REST).await;
}

fn builder(config: &config::Server) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(config.header_seconds.max(1)))
        .max_header_size(config.max_header_bytes.max(1))
        .max_buf_size(BUFFER)
        .half_close(false);
    // Told its own limit, hyper makes a list of as many for each request, where it has room for them anyway.
    if config.max_headers != HEADERS_OF_HYPER {
        builder.max_headers(config.max_headers.max(1));
    }
    builder
}

async fn accept(listener: &TcpListener, wire: &Arc<Wire>, crowd: &Crowd, follow: &watch::Receiver<Phase>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => match crowd.enter(peer.ip()) {
                Some(place) => {
                    tokio::spawn(wire.clone().connection(stream, peer, place, follow.clone()));
                }
                None => refuse(&stream),
            },
            // The other side was gone before we looked.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Tells a connection that is one too many, if it can be told without waiting.
fn refuse(stream: &TcpStream) {
    if let Err(error) = stream.try_write(FULL) {
        tracing::debug!(%error, "a connection too many could not be told so");
    }
}

impl Wire {
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        _place: Place,
        mut follow: watch::Receiver<Phase>,
    ) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets may wait");
        }
        let wire = self.clone();
        let line = Line::new(stream, self.stall);
        let is_deceitful = line.is_deceitful();
        let service = hyper::service::service_fn(move |request| {
            wire.clone().request(request, (peer, is_deceitful.clone()))
        });
        let mut connection = std::pin::pin!(self.builder.serve_connection(TokioIo::new(line), service));
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended");
                    }
                    return;
                }
                changed = follow.changed() => {
                    if changed.is_err() || *follow.borrow_and_update() == Phase::Over {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    async fn request(
        self: Arc<Self>,
        request: Request<Incoming>,
        (peer, is_deceitful): (SocketAddr, Arc<AtomicBool>),
    ) -> Result<Response<Body>, Infallible> {
        let is_of_unforeseen_length = request.headers().contains_key(header::TRANSFER_ENCODING);
        let mut request = request.map(|body| Arriving::body(body, self.stall));
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut response = match is_of_unforeseen_length && is_deceitful.load(Ordering::Acquire) {
            true => web::plain_page(StatusCode::BAD_REQUEST, DECEITFUL),
            false => self.doors.clone().call(request).await?,
        };
        if is_of_unforeseen_length {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}
