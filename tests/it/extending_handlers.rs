//! Event handlers of a program: in order, at least once, failing alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use siskin::accounts::Actor;
use siskin::base::Timestamp;
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::error::Error;
use siskin::events::handlers::{self, HandlerPlace};
use siskin::events::{self, NewEvent};
use siskin::extend::{Builder, hand_over, router};
use siskin::server::{Followers, retry};
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh};

/// What a handler heard, and whether it fails.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<i64>>>,
    fails_at: Arc<Mutex<Option<i64>>>,
    panics: Arc<AtomicBool>,
}

impl Ear {
    fn listening(&self, builder: Builder, name: &str) -> Builder {
        let ear = self.clone();
        builder.event_handler(name, move |_, event| {
            let ear = ear.clone();
            async move {
                if *ear.fails_at.lock().unwrap() == Some(event.number) {
                    assert!(!ear.panics.load(Ordering::SeqCst), "a secret");
                    return Err(Error::Bad("the bell rope broke".to_owned()));
                }
                ear.heard.lock().unwrap().push(event.number);
                Ok(())
            }
        })
    }

    fn heard(&self) -> Vec<i64> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    fn fail_at(&self, number: Option<i64>) {
        *self.fails_at.lock().unwrap() = number;
    }
}

async fn open(fresh: &Fresh, more: impl FnOnce(Builder) -> Builder) -> Arc<Cms> {
    let mut config = Config::defaults(fresh.dir.path());
    config.database = fresh.config.clone();
    (config.metrics.enabled, config.metrics.allowed) = (true, vec!["127.0.0.1".into()]);
    Cms::builder(fresh.dir.path()).config(config).with(more).open().await.unwrap()
}

/// Lets something happen and tells its number.
async fn happen(cms: &Cms) -> i64 {
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    work.record(NewEvent::new("test.happened"));
    cms.commit(work).await.unwrap();
    events::head(&mut cms.db.read().await.unwrap()).await.unwrap()
}

async fn place(cms: &Cms, name: &str) -> HandlerPlace {
    handlers::place(&mut cms.db.read().await.unwrap(), name).await.unwrap()
}

async fn put(cms: &Cms, name: &str, position: i64) {
    let mut tx = cms.db.begin().await.unwrap();
    handlers::put(&mut tx, name, position).await.unwrap();
    tx.commit().await.unwrap();
}

/// What Prometheus is told.
async fn figures(cms: &Arc<Cms>) -> String {
    let asked =
        Request::builder().uri("/metrics").header("host", "localhost:8000").body(Body::empty()).unwrap();
    let answer = router(cms.clone()).unwrap().oneshot(asked).await.unwrap();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn until(is_so: impl AsyncFn() -> bool) {
    let asking = async {
        let mut clock = tokio::time::interval(Duration::from_millis(10));
        while !is_so().await {
            clock.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asking).await.unwrap();
}

#[tokio::test]
async fn events_are_told_in_order_from_the_first_start_on_and_again_after_a_reset() {
    for_each_fresh(async |fresh: &Fresh| {
        let ear = Ear::default();
        let cms = open(fresh, |builder| ear.listening(builder, "bell")).await;
        let before = happen(&cms).await;
        hand_over(&cms).await.unwrap();
        assert_eq!(ear.heard(), [0; 0], "what was before it is not its business");
        for _ in 0..250 {
            happen(&cms).await;
        }
        hand_over(&cms).await.unwrap();
        assert_eq!(ear.heard(), (before + 1..=before + 250).collect::<Vec<_>>());
        hand_over(&cms).await.unwrap();
        assert_eq!(ear.heard(), [0; 0]);
        put(&cms, "bell", before + 248).await;
        hand_over(&cms).await.unwrap();
        assert_eq!(ear.heard(), [before + 249, before + 250]);
    })
    .await;
}

#[tokio::test]
async fn a_failing_handler_waits_at_its_event_and_holds_up_nobody_else() {
    for_each_fresh(async |fresh: &Fresh| {
        let (bell, horn) = (Ear::default(), Ear::default());
        let cms = open(fresh, |builder| horn.listening(bell.listening(builder, "bell"), "horn")).await;
        hand_over(&cms).await.unwrap();
        let (first, second, third) = (happen(&cms).await, happen(&cms).await, happen(&cms).await);
        bell.fail_at(Some(second));
        for times in 1..=3 {
            bell.panics.store(times == 2, Ordering::SeqCst);
            let told = hand_over(&cms).await.unwrap_err().to_string();
            let place = place(&cms, "bell").await;
            assert_eq!((place.position, place.failures), (first, times));
            let expected =
                if times == 2 { "internal error: the handler panicked" } else { "the bell rope broke" };
            assert_eq!((told.as_str(), place.problem.as_str()), (expected, expected));
        }
        assert_eq!((bell.heard(), horn.heard()), (vec![first], vec![first, second, third]));
        let shown = figures(&cms).await;
        for line in [
            "failures{handler=\"bell\"} 3",
            "waiting_events{handler=\"bell\"} 2",
            "failures{handler=\"horn\"} 0",
        ] {
            assert!(shown.contains(&format!("siskin_handler_{line}\n")), "{line}: {shown}");
        }
        bell.fail_at(None);
        hand_over(&cms).await.unwrap();
        assert_eq!(bell.heard(), [second, third]);
        let place = place(&cms, "bell").await;
        assert_eq!((place.failures, place.problem.as_str()), (0, ""));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_fails_for_ever_is_set_aside_and_can_be_told_again() {
    for_each_fresh(async |fresh: &Fresh| {
        let bell = Ear::default();
        let cms = open(fresh, |builder| bell.listening(builder, "bell")).await;
        hand_over(&cms).await.unwrap();
        let (poison, next) = (happen(&cms).await, happen(&cms).await);
        bell.fail_at(Some(poison));
        for _ in 0..9 {
            hand_over(&cms).await.unwrap_err();
        }
        assert_eq!((bell.heard(), place(&cms, "bell").await.failures), (vec![], 9));
        hand_over(&cms).await.unwrap_err();
        hand_over(&cms).await.unwrap();
        assert_eq!(bell.heard(), [next], "what is behind it goes on");
        let aside = handlers::all_set_aside(&mut cms.db.read().await.unwrap()).await.unwrap();
        assert_eq!(
            (aside[0].event, aside[0].failures, aside[0].problem.as_str()),
            (poison, 10, "the bell rope broke")
        );
        assert!(figures(&cms).await.contains("siskin_handler_events_set_aside{handler=\"bell\"} 1\n"));
        let (settled, failed) = retry(&cms, "bell").await.unwrap();
        assert_eq!((settled, failed[0].0), (0, poison), "it is still broken, and still kept");
        bell.fail_at(None);
        assert_eq!(retry(&cms, "bell").await.unwrap().0, 1);
        assert_eq!((bell.heard(), retry(&cms, "bell").await.unwrap().0), (vec![poison], 0));
        assert!(retry(&cms, "horn").await.unwrap_err().is_not_found());
    })
    .await;
}

#[tokio::test]
async fn a_skipped_event_stays_skipped_while_another_process_has_the_handler() {
    for_each_fresh(async |fresh: &Fresh| {
        let (one, other) = (Ear::default(), Ear::default());
        let first = open(fresh, |builder| one.listening(builder, "bell")).await;
        hand_over(&first).await.unwrap();
        let bad = happen(&first).await;
        one.fail_at(Some(bad));
        hand_over(&first).await.unwrap_err();
        put(&first, "bell", bad).await;
        let next = happen(&first).await;
        let second = open(fresh, |builder| other.listening(builder, "bell")).await;
        hand_over(&second).await.unwrap();
        assert_eq!(
            (one.heard(), other.heard()),
            (vec![], vec![next]),
            "the place is the store's, not the process's"
        );

        // A process that died while it had the handler keeps others off until its lease is over, and no longer.
        happen(&second).await;
        let now = second.clock.now();
        let far = Timestamp::from_micros(now.micros() + 60_000_000);
        let dead = handlers::Holder { handler: "bell", process: "dead" };
        let mut tx = second.db.begin().await.unwrap();
        assert!(handlers::claim(&mut tx, dead, now, far).await.unwrap());
        tx.commit().await.unwrap();
        assert!(hand_over(&second).await.unwrap_err().to_string().contains("another process tells `bell`"));
        assert_eq!(other.heard(), [0; 0]);
        let mut tx = second.db.begin().await.unwrap();
        let past = Timestamp::from_micros(now.micros() - 1);
        assert!(handlers::claim(&mut tx, dead, now, past).await.unwrap());
        tx.commit().await.unwrap();
        hand_over(&second).await.unwrap();
        assert_eq!(other.heard(), [next + 1]);
    })
    .await;
}

#[tokio::test]
async fn a_serving_process_tries_a_failed_event_again_by_itself_and_stops_in_order() {
    for_each_fresh(async |fresh: &Fresh| {
        let ear = Ear::default();
        let cms = open(fresh, |builder| ear.listening(builder, "bell")).await;
        hand_over(&cms).await.unwrap();
        let number = happen(&cms).await;
        ear.fail_at(Some(number));
        let followers = Followers::start(cms.clone());
        until(async || place(&cms, "bell").await.failures > 0).await;
        ear.fail_at(None);
        until(async || place(&cms, "bell").await.position == number).await;
        assert_eq!(ear.heard(), [number]);
        followers.stop(Duration::from_secs(20)).await;
    })
    .await;
}

#[tokio::test]
async fn a_handler_that_never_ends_does_not_hold_up_the_end_of_the_program() {
    for_each_fresh(async |fresh: &Fresh| {
        let has_begun = Arc::new(AtomicBool::new(false));
        let begins = has_begun.clone();
        let stuck = |builder: Builder| {
            builder.event_handler("stuck", move |_, _| {
                begins.store(true, Ordering::SeqCst);
                std::future::pending()
            })
        };
        let cms = open(fresh, stuck).await;
        hand_over(&cms).await.unwrap();
        let number = happen(&cms).await;
        let followers = Followers::start(cms.clone());
        until(async || has_begun.load(Ordering::SeqCst)).await;
        let stop = followers.stop(Duration::from_millis(50));
        tokio::time::timeout(Duration::from_secs(60), stop).await.unwrap();
        assert!(place(&cms, "stuck").await.position < number, "it is told again at the next start");
        tokio::time::timeout(Duration::from_secs(60), cms.db.close()).await.unwrap();
    })
    .await;
}
