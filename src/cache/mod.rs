//! Finished answers, kept in memory and dropped by the log.
//!
//! Whoever makes an answer says by tags what it was made of, and up to which event. Following an event notes the marks
//! that it leaves; an answer is served if none of its marks was left after it was made. So an answer that was computed
//! while something changed is never taken for a fresh one, in whichever order the two arrive. However many ask, one
//! makes. Bodies are kept in every coding that was asked for. The cache holds bytes, not content: it is bounded, what is
//! asked for often is not pushed out by what is asked for once, and losing all of it costs time only.
//!
//! Reading order: `tag` (what an answer is made of), `touch` (what an event touches), `keys` (both as numbers), `log`
//! (when), `kept` (an answer, ready to be sent), `outside` (what other caches are told of it), `coding`, `flight` (one
//! maker), `way` (the short way from a request to an answer).

mod coding;
mod flight;
mod kept;
mod keys;
mod log;
mod outside;
mod tag;
mod touch;
mod way;

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use moka::notification::RemovalCause;

use crate::base::Timestamp;
use crate::config;
use crate::events::Event;

pub use coding::Coding;
pub use kept::Answer;
pub use kept::Kept;
pub use kept::Made;
pub use keys::Keys;
pub use outside::Freshness;
pub use outside::Outside;
pub use outside::Sort;
pub use tag::ANY_PAGE;
pub use tag::Tag;
pub use touch::Reach;
pub use way::Way;

use flight::Flights;
use log::Log;
use touch::Touched;
use touch::touched;
use way::Ways;

/// The status of what is not there.
const NOT_FOUND: u16 = 404;
/// The part of the bound that answers about nothing may take: strangers can ask for any number of them.
const MISSING_PART: u64 = 16;

type Entries = moka::future::Cache<String, Arc<Kept>>;

/// The answers of one process.
#[derive(Debug)]
pub struct Cache {
    entries: Option<Entries>,
    missing: Option<Entries>,
    ways: Ways,
    flights: Flights,
    makings: AtomicU64,
    hits: AtomicU64,
    evictions: Arc<AtomicU64>,
    outside: Outside,
    log: RwLock<Log>,
    /// Counts what became of the log, so that an answer that was found fresh need not be looked at until more does.
    version: AtomicU64,
}

impl Cache {
    /// An empty one that has followed the log up to `followed`.
    pub fn new(config: &config::Cache, outside: Outside, (followed, now): (i64, Timestamp)) -> Self {
        let missing = config.max_bytes / MISSING_PART;
        let evictions = Arc::new(AtomicU64::new(0));
        let entries = |most: u64| config.enabled.then(|| entries(most, &evictions));
        Self {
            entries: entries(config.max_bytes - missing - way::part_of(config.max_bytes)),
            missing: entries(missing),
            ways: Ways::new(config),
            flights: Flights::default(),
            makings: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            evictions,
            outside,
            log: RwLock::new(Log::begin(followed, now)),
            version: AtomicU64::new(1),
        }
    }

    /// The answer of this key, or the one that `make` makes; it may be kept if what it was made of is said. `head` is
    /// the last event that the caller knows of: the store that `make` reads holds it.
    pub async fn made<E>(
        &self,
        key: String,
        (head, now): (i64, Timestamp),
        make: impl Future<Output = Result<Made, E>>,
    ) -> Result<Arc<Kept>, E> {
        if self.entries.is_none() {
            return Ok(self.ready(key, make.await?, head));
        }
        if let Some(kept) = self.get(&key, head, now).await {
            self.hit();
            return Ok(kept);
        }
        let part = self.flights.join(&key);
        let Some(mut turn) = part.turn().await else {
            return Ok(self.ready(key.clone(), make.await?, head));
        };
        if let Some(kept) = turn.as_ref().filter(|kept| self.is_fresh(kept, head, now)) {
            self.hit();
            return Ok(kept.clone());
        }
        let made = make.await.inspect_err(|_| part.open())?;
        let kept = self.ready(key.clone(), made, head);
        match kept.is_shared {
            true => {
                *turn = Some(kept.clone());
                self.keep(&kept, now).await;
            }
            false => part.open(),
        }
        Ok(kept)
    }

    fn ready(&self, key: String, made: Made, head: i64) -> Arc<Kept> {
        self.makings.fetch_add(1, Ordering::Relaxed);
        let kept = Kept::new(key, made, (head, &self.outside));
        match kept.is_shared {
            true => {
                let changed = self.log().last_touched(kept.marks());
                kept.changed_at(changed)
            }
            false => Arc::new(kept),
        }
    }

    /// An answer that is too large or too seldom asked for to be kept here, with what other caches are told of it.
    pub fn not_kept(&self, made: Made) -> Kept {
        Kept::new(String::new(), made, (0, &self.outside))
    }

    /// The answer of this key, if it is as fresh as the log up to `head`.
    async fn get(&self, key: &str, head: i64, now: Timestamp) -> Option<Arc<Kept>> {
        let kept = match self.entries.as_ref()?.get(key).await {
            Some(kept) => kept,
            None => self.missing.as_ref()?.get(key).await?,
        };
        self.is_fresh(&kept, head, now).then_some(kept)
    }

    /// What changed while it was made is not kept.
    async fn keep(&self, kept: &Arc<Kept>, now: Timestamp) {
        if !self.is_fresh(kept, kept.made_at(), now) {
            return;
        }
        if let Some(entries) = self.home_of(kept) {
            entries.insert(kept.key().to_owned(), kept.clone()).await;
        }
    }

    fn home_of(&self, kept: &Kept) -> Option<&Entries> {
        let is_missing = kept.status.as_u16() == NOT_FOUND;
        if is_missing { self.missing.as_ref() } else { self.entries.as_ref() }
    }

    /// Counts the bytes of an answer anew that has got a further coding.
    pub async fn weigh_again(&self, kept: &Arc<Kept>) {
        let Some(entries) = self.home_of(kept).filter(|_| kept.is_shared) else { return };
        let is_there = entries.get(kept.key()).await.is_some_and(|there| Arc::ptr_eq(&there, kept));
        if is_there {
            entries.insert(kept.key().to_owned(), kept.clone()).await;
        }
    }

    fn is_fresh(&self, kept: &Kept, head: i64, now: Timestamp) -> bool {
        let version = self.version.load(Ordering::Acquire);
        if kept.is_over(now) {
            return false;
        }
        if kept.is_verified(version, head) {
            return true;
        }
        let log = self.log();
        let is_fresh = log.followed >= head && log.is_fresh(kept.marks(), kept.made_at());
        if is_fresh {
            kept.verify(version, log.followed);
        }
        is_fresh
    }

    /// Whether nothing that these tags name was touched after event `made_at`, as of `head`.
    pub fn is_untouched(&self, tags: &[Tag], made_at: i64, head: i64) -> bool {
        let log = self.log();
        log.followed >= head && log.is_fresh(&self.outside.keys.marks(tags), made_at)
    }

    /// Follows the log: notes what these events touch. `reach` tells what they do not tell themselves.
    pub fn follow(&self, events: &[Event], reach: impl Fn(&Event) -> Reach) {
        self.change(|log| {
            for event in events {
                log.follow(event, &touched(event, &reach(event), &self.outside.keys));
            }
        });
    }

    /// The surrogate keys of what an event drops, here and from every cache that was told of them.
    pub fn dropped_by(&self, event: &Event, reach: &Reach) -> Vec<String> {
        match touched(event, reach, &self.outside.keys) {
            Touched::Everything => vec![self.outside.keys.everything()],
            Touched::Marks(marks) => self.outside.keys.of_marks(&marks),
        }
    }

    fn change(&self, act: impl FnOnce(&mut Log)) {
        let mut log = self.log.write().unwrap_or_else(PoisonError::into_inner);
        act(&mut log);
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// How many answers were made so far, because they were not here.
    pub fn makings(&self) -> u64 {
        self.makings.load(Ordering::Relaxed)
    }

    fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were given out as they were kept, by either way.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// How many had to make room for others.
    pub fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    /// How many bytes are held, about.
    pub fn bytes(&self) -> u64 {
        let held = self.entries.iter().chain(&self.missing).map(moka::future::Cache::weighted_size);
        held.sum::<u64>() + self.ways.bytes()
    }

    /// Does now what is done by and by: what is too much goes.
    pub async fn settle(&self) {
        for entries in self.entries.iter().chain(&self.missing) {
            entries.run_pending_tasks().await;
        }
    }

    fn log(&self) -> std::sync::RwLockReadGuard<'_, Log> {
        self.log.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entries(most: u64, evictions: &Arc<AtomicU64>) -> Entries {
    let weigh = |_: &String, kept: &Arc<Kept>| kept.weight();
    let evictions = evictions.clone();
    let gone = move |_: Arc<String>, _: Arc<Kept>, why: RemovalCause| {
        evictions.fetch_add(u64::from(why == RemovalCause::Size), Ordering::Relaxed);
    };
    moka::future::Cache::builder().max_capacity(most).weigher(weigh).eviction_listener(gone).build()
}

#[cfg(test)]
mod tests;
