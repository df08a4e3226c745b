//! Which pages of other origins may read the API from a browser.
//!
//! Decided when an answer departs, so that a kept answer is one for all origins.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::config;
use crate::error::{Error, Result};

/// What the configuration allows.
pub struct Cors {
    origins: Origins,
    methods: HeaderValue,
    headers: HeaderValue,
    exposed: Option<HeaderValue>,
    max_age: HeaderValue,
    with_credentials: bool,
}

enum Origins {
    None,
    Every,
    Some(Vec<Origin>),
}

/// An origin, or all beneath a domain.
enum Origin {
    Exact(String),
    /// What stands before the subdomain, and after it.
    Beneath(String, String),
}

impl Cors {
    /// As configured.
    ///
    /// # Errors
    /// `Setup` for what is no origin, method or header, and for credentials that every page could use.
    pub fn new(config: &config::Api) -> Result<Self> {
        let origins = match config.cors_origins.as_slice() {
            [] => Origins::None,
            written if written.iter().any(|origin| origin == "*") => Origins::Every,
            written => Origins::Some(written.iter().map(|text| Origin::read(text)).collect::<Result<_>>()?),
        };
        if config.cors_credentials && matches!(origins, Origins::Every) {
            let words = "api.cors_credentials needs api.cors_origins that are named; with \"*\" every page on the web \
                         could read as whoever is signed in";
            return Err(Error::Setup(words.to_owned()));
        }
        Ok(Self {
            origins,
            methods: list::<Method>("api.cors_methods", &config.cors_methods)?,
            headers: list::<HeaderName>("api.cors_headers", &config.cors_headers)?,
            exposed: Some(list::<HeaderName>("api.cors_exposed", &config.cors_exposed)?)
                .filter(|exposed| !exposed.is_empty()),
            max_age: HeaderValue::from(config.cors_max_age_seconds),
            with_credentials: config.cors_credentials,
        })
    }

    /// The answer to a browser that asks before it asks.
    pub fn preflight(&self, method: &Method, asked: &HeaderMap) -> Option<Response> {
        let is_preflight =
            *method == Method::OPTIONS && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let origin = asked.get(header::ORIGIN).filter(|_| is_preflight)?;
        let mut response = StatusCode::NO_CONTENT.into_response();
        if self.allowed(origin).is_some() {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        }
        Some(response)
    }

    /// Tells a browser whether the page that asked may read the answer.
    pub fn tell(&self, origin: Option<&HeaderValue>, answered: &mut HeaderMap) {
        match self.origins {
            Origins::None => return,
            Origins::Every => {}
            Origins::Some(_) => {
                answered.append(header::VARY, HeaderValue::from_static("Origin"));
            }
        }
        let Some(allowed) = self.allowed(origin.unwrap_or(&HeaderValue::from_static(""))) else { return };
        answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if let Some(exposed) = &self.exposed {
            answered.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
        if self.with_credentials {
            answered.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match &self.origins {
            Origins::None => None,
            Origins::Every => Some(HeaderValue::from_static("*")),
            Origins::Some(known) => {
                let text = origin.to_str().ok()?;
                known.iter().any(|known| known.is(text)).then(|| origin.clone())
            }
        }
    }
}

impl Origin {
    fn read(text: &str) -> Result<Self> {
        let told = || {
            Error::Setup(format!(
                "api.cors_origins: “{text}” is no origin; it is written \"https://example.org\", \
                 \"https://*.example.org\" or \"*\""
            ))
        };
        let named = text.replacen("://*.", "://x.", 1);
        let url = url::Url::parse(&named).map_err(|_| told())?;
        let is_origin =
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == named;
        // A star anywhere else would be every origin there is.
        if !is_origin || named.contains('*') {
            return Err(told());
        }
        Ok(match text.split_once('*') {
            Some((before, after)) => Self::Beneath(before.to_owned(), after.to_owned()),
            None => Self::Exact(text.to_owned()),
        })
    }

    fn is(&self, origin: &str) -> bool {
        match self {
            Self::Exact(known) => known == origin,
            Self::Beneath(before, after) => {
                let name =
                    origin.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                name.is_some_and(|name| !name.is_empty() && name.bytes().all(is_name))
            }
        }
    }
}

/// Names as one header's value.
fn list<T: std::str::FromStr>(key: &str, names: &[String]) -> Result<HeaderValue> {
    for name in names {
        if name.parse::<T>().is_err() {
            return Err(Error::Setup(format!("{key}: “{name}” can stand in no request")));
        }
    }
    HeaderValue::try_from(names.join(", ")).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str], cors_credentials: bool) -> Result<Cors> {
        let cors_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        Cors::new(&config::Api { cors_origins, cors_credentials, ..config::Api::default() })
    }

    #[test]
    fn only_origins_that_are_allowed_are_told_so() {
        let beneath = "https://*.example.org";
        for (origins, origin, allowed) in [
            (&["*"][..], None, Some("*")),
            (&["*"], Some("https://a.example"), Some("*")),
            (&["https://a.example"], Some("https://a.example"), Some("https://a.example")),
            (&["https://a.example"], Some("https://a.example.evil.example"), None),
            (&["https://a.example"], Some("http://a.example"), None),
            (&["https://a.example"], Some("null"), None),
            (&["https://a.example"], None, None),
            (&["http://localhost:3000"], Some("http://localhost:3000"), Some("http://localhost:3000")),
            (&["http://localhost:3000"], Some("http://localhost:3001"), None),
            (&[beneath], Some("https://a.b.example.org"), Some("https://a.b.example.org")),
            (&[beneath], Some("https://example.org"), None),
            (&[beneath], Some("https://.example.org"), None),
            (&[beneath], Some("https://evil.test/.example.org"), None),
            (&[beneath], Some("https://evil.test#.example.org"), None),
            (&[beneath], Some("https://a.example.org:8443"), None),
            (&[beneath], Some("https://aexample.org"), None),
            (&[], Some("https://a.example"), None),
        ] {
            let origin = origin.map(HeaderValue::from_static);
            let mut answered = HeaderMap::new();
            cors(origins, false).unwrap().tell(origin.as_ref(), &mut answered);
            let told = answered.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|told| told.to_str().unwrap());
            assert_eq!(told, allowed, "{origins:?} {origin:?}");
            assert_eq!(
                answered.contains_key(header::VARY),
                !origins.is_empty() && origins != ["*"],
                "{origins:?}"
            );
        }
    }

    #[test]
    fn what_would_open_the_api_to_every_page_is_refused() {
        assert!(cors(&["*"], true).is_err() && cors(&["https://a.example", "*"], true).is_err());
        assert!(cors(&["https://a.example"], true).is_ok());
        for wrong in
            ["example.org", "https://example.org/", "https://*", "https://a.*.org", "ftp://a", "https://a b"]
        {
            assert!(cors(&[wrong], false).is_err(), "{wrong}");
        }
    }
}
