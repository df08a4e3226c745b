//! Answers: screens, fragments, ways onward with a message, and refusals in words.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a handler gives.
pub type Answer = Result<Response, Refusal>;

/// An error on its way to whoever asked. [`super::dress`] gives it the admin's looks.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in.
    SignIn,
    /// Anything else.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What a refusal says, kept beside the response until it is dressed.
#[derive(Debug, Clone)]
pub struct Told(pub String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = match self {
            Self::SignIn => return StatusCode::UNAUTHORIZED.into_response(),
            Self::Error(error) => error,
        };
        let status = status(&error);
        let words = match &error {
            Error::Internal(_) | Error::Corrupt { .. } | Error::Setup(_) => {
                tracing::error!(%error, "the admin could not answer");
                "Something went wrong here. It was noted; please try again.".to_owned()
            }
            told => sentence(&told.to_string()),
        };
        let mut response = (status, words.clone()).into_response();
        response.extensions_mut().insert(Told(words));
        response
    }
}

/// The status that an error is answered with.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Bad(_) => StatusCode::BAD_REQUEST,
        Error::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Setup(_) | Error::Corrupt { .. } | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// With a capital letter and a full stop.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A message for the next screen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// `success`, `warning`, `danger` or `info`.
    pub kind: String,
    /// Its icon.
    pub icon: String,
    /// Its words.
    pub text: String,
    /// Where its link leads; empty if it has none.
    #[serde(default)]
    pub url: String,
    /// What the link says.
    #[serde(default)]
    pub link: String,
}

impl Message {
    /// Something went well.
    pub fn success(text: impl Into<String>) -> Self {
        Self::new("success", "check", text)
    }

    /// Something did not.
    pub fn danger(text: impl Into<String>) -> Self {
        Self::new("danger", "warning", text)
    }

    /// With a link behind the words.
    pub fn link(self, link: &str, url: impl Into<String>) -> Self {
        Self { link: link.to_owned(), url: url.into(), ..self }
    }

    fn new(kind: &str, icon: &str, text: impl Into<String>) -> Self {
        let (url, link) = (String::new(), String::new());
        Self { kind: kind.to_owned(), icon: icon.to_owned(), text: text.into(), url, link }
    }
}

/// The cookie that carries a message to the next screen.
pub const MESSAGE_COOKIE: &str = "siskin_message";

/// Leads onward with a message.
pub fn onward(url: &str, message: &Message) -> Response {
    let mut response = Redirect::to(url).into_response();
    let text = serde_json::to_string(message).unwrap_or_default();
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    set_cookie(
        &mut response,
        &format!("{MESSAGE_COOKIE}={text}; Path=/admin; Max-Age=60; HttpOnly; SameSite=Lax"),
    );
    response
}

/// A screen with a status.
pub fn page(status: StatusCode, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sets a cookie beside those that are set already.
pub fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
