//! The short way to an answer that is kept, before anything is routed: whoever sends the same bytes in all that counts
//! gets the same answer, written by the same function.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;

use crate::cache::Kept;
use crate::cms::Cms;

use super::conditional::{coded, coding, written};
use super::number;

/// What the cookies begin with that tell who somebody is, and which passwords they know.
const OWN_COOKIES: &[u8] = b"siskin_";
/// Headers that an answer may depend on besides the host and the address.
const READ: [HeaderName; 2] = [header::ACCEPT, header::ORIGIN];
/// Headers that a trusted proxy may send on top.
const FORWARDED: [&str; 3] = ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"];
/// Headers that some askers get and others do not. Those that everybody gets, of other values, stand in their places
/// until they are written.
const OF_SOME: [HeaderName; 2] = [header::LAST_MODIFIED, header::CONTENT_ENCODING];
/// Headers that are put on top of every answer.
const ON_TOP: [HeaderName; 2] = [number::HEADER, header::X_CONTENT_TYPE_OPTIONS];
/// The longest request that is remembered.
const LONGEST: usize = 4 * 1024;

/// All that an answer to a stranger can depend on. Between the parts stands a byte that none of them holds.
pub(super) struct Request(Vec<u8>);

impl Request {
    /// What counts of a request; `None` for one that may be a person's, and for anything but a plain question.
    pub fn of(parts: &Parts, is_proxy: bool) -> Option<Self> {
        let is_question = matches!(parts.method, Method::GET | Method::HEAD);
        if !is_question || parts.uri.authority().is_some() || tells_who(parts) {
            return None;
        }
        let mut hosts = parts.headers.get_all(header::HOST).iter();
        let (host, path) = (hosts.next().filter(|_| hosts.next().is_none())?, parts.uri.path_and_query()?);
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(host.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(path.as_str().as_bytes());
        let mut add = |value: Option<&HeaderValue>| {
            bytes.push(0);
            bytes.extend(value.map(|_| 1));
            bytes.extend_from_slice(value.map_or(&[], HeaderValue::as_bytes));
        };
        READ.iter().for_each(|name| add(parts.headers.get(name)));
        if is_proxy {
            FORWARDED.iter().for_each(|name| add(parts.headers.get(*name)));
        }
        (bytes.len() <= LONGEST).then_some(Self(bytes))
    }

    /// The answer that the same request had, if it is still fresh.
    pub async fn answer(&self, cms: &Cms, parts: &Parts) -> Option<Response> {
        let now = cms.clock.now();
        let (kept, way) = cms.cache().way(&self.0, cms.snapshot().followed, now).await?;
        let wanted = coding(&parts.headers);
        let body = match kept.ready(wanted) {
            Some(ready) => ready,
            None => coded(cms, &kept, wanted).await,
        };
        let response = written(&kept, way.headers.clone(), &parts.headers, body, now);
        Some(if parts.method == Method::HEAD { without_body(response) } else { response })
    }

    /// Remembers an answer, if it may be given to every stranger.
    pub async fn remember(self, cms: &Cms, response: &mut Response) {
        let Some(kept) = response.extensions_mut().remove::<Arc<Kept>>() else { return };
        let mut headers = response.headers().clone();
        OF_SOME.iter().for_each(|name| _ = headers.remove(name));
        ON_TOP.into_iter().for_each(|name| _ = headers.insert(name, HeaderValue::from_static("")));
        cms.cache().remember(self.0.into(), &kept, headers).await;
    }
}

fn tells_who(parts: &Parts) -> bool {
    let mut cookies = parts.headers.get_all(header::COOKIE).iter();
    parts.headers.contains_key(header::AUTHORIZATION)
        || cookies.any(|value| value.as_bytes().windows(OWN_COOKIES.len()).any(|some| some == OWN_COOKIES))
}

fn without_body(mut response: Response) -> Response {
    *response.body_mut() = Body::empty();
    response
}
