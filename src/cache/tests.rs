//! What is kept, for how long, and what makes it go.

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
    kitchen.cache.follow(&[Event { url_after: None, ..page_event(11, "restricted") }], |_| Reach::default());
    assert!(!kitchen.cache.is_fresh(&last, 11, NOON));
}

#[tokio::test]
async fn a_cache_that_is_off_keeps_nothing_and_answers_the_same() {
    let (on, off) = (Kitchen::new(|_| {}), Kitchen::new(|config| config.enabled = false));
    let (first, second) = (off.ask("a", 10, page(1)).await, off.ask("a", 10, page(1)).await);
    assert_eq!((off.how_often(), off.cache.bytes()), (2, 0));
    let kept = on.ask("a", 10, page(1)).await;
    for other in [first, second] {
        assert_eq!((&other.headers, &other.body, &other.changed), (&kept.headers, &kept.body, &kept.changed));
    }
}
