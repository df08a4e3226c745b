//! Answers: screens, fragments, ways onward with a message, and refusals in words.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Problems, Result};
use crate::web::{Failure, clear_cookie, cookie, set_cookie, status};

/// What a handler gives.
pub type Answer = std::result::Result<Response, Refusal>;

/// An error on its way to whoever asked. [`super::guard`] gives it the admin's looks.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in.
    SignIn,
    /// Anything else.
    Failure(Failure),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failure(Failure(error))
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED.into_response(),
            Self::Failure(failure) => failure.into_response(),
        }
    }
}

/// How a form is shown: for the first time, or again, as typed, with what kept it from being saved.
pub struct Shown {
    /// The status of the answer.
    pub status: StatusCode,
    /// What is wrong, by field.
    pub problems: Problems,
    /// What is told above the form.
    pub message: Option<Message>,
}

impl Shown {
    /// For the first time.
    pub fn fresh() -> Self {
        Self { status: StatusCode::OK, problems: Problems::default(), message: None }
    }

    /// Again. Errors that no form can tell go on to whoever asked.
    pub fn again(error: Error) -> Result<Self> {
        let status = status(&error);
        let words = match error {
            Error::Invalid(problems) => return Ok(Self { status, problems, message: None }),
            Error::Conflict(words) => {
                format!("{} What you typed is still here; saving again keeps it.", sentence(&words))
            }
            Error::Bad(words) => sentence(&words),
            other => return Err(other),
        };
        Ok(Self { status, problems: Problems::default(), message: Some(Message::danger(words)) })
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

/// How long a message waits for its screen.
const MESSAGE_SECONDS: i64 = 60;
/// The cookie that carries a message to the next screen.
const MESSAGE_COOKIE: &str = "siskin_message";

/// Leads onward with a message.
pub fn onward(url: &str, message: &Message) -> Response {
    let mut response = Redirect::to(url).into_response();
    let text = serde_json::to_string(message).unwrap_or_default();
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    with_cookie(&mut response, set_cookie(MESSAGE_COOKIE, &text, MESSAGE_SECONDS, false));
    response
}

/// What the last screen had to say to this one.
pub fn message(headers: &HeaderMap) -> Option<Message> {
    let sent = cookie(headers, MESSAGE_COOKIE).filter(|text| !text.is_empty())?;
    let (text, _) = url::form_urlencoded::parse(sent.as_bytes()).next()?;
    serde_json::from_str(&text).ok()
}

/// Takes the message away, once it is shown.
pub fn forget_message(response: &mut Response) {
    with_cookie(response, clear_cookie(MESSAGE_COOKIE, false));
}

/// Sets a cookie beside those that are set already.
pub fn with_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
