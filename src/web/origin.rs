//! Requests that another site's page made a browser send: told apart by what browsers say themselves.

use axum::http::{HeaderMap, Method, header};

/// Whether a request that would change something comes from a page of another origin. Browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`; a request with neither comes from no browser, and cookies that are
/// `SameSite=Lax` would not have come along.
pub fn is_from_elsewhere(method: &Method, headers: &HeaderMap, own_origins: &[String]) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin" | "none"), _) => false,
        (Some(_), _) => true,
        (None, Some(origin)) => !own_origins.iter().any(|own| own.eq_ignore_ascii_case(origin)),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sites_forms_are_told_apart() {
        let own = ["https://example.com".to_owned(), "http://localhost:8000".to_owned()];
        for (method, site, origin, expected) in [
            (Method::GET, Some("cross-site"), Some("https://evil.test"), false),
            (Method::POST, Some("same-origin"), None, false),
            (Method::POST, Some("none"), None, false),
            (Method::POST, Some("same-site"), None, true),
            (Method::POST, Some("cross-site"), Some("https://example.com"), true),
            (Method::POST, None, Some("https://example.com"), false),
            (Method::DELETE, None, Some("https://example.com.evil.test"), true),
            (Method::POST, None, Some("null"), true),
            (Method::POST, None, Some("http://example.com"), true),
            (Method::POST, None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_from_elsewhere(&method, &headers, &own), expected, "{method} {site:?} {origin:?}");
        }
    }
}
