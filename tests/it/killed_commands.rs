//! Commands that are killed at chosen points and typed again: the end is that of one that was left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use siskin::config::Database;
use siskin::store::{Db, sql};

use crate::databases::{Fresh, for_each_fresh};
use crate::import::{content, fixture, similar};
use crate::process::{Serving, kill_when, run, siskin};

/// Pages of the dump beside those of the fixture: enough for several transactions of an import.
const MORE_PAGES: usize = 250;
/// At how many points, spread over its duration, a command is killed.
const POINTS: i64 = 4;
/// Tables in which the same number of rows must stand in the end.
const COUNTED: [&str; 17] = [
    "users",
    "user_groups",
    "memberships",
    "grants",
    "sites",
    "locales",
    "collections",
    "files",
    "redirects",
    "view_restrictions",
    "submissions",
    "kept_rows",
    "import_marks",
    "refs",
    "value_text",
    "value_int",
    "value_real",
];

fn configure(dir: &Path, database: &str) {
    let config =
        format!("base_url = \"http://localhost\"\n[database]\nurl = \"{database}\"\nsynchronous = \"off\"\n");
    fs::write(dir.join("config.toml"), config).unwrap();
}

/// The fixture's dump with many more articles.
fn large_dump(dir: &Path) -> PathBuf {
    let text = fs::read_to_string(fixture("harbour/dump.json")).unwrap();
    let mut rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let of = |model: &str| {
        rows.iter().find(|row| row["model"] == model && row["pk"] == json!(5)).cloned().unwrap()
    };
    let (page, article) = (of("wagtailcore.page"), of("harbour.articlepage"));
    for number in 0..MORE_PAGES {
        let (mut page, mut article) = (page.clone(), article.clone());
        page["pk"] = json!(1000 + number);
        article["pk"] = json!(1000 + number);
        let fields = page["fields"].as_object_mut().unwrap();
        for (name, value) in [
            ("path", json!(format!("000100010001{:04}", 100 + number))),
            ("translation_key", json!(format!("00000000-0000-4000-9000-{number:012}"))),
            ("slug", json!(format!("storm-{number}"))),
            ("url_path", json!(format!("/home/news/storm-{number}/"))),
            ("latest_revision", Value::Null),
            ("live_revision", Value::Null),
        ] {
            fields.insert(name.to_owned(), value);
        }
        rows.extend([page, article]);
    }
    let path = dir.join("dump.json");
    fs::write(&path, Value::from(rows).to_string()).unwrap();
    path
}

async fn number(db: &Db, table: &str) -> Option<i64> {
    let mut conn = db.read().await.ok()?;
    conn.one(sql(format!("select count(*) from {table}"))).await.ok()
}

/// What an import has to end with: content word for word, and how many rows of the rest.
async fn end(db: &Db) -> Vec<String> {
    let mut found = content(db).await;
    for table in COUNTED {
        found.push(format!("{table}: {}", number(db, table).await.unwrap()));
    }
    found
}

#[tokio::test]
async fn an_import_that_is_killed_again_and_again_ends_as_one_that_was_left_alone() {
    let whole = tempfile::tempdir().unwrap();
    configure(whole.path(), "sqlite:data/siskin.db");
    let (dump, media) = (large_dump(whole.path()), fixture("harbour/media"));
    let import =
        ["import", "wagtail", dump.to_str().unwrap(), "--media", media.to_str().unwrap(), "--write-models"];
    let imported = run(whole.path(), &import);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let db = Db::open(&Database::default(), whole.path()).await.unwrap();
    let (expected, events) = (end(&db).await, number(&db, "events").await.unwrap());
    db.close().await;
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        configure(dir, &fresh.config.url);
        let mut killed = 0;
        for point in 1..=POINTS {
            let goal = events * point / (POINTS + 1);
            let is_time = async |_| number(&fresh.db, "events").await.is_some_and(|events| events >= goal);
            killed += i64::from(kill_when(siskin(dir, &import), is_time).await);
            assert_eq!(wrong(dir), Vec::<String>::new());
        }
        assert!(killed > POINTS / 2, "{killed} of {POINTS} were killed in the middle");
        let imported = run(dir, &import);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        similar(&expected, &end(&fresh.db).await);
        assert_eq!(wrong(dir), Vec::<String>::new());
    })
    .await;
}

/// What the doctor finds, beside the one image whose bytes the fixture does not have and files that nothing uses yet.
fn wrong(dir: &Path) -> Vec<String> {
    let looked = run(dir, &["doctor"]);
    let told = String::from_utf8_lossy(&looked.stdout).into_owned();
    assert!(!told.is_empty(), "{}", String::from_utf8_lossy(&looked.stderr));
    let known = [
        "original_images/lost.jpg: the file is gone",
        "All is well.",
        "1 thing is wrong.",
        " used by nothing ",
    ];
    told.lines().filter(|line| !known.iter().any(|known| line.contains(known))).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_migration_that_is_killed_is_finished_by_the_next_start() {
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        configure(dir, &fresh.config.url);
        let begun = Instant::now();
        assert!(run(dir, &["migrate"]).status.success());
        let (duration, expected) = (begun.elapsed(), fresh.db.shape().await.unwrap());
        let columns = expected.0.len() as i64;
        for point in 1..=POINTS {
            empty(&fresh.db).await;
            // Where each definition commits by itself, what is there tells how far it is; elsewhere the clock has to.
            let is_time = async |elapsed: Duration| {
                let there = fresh.db.shape().await.map_or(0, |shape| shape.0.len() as i64);
                there >= columns * point / (POINTS + 1)
                    || elapsed >= duration * (point as u32) / (POINTS as u32 + 1)
            };
            kill_when(siskin(dir, &["migrate"]), is_time).await;
            let again = run(dir, &["migrate"]);
            assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
            assert_eq!(fresh.db.shape().await.unwrap(), expected);
            assert_eq!(number(&fresh.db, "collections").await, Some(1));
            fresh.db.check_version().await.unwrap();
        }
    })
    .await;
}

/// The database as if it were made anew.
async fn empty(db: &Db) {
    let (mut tables, _) = db.shape().await.unwrap();
    tables.dedup_by(|one, other| one.0 == other.0);
    for (table, _) in tables {
        let mut tx = db.begin().await.unwrap();
        tx.execute(sql(format!("drop table {table}"))).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_index_is_the_old_one_or_the_new_one_after_any_kill() {
    let dir = tempfile::tempdir().unwrap();
    configure(dir.path(), "sqlite:data/siskin.db");
    let dump = large_dump(dir.path());
    let import = ["import", "wagtail", dump.to_str().unwrap(), "--write-models"];
    assert!(run(dir.path(), &import).status.success());
    let found = |serving: &Serving| {
        let answer = serving.get("/api/v2/pages/?search=storm&limit=1").unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        answer["meta"]["total_count"].as_u64().unwrap() as usize
    };
    let begun = Instant::now();
    assert!(run(dir.path(), &["reindex"]).status.success());
    let duration = begun.elapsed();
    for point in 1..=POINTS as u32 {
        let is_time = async |elapsed: Duration| elapsed >= duration * point / (POINTS as u32 + 1);
        kill_when(siskin(dir.path(), &["reindex"]), is_time).await;
        let serving = Serving::start(dir.path());
        assert!(found(&serving) >= MORE_PAGES, "the first answer is whole");
        serving.kill();
    }
}
