//! A receiver of webhooks in this process, which keeps what it got and answers as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// One call that came in.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub text: String,
}

impl Got {
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Checks the signature as the documentation says: any of those named may be the one.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let header = self.header("siskin-signature");
        let moment = header.strip_prefix("t=").unwrap().split(',').next().unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{}.{moment}.{}", self.header("siskin-delivery"), self.text).as_bytes());
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        header.split(',').any(|part| part == format!("v1={hex}"))
    }
}

#[derive(Default)]
struct Inner {
    got: Vec<Got>,
    answers: VecDeque<(u16, String, String)>,
    holds: bool,
}

/// The receiver; it answers 200 unless told otherwise.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    /// Calls that have come in.
    pub came: Arc<Semaphore>,
    /// Calls that may be answered, while it holds.
    pub go: Arc<Semaphore>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            inner: Arc::default(),
            came: Arc::new(Semaphore::new(0)),
            go: Arc::new(Semaphore::new(0)),
        };
        let router = Router::new().route("/{*rest}", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The next answers.
    pub fn answer(&self, statuses: &[u16]) {
        statuses.iter().for_each(|status| self.answer_with(*status, "", ""));
    }

    /// The next answer, with a place to go to and a body.
    pub fn answer_with(&self, status: u16, location: &str, body: &str) {
        self.inner.lock().unwrap().answers.push_back((status, location.to_owned(), body.to_owned()));
    }

    /// Answers nobody until `go` says so.
    pub fn hold(&self) {
        self.inner.lock().unwrap().holds = true;
    }

    pub fn got(&self) -> Vec<Got> {
        self.inner.lock().unwrap().got.clone()
    }

    /// What came since the last time.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut self.inner.lock().unwrap().got)
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, text: String) -> Response<Body> {
    let ((status, location, body), holds) = {
        let mut inner = receiver.inner.lock().unwrap();
        inner.got.push(Got { headers, text });
        (inner.answers.pop_front().unwrap_or((200, String::new(), "ok".into())), inner.holds)
    };
    receiver.came.add_permits(1);
    if holds {
        receiver.go.acquire().await.unwrap().forget();
    }
    let mut response = Response::builder().status(status);
    if !location.is_empty() {
        response = response.header("location", location);
    }
    response.body(Body::from(body)).unwrap()
}
