//! Finished answers, kept in memory and dropped by the log.
//!
//! An entry names by tags what it was made of, and the event up to which it was made. Following an event only notes,
//! for each tag it touches, its number; an entry is served if none of its tags was touched after it was made. So an
//! answer that was computed while something changed is never taken for a fresh one, in whichever order the two
//! arrive. Which events touch which tags is decided in `tag`. The cache holds bytes, not content: it is one bounded
//! map, and losing all of it costs time only.

mod tag;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::config;
use crate::events::Event;

pub use tag::{ANY_PAGE, Tag};
use tag::{Touched, touched};

/// Bytes that an entry costs besides its body: map nodes, header names, tags.
const OVERHEAD: usize = 512;
/// Touched tags that are remembered; beyond it they are forgotten, and with them every older entry.
const MOST_TAGS: usize = 100_000;

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

#[derive(Debug)]
struct Entry {
    answer: Answer,
    tags: Vec<Tag>,
    made_at: i64,
}

/// What was touched, and when: event numbers by tag.
#[derive(Debug, Default)]
struct Log {
    followed: i64,
    touched: HashMap<Tag, i64>,
    /// Entries made before this event are stale whatever their tags.
    all: i64,
}

/// The answers of one process.
#[derive(Debug)]
pub struct Cache {
    entries: Option<moka::future::Cache<String, Arc<Entry>>>,
    log: RwLock<Log>,
}

impl Cache {
    /// An empty one that has followed the log up to `followed`.
    pub fn new(config: &config::Cache, followed: i64) -> Self {
        let weigh = |key: &String, entry: &Arc<Entry>| {
            let headers: usize =
                entry.answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
            u32::try_from(key.len() + headers + entry.answer.body.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        let entries = config
            .enabled
            .then(|| moka::future::Cache::builder().max_capacity(config.max_bytes).weigher(weigh).build());
        Self { entries, log: RwLock::new(Log { followed, all: followed, ..Log::default() }) }
    }

    /// The answer of this key, if it is as fresh as the log up to `head`, the last event that the caller knows of.
    pub async fn get(&self, key: &str, head: i64) -> Option<Answer> {
        let entry = self.entries.as_ref()?.get(key).await?;
        let log = self.log.read().unwrap_or_else(PoisonError::into_inner);
        (log.followed >= head && log.is_fresh(&entry)).then(|| entry.answer.clone())
    }

    /// Keeps an answer that was made of what these tags name, from a store that held event `made_at`.
    pub async fn put(&self, key: String, answer: Answer, tags: Vec<Tag>, made_at: i64) {
        if let Some(entries) = &self.entries {
            entries.insert(key, Arc::new(Entry { answer, tags, made_at })).await;
        }
    }

    /// Follows the log: notes what these events touch.
    pub fn follow(&self, events: &[Event]) {
        let mut log = self.log.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            log.follow(event);
        }
    }

    /// How many bytes are held, about.
    pub fn bytes(&self) -> u64 {
        self.entries.as_ref().map_or(0, moka::future::Cache::weighted_size)
    }
}

impl Log {
    fn follow(&mut self, event: &Event) {
        self.followed = self.followed.max(event.number);
        match touched(event) {
            Touched::Nothing => {}
            Touched::Everything => self.forget(),
            Touched::Tags(tags) => {
                self.touched.extend(tags.into_iter().map(|tag| (tag, event.number)));
                if self.touched.len() > MOST_TAGS {
                    self.forget();
                }
            }
        }
    }

    fn forget(&mut self) {
        self.all = self.followed;
        self.touched.clear();
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        let untouched = |tag: &Tag| self.touched.get(tag).is_none_or(|number| *number <= entry.made_at);
        entry.made_at >= self.all && entry.tags.iter().all(untouched)
    }
}

#[cfg(test)]
mod tests {
    use super::tag::tests::{event, page_event};
    use super::*;

    fn answer(body: &'static str) -> Answer {
        Answer { status: 200, headers: Vec::new(), body: Bytes::from_static(body.as_bytes()) }
    }

    #[tokio::test]
    async fn an_answer_goes_when_what_it_was_made_of_changes() {
        let cache = Cache::new(&config::Cache::default(), 10);
        let about = Tag::Object("page".into(), 5);
        cache.put("a".into(), answer("five"), vec![about.clone()], 10).await;
        cache.put("b".into(), answer("six"), vec![Tag::Object("page".into(), 6)], 10).await;
        assert_eq!(cache.get("a", 10).await, Some(answer("five")));
        assert_eq!(cache.get("a", 11).await, None, "this process knows of an event that is not followed yet");

        cache.follow(&[page_event(11, "published", 5)]);
        assert_eq!(cache.get("a", 11).await, None);
        assert_eq!(cache.get("b", 11).await, Some(answer("six")));

        // Made from the store as it was before the event, and put in after it.
        cache.put("a".into(), answer("five"), vec![about.clone()], 10).await;
        assert_eq!(cache.get("a", 11).await, None);
        cache.put("a".into(), answer("new five"), vec![about], 11).await;
        assert_eq!(cache.get("a", 11).await, Some(answer("new five")));
    }

    #[tokio::test]
    async fn everything_goes_when_addresses_or_models_change() {
        let cache = Cache::new(&config::Cache::default(), 0);
        for kind in ["models", "site.changed"] {
            cache.put("a".into(), answer("x"), vec![Tag::Content], 0).await;
            cache.follow(&[event(1, kind, Some("wagtailcore.Site").filter(|_| kind != "models"))]);
            assert_eq!(cache.get("a", 1).await, None, "{kind}");
        }
    }

    #[tokio::test]
    async fn a_cache_that_is_off_keeps_nothing() {
        let config = config::Cache { enabled: false, ..config::Cache::default() };
        let cache = Cache::new(&config, 0);
        cache.put("a".into(), answer("x"), Vec::new(), 0).await;
        assert_eq!((cache.get("a", 0).await, cache.bytes()), (None, 0));
    }
}
