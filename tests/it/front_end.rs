//! Sites whose pages a front end of their own shows: every address that is written leads there, each site to its own.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use siskin::accounts::Actor;
use siskin::cms::Cms;
use siskin::config::{Config, ThemeName};
use siskin::pages;
use siskin::server;
use siskin::sites::{self, Site};
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh};
use crate::site::copy;

/// The starter site at localhost:8000, shown at www.example.org; its birds at birds.localhost, shown elsewhere again.
struct World {
    cms: Arc<Cms>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl World {
    async fn new(fresh: &Fresh, theme: ThemeName) -> Self {
        let dir = fresh.dir.path();
        for folder in ["models", "seed"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &dir.join(folder));
        }
        let mut config = Config::load(dir).unwrap();
        config.database = fresh.config.clone();
        config.site.languages = vec!["en".into(), "de".into()];
        config.site.front_end_url = Some("https://www.example.org".parse().unwrap());
        config.site.theme = theme;
        let cms = Cms::builder(dir).config(config).open().await.unwrap();
        cms.begin().await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let birds = pages::at_url_path(&mut work, "/home/birds/").await.unwrap().unwrap();
        let site = Site {
            id: 0,
            hostname: "birds.localhost".into(),
            port: 80,
            name: "Birds".into(),
            root_page: Some(birds.id),
            is_default: false,
            front_end_url: Some("https://birds.example.org/".into()),
        };
        sites::create_site(&mut work, site).await.unwrap();
        cms.commit(work).await.unwrap();
        Self { router: server::router(cms.clone()).unwrap(), cms }
    }

    async fn get(&self, host: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let location = parts.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, location: location.to_owned(), text }
    }

    async fn json(&self, host: &str, path: &str) -> Value {
        serde_json::from_str(&self.get(host, path).await.text).unwrap()
    }
}

/// Every whole address in a text, that begins with one of ours.
fn addresses(text: &str) -> Vec<&str> {
    let starts = text.match_indices("http").map(|(at, _)| &text[at..]);
    starts
        .filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"))
        .map(|rest| rest.split(['"', '<', ' ', '\n', '&']).next().unwrap_or_default())
        .filter(|address| address.contains("example.org") || address.contains("localhost"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_a_page_leads_to_the_front_end_of_its_site() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, ThemeName(None)).await;
        for (host, front_end, own) in [
            ("localhost:8000", "https://www.example.org/", "http://localhost:8000/api/"),
            ("birds.localhost", "https://birds.example.org/", "http://birds.localhost/api/"),
        ] {
            let listed = world.json(host, "/api/v2/pages/?limit=20").await;
            let items = listed["items"].as_array().unwrap();
            assert!(items.len() > 2, "{host}");
            for item in items {
                let meta = &item["meta"];
                // A page that two sites show is at home in the inner one.
                let url = meta["html_url"].as_str().unwrap();
                assert!(
                    url.starts_with(front_end) || url.starts_with("https://birds.example.org/"),
                    "{item}"
                );
                assert!(meta["detail_url"].as_str().unwrap().starts_with(own), "{host}: {item}");
            }
            let map = world.get(host, "/sitemap.xml").await;
            let feed = world.get(host, "/feed.xml").await;
            let robots = world.get(host, "/robots.txt").await;
            for (name, answer) in [("sitemap", map), ("feed", feed), ("robots", robots)] {
                assert_eq!(answer.status, StatusCode::OK, "{host}: {name}");
                let found = addresses(&answer.text);
                assert!(!found.is_empty(), "{host}: {name}");
                for address in found {
                    assert!(address.starts_with(front_end), "{host}: {name}: {address}");
                }
            }
        }
        let found = world.get("localhost:8000", "/api/v2/pages/find/?html_path=/journal/").await;
        assert!(found.location.starts_with("http://localhost:8000/api/v2/pages/"), "{}", found.location);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_theme_pages_are_shown_by_the_front_end_alone() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, ThemeName(None)).await;
        for (host, path, status, location) in [
            ("localhost:8000", "/journal/", 302, "https://www.example.org/journal/"),
            ("localhost:8000", "/journal", 301, "/journal/"),
            ("localhost:8000", "/blog/", 301, "/journal/"),
            ("localhost:8000", "/nothing/", 404, ""),
            ("localhost:8000", "/theme/style.css", 404, ""),
            ("localhost:8000", "/search/?query=siskin", 404, ""),
            ("birds.localhost", "/siskin/", 302, "https://birds.example.org/siskin/"),
            ("localhost:8000", "/healthz", 200, ""),
        ] {
            let answer = world.get(host, path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.location.as_str()),
                (status, location),
                "{host}{path}"
            );
        }
        let mut work = world.cms.work(Actor::System("test")).await.unwrap();
        let page = pages::at_url_path(&mut work, "/home/journal/").await.unwrap().unwrap();
        pages::restrict(&mut work, &page, &pages::Privacy::Login).await.unwrap();
        world.cms.commit(work).await.unwrap();
        assert_eq!(world.get("localhost:8000", "/journal/").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_beside_a_front_end_writes_its_addresses_too() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, ThemeName(Some("starter".into()))).await;
        let home = world.get("localhost:8000", "/").await;
        assert_eq!(home.status, StatusCode::OK);
        let alternates: Vec<&str> =
            home.text.lines().filter(|line| line.contains("<link rel=\"alternate\" hreflang")).collect();
        assert!(!alternates.is_empty());
        for line in alternates {
            assert!(line.contains("https://www.example.org/"), "{line}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renditions_are_added_to_any_answer_and_can_be_fetched() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, ThemeName(None)).await;
        let host = "localhost:8000";
        let asked = "renditions=width-331,fill-90x60%7Cformat-webp,width-331";
        for path in [
            format!("/api/v2/images/?limit=3&{asked}"),
            format!("/api/v2/pages/?type=journal.ArticlePage&limit=3&fields=*&{asked}"),
            format!("/api/v2/pages/?type=birds.BirdPage&limit=20&fields=body&{asked}"),
        ] {
            let listed = world.json(host, &path).await;
            let mut seen = 0;
            for item in listed["items"].as_array().unwrap() {
                for (image, made) in item["renditions"].as_object().unwrap() {
                    assert_eq!(made.as_object().unwrap().len(), 2, "{path}: {image}");
                    let (wide, small) = (&made["width-331"], &made["fill-90x60|format-webp"]);
                    // Drawings are shown as they are.
                    if wide["error"] == "SourceImageIOError" {
                        continue;
                    }
                    seen += 1;
                    assert_eq!(
                        (&wide["width"], &small["width"], &small["height"]),
                        (&331.into(), &90.into(), &60.into())
                    );
                    assert!(wide["alt"].is_string());
                    let fetched = world.get(host, wide["url"].as_str().unwrap()).await;
                    assert_eq!(fetched.status, StatusCode::OK, "{wide}");
                }
            }
            assert!(seen > 0, "{path}");
        }
        let plain = world.json(host, "/api/v2/images/?limit=3").await;
        assert!(plain["items"][0].get("renditions").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renditions_that_cannot_be_are_refused_by_name() {
    for_each_fresh(async |fresh| {
        let world = World::new(fresh, ThemeName(None)).await;
        let many: Vec<String> = (1..10).map(|width| format!("width-{width}")).collect();
        for (asked, told) in [
            ("width-0", "renditions: “width-0”"),
            ("nonsense", "renditions: “nonsense”"),
            ("width-99999999999", "renditions: “width-99999999999”"),
            (&many.join(","), "renditions: at most 8 filter specs"),
        ] {
            let answer = world.get("localhost:8000", &format!("/api/v2/images/?renditions={asked}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{asked}");
            assert!(answer.text.contains(told), "{asked}: {}", answer.text);
        }
        let mut refused = 0;
        for width in 400..480 {
            let answer =
                world.get("localhost:8000", &format!("/api/v2/images/?renditions=width-{width}")).await;
            refused += u32::from(answer.status == StatusCode::BAD_REQUEST);
        }
        assert!(refused > 0, "a stranger has any number of sizes signed for");
        let declared = world.get("localhost:8000", "/api/v2/images/?renditions=width-800").await;
        assert_eq!(declared.status, StatusCode::OK);
    })
    .await;
}
