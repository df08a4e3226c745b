//! A fresh store for every test, on every database that can be had.
//!
//! SQLite is always there. PostgreSQL is when `SISKIN_TEST_POSTGRES` is the URL of a server where databases may be
//! made; without it that half is skipped aloud, or fails if `SISKIN_TEST_NO_SKIP` is 1.

use siskin::config::{Database, Synchronous};
use siskin::store::{Db, sql};

/// A store that nobody has migrated yet, and what it takes to open it once more.
pub struct Fresh {
    pub db: Db,
    pub config: Database,
    pub dir: tempfile::TempDir,
}

impl Fresh {
    /// The same store through pools of its own, as another process has them.
    pub async fn again(&self) -> Db {
        Db::open(&self.config, self.dir.path()).await.unwrap()
    }
}

/// Runs the test on a migrated store of each database.
pub async fn for_each_database(test: impl AsyncFn(Db)) {
    for_each_fresh(async |fresh: &Fresh| {
        fresh.db.migrate().await.unwrap();
        test(fresh.db.clone()).await;
    })
    .await;
}

/// Runs the test on an empty store of each database.
pub async fn for_each_fresh(test: impl AsyncFn(&Fresh)) {
    let sqlite = fresh("sqlite:data/test.db".into()).await;
    test(&sqlite).await;
    sqlite.db.close().await;
    let Some(server) = postgres_server() else { return };
    let name = format!("siskin_test_{}", uuid::Uuid::new_v4().simple());
    let admin = fresh(server.clone()).await;
    admin.db.read().await.unwrap().execute(sql(format!("create database {name}"))).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let postgres = fresh(url.into()).await;
    test(&postgres).await;
    postgres.db.close().await;
    admin.db.read().await.unwrap().execute(sql(format!("drop database {name} with (force)"))).await.unwrap();
}

async fn fresh(url: String) -> Fresh {
    let dir = tempfile::tempdir().unwrap();
    let config = Database { url, synchronous: Synchronous::Off, ..Database::default() };
    Fresh { db: Db::open(&config, dir.path()).await.unwrap(), config, dir }
}

#[expect(clippy::disallowed_methods, reason = "which servers a test may use is no setting of a site")]
fn postgres_server() -> Option<String> {
    let url = std::env::var("SISKIN_TEST_POSTGRES").ok();
    if url.is_none() {
        let must = std::env::var("SISKIN_TEST_NO_SKIP").is_ok_and(|value| value == "1");
        assert!(!must, "SISKIN_TEST_POSTGRES is not set, and nothing may be skipped");
        println!("skipped: PostgreSQL, because SISKIN_TEST_POSTGRES is not set");
    }
    url
}
