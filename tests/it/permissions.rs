//! What people may not do to pages: each verb asks about everything it touches, and a refusal leaves no trace.

use std::sync::Arc;

use serde_json::json;
use siskin::accounts::{Action, Actor, Grant, Person, Place, Work};
use siskin::base::{Clock, Timestamp};
use siskin::content::Object;
use siskin::error::{Error, Result};
use siskin::events;
use siskin::pages::{self, Privacy};
use siskin::schema::{Document, Registry, Schema, load_texts};
use siskin::store::{Db, sql};

use crate::databases::for_each_database;

const EVA: i64 = 7;

/// Two sections side by side, each with a live page and a draft.
struct Sections {
    db: Db,
    schema: Schema,
    a: Section,
    b: Section,
}

struct Section {
    top: Object,
    live: Object,
    draft: Object,
}

impl Sections {
    async fn new(db: Db) -> Self {
        let models = "[types.Page]\nkind = \"page\"\nfields = [{ name = \"intro\", type = \"text\" }]";
        let schema = load_texts(&[("site".to_owned(), models.to_owned())], &Registry::default()).unwrap();
        let mut work = begin(&db, Actor::System("test")).await;
        let root = pages::create_root(&mut work, "en").await.unwrap();
        let mut sections = Vec::new();
        for name in ["A", "B"] {
            let top = made(&mut work, &schema, &root, name, true).await;
            let live = made(&mut work, &schema, &top, &format!("{name} live"), true).await;
            let draft = made(&mut work, &schema, &top, &format!("{name} draft"), false).await;
            sections.push(Section { top, live, draft });
        }
        work.commit().await.unwrap();
        let b = sections.pop().unwrap();
        Self { db, schema, a: sections.pop().unwrap(), b }
    }

    /// Eva, with these actions in section A.
    fn eva(&self, actions: &[Action]) -> Actor {
        let place = Place::Page(self.a.top.tree_path().unwrap().clone());
        let grants = actions.iter().map(|action| Grant { action: *action, place: place.clone() }).collect();
        let username = "eva".to_owned();
        Actor::Person(Arc::new(Person { id: EVA, username, is_active: true, grants, ..Person::default() }))
    }

    /// Runs a verb as an actor. A refusal is committed, to see that nothing was done before it; the rest is rolled back.
    async fn tries(
        &self,
        actor: &Actor,
        verb: impl AsyncFnOnce(&mut Work, &Schema) -> Result<()>,
    ) -> Result<()> {
        let before = self.everything().await;
        let mut work = begin(&self.db, actor.clone()).await;
        let done = verb(&mut work, &self.schema).await;
        if done.is_err() {
            work.commit().await.unwrap();
            assert_eq!(self.everything().await, before, "a refusal changed something");
        }
        done
    }

    async fn everything(&self) -> (i64, Vec<(String, i64)>) {
        let mut conn = self.db.read().await.unwrap();
        let rows = conn.all(sql("select concat(path, url_path), version from objects order by key")).await;
        (events::head(&mut conn).await.unwrap(), rows.unwrap())
    }
}

async fn begin(db: &Db, actor: Actor) -> Work {
    let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
    Work::begin(db, &clock, actor).await.unwrap()
}

async fn made(work: &mut Work, schema: &Schema, parent: &Object, title: &str, live: bool) -> Object {
    let declared = schema.get("site.Page").unwrap();
    let page = pages::create(work, schema, declared, parent, titled(title), "en").await.unwrap();
    if live { pages::publish(work, declared, &page).await.unwrap() } else { page }
}

fn titled(title: &str) -> Document {
    serde_json::from_value(json!({ "title": title, "slug": "", "intro": "" })).unwrap()
}

fn forbidden(done: Result<()>) -> bool {
    matches!(done, Err(Error::Forbidden(_)))
}

#[tokio::test]
async fn rights_on_one_section_are_none_on_another() {
    for_each_database(async |db| {
        let world = Sections::new(db).await;
        let (a, b) = (&world.a, &world.b);
        let eva = world.eva(&[
            Action::Add,
            Action::Change,
            Action::Publish,
            Action::Delete,
            Action::BulkDelete,
            Action::Lock,
        ]);
        let declared = world.schema.get("site.Page").unwrap();
        for page in [&b.live, &b.draft, &b.top] {
            let done = world.tries(&eva, async |work, _| {
                pages::save_draft(work, declared, page, titled("Mine"), None).await.map(drop)
            });
            assert!(forbidden(done.await));
            let done =
                world.tries(&eva, async |work, _| pages::publish(work, declared, page).await.map(drop));
            assert!(forbidden(done.await));
            let done =
                world.tries(&eva, async |work, schema| pages::unpublish(work, schema, page).await.map(drop));
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, _| pages::restrict(work, page, &Privacy::Login).await);
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, _| pages::delete(work, page).await.map(drop));
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, schema| {
                pages::move_to(work, schema, page, &a.top, None).await.map(drop)
            });
            assert!(forbidden(done.await));
            // A copy would show her what is in it: she is told what a stranger is told.
            let done = world.tries(&eva, async |work, schema| {
                pages::copy(work, schema, page, &a.top, true).await.map(drop)
            });
            assert!(done.await.unwrap_err().is_not_found());
        }
        for page in [&a.live, &a.draft] {
            let done = world.tries(&eva, async |work, schema| {
                pages::move_to(work, schema, page, &b.top, None).await.map(drop)
            });
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, schema| {
                pages::copy(work, schema, page, &b.top, false).await.map(drop)
            });
            assert!(forbidden(done.await));
        }
        let done = world.tries(&eva, async |work, schema| {
            pages::create(work, schema, declared, &b.top, titled("Mine"), "en").await.map(drop)
        });
        assert!(forbidden(done.await));
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_publish_gives_readers_nothing_and_takes_nothing_from_them() {
    for_each_database(async |db| {
        let world = Sections::new(db).await;
        let a = &world.a;
        let eva = world.eva(&[Action::Add, Action::Change, Action::BulkDelete]);
        let declared = world.schema.get("site.Page").unwrap();
        let done =
            world.tries(&eva, async |work, _| pages::publish(work, declared, &a.draft).await.map(drop));
        assert!(forbidden(done.await));
        let done =
            world.tries(&eva, async |work, schema| pages::unpublish(work, schema, &a.live).await.map(drop));
        assert!(forbidden(done.await));
        let done = world.tries(&eva, async |work, _| pages::restrict(work, &a.live, &Privacy::Login).await);
        assert!(forbidden(done.await));
        for page in [&a.live, &a.top] {
            let done = world.tries(&eva, async |work, _| pages::delete(work, page).await.map(drop));
            assert!(forbidden(done.await));
        }
        let done = world.tries(&eva, async |work, schema| {
            pages::move_to(work, schema, &a.live, &a.draft, None).await.map(drop)
        });
        assert!(forbidden(done.await));
        // What readers do not see is hers to arrange.
        let done = world.tries(&eva, async |work, schema| {
            pages::move_to(work, schema, &a.draft, &a.live, None).await.map(drop)
        });
        done.await.unwrap();
        world.tries(&eva, async |work, _| pages::delete(work, &a.draft).await.map(drop)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_may_only_add_changes_what_they_made_themselves() {
    for_each_database(async |db| {
        let world = Sections::new(db).await;
        let eva = world.eva(&[Action::Add]);
        let declared = world.schema.get("site.Page").unwrap();
        let mut work = begin(&world.db, eva.clone()).await;
        let own = pages::create(&mut work, &world.schema, declared, &world.a.top, titled("Mine"), "en").await;
        let own = own.unwrap();
        pages::save_draft(&mut work, declared, &own, titled("Still mine"), None).await.unwrap();
        work.commit().await.unwrap();
        for page in [&world.a.draft, &world.a.live] {
            let done = world.tries(&eva, async |work, _| {
                pages::save_draft(work, declared, page, titled("Mine"), None).await.map(drop)
            });
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, _| pages::delete(work, page).await.map(drop));
            assert!(forbidden(done.await));
            let done = world.tries(&eva, async |work, schema| {
                pages::move_to(work, schema, page, &world.a.top, None).await.map(drop)
            });
            assert!(forbidden(done.await));
        }
        let done = world.tries(&eva, async |work, _| pages::delete(work, &own).await.map(drop));
        done.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_tree_goes_at_once_only_by_a_right_of_its_own() {
    for_each_database(async |db| {
        let world = Sections::new(db).await;
        let without = world.eva(&[Action::Add, Action::Change, Action::Publish]);
        let done = world.tries(&without, async |work, _| pages::delete(work, &world.a.top).await.map(drop));
        assert!(forbidden(done.await));
        let with = world.eva(&[Action::Change, Action::Publish, Action::BulkDelete]);
        let done = world.tries(&with, async |work, _| pages::delete(work, &world.a.top).await.map(drop));
        done.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_private_stays_private_when_it_is_copied() {
    for_each_database(async |db| {
        let world = Sections::new(db).await;
        let mut work = begin(&world.db, Actor::System("test")).await;
        let privacy = Privacy::Groups(vec![3]);
        pages::restrict(&mut work, &world.a.live, &privacy).await.unwrap();
        let top = pages::copy(&mut work, &world.schema, &world.a.top, &world.b.top, true).await.unwrap();
        let declared = world.schema.get("site.Page").unwrap();
        let mut seen = Vec::new();
        let mut copies = vec![top.clone()];
        copies.extend(pages::children(&mut work, top.key, 10, 0).await.unwrap());
        for copied in copies {
            let copied = pages::publish(&mut work, declared, &copied).await.unwrap();
            seen.push((copied.title.clone(), copied.public));
        }
        let seen: Vec<(&str, bool)> = seen.iter().map(|(title, public)| (title.as_str(), *public)).collect();
        assert_eq!(seen, [("A", true), ("A live", false), ("A draft", true)]);
        let held = pages::restrictions(&mut work).await.unwrap();
        assert_eq!(
            held.iter().map(pages::Restriction::privacy).collect::<Vec<_>>(),
            [privacy.clone(), privacy]
        );
        work.commit().await.unwrap();
    })
    .await;
}
