//! The public site as its readers meet it: the starter site in its own theme, and the bakery in a fixture's.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::json;
use siskin::accounts::Actor;
use siskin::base::{Clock, Timestamp};
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::content::Object;
use siskin::forms::Submission;
use siskin::pages::{self, Privacy};
use siskin::schema::{self, PAGE_FAMILY};
use siskin::search::Follower;
use siskin::store::sql;
use siskin::transfer::wagtail::{self, Destination, Dump, Options};
use siskin::{site, web};
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh};
use crate::shared::shared;

/// A folder of the project.
fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The folder of the starter site.
pub fn copy_starter(to: &Path) {
    for folder in ["models", "seed"] {
        copy(&project(folder), &to.join(folder));
    }
    std::fs::copy(project("config.toml"), to.join("config.toml")).unwrap();
}

struct Site {
    cms: Arc<Cms>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Site {
    /// The starter site, freshly sown.
    async fn starter(fresh: &Fresh) -> Self {
        Self::starter_at(fresh, Clock::system()).await
    }

    async fn starter_at(fresh: &Fresh, clock: Clock) -> Self {
        let dir = fresh.dir.path();
        copy_starter(dir);
        let mut config = Config::load(dir).unwrap();
        config.database = fresh.config.clone();
        let cms = Cms::builder(dir).config(config).clock(clock).open().await.unwrap();
        cms.begin().await.unwrap();
        Self::of(cms)
    }

    fn of(cms: Arc<Cms>) -> Self {
        let router = web::frame(site::router(cms.clone()), cms.clone()).unwrap();
        Self { cms, router }
    }

    async fn ask(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = request.header("host", "localhost:8000").body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path), Body::empty()).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = "application/x-www-form-urlencoded";
        self.ask(Request::post(path).header(header::CONTENT_TYPE, kind), body).await
    }

    async fn page(&self, url_path: &str) -> Object {
        let mut reading = self.cms.reading(Actor::Anonymous).await.unwrap();
        pages::at_url_path(&mut reading, url_path).await.unwrap().unwrap()
    }

    async fn restrict(&self, url_path: &str, privacy: Privacy) {
        let page = self.page(url_path).await;
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        pages::restrict(&mut work, &page, &privacy).await.unwrap();
        self.cms.commit(work).await.unwrap();
    }

    async fn index(&self) {
        let (index, db, schema) = (self.cms.index.clone(), self.cms.db.clone(), self.cms.schema.clone());
        Follower::new(index, db, schema).catch_up().await.unwrap();
    }

    async fn feed(&self, path: &str) -> rss::Channel {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        rss::Channel::read_from(answer.text.as_bytes()).unwrap()
    }
}

#[test]
fn the_starter_models_are_right() {
    let schema = schema::load_dir(&project("models"), &schema::Registry::default()).unwrap();
    assert!(schema.get("journal.ArticlePage").is_some() && schema.pages().count() == 9);
    Config::load(&project("")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_link_of_the_starter_site_leads_somewhere() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        let map = site.get("/sitemap.xml").await;
        assert_eq!(
            (map.status, map.header("content-type")),
            (StatusCode::OK, "application/xml; charset=utf-8")
        );
        let locations = regex::Regex::new("<loc>http://localhost:8000([^<]*)</loc>").unwrap();
        let mut paths: Vec<String> =
            locations.captures_iter(&map.text).map(|found| found[1].to_owned()).collect();
        assert_eq!(paths.len(), 30);
        let links = regex::Regex::new("<a[^>]* href=\"(/[^\"#]*)").unwrap();
        let mut number = 0;
        while number < paths.len() {
            let answer = site.get(&paths[number]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", paths[number]);
            assert!(!answer.text.contains("<a>"), "a link of {} leads nowhere", paths[number]);
            for link in links.captures_iter(&answer.text).map(|found| found[1].to_owned()) {
                if !paths.contains(&link) {
                    paths.push(link);
                }
            }
            number += 1;
        }
        let home = site.get("/").await;
        assert!(home.has("<html lang=\"en\"") && home.has("Where the finches come to feed"));
        assert!(home.has("hreflang=\"de\" href=\"http://localhost:8000/de/\""));
        assert!(
            site.get("/de/voegel/erlenzeisig/")
                .await
                .has("hreflang=\"en\" href=\"http://localhost:8000/birds/siskin/\"")
        );
        assert!(map.has(
            "<xhtml:link rel=\"alternate\" hreflang=\"de\" href=\"http://localhost:8000/de/kontakt/\"/>"
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_answer_as_the_web_expects() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        let page = site.get("/birds/siskin/").await;
        assert_eq!(page.header("cache-control"), "public, max-age=0, must-revalidate");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'self'"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        let known = Request::get("/birds/siskin/").header(header::IF_NONE_MATCH, page.header("etag"));
        let again = site.ask(known, Body::empty()).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        for (path, status, location) in [
            ("/birds/siskin?a=1", 301, "/birds/siskin/?a=1"),
            ("/blog", 301, "/journal/"),
            ("/blog/", 301, "/journal/"),
            ("/nothing/", 404, ""),
            ("/birds/siskin/nothing", 404, ""),
            ("//evil.example/", 404, ""),
            ("/feed.xml/", 404, ""),
            ("/nothing/feed.xml", 404, ""),
            ("/sitemap/2.xml", 404, ""),
            ("/theme/nothing.css", 404, ""),
            ("/theme/%2e%2e/theme.toml", 404, ""),
        ] {
            let answer = site.get(path).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (status, location), "{path}");
        }
        assert!(site.get("/nothing/").await.has("Nothing lives here"));
        assert!(site.get("/de/nichts/").await.has("Hier nistet niemand"));
        let robots = site.get("/robots.txt").await.text;
        assert!(
            robots.contains("Sitemap: http://localhost:8000/sitemap.xml")
                && robots.contains("Disallow: /admin/")
        );
        let style = regex::Regex::new("/theme/style.css[^\"]*").unwrap();
        let style = style.find(&page.text).unwrap().as_str();
        assert!(site.get(style).await.header("cache-control").contains("immutable"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_change_is_seen_at_once_and_an_unpublished_page_by_nobody() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        assert!(site.get("/journal/").await.has("The first flock"));
        let page = site.page("/home/journal/the-first-flock/").await;
        let declared = site.cms.schema.require(&page.label).unwrap().clone();
        let mut document = page.live_document().unwrap();
        document.insert("title".into(), json!("Salt & <b>Pepper</b>"));
        document.insert("introduction".into(), json!("a < b & \"c\""));
        document.insert("slug".into(), json!("salt"));
        let mut work = site.cms.work(Actor::System("test")).await.unwrap();
        let saved = pages::save_draft(&mut work, &declared, &page, document, None).await.unwrap();
        site.cms.commit(work).await.unwrap();
        assert!(site.get("/journal/").await.has("The first flock"), "a draft shows nowhere");
        let mut work = site.cms.work(Actor::System("test")).await.unwrap();
        pages::publish(&mut work, &declared, &saved.object).await.unwrap();
        site.cms.commit(work).await.unwrap();

        let list = site.get("/journal/").await;
        assert!(list.has("Salt &amp; &lt;b&gt;Pepper&lt;/b&gt;") && !list.has("<b>Pepper"));
        let moved = site.get("/journal/the-first-flock/").await;
        assert_eq!((moved.status.as_u16(), moved.header("location")), (301, "/journal/salt/"));
        let feed = site.feed("/journal/feed.xml").await;
        let item = feed
            .items()
            .iter()
            .find(|item| item.link() == Some("http://localhost:8000/journal/salt/"))
            .unwrap();
        assert_eq!(item.title(), Some("Salt & <b>Pepper</b>"));
        assert_eq!(item.description(), Some("a &lt; b &amp; &quot;c&quot;"), "HTML, as feed readers take it");

        let page = site.page("/home/journal/salt/").await;
        let mut work = site.cms.work(Actor::System("test")).await.unwrap();
        pages::unpublish(&mut work, &site.cms.schema, &page).await.unwrap();
        site.cms.commit(work).await.unwrap();
        assert_eq!(site.get("/journal/salt/").await.status, StatusCode::NOT_FOUND);
        for path in ["/journal/", "/", "/journal/feed.xml", "/sitemap.xml"] {
            assert!(!site.get(path).await.has("/journal/salt/"), "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_what_readers_and_validators_expect() {
    for_each_fresh(async |fresh| {
        let moment = |text: &str| Timestamp::parse(text).unwrap();
        let clock = Clock::standing_at(moment("2026-11-20T12:00:00Z"));
        let site = Site::starter_at(fresh, clock.clone()).await;
        // Within the second of a change another one may follow, which a date could not tell from the first.
        assert_eq!(site.get("/journal/feed.xml").await.header("last-modified"), "");
        clock.set(moment("2026-11-20T12:00:02Z"));
        let answer = site.get("/journal/feed.xml").await;
        assert_eq!(answer.header("content-type"), "application/rss+xml; charset=utf-8");
        assert_eq!(answer.header("last-modified"), "Fri, 20 Nov 2026 12:00:00 GMT");
        let feed = site.feed("/journal/feed.xml").await;
        assert_eq!((feed.title(), feed.language()), ("Journal · Alder Brook", Some("en")));
        assert_eq!(feed.link(), "http://localhost:8000/journal/");
        assert!(answer.has("<atom:link href=\"http://localhost:8000/journal/feed.xml\" rel=\"self\""));
        let titles: Vec<_> = feed.items().iter().filter_map(|item| item.title()).collect();
        let newest = [
            "The first flock",
            "What a good feeder needs",
            "The hour before sunrise",
            "Thirty grams of trust",
        ];
        assert_eq!(titles, newest);
        for item in feed.items() {
            let guid = item.guid().unwrap();
            assert!(guid.value().starts_with("urn:uuid:") && !guid.is_permalink());
            assert!(item.link().unwrap().starts_with("http://localhost:8000/journal/"));
            chrono::DateTime::parse_from_rfc2822(item.pub_date().unwrap()).unwrap();
        }
        for (name, value) in [
            (header::IF_NONE_MATCH, answer.header("etag")),
            (header::IF_MODIFIED_SINCE, answer.header("last-modified")),
        ] {
            let known = Request::get("/journal/feed.xml").header(name, value);
            assert_eq!(site.ask(known, Body::empty()).await.status, StatusCode::NOT_MODIFIED);
        }
        let earlier = Request::get("/journal/feed.xml")
            .header(header::IF_MODIFIED_SINCE, "Fri, 20 Nov 2026 11:59:59 GMT");
        assert_eq!(site.ask(earlier, Body::empty()).await.status, StatusCode::OK);
        assert_eq!(site.feed("/de/tagebuch/feed.xml").await.language(), Some("de"));

        // What was taken away makes no item newer, and yet the feed is another.
        let known = || {
            Request::get("/journal/feed.xml")
                .header(header::IF_MODIFIED_SINCE, answer.header("last-modified"))
        };
        clock.set(moment("2026-11-20T13:00:00Z"));
        let page = site.page("/home/journal/thirty-grams-of-trust/").await;
        let mut work = site.cms.work(Actor::System("test")).await.unwrap();
        pages::unpublish(&mut work, &site.cms.schema, &page).await.unwrap();
        site.cms.commit(work).await.unwrap();
        clock.set(moment("2026-11-20T13:00:10Z"));
        let changed = site.ask(known(), Body::empty()).await;
        assert_eq!(
            (changed.status, changed.header("last-modified")),
            (StatusCode::OK, "Fri, 20 Nov 2026 13:00:00 GMT")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_pages_password_slows_down_where_it_happens() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        site.restrict("/home/journal/", Privacy::Password("alder".into())).await;
        let from = |address: [u8; 4], password: &'static str| {
            let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from((address, 4000)));
            let asked = Request::post("/journal/").extension(peer);
            let kind = "application/x-www-form-urlencoded";
            site.ask(asked.header(header::CONTENT_TYPE, kind), format!("password={password}"))
        };
        let mut told = Vec::new();
        for _ in 0..7 {
            told.push(from([192, 0, 2, 1], "oak").await.status.as_u16());
        }
        assert_eq!((told[4], told[6]), (403, 429), "{told:?}");
        let held = from([192, 0, 2, 1], "alder").await;
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS, "the right one has to wait too");
        assert!(held.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!(from([192, 0, 2, 2], "alder").await.status, StatusCode::SEE_OTHER, "others do not");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_a_page_and_nothing_tells_of_it_before() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        site.restrict("/home/journal/", Privacy::Password("alder".into())).await;
        site.index().await;
        for path in ["/", "/feed.xml", "/sitemap.xml", "/search/?query=feeder", "/events/build-a-feeder/"] {
            let answer = site.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.has("/journal/what-a-good") && !answer.has("What a good feeder"), "{path} tells");
        }
        assert_eq!(site.get("/journal/feed.xml").await.status, StatusCode::NOT_FOUND);
        let path = "/journal/what-a-good-feeder-needs/";
        let gate = site.get(path).await;
        assert!(gate.has("This page is protected") && !gate.has("restaurant"));
        assert_eq!(gate.header("cache-control"), "private, no-store");
        assert_eq!(site.post(path, &[("password", "oak")]).await.status, StatusCode::FORBIDDEN);
        let opened = site.post(path, &[("password", "alder")]).await;
        assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, path));
        let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
        for path in [path, "/journal/"] {
            let page =
                site.ask(Request::get(path).header(header::COOKIE, cookie.as_str()), Body::empty()).await;
            assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "private, no-store"));
            assert!(!page.has("This page is protected"), "{path}");
        }
        site.restrict("/home/journal/", Privacy::Password("birch".into())).await;
        let page = site.ask(Request::get(path).header(header::COOKIE, cookie), Body::empty()).await;
        assert!(page.has("This page is protected"), "a new password asks again");
        site.restrict("/home/journal/", Privacy::Login).await;
        assert!(site.get(path).await.header("location").starts_with("/admin/login?next="));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_told_with_the_number_that_the_log_knows_it_by() {
    for_each_fresh(async |fresh| {
        let mut site = Site::starter(fresh).await;
        let page = site.page("/home/about/").await;
        let mut work = site.cms.work(Actor::System("test")).await.unwrap();
        work.execute(sql("update objects set doc = 'torn' where key = ?").bind(page.key)).await.unwrap();
        work.commit().await.unwrap();
        for (path, words) in [("/about/", "Something broke"), ("/about/?x", "Something broke")] {
            let answer = site.get(path).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            assert!(answer.has(words) && answer.has(answer.header("x-request-id")), "{}", answer.text);
            assert_eq!(answer.header("cache-control"), "private, no-store");
        }
        site.router = siskin::server::router(site.cms.clone()).unwrap();
        let answer = site.get(&format!("/api/v2/pages/{}/", page.id)).await;
        let (status, number) = (answer.status, answer.header("x-request-id"));
        let told = json!({ "detail": "A server error occurred.", "request_id": number });
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&answer.text).unwrap(), told);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_find_pages_in_their_language() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        site.index().await;
        let found = site.get("/search/?query=FEEDERS").await;
        assert!(found.has("/journal/what-a-good-feeder-needs/") && found.has("<mark>feeder</mark>"));
        assert!(!found.has("/de/tagebuch/"), "only pages of the language that is searched in");
        let found = site.get("/de/search/?query=erlen+winter").await;
        assert!(found.has("/de/voegel/erlenzeisig/") && found.has("Seiten gefunden"));
        let none = site.get("/search/?query=%3Cscript%3Ealert(1)%3C/script%3E").await;
        assert!(none.has("Nothing was found") && !none.has("<script>"));
        assert_eq!(site.get("/search/?query=the&page=999999999999").await.status, StatusCode::OK);
        assert_eq!(site.get("/search/?query=%00%ff").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_keeps_what_is_right_and_gives_back_what_is_not() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        let page = site.page("/home/contact/").await;
        let kept = async || {
            Submission::count(&mut site.cms.reading(Actor::Anonymous).await.unwrap(), page.id).await.unwrap()
        };
        let wrong = [("name", "Ada <b>"), ("email", "nowhere"), ("subject", "A question")];
        let again = site.post("/contact/", &wrong).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.has("value=\"Ada &lt;b&gt;\"") && again.has("id=\"field-email-problem\""));
        assert!(again.has("<option selected>A question</option>"));
        let right =
            [("name", "Ada"), ("email", "ada@example.org"), ("subject", "A question"), ("message", "Hello")];
        let mut trapped = right.to_vec();
        trapped.push(("leave_this_empty", "http://spam.example"));
        assert_eq!(site.post("/contact/", &trapped).await.status, StatusCode::SEE_OTHER);
        assert_eq!(kept().await, 0, "machines are thanked and forgotten");
        let sent = site.post("/contact/", &right).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/contact/?sent=1"));
        assert_eq!(kept().await, 1);
        assert!(site.get("/contact/?sent=1").await.has("Your message has landed safely"));
        assert_eq!(site.post("/about/", &right).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(site.post("/nothing/", &right).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_served_sealed_and_drawn_only_as_declared() {
    for_each_fresh(async |fresh| {
        let site = Site::starter(fresh).await;
        let home = site.get("/about/").await;
        let portrait = regex::Regex::new("/media/images/ida[^\"]*").unwrap();
        let portrait = portrait.find(&home.text).unwrap().as_str().to_owned();
        let made = site.get(&portrait).await;
        assert_eq!((made.status, made.header("content-type")), (StatusCode::OK, "image/jpeg"));
        assert_eq!(made.header("cache-control"), "public, max-age=3600, must-revalidate");
        let other = portrait.replace("fill-240x240", "fill-241x241");
        assert_eq!(
            site.get(&other).await.status,
            StatusCode::NOT_FOUND,
            "nobody orders sizes that nothing names"
        );
        let name = other.rsplit('/').next().unwrap();
        let signed = format!("{other}?s={}", site.cms.addresses.signature(name));
        assert_eq!(site.get(&signed).await.status, StatusCode::OK);
        assert_eq!(site.get("/media/original_images/ida.jpg").await.status, StatusCode::OK);
        assert_eq!(
            site.get("/media/original_images/..%2f..%2fconfig.toml").await.status,
            StatusCode::NOT_FOUND
        );
        let file = site.get("/documents/1/spring-count-2026.csv").await;
        assert_eq!(file.header("content-type"), "text/csv");
        assert!(
            file.header("content-disposition").starts_with("attachment; filename=\"spring-count-2026.csv\"")
        );
        assert!(file.header("content-security-policy").contains("sandbox"));
        assert_eq!(site.get("/documents/1/other.csv").await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.get("/documents/99/other.csv").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bakery_is_drawn_whole_by_its_fixture() {
    let Some(dump) = shared("data/bakerydemo/dump_default.json") else { return };
    let media = shared("data/bakerydemo/media").unwrap();
    for_each_fresh(async |fresh| {
        let dir = fresh.dir.path();
        copy(&project("tests/fixtures/bakery/models"), &dir.join("models"));
        let mut config = Config::defaults(dir);
        config.database = fresh.config.clone();
        let theme = project("tests/fixtures/bakery/theme");
        let cms = Cms::builder(dir).config(config).theme(theme).open().await.unwrap();
        let to = Destination {
            db: &cms.db,
            schema: &cms.schema,
            workshop: &cms.workshop,
            limits: &cms.config.media,
            clock: &cms.clock,
        };
        let options = Options { media: Some(media.clone()), ..Options::default() };
        wagtail::import(to, &Dump::open(&dump, |_| ()).unwrap(), &options, &mut |_, _, _| ()).await.unwrap();
        cms.catch_up().await.unwrap();
        let site = Site::of(cms);
        site.index().await;
        let mut reading = site.cms.reading(Actor::Anonymous).await.unwrap();
        let all = Object::after(&mut reading, siskin::base::Key(0), 10_000).await.unwrap();
        drop(reading);
        for page in
            all.iter().filter(|object| object.family == PAGE_FAMILY && object.url_path.starts_with("/home/"))
        {
            let path = format!("/{}", page.url_path.trim_start_matches("/home/"));
            let answer = site.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let title: String = page.title.replace('&', "&amp;");
            assert!(answer.has(&title), "{path} shows its title");
        }
        let blog = site.feed("/blog/feed.xml").await;
        assert_eq!(blog.items().len(), 6);
        let recipe = site.get("/recipes/southern-cornbread/").await;
        assert!(recipe.has("class=\"steps\"") && recipe.has("class=\"ingredients\""));
        assert!(site.get("/gallery/").await.has(".webp"));
        assert!(site.get("/search/?query=bread").await.has("<mark>"));
        assert_eq!(site.get("/nothing/").await.status, StatusCode::NOT_FOUND);
        assert!(site.get("/contact-us/").await.has("name=\"your_email\""));
    })
    .await;
}
