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
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::AtomicUsize;

    use bytes::Bytes;

    use super::touch::tests::{event, page_event};
    use super::*;
    use crate::error::Error;

    const NOON: Timestamp = Timestamp::from_micros(0);

    struct Kitchen {
        cache: Cache,
        made: AtomicUsize,
    }

    impl Kitchen {
        fn new(change: impl FnOnce(&mut config::Cache)) -> Self {
            let mut config = config::Cache::default();
            change(&mut config);
            let outside = Outside::new(&config::Http::default(), Keys::new(&[7; 32])).unwrap();
            Self { cache: Cache::new(&config, outside, (10, NOON)), made: AtomicUsize::new(0) }
        }

        fn answer(&self, body: &str, tags: Vec<Tag>) -> Made {
            self.made.fetch_add(1, Ordering::Relaxed);
            let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
            let answer = Answer { status: 200, headers, body: Bytes::copy_from_slice(body.as_bytes()) };
            Made::of(answer, tags)
        }

        async fn ask(&self, key: &str, head: i64, tag: Tag) -> Arc<Kept> {
            let make = async { Ok::<_, Infallible>(self.answer(key, vec![tag])) };
            self.cache.made(key.to_owned(), (head, NOON), make).await.unwrap_or_else(|never| match never {})
        }

        fn how_often(&self) -> usize {
            self.made.swap(0, Ordering::Relaxed)
        }
    }

    fn page(id: i64) -> Tag {
        Tag::Object("page".into(), id)
    }

    #[tokio::test]
    async fn an_answer_goes_when_what_it_was_made_of_changes() {
        let kitchen = Kitchen::new(|_| {});
        for _ in 0..3 {
            kitchen.ask("five", 10, page(5)).await;
            kitchen.ask("six", 10, page(6)).await;
        }
        assert_eq!(kitchen.how_often(), 2);
        kitchen.ask("five", 11, page(5)).await;
        assert_eq!(kitchen.how_often(), 1, "this process knows of an event that is not followed yet");
        kitchen.cache.follow(&[page_event(11, "published")], |_| Reach::default());
        kitchen.ask("six", 11, page(6)).await;
        assert_eq!(kitchen.how_often(), 0, "nobody touched it");
        kitchen.ask("five", 11, page(5)).await;
        kitchen.ask("five", 11, page(5)).await;
        assert_eq!(kitchen.how_often(), 1);
        kitchen.cache.follow(&[event(12, "models", None)], |_| Reach::default());
        kitchen.ask("five", 12, page(5)).await;
        kitchen.ask("six", 12, page(6)).await;
        assert_eq!(kitchen.how_often(), 2);
    }

    #[tokio::test]
    async fn what_changes_while_it_is_made_is_not_kept() {
        let kitchen = Kitchen::new(|_| {});
        let slow = async {
            kitchen.cache.follow(&[page_event(11, "published")], |_| Reach::default());
            Ok::<_, Infallible>(kitchen.answer("old", vec![page(5)]))
        };
        kitchen.cache.made("five".into(), (10, NOON), slow).await.unwrap_or_else(|never| match never {});
        assert_eq!(*kitchen.ask("five", 11, page(5)).await.body, *b"five");
        let everywhere = |_: &Event| Reach { is_everywhere: true, ..Reach::default() };
        kitchen.cache.follow(&[page_event(12, "moved")], everywhere);
        kitchen.how_often();
        kitchen.ask("five", 12, page(5)).await;
        kitchen.ask("five", 12, page(5)).await;
        assert_eq!(kitchen.how_often(), 1, "it was made at the event up to which all was forgotten");
    }

    #[tokio::test]
    async fn however_many_ask_one_makes() {
        let kitchen = Arc::new(Kitchen::new(|_| {}));
        let gate = Arc::new(tokio::sync::Barrier::new(2));
        let asking = |head: i64, fails: bool, is_slow: bool| {
            let (kitchen, gate) = (kitchen.clone(), gate.clone());
            tokio::spawn(async move {
                let make = async {
                    if is_slow {
                        gate.wait().await;
                        gate.wait().await;
                    }
                    let made = kitchen.answer("x", vec![page(5)]);
                    if fails { Err(Error::internal("no")) } else { Ok(made) }
                };
                kitchen.cache.made("x".into(), (head, NOON), make).await.is_ok()
            })
        };
        // The first one fails while others wait: they make their own.
        let first = asking(10, true, true);
        gate.wait().await;
        let others: Vec<_> = (0..3).map(|_| asking(10, false, false)).collect();
        tokio::task::yield_now().await;
        gate.wait().await;
        assert!(!first.await.unwrap());
        for other in others {
            assert!(other.await.unwrap());
        }
        assert!((2..=4).contains(&kitchen.how_often()));
        // The first one goes away, the second makes, the others take what it made.
        kitchen.cache.follow(&[page_event(11, "published")], |_| Reach::default());
        let first = asking(11, false, true);
        gate.wait().await;
        let others: Vec<_> = (0..5).map(|_| asking(11, false, false)).collect();
        tokio::task::yield_now().await;
        assert_eq!(kitchen.how_often(), 0);
        first.abort();
        for other in others {
            assert!(other.await.unwrap());
        }
        assert_eq!(kitchen.how_often(), 1);
    }

    #[tokio::test]
    async fn a_flood_of_addresses_does_not_push_out_what_is_asked_for() {
        let kitchen = Kitchen::new(|config| config.max_bytes = 200_000);
        let mut again = 0;
        for number in 0..5_000 {
            kitchen.ask(&format!("?page={number}"), 10, page(2)).await;
            if number % 20 == 0 {
                kitchen.how_often();
                kitchen.ask("home", 10, page(1)).await;
                again += kitchen.how_often();
            }
        }
        assert!(again < 10, "made {again} times of 250");
        kitchen.cache.settle().await;
        assert!((50_000..=200_000).contains(&kitchen.cache.bytes()), "{}", kitchen.cache.bytes());
        assert!(kitchen.cache.evictions() > 4_000 && kitchen.cache.hits() > 240);
    }

    #[tokio::test]
    async fn what_is_not_there_takes_its_own_small_part_and_the_body_of_another_once() {
        let kitchen = Kitchen::new(|config| config.max_bytes = 2_000_000);
        for number in 0..20 {
            kitchen.ask(&format!("/{number}/"), 10, page(number)).await;
        }
        let nothing = |body: Bytes| Answer { status: 404, headers: Vec::new(), body };
        let page_of_nothing =
            async { Ok::<_, Infallible>(Made::of(nothing(vec![b'x'; 50_000].into()), vec![Tag::Unseen])) };
        let drawn = kitchen.cache.made("nothing".into(), (10, NOON), page_of_nothing).await;
        let drawn = drawn.unwrap_or_else(|never| match never {});
        let missing = async |number: i64, head: i64| {
            let tags = vec![Tag::Address(format!("/{number}/"))];
            let like = Some(drawn.clone());
            let make = async { Ok::<_, Infallible>(Made { like, ..Made::of(nothing(Bytes::new()), tags) }) };
            let kept = kitchen.cache.made(format!("missing {number}"), (head, NOON), make).await;
            kept.unwrap_or_else(|never| match never {})
        };
        let before = kitchen.cache.makings();
        assert!(missing(5, 10).await.body.len() == 50_000 && missing(5, 10).await.status == 404);
        assert_eq!(kitchen.cache.makings() - before, 1);
        for number in 0..3_000 {
            missing(number, 10).await;
        }
        kitchen.cache.settle().await;
        assert!(kitchen.cache.bytes() < 200_000, "{}", kitchen.cache.bytes());
        kitchen.how_often();
        for number in 0..20 {
            kitchen.ask(&format!("/{number}/"), 10, page(number)).await;
        }
        assert_eq!(kitchen.how_often(), 0, "what is there stays");
        // It goes with what it was made of, and with the page whose body it has.
        let last = missing(2_999, 10).await;
        assert!(kitchen.cache.is_fresh(&last, 10, NOON));
        kitchen
            .cache
            .follow(&[Event { url_after: None, ..page_event(11, "restricted") }], |_| Reach::default());
        assert!(!kitchen.cache.is_fresh(&last, 11, NOON));
    }

    #[tokio::test]
    async fn a_cache_that_is_off_keeps_nothing_and_answers_the_same() {
        let (on, off) = (Kitchen::new(|_| {}), Kitchen::new(|config| config.enabled = false));
        let (first, second) = (off.ask("a", 10, page(1)).await, off.ask("a", 10, page(1)).await);
        assert_eq!((off.how_often(), off.cache.bytes()), (2, 0));
        let kept = on.ask("a", 10, page(1)).await;
        for other in [first, second] {
            assert_eq!(
                (&other.headers, &other.body, &other.changed),
                (&kept.headers, &kept.body, &kept.changed)
            );
        }
    }
}
