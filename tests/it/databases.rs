//! A fresh store for every test, on every database that can be had.
//!
//! SQLite is always there. PostgreSQL and MariaDB are when `SISKIN_TEST_POSTGRES` and `SISKIN_TEST_MARIADB` are the
//! URLs of servers where databases may be made; without one its part is skipped aloud, or fails if
//! `SISKIN_TEST_NO_SKIP` is 1.

use siskin::config::{Database, Synchronous};
use siskin::store::{Db, sql};

/// Where the URL of a server is found, and how it drops a database that somebody may still be connected to.
const SERVERS: [(&str, &str); 2] = [("SISKIN_TEST_POSTGRES", " with (force)"), ("SISKIN_TEST_MARIADB", "")];

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
    for (variable, drop) in SERVERS {
        let Some(server) = url_of(variable) else { continue };
        let name = format!("siskin_test_{}", uuid::Uuid::new_v4().simple());
        let admin = fresh(server.clone()).await;
        admin.db.read().await.unwrap().execute(sql(format!("create database {name}"))).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        let there = fresh(url.into()).await;
        test(&there).await;
        there.db.close().await;
        if variable == "SISKIN_TEST_MARIADB" {
            end_connections(&admin.db, &name).await;
        }
        admin.db.read().await.unwrap().execute(sql(format!("drop database {name}{drop}"))).await.unwrap();
        admin.db.close().await;
    }
}

/// A store of SQLite alone, for what no database has a part in.
pub async fn fresh_sqlite() -> Fresh {
    fresh("sqlite:data/test.db".into()).await
}

/// A database of MariaDB is not dropped while a connection that was given up still has its transaction there.
async fn end_connections(db: &Db, name: &str) {
    let mut conn = db.read().await.unwrap();
    let there = sql("select cast(id as char) from information_schema.processlist where db = ?").bind(name);
    for id in conn.all::<String>(there).await.unwrap() {
        // It may have ended by itself meanwhile.
        let _ = conn.execute(sql(format!("kill {id}"))).await;
    }
}

async fn fresh(url: String) -> Fresh {
    let dir = tempfile::tempdir().unwrap();
    let config = Database { url, synchronous: Synchronous::Off, ..Database::default() };
    Fresh { db: Db::open(&config, dir.path()).await.unwrap(), config, dir }
}

#[expect(clippy::disallowed_methods, reason = "which servers a test may use is no setting of a site")]
fn url_of(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok();
    if url.is_none() {
        let must = std::env::var("SISKIN_TEST_NO_SKIP").is_ok_and(|value| value == "1");
        assert!(!must, "{variable} is not set, and nothing may be skipped");
        println!("skipped: a database, because {variable} is not set");
    }
    url
}
