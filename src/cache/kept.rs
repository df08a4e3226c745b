//! A finished answer: its bytes in every coding, and what it was made of.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::HeaderMap;
use http::HeaderName;
use http::HeaderValue;
use http::StatusCode;
use http::header;
use tokio::sync::OnceCell;
use twox_hash::XxHash3_128;

use super::coding::Coding;
use super::coding::SMALLEST;
use super::outside::Freshness;
use super::outside::Outside;
use super::outside::Sort;
use super::tag::Tag;
use crate::base::Timestamp;
use crate::error::Error;
use crate::error::Result;

/// Digits of the hash that an ETag is made of.
const ETAG_LENGTH: usize = 32;
/// Bytes that an answer costs besides its bodies, headers and marks: map nodes, cells, ETags.
const OVERHEAD: usize = 768;
/// The seconds of the first moment that no date of HTTP names: the year 10,000.
const END_OF_DATES: u64 = 253_402_300_800;
/// What is text, whatever kind of it.
const TEXTS: [&str; 4] = ["application/json", "application/xml", "application/rss+xml", "image/svg+xml"];

/// An answer, without anything that a door would have to interpret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// An answer that was made, and what a cache must know of it.
#[derive(Debug)]
pub struct Made {
    /// The answer.
    pub answer: Answer,
    /// What it was made of; `None` if it is not to be kept.
    pub made_of: Option<Vec<Tag>>,
    /// When it turns stale by itself: an answer that shows what is coming and what is past.
    pub until: Option<Timestamp>,
    /// Since when it is as it is, where that is later than the last change of what it was made of.
    pub since: Option<Timestamp>,
    /// What it shows, if the configuration may say how long browsers and other caches keep it.
    pub sort: Option<Sort>,
    /// What tells its bytes from all others, where that is known without looking at them.
    pub tag: Option<String>,
    /// A kept answer whose body it has: it goes with that one, too.
    pub like: Option<Arc<Kept>>,
}

impl Made {
    /// An answer that is kept until something of this changes.
    pub fn of(answer: Answer, tags: Vec<Tag>) -> Self {
        Self { made_of: Some(tags), ..Self::passing(answer) }
    }

    /// An answer that is not kept.
    pub fn passing(answer: Answer) -> Self {
        Self { answer, made_of: None, until: None, since: None, sort: None, tag: None, like: None }
    }
}

/// An answer ready to be sent, as often as it is asked for.
#[derive(Debug)]
pub struct Kept {
    /// The status.
    pub status: StatusCode,
    /// The headers, without those that depend on the coding.
    pub headers: HeaderMap,
    /// The body as it is.
    pub body: Bytes,
    /// When it last changed, as far as is known, with the header that says so.
    pub changed: Option<(Timestamp, HeaderValue)>,
    etags: [HeaderValue; 3],
    /// Whether every stranger may have it.
    pub is_shared: bool,
    key: String,
    gzip: Arc<OnceCell<Option<Bytes>>>,
    brotli: Arc<OnceCell<Option<Bytes>>>,
    /// Whether its bodies are another one's.
    is_alike: bool,
    marks: Box<[u64]>,
    until: Option<Timestamp>,
    freshness: Option<Freshness>,
    made_at: i64,
    /// The version of the log and the event up to which it is known to be fresh.
    verified: (AtomicU64, AtomicI64),
}

impl Kept {
    /// An answer that was made from a store that held event `made_at`, with what caches outside are told of it.
    pub(super) fn new(key: String, made: Made, (made_at, outside): (i64, &Outside)) -> Self {
        let Made { answer, made_of, until, since, sort, tag, like } = made;
        let mut kept = Self::passing(answer);
        if let Some(tag) = tag {
            kept.etags = etags(&tag);
        }
        if let Some(tags) = &made_of {
            (kept.is_shared, kept.marks) = (true, outside.keys.marks(tags));
        }
        if let Some(tags) = made_of.filter(|_| kept.status == StatusCode::OK) {
            kept.freshness = sort.and_then(|sort| outside.freshness(sort));
            outside.tell(&mut kept.headers, kept.freshness, &tags);
        }
        if let Some(like) = like {
            kept.takes_after(&like);
        }
        Self { key, until, changed: since.and_then(dated), made_at, ..kept }.with_vary()
    }

    /// An answer for one person, or one that nobody asks for again.
    pub fn passing(answer: Answer) -> Self {
        let mut headers = HeaderMap::with_capacity(answer.headers.len() + 6);
        for (name, value) in &answer.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        Self {
            status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            etags: etags(&format!("{:032x}", XxHash3_128::oneshot(&answer.body))),
            headers,
            body: answer.body,
            changed: None,
            is_shared: false,
            key: String::new(),
            gzip: Arc::default(),
            brotli: Arc::default(),
            is_alike: false,
            marks: Box::default(),
            until: None,
            freshness: None,
            made_at: 0,
            verified: (AtomicU64::new(0), AtomicI64::new(0)),
        }
    }

    /// For how long others may keep it, if that is less than its headers say because it turns stale by itself.
    pub fn left(&self, now: Timestamp) -> Option<HeaderValue> {
        let (freshness, until) = (self.freshness?, self.until?);
        Some(freshness.header(Some(until.seconds() - now.seconds())))
    }

    /// Has the body of another one, in every coding, and goes with it.
    fn takes_after(&mut self, other: &Self) {
        self.marks = [&*self.marks, &*other.marks].concat().into();
        self.body = other.body.clone();
        self.etags = other.etags.clone();
        (self.gzip, self.brotli) = (other.gzip.clone(), other.brotli.clone());
        self.is_alike = true;
    }

    fn with_vary(mut self) -> Self {
        if self.is_coded() {
            self.headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        self
    }

    /// Whether it is sent in codings at all. What is one person's is not: its length would tell of it.
    fn is_coded(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        self.is_shared && self.body.len() >= SMALLEST && (kind.starts_with("text/") || TEXTS.contains(&kind))
    }

    /// Its ETag in a coding.
    pub fn etag(&self, coding: Coding) -> &HeaderValue {
        let [plain, gzip, brotli] = &self.etags;
        match coding {
            Coding::Identity => plain,
            Coding::Gzip => gzip,
            Coding::Brotli => brotli,
        }
    }

    /// Whether this is its ETag in some coding.
    pub fn has_etag(&self, tag: &str) -> bool {
        self.etags.iter().any(|own| own.as_bytes() == tag.as_bytes())
    }

    /// The body for a client that takes this coding, if it was made before: and the coding that it then has.
    pub fn ready(&self, wanted: Coding) -> Option<(Coding, Bytes)> {
        let plain = || (Coding::Identity, self.body.clone());
        if wanted == Coding::Identity || !self.is_coded() {
            return Some(plain());
        }
        let made = self.cell(wanted)?.get()?;
        Some(made.as_ref().map_or_else(plain, |coded| (wanted, coded.clone())))
    }

    /// The body for a client that takes this coding, made on a thread that may take its time.
    ///
    /// # Errors
    /// `Internal` when that thread is lost.
    pub async fn coded(&self, wanted: Coding) -> Result<(Coding, Bytes)> {
        if let (None, Some(cell)) = (self.ready(wanted), self.cell(wanted)) {
            cell.get_or_try_init(|| async {
                let body = self.body.clone();
                tokio::task::spawn_blocking(move || wanted.of(&body)).await.map_err(Error::internal)
            })
            .await?;
        }
        Ok(self.ready(wanted).unwrap_or_else(|| (Coding::Identity, self.body.clone())))
    }

    fn cell(&self, coding: Coding) -> Option<&OnceCell<Option<Bytes>>> {
        match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(&self.gzip),
            Coding::Brotli => Some(&self.brotli),
        }
    }

    /// The bytes that it holds; bodies of another one are counted there.
    pub(super) fn weight(&self) -> u32 {
        let coded =
            |cell: &OnceCell<Option<Bytes>>| cell.get().and_then(Option::as_ref).map_or(0, Bytes::len);
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let bodies = match self.is_alike {
            true => 0,
            false => self.body.len() + coded(&self.gzip) + coded(&self.brotli),
        };
        let marks = std::mem::size_of_val(&*self.marks);
        u32::try_from(bodies + headers + marks + self.key.len() * 2 + OVERHEAD).unwrap_or(u32::MAX)
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn marks(&self) -> &[u64] {
        &self.marks
    }

    pub(super) fn made_at(&self) -> i64 {
        self.made_at
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    pub(super) fn is_verified(&self, version: u64, head: i64) -> bool {
        self.verified.0.load(Ordering::Acquire) == version && self.verified.1.load(Ordering::Relaxed) >= head
    }

    pub(super) fn verify(&self, version: u64, followed: i64) {
        self.verified.1.store(followed, Ordering::Relaxed);
        self.verified.0.store(version, Ordering::Release);
    }

    pub(super) fn changed_at(mut self, at: Timestamp) -> Arc<Self> {
        let since = self.changed.take().map(|(since, _)| since);
        self.changed = dated(since.map_or(at, |since| since.max(at)));
        Arc::new(self)
    }
}

/// The ETags of a body as it is, in gzip and in brotli, by its hash: bytes that differ have tags that differ.
fn etags(hash: &str) -> [HeaderValue; 3] {
    let digits = hash.get(..ETAG_LENGTH).unwrap_or(hash);
    ["", "-gz", "-br"].map(|coding| {
        let tag = ["\"", digits, coding, "\""].concat();
        HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
    })
}

fn dated(at: Timestamp) -> Option<(Timestamp, HeaderValue)> {
    let seconds = u64::try_from(at.seconds()).ok().filter(|seconds| *seconds < END_OF_DATES)?;
    let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    Some((at, HeaderValue::from_str(&text).ok()?))
}
