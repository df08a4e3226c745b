//! The store keeps its word on every database: transactions, counters, migrations, values.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use siskin::base::{Key, Timestamp, TreePath};
use siskin::error::{Error, Result};
use siskin::store::{Db, Dialect, OnUnique, sql};

use crate::databases::{Fresh, for_each_database, for_each_fresh, fresh_sqlite};

siskin::row! {
    /// One of each kind of value.
    #[derive(Debug, PartialEq)]
    struct Everything {
        number: i64,
        flag: bool,
        missing: Option<i64>,
        ratio: f64,
        words: String,
        none: Option<String>,
        raw: Vec<u8>,
        moment: Timestamp,
        owner: Key,
        path: TreePath,
        doc: serde_json::Value,
        type_: Option<bool> = "type",
    }
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = fresh.db.statements();
        let mut tx = fresh.db.begin().await.unwrap();
        let bytes = match fresh.db.dialect() {
            Dialect::Sqlite => "blob",
            Dialect::Postgres => "bytea",
            Dialect::MariaDb | Dialect::MySql => "longblob",
        };
        let table = format!(
            "create table everything (number bigint, flag bigint, missing bigint, ratio double precision, words text, \
             none text, raw {bytes}, moment bigint, owner bigint, path text, doc text, type bigint)"
        );
        tx.execute(sql(table)).await.unwrap();
        let everything = Everything {
            number: i64::MAX,
            flag: true,
            missing: None,
            ratio: 0.1,
            words: "Ärger? 'ja' \"?\"".into(),
            none: None,
            raw: vec![0, 255],
            moment: Timestamp::from_micros(-1),
            owner: Key(7),
            path: TreePath::root(),
            doc: serde_json::json!({"b": 1, "a": [null]}),
            type_: Some(false),
        };
        let insert = sql("insert into everything values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) /* '?' */")
            .bind(everything.number)
            .bind(everything.flag)
            .bind(everything.missing)
            .bind(everything.ratio)
            .bind(&everything.words)
            .bind(everything.none.clone())
            .bind(everything.raw.clone())
            .bind(everything.moment)
            .bind(everything.owner)
            .bind(&everything.path)
            .bind(&everything.doc)
            .bind(everything.type_);
        assert_eq!(tx.execute(insert).await.unwrap(), 1);
        let read: Everything = tx.one(sql("select * from everything where words = ?").bind(&everything.words)).await.unwrap();
        assert_eq!(read, everything);
        let many: Vec<(i64, Option<String>)> =
            tx.all(sql("select 1, none from everything where number in ").bind_list([1, i64::MAX, 2])).await.unwrap();
        assert_eq!(many, [(1, None)]);
        let there: bool = tx.one(sql("select exists(select 1 from everything where number = ?)").bind(5_i64)).await.unwrap();
        assert!(!there);
        let wrong: Result<i64> = tx.one(sql("select words from everything")).await;
        assert!(matches!(wrong, Err(Error::Internal(_))), "text is no integer anywhere");
        assert_eq!(fresh.db.statements() - before, 6);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_dropped_or_cancelled_transaction_leaves_nothing() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.next("blog.Page").await.unwrap(), 1);
        drop(tx);
        let endless = async {
            let mut tx = db.begin().await.unwrap();
            tx.next("blog.Page").await.unwrap();
            std::future::pending::<()>().await;
        };
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), endless).await.is_err());
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.next("blog.Page").await.unwrap(), 1);
        tx.commit().await.unwrap();
        db.analyze().await.unwrap();
        assert!(values(&db, "sequences").await.contains(&("blog.Page".to_owned(), 1)));
    })
    .await;
}

async fn values(db: &Db, table: &str) -> Vec<(String, i64)> {
    let mut conn = db.read().await.unwrap();
    conn.all(sql(format!("select name, value from {table} order by name"))).await.unwrap()
}

#[tokio::test]
async fn reserved_numbers_are_never_handed_out() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        tx.reserve("pages", 60).await.unwrap();
        tx.reserve("pages", 12).await.unwrap();
        assert_eq!(tx.next("pages").await.unwrap(), 61);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn racing_tasks_count_without_gaps_or_twins() {
    for_each_database(async |db: Db| {
        let racers = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for _ in 0..10 {
                    let mut tx = db.begin().await.unwrap();
                    mine.push(tx.count_up("events", 1).await.unwrap());
                    tx.commit().await.unwrap();
                }
                mine
            })
        });
        let mut all = Vec::new();
        for racer in racers.collect::<Vec<_>>() {
            all.extend(racer.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (1..=80).collect::<Vec<i64>>());
    })
    .await;
}

#[tokio::test]
async fn what_must_be_unique_conflicts_in_the_words_of_whoever_asked() {
    for_each_database(async |db: Db| {
        let insert = || sql("insert into locales (id, code) values (?, ?)").bind(1_i64).bind("de");
        let mut tx = db.begin().await.unwrap();
        tx.execute(insert()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let twice = tx
            .execute(insert())
            .await
            .on_unique(|| Error::invalid("code", "There is such a locale already."));
        assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_does_not_move() {
    for_each_database(async |db: Db| {
        let mut snapshot = db.snapshot().await.unwrap();
        let count = || sql("select count(*) from locales");
        assert_eq!(snapshot.one::<i64>(count()).await.unwrap(), 0);
        let mut tx = db.begin().await.unwrap();
        tx.execute(sql("insert into locales (id, code) values (1, 'de')")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(snapshot.one::<i64>(count()).await.unwrap(), 0);
        assert_eq!(db.read().await.unwrap().one::<i64>(count()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_long_statement_holds_nobody_up_and_answers_whole() {
    let fresh = fresh_sqlite().await;
    let (turns, db) = (Arc::new(AtomicU64::new(0)), fresh.db.clone());
    let counted = turns.clone();
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let long = tokio::spawn(async move {
        let count = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000) \
             select count(*) from n";
        let before = turns.load(Ordering::Relaxed);
        let counted = db.read().await.unwrap().one::<i64>(sql(count)).await.unwrap();
        (counted, turns.load(Ordering::Relaxed) - before)
    });
    let (counted, turns) = long.await.unwrap();
    other.abort();
    assert_eq!(counted, 2_000_000);
    assert!(turns > 100, "the only worker took {turns} turns beside it");
}

#[tokio::test]
async fn text_is_ordered_by_bytes() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        for (id, code) in ["b", "a", "B", "ä", "a-b", "aa"].into_iter().enumerate() {
            let insert = sql("insert into locales (id, code) values (?, ?)").bind(id as i64).bind(code);
            tx.execute(insert).await.unwrap();
        }
        let ordered: Vec<String> = tx.all(sql("select code from locales order by code")).await.unwrap();
        assert_eq!(ordered, ["B", "a", "a-b", "aa", "b", "ä"]);
    })
    .await;
}

#[tokio::test]
async fn trailing_blanks_and_case_count_and_a_text_is_never_cut() {
    for_each_database(async |db: Db| {
        let mut tx = db.begin().await.unwrap();
        for (id, code) in ["a", "a ", "A", "á", "a\u{301}", "%", "\\"].into_iter().enumerate() {
            let insert = sql("insert into locales (id, code) values (?, ?)").bind(id as i64).bind(code);
            tx.execute(insert).await.unwrap();
            let found: i64 = tx.one(sql("select id from locales where code = ?").bind(code)).await.unwrap();
            assert_eq!(found, id as i64);
        }
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let long = "x".repeat(3000);
        let insert = sql("insert into locales (id, code) values (?, ?)").bind(99_i64).bind(&long);
        match tx.execute(insert).await {
            Ok(_) => {
                let kept: String = tx.one(sql("select code from locales where id = 99")).await.unwrap();
                assert_eq!(kept, long);
            }
            Err(error) => {
                assert!(matches!(&error, Error::Bad(told) if told.contains("longer")), "{error}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_taken_or_refused_before_the_server_hangs_up() {
    for_each_database(async |db: Db| {
        let text = "x".repeat(17 << 20);
        let insert = || sql("insert into models (id, signature, applied_at) values (1, ?, 0)").bind(&text);
        let mut tx = db.begin().await.unwrap();
        match tx.execute(insert()).await {
            Ok(_) => {
                let kept: String = tx.one(sql("select signature from models")).await.unwrap();
                assert!(kept == text);
            }
            Err(error) => {
                assert!(matches!(&error, Error::Bad(told) if told.contains("max_allowed_packet")), "{error}");
                assert_eq!(tx.next("afterwards").await.unwrap(), 1, "the connection goes on");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_read_under_a_lock_is_what_the_one_before_left() {
    for_each_database(async |db: Db| {
        let racers = (0..6).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    let mut tx = db.begin().await.unwrap();
                    let _early: i64 = tx.one(sql("select count(*) from locales")).await.unwrap();
                    tx.lock("tree").await.unwrap();
                    let count: i64 = tx.one(sql("select count(*) from locales")).await.unwrap();
                    let insert = sql("insert into locales (id, code) values (?, ?)");
                    tx.execute(insert.bind(count).bind(count.to_string())).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for racer in racers.collect::<Vec<_>>() {
            racer.await.unwrap();
        }
        assert_eq!(
            db.read().await.unwrap().one::<i64>(sql("select count(*) from locales")).await.unwrap(),
            30
        );
    })
    .await;
}

#[tokio::test]
async fn a_deadlock_is_told_as_busy_and_the_other_one_goes_on() {
    for_each_database(async |db: Db| {
        // One writer at a time cannot meet another.
        if db.dialect() == Dialect::Sqlite {
            return;
        }
        let (mut one, mut other) = (db.begin().await.unwrap(), db.begin().await.unwrap());
        one.lock("a").await.unwrap();
        other.lock("b").await.unwrap();
        let (first, second) = tokio::join!(
            async {
                one.lock("b").await?;
                one.commit().await
            },
            async {
                other.lock("a").await?;
                other.commit().await
            }
        );
        let failed: Vec<Error> = [first, second].into_iter().filter_map(Result::err).collect();
        assert!(matches!(&failed[..], [Error::Busy(_)]), "{failed:?}");
    })
    .await;
}

#[tokio::test]
async fn what_one_process_holds_no_other_has_until_it_lets_go() {
    for_each_fresh(async |fresh: &Fresh| {
        let other = fresh.again().await;
        let held = fresh.db.hold("import").await.unwrap();
        assert!(held.is_some());
        assert!(other.hold("import").await.unwrap().is_none());
        assert!(other.hold("another").await.unwrap().is_some());
        drop(held);
        assert!(other.hold("import").await.unwrap().is_some());
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn migrating_twice_or_at_once_does_it_once() {
    for_each_fresh(async |fresh: &Fresh| {
        let Err(Error::Setup(told)) = fresh.db.check_version().await else {
            panic!("an empty store is not ready")
        };
        assert!(told.contains("run `siskin migrate`"), "{told}");
        let other = fresh.again().await;
        let (one, two) = tokio::join!(fresh.db.migrate(), other.migrate());
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.is_empty() != two.is_empty(), "{one:?} {two:?}");
        assert!(fresh.db.migrate().await.unwrap().is_empty());
        fresh.db.check_version().await.unwrap();
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_not_ours_to_touch_is_refused_in_words() {
    for_each_database(async |db: Db| {
        for (change, told) in [
            ("update migrations set steps_left = 2 where number = 5", "only half happened"),
            ("update migrations set checksum = 'x' where number = 5", "is not the text that made this store"),
            ("insert into migrations values (9999, '9999_later', '', 0)", "changed by a newer siskin"),
        ] {
            let before: Vec<(i64, String, String, i64)> = rows(&db).await;
            run(&db, change).await;
            for result in [db.migrate().await.map(drop), db.check_version().await] {
                let Err(Error::Setup(words)) = result else { panic!("{change} went unnoticed") };
                assert!(words.contains(told), "{words}");
            }
            run(&db, "delete from migrations").await;
            for (number, name, checksum, left) in before {
                let insert = sql("insert into migrations values (?, ?, ?, ?)");
                let insert = insert.bind(number).bind(name).bind(checksum).bind(left);
                let mut tx = db.begin().await.unwrap();
                tx.execute(insert).await.unwrap();
                tx.commit().await.unwrap();
            }
            db.check_version().await.unwrap();
        }
    })
    .await;
}

async fn rows(db: &Db) -> Vec<(i64, String, String, i64)> {
    db.read()
        .await
        .unwrap()
        .all(sql("select number, name, checksum, steps_left from migrations"))
        .await
        .unwrap()
}

async fn run(db: &Db, text: &str) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(sql(text)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_database_has_the_same_tables_columns_and_indexes() {
    let shapes = std::sync::Mutex::new(Vec::new());
    for_each_database(async |db: Db| {
        let shape = db.shape().await.unwrap();
        assert!(shape.0.contains(&("objects".into(), "url_path".into())), "{shape:?}");
        shapes.lock().unwrap().push(shape);
    })
    .await;
    let shapes = shapes.into_inner().unwrap();
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]), "{shapes:#?}");
}

#[tokio::test]
async fn a_reader_cannot_write_by_mistake() {
    for_each_fresh(async |fresh: &Fresh| {
        fresh.db.migrate().await.unwrap();
        if fresh.db.dialect() == Dialect::Sqlite {
            let mut conn = fresh.db.read().await.unwrap();
            assert!(conn.execute(sql("delete from locales")).await.is_err());
        }
        let mut snapshot = fresh.db.snapshot().await.unwrap();
        assert!(snapshot.execute(sql("delete from locales")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_url_that_names_no_store_is_told() {
    for (url, told) in
        [("mongodb://x", "database.url"), ("", "database.url"), ("postgres://127.0.0.1:1/x", "reached")]
    {
        let config = siskin::config::Database { url: url.into(), ..Default::default() };
        let Err(Error::Setup(words)) = Db::open(&config, std::path::Path::new(".")).await else {
            panic!("{url}")
        };
        assert!(words.contains(told), "{words}");
    }
}

#[tokio::test]
async fn an_acknowledged_save_is_on_the_disk_unless_configured_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(&siskin::config::Database::default(), dir.path()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let settings = [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1")];
    for (pragma, expected) in settings {
        let value: String =
            tx.one(sql(format!("select cast({pragma} as text) from pragma_{pragma}"))).await.unwrap();
        assert_eq!(value, expected, "{pragma}");
    }
    assert!(dir.path().join("data/siskin.db").exists());
}
