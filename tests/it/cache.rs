//! Kept answers against fresh ones: whatever happens between two looks, they are the same, and what nothing touched
//! stays kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use siskin::accounts::{Actor, Work};
use siskin::base::{Clock, Timestamp};
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::content::{Object, evolve};
use siskin::error::{Error, Result};
use siskin::media::{self, Admits, Focal, Received};
use siskin::pages::{self, Privacy};
use siskin::query::{Filter, Scope, Selection};
use siskin::redirects::Redirect;
use siskin::schema::{self, FilterValue, IMAGE, PAGE_FAMILY, Registry, Schema};
use siskin::sites::Site;
use siskin::webhooks::{self, Delivery, Rules, Wanted};
use siskin::{server, sites};
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh};
use crate::site::copy_starter;

/// Steps of the random walk; every step is followed by a look at some addresses.
const STEPS: usize = 120;
/// Addresses that are looked at after each step.
const LOOKS: usize = 14;
/// The header of surrogate keys.
const KEYS: &str = "surrogate-key";
/// The hosts that are asked; the second one is a site's now and then.
const HOSTS: [&str; 2] = ["localhost:8000", "second.test"];
/// Kinds of steps.
const CHOICES: u32 = 23;

/// Two programs on one store: one keeps its answers, the other makes each anew. A webhook is told of everything.
struct Pair {
    keeping: Arc<Cms>,
    making: Arc<Cms>,
    doors: (Router, Router),
    clock: Clock,
    webhook: i64,
    ground: Ground,
}

/// What the steps of the walk need besides pages: a collection in another, pictures to put in the place of others, and
/// models of which each is the other's successor.
struct Ground {
    outer: i64,
    inner: i64,
    pictures: Vec<Received>,
    models: [Schema; 2],
}

impl Ground {
    async fn prepare(cms: &Cms, dir: &Path) -> Self {
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let outer = media::create_collection(&mut work, media::ROOT, "Outer").await.unwrap().id;
        let inner = media::create_collection(&mut work, outer, "Inner").await.unwrap().id;
        cms.commit(work).await.unwrap();
        let mut pictures = Vec::new();
        for grey in [50, 150] {
            let mut bytes = Cursor::new(Vec::new());
            let picture = image::GrayImage::from_pixel(900, 700, image::Luma([grey]));
            picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            let (limits, bytes) = (&cms.config.media, bytes.into_inner().into());
            pictures.push(media::receive_image(&cms.workshop, limits, "grey.png", bytes).await.unwrap());
        }
        let models = [("introduction", "lead"), ("lead", "introduction")];
        Self { outer, inner, pictures, models: models.map(|(was, name)| renamed(dir, was, name)) }
    }
}

/// The models of the site with the introduction of its lists under another name.
fn renamed(dir: &Path, was: &str, name: &str) -> Schema {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir.join("models")).unwrap().map(Result::unwrap) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let declared = r#"{ name = "introduction", type = "long_text", search = true },"#;
        let changed = format!(r#"{{ name = "{name}", was = "{was}", type = "long_text", search = true }},"#);
        let is_journal = entry.file_name() == "journal.toml";
        assert!(!is_journal || text.contains(declared), "the journal's list has an introduction");
        let text = if is_journal { text.replacen(declared, &changed, 1) } else { text };
        std::fs::write(folder.path().join(entry.file_name()), text).unwrap();
    }
    schema::load_dir(folder.path(), &Registry::default()).unwrap()
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Pair {
    async fn new(fresh: &Fresh) -> Self {
        Self::with(fresh, |_| ()).await
    }

    async fn with(fresh: &Fresh, change: impl Fn(&mut Config)) -> Self {
        let dir = fresh.dir.path();
        copy_starter(dir);
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
        let open = async |enabled: bool| {
            let mut config = Config::load(dir).unwrap();
            config.database = fresh.config.clone();
            config.cache.enabled = enabled;
            config.http.surrogate_keys = KEYS.to_owned();
            change(&mut config);
            Cms::builder(dir).config(config).clock(clock.clone()).open().await.unwrap()
        };
        let keeping = open(true).await;
        keeping.begin().await.unwrap();
        let making = open(false).await;
        let doors = (server::router(keeping.clone()).unwrap(), server::router(making.clone()).unwrap());
        let webhook = webhook(&keeping).await;
        let ground = Ground::prepare(&keeping, dir).await;
        making.catch_up().await.unwrap();
        Self { keeping, making, doors, clock, webhook, ground }
    }

    /// Changes something, or tells why it may not be: then nothing is changed.
    async fn act(&self, change: impl AsyncFnOnce(&mut Work) -> Result<()>) -> String {
        let mut work = self.keeping.work(Actor::System("test")).await.unwrap();
        let told = match change(&mut work).await {
            Ok(()) => {
                self.keeping.commit(work).await.unwrap();
                "done".to_owned()
            }
            Err(error) => error.to_string(),
        };
        self.making.catch_up().await.unwrap();
        told
    }

    async fn page(&self, id: i64) -> Option<Object> {
        let mut reading = self.keeping.reading(Actor::Anonymous).await.unwrap();
        Object::find(&mut reading, PAGE_FAMILY, id).await.ok()
    }

    async fn all(&self, text: &str) -> Vec<i64> {
        let mut reading = self.keeping.reading(Actor::Anonymous).await.unwrap();
        reading.all(siskin::store::sql(text)).await.unwrap()
    }

    /// Asks both, the one that keeps twice.
    async fn look(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let fresh = asked(&self.doors.1, path, headers).await;
        for time in ["first", "second", "third"] {
            let kept = asked(&self.doors.0, path, headers).await;
            assert_eq!(kept, fresh, "the {time} time: {path} {headers:?}");
        }
        fresh
    }

    /// The surrogate keys of an answer that is kept, if it is.
    async fn kept(&self, host: &str, path: &str) -> Option<BTreeSet<String>> {
        let asked = async || asked(&self.doors.0, path, &[("host", host)]).await;
        asked().await;
        let before = self.keeping.cache().makings();
        let answer = asked().await;
        let keys = answer.headers.into_iter().find(|(name, _)| name == KEYS)?.1;
        let is_kept = self.keeping.cache().makings() == before;
        is_kept.then(|| keys.split(' ').map(str::to_owned).collect())
    }

    /// The surrogate keys that a receiver of webhooks is told of since this event.
    async fn told_to_drop(&self, since: i64) -> BTreeSet<String> {
        self.keeping.follow_for_webhooks().await.unwrap();
        let mut conn = self.keeping.db.read().await.unwrap();
        let deliveries = Delivery::of(&mut conn, self.webhook, 100, 0).await.unwrap();
        let told = deliveries.iter().filter(|delivery| delivery.event > Some(since)).flat_map(|delivery| {
            let body: Value = serde_json::from_str(&delivery.body).unwrap();
            let keys = body["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned());
            keys.collect::<Vec<_>>()
        });
        told.collect()
    }

    /// How many answers were made for these addresses.
    async fn made(&self, paths: &[&str]) -> u64 {
        let mut made = 0;
        for path in paths {
            let before = self.keeping.cache().makings();
            asked(&self.doors.0, path, &[]).await;
            let more = self.keeping.cache().makings() - before;
            made += more;
        }
        made
    }
}

/// A receiver that asks for nothing in particular, and so is told of all that readers may notice.
async fn webhook(cms: &Cms) -> i64 {
    let wanted = Wanted {
        name: "CDN".into(),
        url: "https://cdn.example/purge".into(),
        active: true,
        ..Wanted::default()
    };
    let rules = Rules { guard: cms.courier.guard(), schema: &cms.schema };
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let webhook = webhooks::create(&mut work, rules, wanted).await.unwrap();
    cms.commit(work).await.unwrap();
    webhook.id
}

async fn asked(doors: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    if headers.iter().all(|(name, _)| *name != "host") {
        request = request.header("host", HOSTS[0]);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = doors.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: told(&parts.headers), body }
}

/// The headers but those that differ each time: the number, and the date since which this process knows the answer.
fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    let told = headers.iter().filter(|(name, _)| !["x-request-id", "last-modified"].contains(&name.as_str()));
    let mut told: Vec<_> =
        told.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    told.sort();
    told
}

fn system(id: i64) -> String {
    format!("step-{id}")
}

/// A second site, which begins at a page.
fn second(root_page: i64) -> Site {
    Site {
        id: 0,
        hostname: HOSTS[1].to_owned(),
        port: 80,
        name: "Second".to_owned(),
        root_page: Some(root_page),
        is_default: false,
        front_end_url: None,
    }
}

impl Pair {
    /// What was counted before and what happened since come to what there is.
    async fn count(&self, told: &[String]) {
        for cms in [&self.keeping, &self.making] {
            let mut reading = cms.reading(Actor::Anonymous).await.unwrap();
            let sites = cms.sites();
            let scopes = sites.all().iter().map(|site| Scope::site(&sites, site.id)).chain([Scope::public()]);
            for scope in scopes {
                let articles =
                    Selection::pages(scope.clone()).of_types(vec!["journal.ArticlePage".to_owned()]);
                let tagged = Filter::Has("tags".to_owned(), FilterValue::Text("winter".to_owned()));
                for pages in [Selection::pages(scope), articles.clone(), articles.filter(tagged)] {
                    let (remembered, _) = pages.remembered(&mut reading, cms.memory(), (0, 1)).await.unwrap();
                    let there = pages.items(&mut reading, 0, i64::from(i32::MAX)).await.unwrap().len();
                    let there = i64::try_from(there).unwrap();
                    assert_eq!(remembered, there, "{pages:?}, {told:#?}");
                    assert_eq!(pages.count(&mut reading).await.unwrap(), there, "{pages:?}, {told:#?}");
                }
            }
        }
    }
}

/// A change of something, chosen at random.
async fn step(pair: &Pair, rng: &mut StdRng, number: i64) -> String {
    let ids: Vec<i64> = all_pages(pair).await;
    let Some(page) = pair.page(ids[rng.random_range(0..ids.len())]).await else {
        return "nothing".to_owned();
    };
    let schema = pair.keeping.schema.clone();
    let Some(declared) = schema.get(&page.label).cloned() else { return "nothing".to_owned() };
    let choice = rng.random_range(0..CHOICES);
    let image = rng.random_range(1..8);
    let ground = &pair.ground;
    let sections =
        pair.all("select id from objects where family = 'page' and type like '%IndexPage' order by id").await;
    let Some(section) = pair.page(sections[rng.random_range(0..sections.len())]).await else {
        return "nothing".to_owned();
    };
    let mut targets = Vec::new();
    for id in (0..15).map(|_| ids[rng.random_range(0..ids.len())]).chain([2]).collect::<Vec<_>>() {
        targets.extend(pair.page(id).await.filter(|target| target.id != page.id));
    }
    let told = pair
        .act(async |work| match choice {
            0 | 1 => {
                let mut document = page.draft_document(work).await?;
                document.insert("title".to_owned(), Value::from(format!("Title {number}")));
                if choice == 1 {
                    document.insert("slug".to_owned(), Value::from(system(number)));
                }
                let saved = pages::save_draft(work, &declared, &page, document, None).await?;
                pages::publish(work, &declared, &saved.object).await.map(drop)
            }
            2 => {
                let mut document = page.draft_document(work).await?;
                document.insert("slug".to_owned(), Value::from(format!("draft-{number}")));
                pages::save_draft(work, &declared, &page, document, None).await.map(drop)
            }
            3 => pages::unpublish(work, &schema, &page).await.map(drop),
            4 => pages::publish(work, &declared, &page).await.map(drop),
            5 | 22 => {
                // Beneath the first that takes it.
                let page = if choice == 22 { &section } else { &page };
                let mut moved = Err(Error::Bad("no page takes it".into()));
                for target in &targets {
                    moved = pages::move_to(work, &schema, page, target, None).await.map(drop);
                    if moved.is_ok() {
                        break;
                    }
                }
                moved
            }
            6 => pages::restrict(work, &page, &Privacy::Login).await,
            7 => pages::restrict(work, &page, &Privacy::Public).await,
            8 => {
                let focal = Focal { x: 10 + number, y: 10, width: 5, height: 5 };
                let declared = schema.require(IMAGE)?.clone();
                media::set_focal_point(work, &declared, image, Some(focal)).await
            }
            9 => media::restrict_collection(work, media::ROOT, Some(Admits::SignedIn)).await,
            10 => media::restrict_collection(work, media::ROOT, None).await,
            11 => {
                let redirect = Redirect {
                    id: 0,
                    old_path: format!("/old-{}", number % 5),
                    site: None,
                    permanent: number % 2 == 0,
                    page: Some(page.id),
                    route_path: String::new(),
                    link: String::new(),
                    automatic: false,
                    created_at: None,
                };
                redirect.save(work).await.map(drop)
            }
            12 => {
                let mut site = pair.keeping.sites().all()[0].clone();
                site.name = format!("Site {number}");
                sites::update_site(work, &site).await
            }
            13 | 14 => match pair.keeping.sites().all().get(1) {
                None => sites::create_site(work, second(page.id)).await.map(drop),
                Some(site) if choice == 13 => sites::delete_site(work, site.id).await,
                Some(site) => sites::update_site(work, &Site { id: site.id, ..second(page.id) }).await,
            },
            15 => media::restrict_collection(work, ground.inner, Some(Admits::SignedIn)).await,
            16 => media::restrict_collection(work, ground.outer, Some(Admits::Groups(vec![1]))).await,
            17 => {
                media::restrict_collection(work, ground.inner, None).await?;
                media::restrict_collection(work, ground.outer, None).await
            }
            18 => {
                let to = if number % 2 == 0 { ground.outer } else { media::ROOT };
                media::move_collection(work, ground.inner, to).await
            }
            19 => {
                let declared = schema.require(IMAGE)?.clone();
                let mut document = Object::find(work, IMAGE, image).await?.live_document()?;
                let to = [ground.outer, ground.inner, media::ROOT][(number % 3) as usize];
                document.insert("collection".to_owned(), Value::from(to));
                media::edit_file(work, &declared, image, document, None).await.map(drop)
            }
            20 => {
                let declared = schema.require(IMAGE)?.clone();
                let picture = &ground.pictures[(number % 2) as usize];
                media::replace_file(work, &declared, image, picture).await
            }
            _ => evolve::apply(work, &ground.models[(number % 2) as usize]).await.map(drop),
        })
        .await;
    format!("{choice} on page {} ({}): {told}", page.id, page.url_path)
}

async fn all_pages(pair: &Pair) -> Vec<i64> {
    pair.all("select id from objects where family = 'page' and depth > 2 order by id").await
}

/// Addresses of every kind, those of pages as they are now.
async fn addresses(pair: &Pair) -> Vec<String> {
    let mut reading = pair.keeping.reading(Actor::Anonymous).await.unwrap();
    let text = "select url_path from objects where family = 'page' and depth > 1 order by path";
    let paths: Vec<String> = reading.all(siskin::store::sql(text)).await.unwrap();
    let of_site = |path: &String| {
        let sites = pair.keeping.sites();
        sites.address_of(path, None).map(|address| address.path())
    };
    let mut all: Vec<String> = paths.iter().filter_map(of_site).collect();
    let ids = all_pages(pair).await;
    all.extend(ids.iter().map(|id| format!("/api/v2/pages/{id}/")));
    all.extend((1..8).map(|id| format!("/api/v2/images/{id}/")));
    let lists = [
        "/sitemap.xml",
        "/robots.txt",
        "/journal/feed.xml",
        "/de/tagebuch/feed.xml",
        "/old-1",
        "/nothing/",
        "/draft-3/",
        "/step-7/",
        "/birds/step-8/",
        "/api/v2/pages/9999/",
        "/api/v2/pages/",
        "/api/v2/pages/?fields=*",
        "/api/v2/pages/?limit=5&offset=5&fields=*",
        "/api/v2/pages/?type=journal.ArticlePage&fields=*",
        "/api/v2/pages/?child_of=root",
        "/api/v2/pages/?descendant_of=3&fields=_,title",
        "/api/v2/pages/?locale=de&order=-title",
        "/api/v2/pages/?order=title&limit=3",
        "/api/v2/pages/?limit=3&order=title",
        "/api/v2/images/?fields=*",
        "/api/v2/documents/",
        "/api/v2/redirects/",
        "/api/v2/pages/?ancestor_of=11",
        "/?page=2",
        "/journal/?page=2",
        "/media/original_images/ida.jpg",
        "/media/original_images/grey.png",
    ];
    all.extend(lists.map(str::to_owned));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_what_a_fresh_one_is_whatever_happens() {
    for_each_fresh(async |fresh| {
        let pair = Pair::new(fresh).await;
        let seed = rand::random::<u64>();
        println!("seed {seed}");
        let mut rng = StdRng::seed_from_u64(seed);
        let mut told = Vec::new();
        for number in 0..STEPS {
            let all = addresses(&pair).await;
            for _ in 0..LOOKS {
                let path = &all[rng.random_range(0..all.len())];
                let coding = ["identity", "gzip", "br"][rng.random_range(0..3)];
                let host = HOSTS[rng.random_range(0..4) / 3];
                let looked = pair.look(path, &[("accept-encoding", coding), ("host", host)]).await;
                assert_ne!(
                    looked.status,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "seed {seed}, {path}, {told:#?}"
                );
            }
            pair.clock.set(pair.clock.now().plus_seconds(1));
            let mut kept = BTreeMap::new();
            for _ in 0..LOOKS {
                let path = &all[rng.random_range(0..all.len())];
                let host = HOSTS[rng.random_range(0..4) / 3];
                kept.extend(pair.kept(host, path).await.map(|keys| ((host, path), keys)));
            }
            let before = pair.keeping.snapshot().followed;
            told.push(step(&pair, &mut rng, number as i64).await);
            pair.count(&told).await;
            let dropped = pair.told_to_drop(before).await;
            for ((host, path), keys) in kept {
                let makings = pair.keeping.cache().makings();
                asked(&pair.doors.0, path, &[("host", host)]).await;
                let is_gone = pair.keeping.cache().makings() > makings;
                let goes_outside = keys.intersection(&dropped).next().is_some();
                assert!(goes_outside || !is_gone, "only we drop {host} {path}; seed {seed}, {told:#?}");
            }
        }
        println!("{told:#?}");
        assert!(pair.keeping.cache().bytes() > 0);
        pair.keeping.db.close().await;
        pair.making.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_its_translation_as_soon_as_that_is_published_and_no_longer() {
    for_each_fresh(async |fresh| {
        let pair = Pair::new(fresh).await;
        let schema = pair.keeping.schema.clone();
        let german = pair.page(27).await.unwrap();
        let path = pair.keeping.sites().address_of(&german.url_path, None).unwrap().path();
        let shows = async || {
            let answer = pair.look(&path, &[]).await;
            String::from_utf8(answer.body).unwrap().contains("hreflang=\"en\" href=\"http")
        };
        let english = pair.page(12).await.unwrap();
        assert_eq!(english.translation_key, german.translation_key);
        let declared = schema.require(&english.label).unwrap().clone();
        assert!(shows().await);
        pair.act(async |work| pages::unpublish(work, &schema, &english).await.map(drop)).await;
        assert!(!shows().await);
        let english = pair.page(12).await.unwrap();
        pair.act(async |work| pages::publish(work, &declared, &english).await.map(drop)).await;
        assert!(shows().await);
        pair.keeping.db.close().await;
        pair.making.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_leaves_answers_of_other_types_sites_and_subtrees_where_they_are() {
    for_each_fresh(async |fresh| {
        let pair = Pair::new(fresh).await;
        let articles = ["/api/v2/pages/?type=journal.ArticlePage", "/api/v2/pages/10/", "/journal/feed.xml"];
        let others = [
            "/api/v2/pages/?type=birds.BirdPage&fields=*",
            "/api/v2/pages/4/",
            "/api/v2/pages/11/",
            "/api/v2/images/?fields=*",
            "/birds/goldfinch/",
            "/about/",
            "/de/voegel/",
            "/robots.txt",
        ];
        assert_eq!(pair.made(&articles).await + pair.made(&others).await, 11);
        assert_eq!(pair.made(&articles).await + pair.made(&others).await, 0);
        let declared = pair.keeping.schema.get("journal.ArticlePage").unwrap().clone();
        let page = pair.page(10).await.unwrap();
        let publish = async |work: &mut Work| pages::publish(work, &declared, &page).await.map(drop);
        pair.act(publish).await;
        assert_eq!(pair.made(&others).await, 0, "nothing of another type or subtree went");
        assert_eq!(pair.made(&articles).await, 3);
        // A section that is closed takes what is beneath it along, and leaves the one beside it.
        let birds = pair.page(3).await.unwrap();
        pair.act(async |work| pages::restrict(work, &birds, &Privacy::Login).await).await;
        let beside = ["/journal/feed.xml", "/api/v2/images/?fields=*", "/robots.txt"];
        assert_eq!(pair.made(&beside).await, 0);
        assert_eq!(asked(&pair.doors.0, "/api/v2/pages/4/", &[]).await.status, StatusCode::NOT_FOUND);
        pair.keeping.db.close().await;
        pair.making.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_sent_in_every_coding_whole_or_not_at_all() {
    let fresh = crate::databases::fresh_sqlite().await;
    let pair = Pair::new(&fresh).await;
    let path = "/api/v2/pages/?fields=*";
    let plain = pair.look(path, &[]).await;
    let header = |answer: &Answer, name: &str| {
        let found: Vec<_> = answer.headers.iter().filter(|(known, _)| known == name).collect();
        found.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(header(&plain, "vary"), "Accept, Cookie, Accept-Encoding");
    let mut tags = vec![header(&plain, "etag")];
    for coding in ["gzip", "br"] {
        let coded = pair.look(path, &[("accept-encoding", coding)]).await;
        assert_eq!(header(&coded, "content-encoding"), coding);
        assert!(coded.body.len() * 3 < plain.body.len());
        let mut body = Vec::new();
        match coding {
            "gzip" => std::io::copy(&mut flate2::read::GzDecoder::new(&*coded.body), &mut body).unwrap(),
            _ => std::io::copy(&mut brotli::Decompressor::new(&*coded.body, 4096), &mut body).unwrap(),
        };
        assert_eq!(body, plain.body);
        tags.push(header(&coded, "etag"));
    }
    for tag in &tags {
        let known = pair.look(path, &[("if-none-match", tag)]).await;
        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0), "{tag}");
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "bytes that differ have tags that differ");
    for _ in 0..2 {
        let head = Request::head(path).header("host", "localhost:8000").body(Body::empty()).unwrap();
        let head = pair.doors.0.clone().oneshot(head).await.unwrap();
        assert_eq!(head.headers()["content-length"], plain.body.len().to_string());
        assert_eq!(head.headers()["etag"], tags[0]);
        assert!(axum::body::to_bytes(head.into_body(), 10).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_says_besides_its_address_poisons_no_answer() {
    let fresh = crate::databases::fresh_sqlite().await;
    let pair = Pair::new(&fresh).await;
    let before = pair.made(&["/api/v2/pages/4/", "/journal/", "/api/v2/pages/?limit=3&order=title"]).await;
    assert_eq!(before, 3);
    // The same in another order or spelling, or with what nobody reads, is no other answer.
    let same = [
        "/api/v2/pages/4/?utm_source=x",
        "/api/v2/pages/4/?_=1",
        "/api/v2/pages/?order=title&limit=3",
        "/api/v2/pages/?limit=9&limit=3&order=%74itle",
    ];
    assert_eq!(pair.made(&same).await, 0);
    for (path, headers) in [
        ("/journal/?page=2&page=3", &[][..]),
        ("/journal/?page=3", &[]),
        ("/journal/?page=x", &[]),
        ("/journal/?utm_source=x", &[]),
        ("/journal/", &[("x-forwarded-host", "evil.test"), ("x-original-url", "/about/")]),
        ("/journal/", &[("accept", "application/json"), ("accept-language", "de")]),
        ("/api/v2/pages/4/", &[("accept", "text/html")]),
        ("/api/v2/pages/4/", &[("accept", "application/json; indent=0")]),
        ("/api/v2/pages/4/", &[("origin", "https://evil.test")]),
        ("/api/v2/pages/4/", &[("range", "bytes=0-1")]),
        ("/journal/", &[("cookie", "siskin_session=rubbish")]),
        ("/journal/", &[("authorization", "Bearer rubbish")]),
        ("//journal//", &[]),
        ("/journal/%2e%2e/journal/", &[]),
    ] {
        pair.look(path, headers).await;
        pair.look("/journal/", &[]).await;
        pair.look("/api/v2/pages/4/", &[]).await;
    }
    // A host that is not ours is answered with nothing that was kept.
    for host in ["evil.test", "LOCALHOST:8000", "localhost.:8000"] {
        let request = Request::get("/journal/").header("host", host).body(Body::empty()).unwrap();
        let answer = pair.doors.0.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status() == StatusCode::OK, host != "evil.test", "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_from_memory_until_it_is_there() {
    for_each_fresh(async |fresh| {
        let pair = Pair::new(fresh).await;
        let publish = async |id: i64, slug: Option<&str>| {
            let page = pair.page(id).await.unwrap();
            let declared = pair.keeping.schema.get(&page.label).unwrap().clone();
            pair.act(async |work| {
                let mut document = page.draft_document(work).await?;
                document.extend(slug.map(|slug| ("slug".to_owned(), Value::from(slug))));
                let saved = pages::save_draft(work, &declared, &page, document, None).await?;
                pages::publish(work, &declared, &saved.object).await.map(drop)
            })
            .await;
        };
        let nowhere = async |paths: &[&str]| {
            for path in paths {
                assert_eq!(pair.look(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
            }
            assert_eq!(pair.made(paths).await, 0, "{paths:?} are kept");
        };
        let about = {
            let mut reading = pair.keeping.reading(Actor::Anonymous).await.unwrap();
            pages::at_url_path(&mut reading, "/home/about/").await.unwrap().unwrap()
        };
        let new = ["/nothing/", "/nothing", "/nothing/?page=2"];
        nowhere(&new).await;
        nowhere(&["/other/", "/gone", "/api/v2/pages/9999/", "/api/v2/images/9999/", "/api/v2/redirects/7/"])
            .await;
        // A page comes to stand there.
        publish(about.id, Some("nothing")).await;
        for path in new {
            assert_ne!(pair.look(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(pair.look("/about/", &[]).await.status, StatusCode::MOVED_PERMANENTLY);
        // A redirect does.
        pair.act(async |work| {
            let redirect = Redirect {
                id: 7,
                old_path: "/gone".into(),
                site: None,
                permanent: false,
                page: None,
                route_path: String::new(),
                link: "/about-us/".into(),
                automatic: false,
                created_at: None,
            };
            redirect.save(work).await.map(drop)
        })
        .await;
        assert_eq!(pair.look("/gone", &[]).await.status, StatusCode::FOUND);
        assert_eq!(pair.look("/api/v2/redirects/7/", &[]).await.status, StatusCode::OK);
        // A page is published again, and one is opened that stood behind closed doors.
        let schema = pair.keeping.schema.clone();
        let (finch, birds) = (pair.page(4).await.unwrap(), pair.page(3).await.unwrap());
        let finch_path = finch.url_path.replacen("/home", "", 1);
        pair.act(async |work| pages::unpublish(work, &schema, &finch).await.map(drop)).await;
        nowhere(&["/api/v2/pages/4/", "/api/v2/pages/4/?fields=*", &finch_path]).await;
        publish(4, None).await;
        assert_eq!(pair.look("/api/v2/pages/4/", &[]).await.status, StatusCode::OK);
        assert_eq!(pair.look(&finch_path, &[]).await.status, StatusCode::OK);
        pair.act(async |work| pages::restrict(work, &birds, &Privacy::Login).await).await;
        nowhere(&["/api/v2/pages/3/", "/api/v2/pages/4/"]).await;
        pair.act(async |work| pages::restrict(work, &birds, &Privacy::Public).await).await;
        for path in ["/api/v2/pages/3/", "/api/v2/pages/4/", "/api/v2/pages/4/?fields=*"] {
            assert_eq!(pair.look(path, &[]).await.status, StatusCode::OK, "{path}");
        }
        pair.keeping.db.close().await;
        pair.making.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_absent_addresses_costs_little_and_pushes_nothing_out() {
    let fresh = crate::databases::fresh_sqlite().await;
    let pair = Pair::with(&fresh, |config| {
        config.cache.max_bytes = 4_000_000;
        config.metrics.enabled = true;
    })
    .await;
    let good = ["/api/v2/pages/?fields=*", "/api/v2/pages/4/", "/about/", "/journal/feed.xml"];
    pair.made(&good).await;
    let unknown = asked(&pair.doors.0, "/absent-0/", &[("accept-encoding", "br")]).await;
    for number in 0..700 {
        for path in [format!("/absent-{number}/"), format!("/api/v2/pages/{}/", 9_000 + number)] {
            let answer = asked(&pair.doors.0, &path, &[("accept-encoding", "br")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(path.starts_with("/api/") || answer.body == unknown.body, "drawn once");
        }
    }
    let cache = pair.keeping.cache();
    cache.settle().await;
    assert!(cache.bytes() < 1_500_000, "{} bytes of absent addresses", cache.bytes());
    assert_eq!(pair.made(&good).await, 0, "what is there stays");
    let shown = asked(&pair.doors.0, "/metrics", &[]).await;
    let shown = String::from_utf8(shown.body).unwrap();
    let figure = |name: &str| -> u64 {
        let line = shown.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_default();
        line.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{name} is not in {shown}"))
    };
    assert_eq!(figure("siskin_cache_misses_total"), cache.makings());
    assert!(
        figure("siskin_cache_hits_total") >= 4 && figure("siskin_cache_evictions_total") > 500,
        "{shown}"
    );
    assert!(figure("siskin_cache_bytes") > 0);
    pair.keeping.db.close().await;
    pair.making.db.close().await;
}
