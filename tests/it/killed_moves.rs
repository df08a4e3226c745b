//! A move of thousands of pages, killed at any moment: all of it has happened or nothing, and everything that follows
//! from it agrees.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use siskin::accounts::{self, Actor, NewUser, password};
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::pages::{self, Privacy};
use siskin::store::sql;

use crate::databases::{Fresh, for_each_fresh};
use crate::killed::{page, site};
use crate::process::{Serving, post, run, wait_until};

/// Sections of the branch that is moved, and pages in each.
const SECTIONS: usize = 50;
const LEAVES: usize = 99;
/// All pages beneath the branch.
const BENEATH: i64 = (SECTIONS * (LEAVES + 1)) as i64;
/// Moments of a move at which the server is killed.
const POINTS: u32 = 5;
const PASSWORD: &str = "correct horse battery";

struct Forest {
    cms: Arc<Cms>,
    /// A place for everybody, and one behind a login.
    places: [Object; 2],
    branch: Object,
}

impl Forest {
    async fn new(dir: &Path, database: &str) -> Self {
        let (cms, home) = site(dir, database).await;
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let hash = password::hash(PASSWORD).await.unwrap();
        let ada = NewUser {
            username: "ada",
            email: "",
            password_hash: Some(hash),
            is_superuser: true,
            groups: &[],
        };
        accounts::create_user(&mut work, ada).await.unwrap();
        let open = add(&cms, &mut work, &home, "Open").await;
        let closed = add(&cms, &mut work, &home, "Closed").await;
        pages::restrict(&mut work, &closed, &Privacy::Login).await.unwrap();
        let branch = add(&cms, &mut work, &open, "Branch").await;
        cms.commit(work).await.unwrap();
        for number in 0..SECTIONS {
            let mut work = cms.work(Actor::System("test")).await.unwrap();
            let section = add(&cms, &mut work, &branch, &format!("Section {number}")).await;
            for number in 0..LEAVES {
                add(&cms, &mut work, &section, &format!("Leaf {number}")).await;
            }
            cms.commit(work).await.unwrap();
        }
        Self { cms, places: [open, closed], branch }
    }

    /// Where the branch stands: 0 or 1. Everything that follows from it is looked at.
    async fn place(&self, dir: &Path, serving: &Serving) -> usize {
        let mut conn = self.cms.db.snapshot().await.unwrap();
        let branch = Object::by_key(&mut conn, self.branch.key).await.unwrap();
        let place = self.places.iter().position(|place| branch.parent == Some(place.key)).unwrap();
        let other = &self.places[1 - place].slug;
        let led: Vec<String> = conn
            .all(sql("select old_path from redirects where automatic = 1 order by old_path"))
            .await
            .unwrap();
        drop(conn);
        let prefix = format!("/{other}/branch");
        assert_eq!(led.len() as i64, BENEATH + 1, "one redirect for each page");
        assert!(led.iter().all(|old_path| old_path.starts_with(&prefix)), "{prefix}: {}", led[0]);
        let looked = run(dir, &["doctor"]);
        assert_eq!(String::from_utf8_lossy(&looked.stdout), "All is well.\n");
        let shown = if place == 0 { BENEATH + 1 } else { 0 };
        assert_eq!(found(serving, "word=bark"), shown, "what filters find");
        wait_until(|| found(serving, "search=bark") == shown);
        place
    }
}

async fn add(cms: &Cms, work: &mut accounts::Work, above: &Object, title: &str) -> Object {
    let declared = cms.schema.get("zoo.Page").unwrap();
    let word = if above.slug == "home" { "place" } else { "bark" };
    let made = pages::create(work, &cms.schema, declared, above, page(title, word), "en").await.unwrap();
    pages::publish(work, declared, &made).await.unwrap()
}

/// How many public pages a question finds.
fn found(serving: &Serving, question: &str) -> i64 {
    let answer = serving.get(&format!("/api/v2/pages/?type=zoo.Page&limit=1&{question}")).unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer["meta"]["total_count"].as_i64().unwrap_or(-1)
}

fn signed_in(port: u16) -> String {
    let form = [("username", "ada"), ("password", PASSWORD)];
    let signed_in = post(port, "/admin/login", "", &form).unwrap();
    let (_, set) = signed_in.head.split_once("set-cookie: ").unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_move_of_thousands_of_pages_is_whole_or_not_begun_after_any_kill() {
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        let forest = Forest::new(dir, &fresh.config.url).await;
        let mut serving = Serving::start(dir);
        let cookie = signed_in(serving.port());
        let (address, branch) = (format!("/admin/pages/{}/move", forest.branch.id), &forest.branch);
        let send = |port: u16, place: usize| {
            let parent = forest.places[place].id.to_string();
            post(port, &address, &cookie, &[("parent", &parent), ("position", "last")])
        };
        // One that is left alone tells how long it takes.
        let begun = Instant::now();
        assert_eq!(send(serving.port(), 1).unwrap().status, 303);
        let duration = begun.elapsed();
        let mut place = forest.place(dir, &serving).await;
        assert_eq!(place, 1, "page {} has moved", branch.id);
        let mut outcomes = Vec::new();
        for point in 1..=POINTS {
            let (port, to) = (serving.port(), 1 - place);
            let acknowledged = std::thread::scope(|scope| {
                let moving = scope.spawn(move || send(port, to).is_some_and(|answer| answer.status == 303));
                std::thread::sleep(duration * point / POINTS);
                serving.kill();
                moving.join().unwrap()
            });
            serving = Serving::start(dir);
            place = forest.place(dir, &serving).await;
            assert!(!acknowledged || place == to, "what was acknowledged has happened");
            outcomes.push(place == to);
        }
        assert!(outcomes.contains(&false), "it was never killed before the end: {outcomes:?}");
        // And it can be moved all the same.
        wait_until(|| send(serving.port(), 1 - place).is_some_and(|answer| answer.status == 303));
        assert_eq!(forest.place(dir, &serving).await, 1 - place);
        serving.kill();
        forest.cms.db.close().await;
    })
    .await;
}
