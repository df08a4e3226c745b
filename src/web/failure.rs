//! Errors as answers: a status, and a sentence for whoever asked. What nobody outside can mend is logged whole, once,
//! and told in general words with the request's number.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Problems};
use crate::text::escape_html;

use super::number::Number;

/// An error on its way out of a handler. Doors may draw it in a page of their own: the response carries [`Told`].
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What an error response says, for a door that draws it in its own way.
#[derive(Debug, Clone)]
pub struct Told {
    /// The status.
    pub status: StatusCode,
    /// A sentence for whoever asked.
    pub words: String,
    /// The problems of what was sent, if that is what is wrong.
    pub problems: Problems,
}

/// Seconds after which it is worth trying again when something was busy.
pub(super) const TRY_AGAIN_SECONDS: &str = "2";

impl Told {
    /// The answer to an error; what is internal stays internal.
    pub fn of(error: Error) -> Self {
        let status = status(&error);
        let (words, problems) = match error {
            Error::NotFound(_) => ("There is nothing at this address.".to_owned(), Problems::default()),
            Error::Invalid(problems) => (problems.to_string(), problems),
            Error::Forbidden(_) | Error::Conflict(_) | Error::Bad(_) | Error::Unready(_) => {
                (sentence(&error), Problems::default())
            }
            Error::Busy(_) => {
                ("Too much is going on at once; please try again.".to_owned(), Problems::default())
            }
            Error::Setup(_) | Error::Corrupt { .. } | Error::Internal(_) => {
                tracing::error!(%error, "the request failed");
                (written_down(), Problems::default())
            }
        };
        Self { status, words, problems }
    }
}

/// What is told of a fault that nobody outside can mend, with the number that the log knows it by.
fn written_down() -> String {
    let under = Number::current().map(|number| format!(" under the number {number}")).unwrap_or_default();
    format!("Something went wrong here. It has been written down{under}.")
}

/// The status that an error is answered with.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Bad(_) => StatusCode::BAD_REQUEST,
        Error::Busy(_) | Error::Unready(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Setup(_) | Error::Corrupt { .. } | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error's words, beginning with a capital and ending with a full stop.
fn sentence(error: &Error) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let mut response = plain_page(self.status, &self.words);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(TRY_AGAIN_SECONDS));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        Told::of(self.0).into_response()
    }
}

/// A page of one sentence, for when there is no theme to draw it in.
pub fn plain_page(status: StatusCode, words: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{}</p>\n</html>\n",
        escape_html(words)
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_internal_stays_internal() {
        for (error, status, words) in [
            (Error::not_found("page 12"), 404, "There is nothing at this address."),
            (Error::Forbidden("publish this page".into()), 403, "You may not publish this page."),
            (Error::Conflict("somebody was first".into()), 409, "Somebody was first."),
            (Error::Bad("The file is empty.".into()), 400, "The file is empty."),
            (Error::invalid("title", "is needed"), 422, "title: is needed"),
            (Error::Busy("pool".into()), 503, "Too much is going on at once; please try again."),
            (Error::Unready("not yet".into()), 503, "Not yet."),
            (Error::internal("secret"), 500, "Something went wrong here. It has been written down."),
        ] {
            let told = Told::of(error);
            assert_eq!((told.status.as_u16(), told.words.as_str()), (status, words));
        }
    }
}
