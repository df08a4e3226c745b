//! What browsers and shared caches are told: how long they may keep what everybody may see, by which keys they drop it,
//! and that nothing of one person's is ever theirs.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use siskin::accounts::{self, Actor, Credentials, NewToken, NewUser, SignIn, Work, password};
use siskin::base::{Clock, Timestamp};
use siskin::cms::Cms;
use siskin::config::{Config, Http, Separator};
use siskin::error::Error;
use siskin::events;
use siskin::media::{self, Admits, Upload};
use siskin::pages::{self, Privacy};
use siskin::schema::{DOCUMENT, IMAGE};
use siskin::server;
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh, fresh_sqlite};
use crate::site::copy_starter;

const PASSWORD: &str = "four finches on a wire";
const PERSONAL: &str = "private, no-store";

/// The starter site behind all of its doors, at nine seconds before the next ten minutes.
struct World {
    cms: Arc<Cms>,
    doors: Router,
}

struct Told {
    status: StatusCode,
    freshness: String,
    keys: String,
    etag: String,
    cookie: String,
}

impl World {
    async fn new(fresh: &Fresh, http: Http) -> Self {
        let dir = fresh.dir.path();
        copy_starter(dir);
        let mut config = Config::load(dir).unwrap();
        (config.database, config.http) = (fresh.config.clone(), http);
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:09:51Z").unwrap());
        let cms = Cms::builder(dir).config(config).clock(clock).open().await.unwrap();
        cms.begin().await.unwrap();
        Self { doors: server::router(cms.clone()).unwrap(), cms }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Told {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.doors.clone().oneshot(request).await.unwrap();
        let header = |name: &str| {
            let values = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap());
            values.collect::<Vec<_>>().join(" | ")
        };
        let (freshness, keys) = (header("cache-control"), header("surrogate-key"));
        let (etag, cookie) = (header("etag"), header("set-cookie"));
        Told { status: response.status(), freshness, keys, etag, cookie }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Told {
        self.ask(Method::GET, path, headers, "").await
    }

    async fn change(&self, change: impl AsyncFnOnce(&mut Work)) {
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        change(&mut work).await;
        self.cms.commit(work).await.unwrap();
    }

    /// A drawing in this grey, put into a collection.
    async fn upload(&self, name: &str, grey: u8, collection: i64) -> media::Image {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::GrayImage::from_pixel(600, 20, image::Luma([grey]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let (cms, bytes) = (&self.cms, bytes.into_inner().into());
        let received = media::receive_image(&cms.workshop, &cms.config.media, name, bytes).await.unwrap();
        let mut made = None;
        self.change(async |work| {
            let upload = Upload { collection: Some(collection), ..Upload::default() };
            let declared = cms.schema.get(IMAGE).unwrap();
            made = Some(media::upload_image(work, declared, &received, upload).await.unwrap());
        })
        .await;
        made.unwrap()
    }

    /// A text, put into a collection.
    async fn document(&self, name: &str, text: &str, collection: i64) -> media::Document {
        let (cms, file) = (&self.cms, self.cms.config.dir.join("upload"));
        std::fs::write(&file, text).unwrap();
        let received = media::receive_document(&cms.workshop, &cms.config.media, name, &file).await.unwrap();
        let mut made = None;
        self.change(async |work| {
            let upload = Upload { collection: Some(collection), ..Upload::default() };
            let declared = cms.schema.get(DOCUMENT).unwrap();
            made = Some(media::upload_document(work, declared, &received, upload).await.unwrap());
        })
        .await;
        made.unwrap()
    }

    /// The surrogate keys of what was dropped since an event.
    async fn dropped_since(&self, event: i64) -> BTreeSet<String> {
        let mut conn = self.cms.db.read().await.unwrap();
        let events = events::since(&mut conn, event, 100).await.unwrap();
        let snapshot = self.cms.snapshot();
        events.iter().flat_map(|event| self.cms.cache().dropped_by(event, &snapshot.reach(event))).collect()
    }

    /// The cookie of somebody who has signed in.
    async fn session(&self) -> String {
        let password_hash = Some(password::hash(PASSWORD).await.unwrap());
        let new = NewUser { username: "rita", email: "", password_hash, is_superuser: false, groups: &[] };
        self.change(async |work| drop(accounts::create_user(work, new).await.unwrap())).await;
        let (address, rules) = ("192.0.2.7".parse().unwrap(), &self.cms.config.accounts);
        let sent = Credentials { name: "rita", password: PASSWORD, address, agent: "", before: None, rules };
        let welcome = accounts::sign_in(&self.cms.db, &self.cms.clock, sent).await.unwrap();
        let SignIn::Welcome(token) = welcome else { panic!("rita is not let in") };
        format!("siskin_session={}", token.secret())
    }
}

fn long() -> Http {
    Http {
        api_browser_seconds: 10,
        api_shared_seconds: 3600,
        pages_shared_seconds: 300,
        pages_stale_seconds: 60,
        feeds_browser_seconds: 900,
        feeds_shared_seconds: 900,
        surrogate_keys: "Surrogate-Key".into(),
        ..Http::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_says_how_long_public_answers_are_kept_outside() {
    for_each_fresh(async |fresh| {
        let careful = World::new(fresh, Http::default()).await;
        let fresh_each_time = "public, max-age=0, must-revalidate";
        for (path, expected) in [
            ("/api/v2/pages/", "no-cache"),
            ("/about/", fresh_each_time),
            ("/journal/feed.xml", fresh_each_time),
            ("/sitemap.xml", fresh_each_time),
        ] {
            let told = careful.get(path, &[]).await;
            assert_eq!((told.freshness.as_str(), told.keys.as_str()), (expected, ""), "{path}");
        }
        careful.cms.db.close().await;

        let world = World::new(fresh, long()).await;
        let api = "public, max-age=10, must-revalidate, s-maxage=3600";
        let feed = "public, max-age=900, must-revalidate";
        // A page that may show what is coming and what is past turns stale by itself, in nine seconds.
        let page = "public, max-age=0, s-maxage=9, stale-while-revalidate=60";
        for (path, expected) in [
            ("/api/v2/pages/", api),
            ("/api/v2/pages/4/?fields=*", api),
            ("/api/v2/images/", api),
            ("/about/", page),
            ("/journal/feed.xml", feed),
            ("/sitemap.xml", feed),
            // What is not known to change, or is for eyes alone, is asked for each time.
            ("/api/v2/pages/?search=bird", "no-cache"),
            ("/api/v2/pages/?order=random", "no-cache"),
            ("/api/v2/pages/4/?format=api", "no-cache"),
            ("/api/v2/pages/9999/", "no-cache"),
            ("/about/?utm_source=x", fresh_each_time),
            ("/search/?query=bird", PERSONAL),
            ("/nothing/", PERSONAL),
        ] {
            for time in ["made", "kept"] {
                let told = world.get(path, &[]).await;
                assert_eq!(told.freshness, expected, "{time}: {path}");
                let is_known = [api, feed, page].contains(&expected) || path.contains("format=api");
                assert_eq!(!told.keys.is_empty(), is_known, "{time}: {path}");
            }
        }
        world.cms.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_for_a_person_is_kept_nowhere_whatever_the_configuration_says() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, long()).await;
        let session = world.session().await;
        let mut token = None;
        world
            .change(async |work| {
                let new = NewToken { name: "a front end".to_owned(), ..NewToken::default() };
                token = Some(accounts::create_token(work, &world.cms.schema, new).await.unwrap().1);
                let birds = pages::by_id(work, 3).await.unwrap();
                pages::restrict(work, &birds, &Privacy::Login).await.unwrap();
                let journal = pages::by_id(work, 9).await.unwrap();
                pages::restrict(work, &journal, &Privacy::Password("alder".into())).await.unwrap();
            })
            .await;
        let bearer = format!("Bearer {}", token.unwrap().secret());
        let section = {
            let mut reading = world.cms.reading(Actor::Anonymous).await.unwrap();
            let page = pages::by_id(&mut reading, 9).await.unwrap();
            page.url_path.trim_start_matches("/home").to_owned()
        };
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let passed = world.ask(Method::POST, &section, &form, "password=alder").await.cookie;
        let passed = passed.split(';').next().unwrap();
        assert!(passed.starts_with("siskin_"), "{section}: {passed}");
        for (path, headers) in [
            ("/api/v2/pages/", ("cookie", session.as_str())),
            ("/api/v2/pages/4/", ("cookie", &session)),
            ("/about/", ("cookie", &session)),
            ("/api/v2/pages/", ("authorization", &bearer)),
            ("/api/v2/images/", ("authorization", &bearer)),
            ("/api/v2/pages/", ("cookie", passed)),
            ("/api/v2/pages/9/", ("cookie", passed)),
            (section.as_str(), ("cookie", passed)),
            (section.as_str(), ("x-nobody", "")),
        ] {
            // Whatever was kept for strangers before and after.
            world.get(path, &[]).await;
            let told = world.get(path, &[headers]).await;
            let told = (told.status, told.freshness.as_str(), told.keys.as_str());
            assert_eq!(told, (StatusCode::OK, PERSONAL, ""), "{path} with {}", headers.0);
        }
        world.cms.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn surrogate_keys_are_few_alike_everywhere_and_as_the_cdn_wants_them() {
    let fresh = fresh_sqlite().await;
    let world = World::new(&fresh, long()).await;
    let keys = async |world: &World, path: &str| world.get(path, &[]).await.keys;
    let list = keys(&world, "/api/v2/pages/?fields=*&limit=20").await;
    let all: BTreeSet<&str> = list.split(' ').collect();
    assert!((10..=128).contains(&all.len()) && list.len() < 2_000, "{list}");
    assert!(all.iter().all(|key| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let (about, home) = (keys(&world, "/about/").await, keys(&world, "/").await);
    let known = Request::get("/about/").header("host", "localhost:8000").header("if-none-match", "*");
    let known = world.doors.clone().oneshot(known.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(
        (known.status(), known.headers()["surrogate-key"].to_str().unwrap()),
        (StatusCode::NOT_MODIFIED, &*about)
    );
    let shared: Vec<&str> =
        about.split(' ').filter(|key| home.split(' ').any(|other| other == *key)).collect();
    assert!(!shared.is_empty() && about != home, "one key is every answer's");
    world.cms.db.close().await;
    // Another process of the same site, and another CDN.
    let http =
        Http { surrogate_keys: "surrogate-key".into(), surrogate_separator: Separator::Comma, ..long() };
    let world = World::new(&fresh, http).await;
    assert_eq!(keys(&world, "/about/").await, about.replace(' ', ","));
    world.cms.db.close().await;
    let mut config = Config::load(fresh.dir.path()).unwrap();
    (config.database, config.http.surrogate_keys) = (fresh.config.clone(), "Content-Type".into());
    let Err(Error::Setup(words)) = Cms::builder(fresh.dir.path()).config(config).open().await else {
        panic!("it opens")
    };
    assert!(words.contains("http.surrogate_keys") && words.contains("Surrogate-Key"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_asked_for_again_and_never_shown_after_it_was_exchanged_or_withdrawn() {
    for_each_fresh(async |fresh| {
        let http = Http { surrogate_keys: "Surrogate-Key".into(), ..Http::default() };
        let world = World::new(fresh, http).await;
        let mut collection = 0;
        world
            .change(async |work| {
                let outer = media::create_collection(work, media::ROOT, "Plans").await.unwrap();
                collection = media::create_collection(work, outer.id, "This year").await.unwrap().id;
            })
            .await;
        let image = world.upload("plan.png", 10, collection).await;
        let document = world.document("plan.txt", "north", collection).await;
        let paths = [
            ("/media/original_images/plan.png".to_owned(), "public, max-age=3600, must-revalidate"),
            ("/media/images/plan.width-500.png".to_owned(), "public, max-age=3600, must-revalidate"),
            (document.url(), "public, max-age=0, must-revalidate"),
        ];
        let mut known = Vec::new();
        for (path, freshness) in &paths {
            let told = world.get(path, &[]).await;
            assert_eq!((told.status, told.freshness.as_str()), (StatusCode::OK, *freshness), "{path}");
            let again = world.get(path, &[("if-none-match", &told.etag)]).await;
            let again = (again.status, again.freshness.as_str(), again.keys == told.keys);
            assert_eq!(again, (StatusCode::NOT_MODIFIED, *freshness, true), "{path}");
            known.push(told);
        }
        // Something else takes the name.
        let before = world.cms.snapshot().followed;
        world
            .change(async |work| {
                media::delete_file(work, IMAGE, image.id).await.unwrap();
            })
            .await;
        assert_eq!(world.upload("plan.png", 200, collection).await.name, image.name);
        let dropped = world.dropped_since(before).await;
        for ((path, freshness), old) in paths.iter().zip(&mut known).take(2) {
            assert!(old.keys.split(' ').any(|key| dropped.contains(key)), "{path} is purged");
            let told = world.get(path, &[("if-none-match", &old.etag)]).await;
            assert_eq!((told.status, told.freshness.as_str()), (StatusCode::OK, *freshness), "{path}");
            assert_ne!(told.etag, old.etag, "{path}");
            *old = told;
        }
        // The collection above is closed.
        let before = world.cms.snapshot().followed;
        let above = world.cms.snapshot().collections.get(Some(collection)).unwrap().parent.unwrap();
        let closed = Some(Admits::SignedIn);
        world.change(async |work| media::restrict_collection(work, above, closed).await.unwrap()).await;
        let dropped = world.dropped_since(before).await;
        let session = world.session().await;
        for ((path, _), old) in paths.iter().zip(&known) {
            assert!(old.keys.split(' ').any(|key| dropped.contains(key)), "{path} is purged");
            let told = world.get(path, &[("if-none-match", &old.etag)]).await;
            assert_eq!((told.status, told.keys.as_str()), (StatusCode::NOT_FOUND, ""), "{path}");
            let told = world.get(path, &[("cookie", &session)]).await;
            let told = (told.status, told.freshness.as_str(), told.keys.as_str());
            assert_eq!(told, (StatusCode::OK, PERSONAL, ""), "{path}");
        }
        world.change(async |work| media::restrict_collection(work, above, None).await.unwrap()).await;
        for ((path, _), old) in paths.iter().zip(&known) {
            let told = world.get(path, &[("if-none-match", &old.etag)]).await;
            assert_eq!(told.status, StatusCode::NOT_MODIFIED, "{path}");
        }
        world.cms.db.close().await;
    })
    .await;
}
