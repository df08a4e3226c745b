//! The smallest tree that a test of pages needs, and the site that shows one.

use siskin::accounts::{Actor, Work};
use siskin::base::{Clock, Timestamp};
use siskin::content::Object;
use siskin::pages;
use siskin::schema::{Document, Registry, Schema, load_texts};
use siskin::sites::Site;
use siskin::store::Db;

/// A root and a live home page of the type `site.Page` that these models declare.
pub struct Tree {
    pub db: Db,
    pub schema: Schema,
    pub home: Object,
}

impl Tree {
    pub async fn planted(db: Db, models: &str, home: Document) -> Self {
        let schema = load_texts(&[("site".to_owned(), models.to_owned())], &Registry::default()).unwrap();
        let mut work = begin(&db).await;
        let root = pages::create_root(&mut work, "en").await.unwrap();
        let declared = schema.get("site.Page").unwrap();
        let mut document = declared.initial();
        document.extend(home);
        let home = pages::create(&mut work, &schema, declared, &root, document, "en").await.unwrap();
        let home = pages::publish(&mut work, declared, &home).await.unwrap();
        work.commit().await.unwrap();
        Self { db, schema, home }
    }

    pub async fn work(&self) -> Work {
        begin(&self.db).await
    }
}

/// A change at a moment that stands still.
pub async fn begin(db: &Db) -> Work {
    let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
    Work::begin(db, &clock, Actor::System("test")).await.unwrap()
}

/// The site at `localhost` whose root is this page.
pub fn localhost(root: &Object) -> Site {
    Site {
        id: 0,
        hostname: "localhost".to_owned(),
        port: 80,
        name: String::new(),
        root_page: Some(root.id),
        is_default: true,
        front_end_url: None,
    }
}
