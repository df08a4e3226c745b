//! Answers on their way out: in the coding that the asker takes, and not at all if the asker has them already.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::DateTime;

use crate::base::Timestamp;
use crate::cache::{Answer, Coding, Kept, Made};
use crate::cms::Cms;

/// Dates of HTTP are whole seconds: an answer is dated once nothing can change it within the second that it names.
const DATED_AFTER_SECONDS: i64 = 2;

/// An answer for whoever asks now, with its ETag, or 304 if these request headers say that it is known.
pub fn conditional(asked: &HeaderMap, answer: Answer) -> Response {
    let kept = Kept::passing(answer);
    let body = (Coding::Identity, kept.body.clone());
    written(&kept, kept.headers.clone(), asked, body, Timestamp::from_micros(0))
}

/// A kept answer in the best coding that these request headers take. What was not made in that coding yet is now. The
/// response carries it along, for whoever remembers the way to it.
pub async fn answered(cms: &Cms, asked: &HeaderMap, kept: Arc<Kept>) -> Response {
    let wanted = coding(asked);
    let body = match kept.ready(wanted) {
        Some(ready) => ready,
        None => coded(cms, &kept, wanted).await,
    };
    let mut response = written(&kept, kept.headers.clone(), asked, body, cms.clock.now());
    response.extensions_mut().insert(kept);
    response
}

/// An answer whose bytes are fetched only for whoever does not have them: `made` tells what is known of it without them.
pub async fn fetched<E>(
    cms: &Cms,
    asked: &HeaderMap,
    made: Made,
    bytes: impl Future<Output = Result<Bytes, E>>,
) -> Result<Response, E> {
    let kept = cms.cache().not_kept(made);
    let body = if is_known(asked, &kept, None) { Bytes::new() } else { bytes.await? };
    Ok(written(&kept, kept.headers.clone(), asked, (Coding::Identity, body), cms.clock.now()))
}

/// The body in a coding that was not asked for before; as it is if that fails.
pub(super) async fn coded(cms: &Cms, kept: &Arc<Kept>, wanted: Coding) -> (Coding, Bytes) {
    match kept.coded(wanted).await {
        Ok(body) => {
            cms.cache().weigh_again(kept).await;
            body
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be compressed");
            (Coding::Identity, kept.body.clone())
        }
    }
}

/// The coding that a request takes.
pub(super) fn coding(asked: &HeaderMap) -> Coding {
    let header = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    header.map_or(Coding::Identity, Coding::accepted)
}

/// The one place where answers that are known whole become responses: `headers` are those that it has in every coding.
pub(super) fn written(
    kept: &Kept,
    mut headers: HeaderMap,
    asked: &HeaderMap,
    (coding, body): (Coding, Bytes),
    now: Timestamp,
) -> Response {
    if kept.status != StatusCode::OK {
        return assembled(kept.status, headers, (coding, body));
    }
    if let Some(left) = kept.left(now) {
        headers.insert(header::CACHE_CONTROL, left);
    }
    let changed = kept.changed.as_ref().filter(|(at, _)| at.plus_seconds(DATED_AFTER_SECONDS) <= now);
    headers.insert(header::ETAG, kept.etag(coding).clone());
    headers.extend(changed.map(|(_, date)| (header::LAST_MODIFIED, date.clone())));
    match is_known(asked, kept, changed) {
        true => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = headers;
            response
        }
        false => assembled(StatusCode::OK, headers, (coding, body)),
    }
}

fn assembled(status: StatusCode, mut headers: HeaderMap, (coding, body): (Coding, Bytes)) -> Response {
    if let Some(name) = coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether whoever asks has this answer. An ETag that was sent decides alone.
fn is_known(asked: &HeaderMap, kept: &Kept, changed: Option<&(Timestamp, HeaderValue)>) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags =
            known.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
        return tags.any(|tag| tag == "*" || kept.has_etag(tag));
    }
    let (Some(since), Some((at, date))) = (asked.get(header::IF_MODIFIED_SINCE), changed) else {
        return false;
    };
    since == date || read(since).is_some_and(|since| since >= at.seconds())
}

fn read(date: &HeaderValue) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(date.to_str().ok()?).ok()?;
    Some(date.timestamp())
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
