//! Which door a request is for, as its address says, and how that door words a refusal.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::failure::{TRY_AGAIN_SECONDS, plain_page};
use super::number::Number;

/// A door, as limits and figures know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// The delivery API.
    Api,
    /// The editors' screens.
    Admin,
    /// Images and documents.
    Media,
    /// What readers send: forms and passwords.
    Forms,
    /// Everything else: pages, feeds, a theme's files.
    Pages,
}

impl Door {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Api, Self::Admin, Self::Media, Self::Forms, Self::Pages];

    /// The door of an address. Addresses are compared as they were sent, as the router does.
    pub fn of(method: &Method, path: &str) -> Self {
        let is_under =
            |door: &str| path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is_under("/api") {
            Self::Api
        } else if is_under("/admin") {
            Self::Admin
        } else if is_under("/media") || is_under("/documents") {
            Self::Media
        } else if *method == Method::POST {
            Self::Forms
        } else {
            Self::Pages
        }
    }

    /// Its name in figures and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Admin => "admin",
            Self::Media => "media",
            Self::Forms => "forms",
            Self::Pages => "pages",
        }
    }

    /// Its place in [`Door::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// Whether other sites' pages could misuse somebody's cookie there: the API changes nothing.
    pub fn can_be_misused(self) -> bool {
        self != Self::Api
    }

    /// A refusal in the words of the door; what is the program's own fault names the request.
    pub fn refusal(self, status: StatusCode, words: &str, number: &Number) -> Response {
        let number = status.is_server_error().then(|| number.as_str());
        let mut response = match (self, number) {
            (Self::Api, Some(number)) => object(status, json!({ "detail": words, "request_id": number })),
            (Self::Api, None) => object(status, json!({ "detail": words })),
            (_, Some(number)) => {
                plain_page(status, &format!("{words} The number of this request is {number}."))
            }
            (_, None) => plain_page(status, words),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(TRY_AGAIN_SECONDS));
        }
        response
    }
}

/// What is told to whoever tried too often.
pub fn too_many(door: Door, seconds: u64) -> Response {
    let plural = if seconds == 1 { "" } else { "s" };
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut response = if door == Door::Api {
        let words = format!("Request was throttled. Expected available in {seconds} second{plural}.");
        object(status, json!({ "detail": words }))
    } else {
        plain_page(status, &format!("Too many tries. Please try again in {seconds} second{plural}."))
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn object(status: StatusCode, value: serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_door() {
        for (method, path, door) in [
            (Method::GET, "/api/v2/pages/", Door::Api),
            (Method::POST, "/api/v2/pages/", Door::Api),
            (Method::GET, "/apiary/", Door::Pages),
            (Method::POST, "/admin/login", Door::Admin),
            (Method::GET, "/admin", Door::Admin),
            (Method::GET, "/%61dmin", Door::Pages),
            (Method::GET, "/media/images/x.jpg", Door::Media),
            (Method::GET, "/documents/1/x.pdf", Door::Media),
            (Method::POST, "/contact/", Door::Forms),
            (Method::GET, "/contact/", Door::Pages),
        ] {
            assert_eq!(Door::of(&method, path), door, "{method} {path}");
        }
        assert!(Door::ALL.iter().enumerate().all(|(place, door)| door.index() == place));
    }
}
