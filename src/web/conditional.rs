//! Conditional requests: an answer that the asker has already is not sent again.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::base::sha256_hex;
use crate::cache::Answer;

/// Digits of the hash that an ETag is made of.
const ETAG_LENGTH: usize = 32;

/// The answer with its ETag, or 304 without a body if these request headers say that it is known.
pub fn conditional(asked: &HeaderMap, answer: Answer) -> Response {
    let etag = format!("\"{}\"", &sha256_hex(&answer.body)[..ETAG_LENGTH]);
    let is_known = answer.status == 200 && names(asked, &etag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(answer.body) });
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { status };
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(&value)) {
            headers.append(name, value);
        }
    }
    if let Some(etag) = HeaderValue::from_str(&etag).ok().filter(|_| status == StatusCode::OK) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn names(asked: &HeaderMap, etag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let answer = |status| Answer {
            status,
            headers: vec![("content-type".into(), "text/plain".into())],
            body: "hello".into(),
        };
        let first = conditional(&HeaderMap::new(), answer(200));
        let etag = first.headers()[header::ETAG].clone();
        let mut asked = HeaderMap::new();
        asked.insert(header::IF_NONE_MATCH, format!("\"x\", W/{}", etag.to_str().unwrap()).parse().unwrap());
        assert_eq!(conditional(&asked, answer(200)).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(conditional(&asked, answer(404)).status(), StatusCode::NOT_FOUND);
        assert!(!conditional(&asked, answer(404)).headers().contains_key(header::ETAG));
    }
}
