//! The short way from a request to its answer.
//!
//! A request is known by the bytes of all that an answer can depend on: host, address, and the few headers that have a
//! say. Once such a request was answered with what every stranger may have, the same bytes lead to the same answer,
//! with the same headers, as long as it is fresh. A way holds no answer: when the answer goes, it leads nowhere.

use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use http::HeaderMap;

use super::Cache;
use super::kept::Kept;
use crate::base::Timestamp;
use crate::config;

/// The part of the bound that ways may take.
const PART: u64 = 8;
/// Bytes that a way costs besides its key and headers.
const OVERHEAD: usize = 256;
/// One in so many uses is told to the cache, so that it knows which answers are asked for often.
const TOLD_EVERY: u32 = 16;

/// The bytes that ways may take of the bound of all.
pub(super) fn part_of(most: u64) -> u64 {
    most / PART
}

/// From a request to an answer.
#[derive(Debug)]
pub struct Way {
    kept: Weak<Kept>,
    /// The headers with which the answer left, whatever was put on top of it.
    pub headers: HeaderMap,
    uses: AtomicU32,
}

#[derive(Debug)]
pub(super) struct Ways(Option<moka::future::Cache<Question, Arc<Way>>>);

/// What tells requests apart.
type Question = Box<[u8]>;

impl Ways {
    pub fn new(config: &config::Cache) -> Self {
        let most = part_of(config.max_bytes);
        let weigh = |question: &Question, way: &Arc<Way>| weight(question, way);
        Self(config.enabled.then(|| moka::future::Cache::builder().max_capacity(most).weigher(weigh).build()))
    }

    pub fn bytes(&self) -> u64 {
        self.0.as_ref().map_or(0, moka::future::Cache::weighted_size)
    }
}

fn weight(key: &[u8], way: &Way) -> u32 {
    let headers: usize = way.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
    u32::try_from(key.len() + headers + OVERHEAD).unwrap_or(u32::MAX)
}

impl Cache {
    /// Where a request leads, if its answer is as fresh as the log up to `head`.
    pub async fn way(&self, request: &[u8], head: i64, now: Timestamp) -> Option<(Arc<Kept>, Arc<Way>)> {
        let way = self.ways.0.as_ref()?.get(request).await?;
        let kept = way.kept.upgrade()?;
        if !self.is_fresh(&kept, head, now) {
            return None;
        }
        if way.uses.fetch_add(1, Ordering::Relaxed).is_multiple_of(TOLD_EVERY)
            && let Some(entries) = self.home_of(&kept)
        {
            entries.get(kept.key()).await;
        }
        self.hit();
        Some((kept, way))
    }

    /// Remembers where a request led, and with which headers the answer left.
    pub async fn remember(&self, request: Box<[u8]>, kept: &Arc<Kept>, headers: HeaderMap) {
        if let Some(ways) = self.ways.0.as_ref().filter(|_| kept.is_shared) {
            let way = Way { kept: Arc::downgrade(kept), headers, uses: AtomicU32::new(0) };
            ways.insert(request, Arc::new(way)).await;
        }
    }
}
