//! Which pages of other origins may read the answers. Answers are public, so credentials are never allowed.

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;

/// Adds what a browser must be told, given the origins that the configuration allows.
pub fn allow(origins: &[String], asked: &HeaderMap, answered: &mut HeaderMap) {
    if origins.iter().any(|origin| origin == "*") {
        answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else if !origins.is_empty() {
        answered.append(header::VARY, HeaderValue::from_static("Origin"));
        let origin = asked.get(header::ORIGIN);
        let known = origin.filter(|origin| origins.iter().any(|known| known.as_bytes() == origin.as_bytes()));
        let Some(origin) = known else { return };
        answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    } else {
        return;
    }
    if asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        let methods = HeaderValue::from_static("GET, HEAD, OPTIONS");
        answered.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        let names = HeaderValue::from_static("Accept, If-None-Match");
        answered.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_that_are_allowed_are_told_so() {
        for (origins, origin, allowed) in [
            (&["*"][..], None, Some("*")),
            (&["*"], Some("https://a.example"), Some("*")),
            (&["https://a.example"], Some("https://a.example"), Some("https://a.example")),
            (&["https://a.example"], Some("https://a.example.evil.example"), None),
            (&["https://a.example"], None, None),
            (&[], Some("https://a.example"), None),
        ] {
            let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
            let (mut asked, mut answered) = (HeaderMap::new(), HeaderMap::new());
            if let Some(origin) = origin {
                asked.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            allow(&origins, &asked, &mut answered);
            let told = answered.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|told| told.to_str().unwrap());
            assert_eq!(told, allowed, "{origins:?} {origin:?}");
        }
    }
}
