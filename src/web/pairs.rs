//! What a form posts without files: names and values in the order of the page, names as often as they come.

use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::error::Error;

use super::Failure;

/// Pairs that a form may post at most; a page of a thousand blocks posts some thousands.
const MOST: usize = 50_000;

/// The pairs of an `application/x-www-form-urlencoded` body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads a body or a query.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let pairs: Vec<_> = url::form_urlencoded::parse(bytes)
            .take(MOST + 1)
            .map(|(name, value)| {
                // NUL is in no text that a person types, and PostgreSQL keeps none.
                (name.replace('\0', ""), value.replace('\0', ""))
            })
            .collect();
        if pairs.len() > MOST {
            return Err(Error::Bad(format!("A form may have at most {MOST} fields.")));
        }
        Ok(Self(pairs))
    }

    /// The last value of a name: of a checkbox and its hidden twin the checkbox.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The last value of a name, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Every value of a name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Pairs {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.unwrap_or_default().starts_with("application/x-www-form-urlencoded") {
            return Err(Error::Bad("This address takes what a form posts.".to_owned()).into());
        }
        let bytes = bytes::Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|refused| Error::Bad(refused.body_text()))?;
        Ok(Self::read(&bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_are_kept() {
        let pairs = Pairs::read(b"live=false&tag=b&tag=a+c&live=true&x=%00y%").unwrap();
        assert_eq!((pairs.get("live"), pairs.text("x"), pairs.get("none")), (Some("true"), "y%", None));
        assert_eq!(pairs.all("tag").collect::<Vec<_>>(), ["b", "a c"]);
        assert!(Pairs::read("a&".repeat(MOST + 1).as_bytes()).is_err());
    }
}
