//! A request's body, which must keep arriving.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// A body, with the time that its next piece may take.
pub struct Arriving {
    body: Incoming,
    stall: Duration,
    patience: Pin<Box<Sleep>>,
}

impl Arriving {
    /// The body of a request; one that is empty needs no patience.
    pub fn body(body: Incoming, stall: Duration) -> Body {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Self { body, stall, patience: Box::pin(sleep(stall)) })
    }
}

impl hyper::body::Body for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(cx) {
            let until = Instant::now() + self.stall;
            self.patience.as_mut().reset(until);
            return Poll::Ready(piece.map(|piece| piece.map_err(Into::into)));
        }
        self.patience.as_mut().poll(cx).map(|()| {
            let told =
                io::Error::new(io::ErrorKind::TimedOut, "the rest of what you sent did not arrive in time");
            Some(Err(told.into()))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
