//! Questions to the delivery API that no honest client asks: every parameter wrong in every way, on every database.
//! Each is answered briefly, with a refusal that names the parameter or with an honest result, never with an error of
//! ours.

use std::time::{Duration, Instant};

use axum::Router;
use siskin::server;

use crate::api::{Answered, World, ask};
use crate::databases::{Fresh, for_each_fresh};

/// Longer than any refusal may take, however busy the machine.
const LONG: Duration = Duration::from_secs(5);

const ENDPOINTS: [&str; 9] = [
    "pages/?type=zoo.Page&",
    "images/?",
    "redirects/find/?",
    "pages/?",
    "pages/4/?",
    "pages/find/?",
    "images/find/?",
    "documents/7/?",
    "keepers/?",
];

const NAMES: [&str; 31] = [
    "type",
    "site",
    "limit",
    "offset",
    "fields",
    "order",
    "search",
    "search_operator",
    "rich_text_format",
    "format",
    "child_of",
    "ancestor_of",
    "descendant_of",
    "translation_of",
    "locale",
    "id",
    "title",
    "slug",
    "show_in_menus",
    "first_published_at",
    "alias_of",
    "tags",
    "html_path",
    "teaser",
    "born",
    "legs",
    "seen_at",
    "keywords",
    "crew",
    "cover",
    "parts",
];

const VALUES: [&str; 25] = [
    "",
    "%20",
    "x",
    "-1",
    "0",
    "1.5",
    "1e3",
    "99999999999999999999",
    "%00",
    "a%00b",
    "%ff",
    "%C3%28",
    "%F0%9F%98%80",
    "%27%22%3B--",
    "..%2f..%2f",
    "true",
    "[]",
    "%2B3",
    "root",
    "--",
    "%0d%0aX-Y:1",
    "%D9%A3",
    "2020-13-45",
    "2020-02-30T25:61",
    "*",
];

#[tokio::test]
async fn whatever_is_asked_is_answered_and_nothing_breaks() {
    for_each_fresh(async |fresh: &Fresh| {
        let url = &fresh.config.url;
        let world = World::with(&format!(
            "[database]\nurl = \"{url}\"\nsynchronous = \"off\"\n[cache]\nenabled = false\n"
        ))
        .await;
        let router = server::router(world.cms.clone()).unwrap();
        let long =
            ["a".repeat(6_000), ",".repeat(3_000), "(".repeat(3_000), "9".repeat(400), "a,".repeat(3_000)];
        let values: Vec<&str> = VALUES.into_iter().chain(long.iter().map(String::as_str)).collect();
        // What a database could mind is bound in these; the other endpoints are asked on one of them.
        let endpoints = if url.starts_with("sqlite") { &ENDPOINTS[..] } else { &ENDPOINTS[..3] };
        for (endpoint, name) in endpoints.iter().flat_map(|endpoint| NAMES.map(|name| (endpoint, name))) {
            for value in &values {
                check(&router, &format!("/api/v2/{endpoint}{name}={value}")).await;
            }
            check(&router, &format!("/api/v2/{endpoint}{name}=1&{name}=x")).await;
        }
        world.cms.db.close().await;
    })
    .await;
}

async fn check(router: &Router, path: &str) {
    let (began, shown) = (Instant::now(), path.chars().take(120).collect::<String>());
    let answered = get(router, path).await;
    assert!(began.elapsed() < LONG, "{shown} took {:?}", began.elapsed());
    let status = answered.status.as_u16();
    assert!([200, 302, 400, 404].contains(&status), "{shown}: {status} {}", answered.text);
    assert!(status == 302 || answered.json().is_object(), "{shown}: {status} {}", answered.text);
    assert!(answered.text.len() < 40_000, "{shown}: {} bytes", answered.text.len());
}

async fn get(router: &Router, path: &str) -> Answered {
    ask(router, "GET", path, &[("host", "zoo.example")]).await
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_name() {
    let world = World::new().await;
    let tags = |count: usize| (0..count).map(|tag| format!("t{tag}")).collect::<Vec<_>>().join(",");
    let words = "limit cannot be higher than 20";
    for (path, message) in [
        ("pages/?limit=1000000000".to_owned(), format!("400 {words}")),
        ("pages/?limit=-1".to_owned(), "400 limit must be a positive integer".to_owned()),
        ("pages/?limit=1e3".to_owned(), "400 limit must be a positive integer".to_owned()),
        (
            "pages/?limit[]=3".to_owned(),
            "400 query parameter is not an operation or a recognised field: limit[]".to_owned(),
        ),
        (
            format!("pages/?type=zoo.Page&keywords={}", tags(51)),
            "400 field filter error. keywords takes at most 50 names, got 51".to_owned(),
        ),
        (
            format!("images/?tags={}", tags(51)),
            "400 field filter error. tags takes at most 50 names, got 51".to_owned(),
        ),
        (
            format!("pages/?order={}", ["title"; 21].join(",")),
            "400 cannot order by more than 20 fields, got 21".to_owned(),
        ),
        (
            format!("pages/4/?fields={}", "see(".repeat(60)),
            "400 fields error: nested too deeply at position 132".to_owned(),
        ),
        (format!("pages/?{}", "a=1&".repeat(2_000)), "400 too many query parameters".to_owned()),
        (
            "pages/?search_operator=xor&search=a".to_owned(),
            "400 search_operator must be 'and' or 'or'".to_owned(),
        ),
        ("pages/find/?id=x".to_owned(), "400 id must be a positive integer".to_owned()),
    ] {
        assert_eq!(
            world.get(&format!("/api/v2/{path}")).await.message(),
            message,
            "{}",
            &path[..path.len().min(60)]
        );
    }
    for path in
        [format!("pages/?type=zoo.Page&keywords={}", tags(50)), "pages/?offset=999999999999".to_owned()]
    {
        assert_eq!(
            world.get(&format!("/api/v2/{path}")).await.json()["items"],
            serde_json::json!([]),
            "{path}"
        );
    }
}
