//! The log is gapless and in commit order, and followers resume where they were.

use serde_json::json;
use siskin::base::{Timestamp, TreePath};
use siskin::events::{self, Author, NewEvent};
use siskin::store::Db;

use crate::databases::for_each_database;

fn eva() -> Author {
    Author { label: "eva".into(), id: Some(3) }
}

async fn publish(db: &Db, ids: &[i64]) -> Option<i64> {
    let news: Vec<_> =
        ids.iter().map(|&id| NewEvent::about("page.published", "page", "blog.BlogPage", id)).collect();
    let mut tx = db.begin().await.unwrap();
    let last = events::append(&mut tx, &news, &eva(), Timestamp::from_micros(1)).await.unwrap();
    tx.commit().await.unwrap();
    last
}

#[tokio::test]
async fn an_event_is_read_as_it_was_written() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        let moved = NewEvent {
            site: Some(1),
            locale: Some("en".into()),
            path_before: Some(TreePath::root()),
            path_after: Some(TreePath::root().nth_child(0)),
            url_before: Some("/a/".into()),
            url_after: Some("/b/".into()),
            ..NewEvent::about("page.moved", "page", "blog.BlogPage", 12).with(json!({"why": "tidy"}))
        };
        events::append(&mut tx, &[moved], &eva(), Timestamp::from_micros(99)).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let read = events::history_of(&mut conn, "page", 12, 10).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_debug_snapshot!(read, @r#"
            [
                Event {
                    number: 1,
                    at: Timestamp(
                        99,
                    ),
                    kind: "page.moved",
                    family: Some(
                        "page",
                    ),
                    type_: Some(
                        "blog.BlogPage",
                    ),
                    id: Some(
                        12,
                    ),
                    site: Some(
                        1,
                    ),
                    locale: Some(
                        "en",
                    ),
                    path_before: Some(
                        TreePath(
                            "0000lfls",
                        ),
                    ),
                    path_after: Some(
                        TreePath(
                            "0000lfls0000lfls",
                        ),
                    ),
                    url_before: Some(
                        "/a/",
                    ),
                    url_after: Some(
                        "/b/",
                    ),
                    actor: "eva",
                    actor_id: Some(
                        3,
                    ),
                    data: Object {
                        "why": String("tidy"),
                    },
                },
            ]
            "#);
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gaps_even_when_changes_race_and_fail() {
    for_each_database(async |db: Db| {
        let writers = (0..6_i64).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                for round in 0..5 {
                    let mut tx = db.begin().await.unwrap();
                    let news = [NewEvent::new("x.tried")];
                    events::append(&mut tx, &news, &eva(), Timestamp::from_micros(0)).await.unwrap();
                    drop(tx);
                    publish(&db, &[writer, round]).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let mut conn = db.read().await.unwrap();
        assert_eq!(events::head(&mut conn).await.unwrap(), 60);
        let all = events::since(&mut conn, 0, 1000).await.unwrap();
        assert!(all.iter().map(|event| event.number).eq(1..=60));
        assert!(all.iter().all(|event| event.kind == "page.published"));
    })
    .await;
}

#[tokio::test]
async fn a_batch_longer_than_one_statement_keeps_its_order() {
    for_each_database(async |db: Db| {
        assert_eq!(publish(&db, &[]).await, None);
        assert_eq!(publish(&db, &(1..=250).collect::<Vec<_>>()).await, Some(250));
        let mut conn = db.read().await.unwrap();
        let some = events::since(&mut conn, 99, 3).await.unwrap();
        assert!(some.iter().map(|event| event.id).eq([Some(100), Some(101), Some(102)]));
    })
    .await;
}

#[tokio::test]
async fn a_follower_resumes_and_never_goes_back() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(events::position(&mut tx, "search").await.unwrap(), 0);
        for (to, at) in [(5, 5), (9, 9), (7, 9), (9, 9)] {
            events::advance(&mut tx, "search", to).await.unwrap();
            assert_eq!(events::position(&mut tx, "search").await.unwrap(), at);
        }
    })
    .await;
}
