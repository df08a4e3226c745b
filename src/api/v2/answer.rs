//! Answers and refusals, and how they look on the wire.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::Value;
use serde_json::json;

use super::accept::Form;
use super::accept::Unacceptable;
use super::json;
use crate::base::sha256_hex;
use crate::error::Error;

/// What a request that was understood is answered with.
#[derive(Debug)]
pub enum Answer {
    /// A JSON object.
    Object(Value),
    /// The address where the object that was looked for is told about.
    Found(String),
}

/// Why a request is not answered.
#[derive(Debug)]
pub enum Refusal {
    /// The API's own refusal: `{"message": ".."}`.
    Message(StatusCode, String),
    /// A refusal on the way to it: `{"detail": ".."}`.
    Detail(StatusCode, String),
    /// Something failed that whoever asked cannot mend.
    Failed(Error),
}

impl Refusal {
    /// A request that makes no sense, in the API's words.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::Message(StatusCode::BAD_REQUEST, message.into())
    }

    /// Something that is not there, in the API's words.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::Message(StatusCode::NOT_FOUND, message.into())
    }

    /// `No BlogPage matches the given query.`
    pub fn no_such(label: &str) -> Self {
        let name = label.rsplit('.').next().unwrap_or(label);
        Self::not_found(format!("No {name} matches the given query."))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy(_) => Self::Detail(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            Error::NotFound(_) => Self::not_found(error.to_string()),
            Error::Bad(words) => Self::bad(words),
            other => Self::Failed(other),
        }
    }
}

impl From<Unacceptable> for Refusal {
    fn from(unacceptable: Unacceptable) -> Self {
        match unacceptable {
            Unacceptable::Format => Self::not_found(""),
            Unacceptable::Accept => {
                let words = "Could not satisfy the request Accept header.".to_owned();
                Self::Detail(StatusCode::NOT_ACCEPTABLE, words)
            }
        }
    }
}

/// The methods that every address of the API knows.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// The response to a request with these headers: conditional, in the form agreed upon.
pub fn respond(outcome: Result<Answer, Refusal>, form: Form, asked: &HeaderMap) -> Response {
    let mut response = match outcome {
        Ok(Answer::Object(value)) => conditional(&spell(&value, form), form, asked),
        Ok(Answer::Found(address)) => found(&address),
        Err(refusal) => refused(refusal, form),
    };
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, METHODS);
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Cookie"));
    response
}

/// What the API says of one of its addresses to `OPTIONS`.
pub fn description(endpoint: &str) -> Value {
    let mut name = endpoint.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    json!({
        "name": format!("{name} Api"),
        "description": "",
        "renders": ["application/json", "text/html"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    })
}

/// The page for addresses that mean nothing.
pub fn no_such_address() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not found</title>\
                <h1>Not found</h1><p>There is nothing at this address.</p></html>";
    let content_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::NOT_FOUND, content_type, page).into_response()
}

fn spell(value: &Value, form: Form) -> String {
    match form {
        Form::Json(indent) => json::write(value, indent),
        Form::Page => page(&json::write(value, json::INDENT)),
    }
}

/// JSON for the eye, when a browser asks.
fn page(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>API</title>\
         <meta name=\"robots\" content=\"noindex\"><pre>{text}</pre></html>"
    )
}

fn content_type(form: Form) -> HeaderValue {
    HeaderValue::from_static(match form {
        Form::Json(_) => "application/json",
        Form::Page => "text/html; charset=utf-8",
    })
}

/// The text with its ETag, or 304 if whoever asked has it.
fn conditional(text: &str, form: Form, asked: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", &sha256_hex(text.as_bytes())[..32]);
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let unchanged = known.into_iter().any(|tag| tag == "*" || tag == etag);
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(text.to_owned())),
    };
    let headers = response.headers_mut();
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, content_type(form));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn found(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => no_such_address(),
    }
}

fn refused(refusal: Refusal, form: Form) -> Response {
    let (status, body) = match refusal {
        Refusal::Message(status, message) => (status, json!({ "message": message })),
        Refusal::Detail(status, detail) => (status, json!({ "detail": detail })),
        Refusal::Failed(error) => {
            tracing::error!(%error, "the API could not answer");
            (StatusCode::INTERNAL_SERVER_ERROR, json!({ "detail": "A server error occurred." }))
        }
    };
    (status, [(header::CONTENT_TYPE, content_type(form))], spell(&body, form)).into_response()
}
