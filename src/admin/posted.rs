//! A posted form, as pairs in the order in which the browser sent them.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use super::answer::Refusal;
use super::form::Sent;
use crate::error::Error;

/// The posted pairs.
pub struct Posted(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| Error::Bad(format!("this form could not be read: {error}")))?;
        let pairs = url::form_urlencoded::parse(&bytes);
        // The store takes no NUL, and no text that a person types has one.
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), value.replace('\0', ""))).collect()))
    }
}

impl Posted {
    /// The value of a field; empty if it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    /// As an editing form.
    pub fn sent(&self) -> Sent {
        Sent::new(&self.0)
    }
}
