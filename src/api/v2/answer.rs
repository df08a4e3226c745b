//! Answers and refusals, and how they look on the wire.

use axum::http::HeaderName;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::Value;
use serde_json::json;

use super::accept::Form;
use super::accept::Unacceptable;
use super::json;
use crate::cache::Answer as Written;
use crate::cache::Tag;
use crate::error::Error;

/// After how many seconds it is worth asking again for what is being made ready.
const TRY_AGAIN_SECONDS: &str = "2";

/// What a request that was understood is answered with.
#[derive(Debug)]
pub enum Answer {
    /// A JSON text in the form agreed upon, and what it was made of.
    Object(String, Vec<Tag>),
    /// The address where the object that was looked for is told about.
    Found(String),
}

/// Why a request is not answered.
#[derive(Debug)]
pub enum Refusal {
    /// The API's own refusal: `{"message": ".."}`.
    Message(StatusCode, String),
    /// That there is none, and what would change that.
    Absent(String, Vec<Tag>),
    /// A refusal on the way to it: `{"detail": ".."}`.
    Detail(StatusCode, String),
    /// A token is needed, or this one is not good: the challenge, and the words.
    Unwelcome(&'static str, &'static str),
    /// Too many wrong tokens: come back after so many seconds.
    Wait(i64),
    /// It will be answered soon.
    Unready(String),
    /// Something failed that whoever asked cannot mend.
    Failed(Error),
}

impl Refusal {
    /// The status and the object that tell of it.
    fn told(self) -> (StatusCode, Value) {
        match self {
            Self::Message(status, message) => (status, json!({ "message": message })),
            Self::Absent(message, _) => (StatusCode::NOT_FOUND, json!({ "message": message })),
            Self::Detail(status, detail) => (status, json!({ "detail": detail })),
            Self::Unwelcome(_, words) => (StatusCode::UNAUTHORIZED, json!({ "detail": words })),
            Self::Wait(seconds) => {
                let words = format!("Request was throttled. Expected available in {seconds} seconds.");
                (StatusCode::TOO_MANY_REQUESTS, json!({ "detail": words }))
            }
            Self::Unready(words) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "message": words })),
            Self::Failed(error) => {
                tracing::error!(%error, "the API could not answer");
                (StatusCode::INTERNAL_SERVER_ERROR, json!({ "detail": "A server error occurred." }))
            }
        }
    }

    /// What a refusal tells beside its words.
    fn header(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::Unwelcome(challenge, _) => Some((header::WWW_AUTHENTICATE, (*challenge).to_owned())),
            Self::Wait(seconds) => Some((header::RETRY_AFTER, seconds.to_string())),
            Self::Unready(_) => Some((header::RETRY_AFTER, TRY_AGAIN_SECONDS.to_owned())),
            _ => None,
        }
    }

    /// A request that makes no sense, in the API's words.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::Message(StatusCode::BAD_REQUEST, message.into())
    }

    /// Something that is not there, in the API's words.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::Message(StatusCode::NOT_FOUND, message.into())
    }

    /// `No BlogPage matches the given query.`, until something of this changes.
    pub fn no_such(label: &str, made_of: Vec<Tag>) -> Self {
        let name = label.rsplit('.').next().unwrap_or(label);
        Self::Absent(format!("No {name} matches the given query."), made_of)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy(_) => Self::Detail(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            Error::Unready(words) => Self::Unready(words),
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

/// An answer as it is kept and sent: in the form agreed upon, with the headers that all answers have.
pub fn written(outcome: Result<Answer, Refusal>, form: Form) -> Written {
    let besides = outcome.as_ref().err().and_then(Refusal::header);
    let (status, text, location) = match outcome {
        Ok(Answer::Object(text, _)) => (StatusCode::OK, Some(text), None),
        Ok(Answer::Found(address)) => (StatusCode::FOUND, None, Some(address)),
        Err(refusal) => {
            let (status, value) = refusal.told();
            (status, Some(json::write(&value, form.indent())), None)
        }
    };
    let mut headers = vec![
        (header::ALLOW, "GET, HEAD, OPTIONS".to_owned()),
        (header::VARY, "Accept, Cookie".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    headers.extend(text.as_ref().map(|_| (header::CONTENT_TYPE, content_type(form).to_owned())));
    headers.extend(besides);
    headers.extend(location.map(|address| (header::LOCATION, address)));
    Written {
        status: status.as_u16(),
        headers: headers.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        body: text.map_or_else(String::new, |text| in_form(text, form)).into(),
    }
}

/// The answer to somebody who may see more than others: kept nowhere.
pub fn for_one_alone(mut written: Written) -> Written {
    for (name, value) in &mut written.headers {
        if name == header::CACHE_CONTROL.as_str() {
            *value = "private, no-store".to_owned();
        }
    }
    written
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

fn in_form(text: String, form: Form) -> String {
    match form {
        Form::Json(_) => text,
        Form::Page => page(&text),
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

fn content_type(form: Form) -> &'static str {
    match form {
        Form::Json(_) => "application/json",
        Form::Page => "text/html; charset=utf-8",
    }
}
