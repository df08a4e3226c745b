//! What caches that are not ours are told of a public answer: for how long they may keep it, and by which surrogate keys
//! they are told to drop it. Only answers that say what they were made of are ever theirs to keep.

use http::HeaderMap;
use http::HeaderName;
use http::HeaderValue;
use http::header;

use crate::config;
use crate::config::Separator;
use crate::error::Error;
use crate::error::Result;

use super::keys::Keys;
use super::tag::Tag;

/// Headers that answers have anyhow, and that surrogate keys must not take the place of.
const TAKEN: [&str; 12] = [
    "accept-ranges",
    "allow",
    "cache-control",
    "connection",
    "date",
    "etag",
    "last-modified",
    "location",
    "set-cookie",
    "transfer-encoding",
    "vary",
    "x-request-id",
];

/// What an answer shows, as far as it is kept longer or shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// JSON of the delivery API.
    Api,
    /// A page of a theme.
    Page,
    /// A feed or sitemap.
    Feed,
    /// An original or a rendition.
    Image,
    /// A document.
    Document,
}

/// For how long answers of a sort may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    browser: u32,
    shared: u32,
    stale: u32,
}

impl Freshness {
    /// As `Cache-Control` says it, for an answer that turns stale by itself after so many seconds.
    pub fn header(self, left: Option<i64>) -> HeaderValue {
        let within = |seconds: u32| left.map_or(i64::from(seconds), |left| left.clamp(0, i64::from(seconds)));
        let mut words = format!("public, max-age={}", within(self.browser));
        // What may not be shown without asking is not shown when nobody answers either.
        if self.stale == 0 {
            words.push_str(", must-revalidate");
        }
        if self.shared != self.browser {
            words.push_str(&format!(", s-maxage={}", within(self.shared)));
        }
        if self.stale > 0 {
            words.push_str(&format!(", stale-while-revalidate={}", self.stale));
        }
        HeaderValue::from_str(&words).unwrap_or(HeaderValue::from_static("no-cache"))
    }
}

/// What is told to them.
#[derive(Debug)]
pub struct Outside {
    pub(super) keys: Keys,
    config: config::Http,
    header: Option<HeaderName>,
}

impl Outside {
    /// As configured, with the keys of a site.
    ///
    /// # Errors
    /// `Setup` if the header of surrogate keys is none.
    pub fn new(config: &config::Http, keys: Keys) -> Result<Self> {
        let name = config.surrogate_keys.trim().to_ascii_lowercase();
        let is_taken = TAKEN.contains(&name.as_str()) || name.starts_with("content-");
        let header = match name.parse::<HeaderName>() {
            _ if name.is_empty() => None,
            Ok(header) if !is_taken => Some(header),
            _ => {
                let words = format!(
                    "http.surrogate_keys: “{name}” cannot carry them; name a header such as Surrogate-Key, Cache-Tag \
                     or xkey, or nothing"
                );
                return Err(Error::Setup(words));
            }
        };
        Ok(Self { keys, config: config.clone(), header })
    }

    /// How long answers of a sort may be kept; `None` if nobody said, so that the door's own words hold.
    pub(super) fn freshness(&self, sort: Sort) -> Option<Freshness> {
        let config = &self.config;
        let (browser, shared, stale) = match sort {
            Sort::Api => (config.api_browser_seconds, config.api_shared_seconds, config.api_stale_seconds),
            Sort::Page => {
                (config.pages_browser_seconds, config.pages_shared_seconds, config.pages_stale_seconds)
            }
            Sort::Feed => {
                (config.feeds_browser_seconds, config.feeds_shared_seconds, config.feeds_stale_seconds)
            }
            Sort::Image => {
                (config.images_browser_seconds, config.images_shared_seconds, config.images_stale_seconds)
            }
            Sort::Document => (
                config.documents_browser_seconds,
                config.documents_shared_seconds,
                config.documents_stale_seconds,
            ),
        };
        let is_said = browser > 0 || shared > 0 || stale > 0;
        is_said.then_some(Freshness { browser, shared, stale })
    }

    /// Writes into the headers of a public answer for how long it may be kept, and by which keys it is dropped.
    pub(super) fn tell(&self, headers: &mut HeaderMap, freshness: Option<Freshness>, tags: &[Tag]) {
        if let Some(freshness) = freshness {
            headers.insert(header::CACHE_CONTROL, freshness.header(None));
        }
        let Some(header) = &self.header else { return };
        let between = match self.config.surrogate_separator {
            Separator::Space => " ",
            Separator::Comma => ",",
        };
        if let Ok(keys) = HeaderValue::from_str(&self.keys.of_answer(tags).join(between)) {
            headers.insert(header.clone(), keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(config: config::Http) -> Result<Outside> {
        Outside::new(&config, Keys::new(&[7; 32]))
    }

    #[test]
    fn what_is_kept_is_told_in_the_words_of_http() {
        for (browser, shared, stale, left, expected) in [
            (0, 60, 0, None, "public, max-age=0, must-revalidate, s-maxage=60"),
            (30, 600, 300, None, "public, max-age=30, s-maxage=600, stale-while-revalidate=300"),
            (30, 30, 0, None, "public, max-age=30, must-revalidate"),
            (30, 600, 0, Some(45), "public, max-age=30, must-revalidate, s-maxage=45"),
            (30, 600, 9, Some(-3), "public, max-age=0, s-maxage=0, stale-while-revalidate=9"),
        ] {
            assert_eq!(Freshness { browser, shared, stale }.header(left), expected);
        }
        let told = outside(config::Http { feeds_shared_seconds: 5, ..config::Http::default() }).unwrap();
        assert_eq!(told.freshness(Sort::Feed), Some(Freshness { browser: 0, shared: 5, stale: 0 }));
        assert_eq!(told.freshness(Sort::Page), None);
    }

    #[test]
    fn surrogate_keys_stand_in_a_header_of_their_own() {
        for (name, is_good) in [
            ("", true),
            ("Surrogate-Key", true),
            ("xkey", true),
            ("Cache Tag", false),
            ("Content-Type", false),
            ("ETag", false),
            ("x:y", false),
        ] {
            let config = config::Http { surrogate_keys: name.into(), ..config::Http::default() };
            assert_eq!(outside(config).is_ok(), is_good, "{name}");
        }
    }
}
