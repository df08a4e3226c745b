//! The delivery API on a small world of our own: a home page, two pages beneath it, a private one, and its keepers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use siskin::accounts::{Actor, Work};
use siskin::api;
use siskin::base::{Clock, Timestamp};
use siskin::cms::Cms;
use siskin::content::{self, NewObject, Object};
use siskin::media::{NewFile, Size, keep_file};
use siskin::pages::{self, Privacy};
use siskin::sites::{self, Site};
use siskin::store::sql;
use tower::ServiceExt;

const MODELS: &str = r#"
[images]
expose = ["collection"]

[types.Page]
kind = "page"
fields = [
    { name = "teaser", type = "text", filterable = true },
    { name = "body", type = "rich_text" },
    { name = "diary", type = "text", api = false, search = true },
    { name = "born", type = "date", filterable = true },
    { name = "legs", type = "integer", filterable = true },
    { name = "seen_at", type = "datetime", filterable = true },
    { name = "keywords", type = "tags", filterable = true },
    { name = "cover", type = "image", filterable = true },
    { name = "thumb", type = "rendition", of = "cover", spec = "fill-40x40" },
    { name = "see", type = "page", many = true },
    { name = "crew", type = "children", label = "zoo.Crew", filterable = true, fields = [
        { name = "page", type = "parent" },
        { name = "keeper", type = "snippet", of = ["zoo.Keeper"] },
        { name = "day", type = "choice", choices = [{ value = "MO", label = "Monday" }] },
        { name = "day_label", type = "choice_label", of = "day" },
        { name = "keeper_name", type = "related", of = "keeper", field = "name" },
    ] },
    { name = "more", type = "page" },
    { name = "outside", type = "url" },
    { name = "link", type = "address", of = ["more", "outside"] },
    { name = "parts", type = "stream", blocks = ["fact", "shot"] },
]

[types.Keeper]
kind = "snippet"
endpoint = "keepers"
fields = [
    { name = "name", type = "text" },
    { name = "portrait", type = "image" },
    { name = "peers", type = "snippet", of = ["zoo.Keeper"], many = true },
]

[blocks.fact]
type = "struct"
fields = [{ name = "text", type = "text" }, { name = "weight", type = "float" }]

[blocks.shot]
type = "image"
api_rendition = "width-20"
"#;

/// An answer, ready to be held against what is expected.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn message(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.json()["message"].as_str().unwrap_or_default())
    }

    pub fn titles(&self) -> String {
        let json = self.json();
        let items = json["items"].as_array().into_iter().flatten();
        items.map(|item| item["title"].as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
    }
}

/// Asks a router as a client would.
pub async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answered {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answered {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub struct World {
    pub router: Router,
    pub cms: Arc<Cms>,
    _dir: tempfile::TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With more settings.
    pub async fn with(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("models")).unwrap();
        std::fs::write(dir.path().join("models/zoo.toml"), MODELS).unwrap();
        let config = "base_url = \"http://zoo.example\"\n[site]\nlanguages = [\"en\", \"de\"]\nlocale_prefix = \"none\"\n";
        std::fs::write(dir.path().join("config.toml"), format!("{config}{more}")).unwrap();
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
        let cms = Cms::builder(dir.path()).clock(clock).open().await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        populate(&cms, &mut work).await;
        cms.commit(work).await.unwrap();
        Self { router: api::router(cms.clone()), cms, _dir: dir }
    }

    pub async fn get(&self, path: &str) -> Answered {
        ask(&self.router, "GET", path, &[("host", "zoo.example")]).await
    }
}

/// Image 1; keepers 1 and 2; pages: root 1, Home 2, Birds 3, Siskin 4, Secret 5 (private), Sketch 6 (a draft).
async fn populate(cms: &Cms, work: &mut Work) {
    for code in ["en", "de"] {
        sites::create_locale(work, code).await.unwrap();
    }
    let image =
        object(cms, work, "wagtailimages.Image", json!({ "title": "A siskin", "tags": ["bird", "Yellow"] }))
            .await;
    let file = NewFile {
        name: "original_images/siskin.jpg".to_owned(),
        blob: "f00".to_owned(),
        mime: "image/jpeg".to_owned(),
        size: 1,
        dimensions: Some(Size { width: 100, height: 80 }),
        focal: None,
        created_at: work.now,
        uploaded_by: None,
    };
    keep_file(work, image.key, true, &file).await.unwrap();
    object(cms, work, "zoo.Keeper", json!({ "name": "Ida", "portrait": 1 })).await;
    object(cms, work, "zoo.Keeper", json!({ "name": "Ole", "portrait": null, "peers": [1, 2, 1, 2] })).await;
    let root = pages::create_root(work, "en").await.unwrap();
    let home = page(cms, work, &root, json!({ "title": "Home", "slug": "home" }), true).await;
    let birds = page(
        cms,
        work,
        &home,
        json!({ "title": "Birds", "slug": "birds", "show_in_menus": true, "see": [4, 5, 6] }),
        true,
    )
    .await;
    page(cms, work, &birds, siskin(), true).await;
    let secret = page(cms, work, &home, json!({ "title": "Secret", "slug": "secret" }), true).await;
    pages::restrict(work, &secret, &Privacy::Login).await.unwrap();
    page(cms, work, &home, json!({ "title": "Sketch", "slug": "sketch" }), false).await;
    let site = Site {
        id: 0,
        hostname: "zoo.example".to_owned(),
        port: 80,
        name: String::new(),
        root_page: Some(home.id),
        is_default: true,
        front_end_url: None,
    };
    sites::create_site(work, site).await.unwrap();
}

fn siskin() -> Value {
    json!({
        "title": "Siskin", "slug": "siskin", "teaser": "Small & fast", "body": "<p>See <a id=\"5\" linktype=\"page\">it</a></p>",
        "born": "2020-02-03", "legs": 2, "seen_at": "2020-02-03T04:05:06.000000Z", "keywords": ["bird", "yellow"],
        "cover": 1, "crew": [{ "keeper": 1, "day": "MO" }, { "keeper": 2, "day": "TU" }],
        "parts": [
            { "type": "fact", "value": { "text": "Light", "weight": 12 }, "id": "a" },
            { "type": "gone", "value": 1, "id": "b" },
            { "type": "shot", "value": 1, "id": "c" },
        ],
    })
}

pub async fn page(cms: &Cms, work: &mut Work, parent: &Object, content: Value, live: bool) -> Object {
    let declared = cms.schema.get("zoo.Page").unwrap();
    let mut document = declared.initial();
    document.extend(content.as_object().unwrap().clone());
    let page = pages::create(work, &cms.schema, declared, parent, document, "en").await.unwrap();
    if live { pages::publish(work, declared, &page).await.unwrap() } else { page }
}

pub async fn object(cms: &Cms, work: &mut Work, label: &str, content: Value) -> Object {
    let declared = cms.schema.get(label).unwrap();
    let mut document = declared.initial();
    document.extend(content.as_object().unwrap().clone());
    let new = NewObject { document, locale: "en".to_owned(), ..NewObject::default() };
    let made = content::create(work, declared, new).await.unwrap();
    content::publish(work, declared, &made, None).await.unwrap()
}

#[tokio::test]
async fn a_detail_shows_every_field_in_order() {
    let world = World::new().await;
    let siskin = world.get("/api/v2/pages/4/?fields=*,crew(_,keeper(name),day_label)").await;
    insta::assert_snapshot!(siskin.text, @r#"
    {
        "id": 4,
        "meta": {
            "type": "zoo.Page",
            "detail_url": "http://zoo.example/api/v2/pages/4/",
            "html_url": "http://zoo.example/birds/siskin/",
            "slug": "siskin",
            "show_in_menus": false,
            "seo_title": "",
            "search_description": "",
            "first_published_at": "2026-11-20T12:00:00Z",
            "alias_of": null,
            "parent": {
                "id": 3,
                "meta": {
                    "type": "zoo.Page",
                    "detail_url": "http://zoo.example/api/v2/pages/3/",
                    "html_url": "http://zoo.example/birds/"
                },
                "title": "Birds"
            },
            "locale": "en"
        },
        "title": "Siskin",
        "teaser": "Small & fast",
        "body": "<p>See <a id=\"5\" linktype=\"page\">it</a></p>",
        "born": "2020-02-03",
        "legs": 2,
        "seen_at": "2020-02-03T04:05:06Z",
        "keywords": [
            "bird",
            "yellow"
        ],
        "cover": {
            "id": 1,
            "meta": {
                "type": "wagtailimages.Image",
                "detail_url": "http://zoo.example/api/v2/images/1/",
                "download_url": "/media/original_images/siskin.jpg"
            },
            "title": "A siskin"
        },
        "thumb": {
            "url": "/media/images/siskin.2e16d0ba.fill-40x40.jpg",
            "full_url": "http://zoo.example/media/images/siskin.2e16d0ba.fill-40x40.jpg",
            "width": 40,
            "height": 40,
            "alt": "A siskin"
        },
        "see": [],
        "crew": [
            {
                "keeper": {
                    "id": 1,
                    "meta": {
                        "type": "zoo.Keeper",
                        "detail_url": "http://zoo.example/api/v2/keepers/1/"
                    },
                    "name": "Ida"
                },
                "day_label": "Monday"
            },
            {
                "keeper": {
                    "id": 2,
                    "meta": {
                        "type": "zoo.Keeper",
                        "detail_url": "http://zoo.example/api/v2/keepers/2/"
                    },
                    "name": "Ole"
                },
                "day_label": "TU"
            }
        ],
        "more": null,
        "outside": "",
        "link": "",
        "parts": [
            {
                "type": "fact",
                "value": {
                    "text": "Light",
                    "weight": 12.0
                },
                "id": "a"
            },
            {
                "type": "shot",
                "value": {
                    "id": 1,
                    "title": "A siskin",
                    "meta": {
                        "type": "wagtailimages.Image",
                        "download_url": "/media/original_images/siskin.jpg",
                        "rendition": {
                            "url": "/media/images/siskin.width-20.jpg",
                            "full_url": "http://zoo.example/media/images/siskin.width-20.jpg",
                            "width": 20,
                            "height": 16,
                            "alt": "A siskin"
                        }
                    }
                },
                "id": "c"
            }
        ]
    }
    "#);
}

#[tokio::test]
async fn lists_filter_order_and_page() {
    let world = World::new().await;
    for (query, titles) in [
        ("", "Home Birds Siskin"),
        ("order=-title", "Siskin Home Birds"),
        ("order=title&limit=1&offset=1", "Home"),
        ("limit=0", ""),
        ("child_of=root", "Birds"),
        ("descendant_of=2", "Birds Siskin"),
        ("ancestor_of=4", "Home Birds"),
        ("show_in_menus=true", "Birds"),
        ("type=zoo.page&born=2020-2-3", "Siskin"),
        ("type=zoo.Page&legs=2&keywords=yellow,bird", "Siskin"),
        ("type=zoo.Page&keywords=Yellow", ""),
        ("type=zoo.Page&cover=1", "Siskin"),
        ("type=zoo.Page&crew=2", "Siskin"),
        ("type=zoo.Page&seen_at=2020-02-03T05:05:06%2B01:00", "Siskin"),
        ("type=zoo.Page&teaser=Small+%26+fast", "Siskin"),
        ("type=zoo.Page&order=-legs", "Siskin Home Birds"),
        ("type=zoo.Page&order=legs", "Home Birds Siskin"),
        ("type=zoo.Page&body=x", ""),
        ("locale=de", ""),
        ("translation_of=4", ""),
        ("site=zoo.example:80&slug=birds", "Birds"),
        ("id=99999999999999999999", ""),
    ] {
        let list = world.get(&format!("/api/v2/pages/?{query}")).await;
        assert_eq!(list.titles(), titles, "{query}: {}", list.text);
    }
    assert_eq!(world.get("/api/v2/pages/?limit=1").await.json()["meta"]["total_count"], 3);
}

#[tokio::test]
async fn what_is_not_public_does_not_show() {
    let world = World::new().await;
    for (path, message) in [
        ("/api/v2/pages/5/", "404 No Page matches the given query."),
        ("/api/v2/pages/6/", "404 No Page matches the given query."),
        ("/api/v2/pages/1/", "404 No Page matches the given query."),
        ("/api/v2/pages/?child_of=5", "400 parent page doesn't exist"),
        ("/api/v2/pages/?translation_of=5", "400 translation_of page doesn't exist"),
        ("/api/v2/pages/find/?html_path=/secret/", "404 not found"),
        ("/api/v2/pages/find/?id=5", "404 not found"),
    ] {
        assert_eq!(world.get(path).await.message(), message, "{path}");
    }
    // A list that refers to them leaves them out, and says nothing of how many there were.
    let birds = world.get("/api/v2/pages/3/?fields=_,see").await;
    assert_eq!(
        birds.json(),
        json!({ "see": [{
        "id": 4,
        "meta": { "type": "zoo.Page", "detail_url": "http://zoo.example/api/v2/pages/4/" },
        "title": "Siskin",
    }] })
    );
}

#[tokio::test]
async fn child_rows_show_of_their_page_in_a_list_what_they_show_in_its_detail() {
    let world = World::new().await;
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    let rare =
        "update objects set seo_title = 'A small finch', show_in_menus = 1 where family = 'page' and id = 4";
    work.execute(sql(rare)).await.unwrap();
    world.cms.commit(work).await.unwrap();
    let fields = "_,crew(_,page(_,id,type,locale,slug,seo_title,show_in_menus,first_published_at,teaser))";
    let list = world.get(&format!("/api/v2/pages/?type=zoo.Page&slug=siskin&fields={fields}")).await.json();
    let detail = world.get(&format!("/api/v2/pages/4/?fields={fields}")).await.json();
    assert_eq!(list["items"][0], detail);
    assert_eq!(detail["crew"][0]["page"]["meta"]["locale"], "en");
    assert_eq!(list["items"][0]["crew"][0]["page"]["meta"]["seo_title"], "A small finch");
    assert_eq!(detail["crew"][0]["page"]["teaser"], "Small & fast");
    let brief =
        world.get("/api/v2/pages/?type=zoo.Page&slug=siskin&fields=_,crew(_,page(_,locale))").await.json();
    assert_eq!(brief["items"][0]["crew"][1]["page"]["meta"]["locale"], "en");
}

#[tokio::test]
async fn mistakes_are_told_in_wagtails_words() {
    let world = World::new().await;
    for (path, message) in [
        ("pages/?limit=x", "400 limit must be a positive integer"),
        ("pages/?limit=21", "400 limit cannot be higher than 20"),
        ("pages/?teaser=x", "400 query parameter is not an operation or a recognised field: teaser"),
        ("pages/?type=zoo.Keeper", "400 type doesn't exist"),
        (
            "pages/?type=zoo.Page&legs=x",
            "400 field filter error. 'x' is not a valid value for legs (invalid literal for int() with base 10: 'x')",
        ),
        (
            "pages/?type=zoo.Page&born=x",
            "400 field filter error. 'x' is not a valid value for born (expected a date as YYYY-MM-DD, got 'x')",
        ),
        ("pages/?slug=a%00", "400 field filter error. null characters are not allowed for slug"),
        ("pages/?order=teaser", "400 cannot order by 'teaser' (unknown field)"),
        ("pages/?order=random&offset=0", "400 random ordering with offset is not supported"),
        ("pages/?locale=fr", "404 No Locale matches the given query."),
        ("pages/?site=nowhere", "404 No Site matches the given query."),
        ("pages/?search=%20", "400 search must hold a word"),
        ("pages/?search=a&order=slug", "400 cannot order by 'slug' while searching (field is not indexed)"),
        (
            "pages/4/?rich_text_format=x",
            "400 rich_text_format must be one of 'db_html', 'db_markdown', 'html', 'markdown', got 'x'",
        ),
        ("pages/4/?fields=cover(x)", "400 unknown fields: x"),
        ("pages/4/?slug=x", "404 No Page matches the given query."),
        ("pages/4/?type=zoo.Page&slug=x", "404 No Page matches the given query."),
        ("images/7/", "404 No Image matches the given query."),
        ("images/99999999999999999999/", "404 No Image matches the given query."),
        ("keepers/7/", "404 No Keeper matches the given query."),
        ("pages/?format=xml", "404 "),
    ] {
        assert_eq!(world.get(&format!("/api/v2/{path}")).await.message(), message, "{path}");
    }
}

#[tokio::test]
async fn images_documents_and_snippets_have_endpoints() {
    let world = World::new().await;
    let image = world.get("/api/v2/images/1/").await;
    insta::assert_snapshot!(image.text, @r#"
    {
        "id": 1,
        "meta": {
            "type": "wagtailimages.Image",
            "detail_url": "http://zoo.example/api/v2/images/1/",
            "tags": [
                "Yellow",
                "bird"
            ],
            "download_url": "/media/original_images/siskin.jpg"
        },
        "title": "A siskin",
        "width": 100,
        "height": 80,
        "collection": null
    }
    "#);
    let keepers = world.get("/api/v2/keepers/?fields=name,portrait(_,title)").await;
    insta::assert_snapshot!(keepers.text, @r#"
    {
        "meta": {
            "total_count": 2
        },
        "items": [
            {
                "id": 1,
                "meta": {
                    "type": "zoo.Keeper",
                    "detail_url": "http://zoo.example/api/v2/keepers/1/"
                },
                "name": "Ida",
                "portrait": {
                    "title": "A siskin"
                }
            },
            {
                "id": 2,
                "meta": {
                    "type": "zoo.Keeper",
                    "detail_url": "http://zoo.example/api/v2/keepers/2/"
                },
                "name": "Ole",
                "portrait": null
            }
        ]
    }
    "#);
    assert_eq!(
        world.get("/api/v2/documents/").await.json(),
        json!({ "meta": { "total_count": 0 }, "items": [] })
    );
    assert_eq!(world.get("/api/v2/images/?width=100").await.titles(), "A siskin");
    assert_eq!(world.get("/api/v2/images/?tags=bird,Yellow").await.titles(), "A siskin");
    assert_eq!(world.get("/api/v2/images/?tags=").await.titles(), "");
}

#[tokio::test]
async fn addresses_methods_and_forms_are_kept_to() {
    let world = World::new().await;
    let host = ("host", "zoo.example");
    for (method, path, accept, status, header, value) in [
        ("GET", "/api/v2/pages", "*/*", 301, "location", "/api/v2/pages/"),
        ("GET", "/api/v2/pages/4?fields=_", "*/*", 301, "location", "/api/v2/pages/4/?fields=_"),
        ("GET", "/api/v2/", "*/*", 404, "content-type", "text/html; charset=utf-8"),
        ("GET", "/api/v2/birds/", "*/*", 404, "content-type", "text/html; charset=utf-8"),
        ("GET", "/api/v2/pages/abc/", "*/*", 404, "content-type", "text/html; charset=utf-8"),
        ("GET", "/api/v2/pages//", "*/*", 404, "content-type", "text/html; charset=utf-8"),
        ("POST", "/api/v2/pages/", "*/*", 405, "allow", "GET, HEAD, OPTIONS"),
        ("HEAD", "/api/v2/pages/004/", "*/*", 200, "content-type", "application/json"),
        ("OPTIONS", "/api/v2/pages/", "*/*", 200, "allow", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v2/pages/4/", "text/html,*/*;q=0.1", 200, "content-type", "text/html; charset=utf-8"),
        ("GET", "/api/v2/pages/4/", "application/xml", 406, "content-type", "application/json"),
        (
            "GET",
            "/api/v2/pages/find/?html_path=//birds//siskin&fields=a,b",
            "*/*",
            302,
            "location",
            "http://zoo.example/api/v2/pages/4/?fields=a%2Cb",
        ),
        (
            "GET",
            "/api/v2/keepers/find/?id=2",
            "*/*",
            302,
            "location",
            "http://zoo.example/api/v2/keepers/2/?",
        ),
    ] {
        let answered = ask(&world.router, method, path, &[host, ("accept", accept)]).await;
        assert_eq!(answered.status.as_u16(), status, "{method} {path}");
        assert_eq!(answered.header(header), value, "{method} {path}");
    }
}

#[tokio::test]
async fn an_answer_that_a_client_has_is_not_sent_again() {
    let world = World::new().await;
    let first = world.get("/api/v2/pages/4/").await;
    let etag = first.header("etag").to_owned();
    let headers = [("host", "zoo.example"), ("if-none-match", etag.as_str())];
    let again = ask(&world.router, "GET", "/api/v2/pages/4/", &headers).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = ask(&world.router, "GET", "/api/v2/pages/3/", &headers).await;
    assert_eq!(other.status.as_u16(), 200);
    assert!(world.cms.sites().default_site().is_some());
}

#[tokio::test]
async fn whoever_published_sees_it_in_the_next_answer() {
    let world = World::new().await;
    let paths = [
        "/api/v2/pages/",
        "/api/v2/pages/4/",
        "/api/v2/pages/4/?fields=_,crew(_,keeper(_,name))",
        "/api/v2/keepers/?fields=name",
        "/api/v2/pages/3/?fields=_,see",
        "/api/v2/pages/?type=zoo.Page&child_of=3",
    ];
    let before = world.all(&paths).await;
    assert_eq!(before, world.all(&paths).await);
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "page", 4, json!({ "title": "Serin" })).await;
    world.cms.commit(work).await.unwrap();
    assert_eq!(changed(&before, &world.all(&paths).await), [0, 1, 4, 5]);

    let before = world.all(&paths).await;
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "zoo.Keeper", 1, json!({ "name": "Isa" })).await;
    world.cms.commit(work).await.unwrap();
    assert_eq!(changed(&before, &world.all(&paths).await), [1, 2, 3]);

    let before = world.all(&paths).await;
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    let birds = pages::by_id(&mut work, 3).await.unwrap();
    pages::restrict(&mut work, &birds, &Privacy::Login).await.unwrap();
    world.cms.commit(work).await.unwrap();
    assert_eq!(changed(&before, &world.all(&paths).await), [0, 1, 2, 4, 5]);
}

impl World {
    async fn all(&self, paths: &[&str]) -> Vec<String> {
        let mut texts = Vec::new();
        for path in paths {
            texts.push(self.get(path).await.text);
        }
        texts
    }
}

pub async fn change(cms: &Cms, work: &mut Work, family: &str, id: i64, content: Value) {
    let object = Object::find(work, family, id).await.unwrap();
    let declared = cms.schema.get(&object.label).unwrap();
    let mut document = object.draft_document(work).await.unwrap();
    document.extend(content.as_object().unwrap().clone());
    if object.is_page() {
        let saved = pages::save_draft(work, declared, &object, document, None).await.unwrap();
        pages::publish(work, declared, &saved.object).await.unwrap();
    } else {
        let saved = content::save_draft(work, declared, &object, document, None).await.unwrap();
        content::publish(work, declared, &saved.object, None).await.unwrap();
    }
}

fn changed(before: &[String], after: &[String]) -> Vec<usize> {
    (0..before.len()).filter(|&number| before[number] != after[number]).collect()
}

#[tokio::test]
async fn a_question_cannot_ask_for_more_than_its_bounds() {
    let world = World::new().await;
    for depth in [20, 31] {
        let nested = format!("{}_{}", "peers(".repeat(depth), ")".repeat(depth));
        let asked = world.get(&format!("/api/v2/keepers/?fields={nested}")).await;
        let words = "400 fields asks for more than 20000 objects: nest less, or lower the limit";
        assert_eq!(asked.message(), words, "{depth}");
    }
    let many = "a=1&".repeat(1_000);
    assert_eq!(world.get(&format!("/api/v2/pages/?{many}")).await.message(), "400 too many query parameters");
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "zoo.Keeper", 2, json!({ "name": "Ole".repeat(500_000) })).await;
    world.cms.commit(work).await.unwrap();
    for (depth, is_answered) in [(3, true), (7, false), (12, false)] {
        let nested = format!("{}_{}", "_,name,peers(".repeat(depth), ")".repeat(depth));
        let asked = world.get(&format!("/api/v2/keepers/2/?fields={nested}")).await;
        match is_answered {
            true => assert_eq!(asked.status, 200, "{depth}"),
            false => {
                let words = "400 fields asks for more than 64 MiB: nest less, or lower the limit";
                assert_eq!(asked.message(), words, "{depth}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_shown_again_is_shown_the_same_however_deep_it_stands() {
    let world = World::new().await;
    for (fields, shown) in [
        ("_,name,peers(_,name,portrait(_,title))", r#"{"name":"Ida","portrait":{"title":"A siskin"}}"#),
        ("_,peers(_,peers(_,peers(_,name)))", r#"{"peers":[]}"#),
    ] {
        for indent in [0, 1, 4] {
            let path = format!("/api/v2/keepers/?fields={fields}");
            let accept = format!("application/json; indent={indent}");
            let headers = [("host", "zoo.example"), ("accept", accept.as_str())];
            let answered = ask(&world.router, "GET", &path, &headers).await;
            let ole = &answered.json()["items"][1];
            assert_eq!(ole["peers"][0], serde_json::from_str::<Value>(shown).unwrap(), "{path}");
            assert_eq!((&ole["peers"][0], &ole["peers"][1]), (&ole["peers"][2], &ole["peers"][3]), "{path}");
            assert_eq!(answered.text, indented(&answered.json(), indent), "{path}");
        }
    }
}

/// The JSON text of a value that holds nothing to be escaped, made by another hand.
fn indented(value: &Value, indent: usize) -> String {
    if indent == 0 {
        return value.to_string();
    }
    let (blanks, mut out) = (" ".repeat(indent), Vec::new());
    let formatter = serde_json::ser::PrettyFormatter::with_indent(blanks.as_bytes());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter)).unwrap();
    String::from_utf8(out).unwrap()
}
