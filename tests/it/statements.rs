//! How many statements each kind of answer takes, with one article and with fifty: nothing asks once an item.

use std::sync::Arc;

use axum::Router;
use siskin::accounts::Actor;
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::pages::{self, Privacy};
use siskin::search::Follower;
use siskin::{api, site, web};

use crate::api::ask;
use crate::databases::{Fresh, for_each_fresh};

const MODELS: &str = r#"
[types.Index]
kind = "page"
fields = []

[types.Article]
kind = "page"
fields = [
    { name = "date", type = "datetime", filterable = true },
    { name = "body", type = "rich_text", search = true },
    { name = "category", type = "snippet", of = ["press.Category"], filterable = true },
    { name = "tags", type = "tags", filterable = true },
    { name = "authors", type = "children", label = "press.Writer", fields = [
        { name = "person", type = "snippet", of = ["press.Person"] },
    ] },
    { name = "cover", type = "image" },
    { name = "thumb", type = "rendition", of = "cover", spec = "fill-40x40" },
    { name = "see", type = "page", many = true },
]

[types.Category]
kind = "snippet"
endpoint = "categories"
fields = [{ name = "name", type = "text" }]

[types.Person]
kind = "snippet"
fields = [{ name = "name", type = "text" }, { name = "portrait", type = "image" }]
"#;

struct Press {
    cms: Arc<Cms>,
    router: Router,
}

impl Press {
    async fn with(fresh: &Fresh, articles: usize) -> Self {
        let dir = fresh.dir.path();
        for folder in ["models", "seed/images"] {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
        }
        std::fs::write(dir.join("models/press.toml"), MODELS).unwrap();
        std::fs::write(dir.join("seed/site.jsonl"), seed(articles)).unwrap();
        let siskin = concat!(env!("CARGO_MANIFEST_DIR"), "/seed/images/siskin.jpg");
        for cover in 0..3 {
            std::fs::copy(siskin, dir.join(format!("seed/images/{cover}.jpg"))).unwrap();
        }
        let text = "base_url = \"http://press.example\"\n[cache]\nenabled = false\n";
        std::fs::write(dir.join("config.toml"), text).unwrap();
        let mut config = Config::load(dir).unwrap();
        config.database = fresh.config.clone();
        let cms = Cms::builder(dir).config(config).open().await.unwrap();
        cms.begin().await.unwrap();
        Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
        let doors = api::router(cms.clone()).merge(site::router(cms.clone()));
        Self { router: web::frame(doors, cms.clone()).unwrap(), cms }
    }

    /// The statements that an answer takes, once what lists came to is remembered, and its text.
    async fn takes(&self, path: &str) -> (u64, String) {
        let host = [("host", "press.example")];
        ask(&self.router, "GET", path, &host).await;
        let before = self.cms.db.statements();
        let answered = ask(&self.router, "GET", path, &host).await;
        assert!(answered.status.as_u16() < 400, "{path}: {} {}", answered.status, answered.text);
        (self.cms.db.statements() - before, answered.text)
    }
}

fn seed(articles: usize) -> String {
    let at = "2026-10-01T00:00:00Z";
    let mut lines = vec![
        r#"{"archive": {"version": 1}}"#.to_owned(),
        r#"{"locale": {"id": 1, "code": "en"}}"#.to_owned(),
    ];
    for number in 0..3 {
        let id = number + 1;
        lines.push(format!(r#"{{"image": {{"id": {id}, "file": "images/{number}.jpg", "collection": 1, "created_at": "{at}", "fields": {{"title": "Cover {number}"}}}}}}"#));
        lines.push(format!(r#"{{"object": {{"type": "press.Category", "id": {id}, "at": "{at}", "fields": {{"name": "Category {number}"}}}}}}"#));
        lines.push(format!(r#"{{"object": {{"type": "press.Person", "id": {id}, "at": "{at}", "fields": {{"name": "Person {number}", "portrait": {id}}}}}}}"#));
    }
    lines.push(format!(r#"{{"page": {{"type": "press.Index", "id": 2, "parent": 1, "at": "{at}", "fields": {{"title": "Press", "slug": "home"}}}}}}"#));
    lines.push(r#"{"site": {"id": 1, "name": "Press", "root_page": 2}}"#.to_owned());
    for number in 0..articles {
        let (id, one) = (number + 3, number % 3 + 1);
        lines.push(format!(r#"{{"page": {{"type": "press.Article", "id": {id}, "parent": 2, "at": "2026-10-02T00:{:02}:00Z", "fields": {{"title": "Article {number}", "slug": "a{number}", "body": "<p>harbour</p>", "date": "2026-10-02T00:{:02}:00Z", "category": {one}, "tags": ["x"], "authors": [{{"person": {one}}}], "cover": {one}, "see": [3]}}}}}}"#, number % 60, (number * 7) % 60));
    }
    lines.join("\n")
}

#[tokio::test]
async fn no_answer_takes_more_statements_than_it_says_however_much_there_is() {
    const ALL: &str = "category(name),tags,authors(person),cover,thumb";
    let list = |more: &str| format!("/api/v2/pages/?type=press.Article&fields={ALL}&limit=20{more}");
    let asked: [(String, u64); 13] = [
        (list(""), 2),
        (list("&order=-first_published_at"), 2),
        (list("&order=-first_published_at&category=1"), 2),
        (list("&order=-date&tags=x"), 2),
        (list("&search=harbour"), 2),
        (format!("/api/v2/pages/?type=press.Article&fields={ALL},authors(person(portrait))"), 3),
        ("/api/v2/pages/".to_owned(), 1),
        ("/api/v2/pages/3/".to_owned(), 1),
        ("/api/v2/pages/3/?fields=*,authors(person(portrait))".to_owned(), 2),
        ("/api/v2/categories/".to_owned(), 1),
        ("/api/v2/pages/find/?html_path=/a0/".to_owned(), 1),
        ("/sitemap.xml".to_owned(), 1),
        ("/feed.xml".to_owned(), 2),
    ];
    for articles in [1, 50] {
        for_each_fresh(async |fresh: &Fresh| {
            let press = Press::with(fresh, articles).await;
            for (path, most) in &asked {
                let (took, text) = press.takes(path).await;
                assert!(took <= *most, "{path} with {articles} articles took {took} statements\n{text}");
            }
            let (_, text) = press.takes(&asked[2].0).await;
            let first: serde_json::Value = serde_json::from_str(&text).unwrap();
            let newest = (articles - 1) / 3 * 3;
            assert_eq!(first["items"][0]["title"], format!("Article {newest}"));
            assert_eq!(first["meta"]["total_count"], articles.div_ceil(3));
            assert_eq!(first["items"][0]["category"]["name"], "Category 0");
        })
        .await;
    }
}

#[tokio::test]
async fn a_remembered_total_goes_with_what_it_counted() {
    for_each_fresh(async |fresh: &Fresh| {
        let press = Press::with(fresh, 3).await;
        let total = async || {
            let (_, text) = press.takes("/api/v2/pages/?type=press.Article&tags=x").await;
            let list: serde_json::Value = serde_json::from_str(&text).unwrap();
            list["meta"]["total_count"].clone()
        };
        assert_eq!(total().await, 3);
        let mut work = press.cms.work(Actor::System("test")).await.unwrap();
        let page = pages::by_id(&mut work, 3).await.unwrap();
        pages::unpublish(&mut work, &press.cms.schema, &page).await.unwrap();
        press.cms.commit(work).await.unwrap();
        assert_eq!(total().await, 2);
        let mut work = press.cms.work(Actor::System("test")).await.unwrap();
        let home = pages::by_id(&mut work, 2).await.unwrap();
        pages::restrict(&mut work, &home, &Privacy::Login).await.unwrap();
        press.cms.commit(work).await.unwrap();
        assert_eq!(total().await, 0);
    })
    .await;
}

/// Every commit of the index changes what fits how well: what a search came to takes the place of what it came to before.
#[tokio::test]
async fn a_search_is_remembered_once_however_often_the_index_changes() {
    for_each_fresh(async |fresh: &Fresh| {
        let press = Press::with(fresh, 6).await;
        let mut remembered = Vec::new();
        for left in (3..=6).rev() {
            let (took, text) =
                press.takes("/api/v2/pages/?type=press.Article&search=harbour&fields=_,id").await;
            let list: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!((list["meta"]["total_count"].as_i64(), took), (Some(left), 1), "remembered, and read");
            remembered.push(press.cms.memory().totals.questions().await);
            let mut work = press.cms.work(Actor::System("test")).await.unwrap();
            let page = pages::by_id(&mut work, left).await.unwrap();
            pages::unpublish(&mut work, &press.cms.schema, &page).await.unwrap();
            press.cms.commit(work).await.unwrap();
            let follower =
                Follower::new(press.cms.index.clone(), press.cms.db.clone(), press.cms.schema.clone());
            follower.catch_up().await.unwrap();
        }
        assert!(
            remembered[0] > 0 && remembered.iter().all(|count| *count == remembered[0]),
            "{remembered:?}"
        );
    })
    .await;
}

/// So many meet the condition that the values of the field are walked, in place of sorting what meets it.
#[tokio::test]
async fn many_with_a_value_come_in_the_order_of_a_field() {
    for_each_fresh(async |fresh: &Fresh| {
        let press = Press::with(fresh, 620).await;
        for order in ["date", "-date"] {
            let mut listed = Vec::new();
            for offset in (0..620).step_by(20) {
                let path = format!(
                    "/api/v2/pages/?type=press.Article&tags=x&order={order}&limit=20&offset={offset}&fields=_,id,date"
                );
                let (_, text) = press.takes(&path).await;
                let list: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_eq!(list["meta"]["total_count"], 620);
                let items = list["items"].as_array().unwrap().clone();
                let place = |item: serde_json::Value| (item["date"].to_string(), item["id"].as_i64().unwrap());
                listed.extend(items.into_iter().map(place));
            }
            let mut sorted = listed.clone();
            sorted.sort_by(|(one, id), (other, other_id)| {
                let by_date = if order == "date" { one.cmp(other) } else { other.cmp(one) };
                by_date.then(id.cmp(other_id))
            });
            assert_eq!(listed, sorted, "{order}");
            listed.dedup_by_key(|(_, id)| *id);
            assert_eq!(listed.len(), 620);
        }
    })
    .await;
}

/// A hundred thousand pages are not counted for one that is published.
#[tokio::test]
async fn a_total_follows_what_was_published_without_counting_all() {
    for_each_fresh(async |fresh: &Fresh| {
        let press = Press::with(fresh, 70).await;
        // The total, what the answer took, and whether one statement of it counted.
        let look = async || {
            let path = "/api/v2/pages/?type=press.Article&limit=1&fields=_";
            let before = press.cms.db.statements();
            let answered = ask(&press.router, "GET", path, &[("host", "press.example")]).await;
            let list: serde_json::Value = serde_json::from_str(&answered.text).unwrap();
            (list["meta"]["total_count"].as_i64().unwrap(), press.cms.db.statements() - before)
        };
        let act = async |ids: &[i64], live: bool| {
            let mut work = press.cms.work(Actor::System("test")).await.unwrap();
            for id in ids {
                let page = pages::by_id(&mut work, *id).await.unwrap();
                let declared = press.cms.schema.require(&page.label).unwrap();
                match live {
                    true => pages::publish(&mut work, declared, &page).await.map(drop).unwrap(),
                    false => pages::unpublish(&mut work, &press.cms.schema, &page).await.map(drop).unwrap(),
                }
            }
            press.cms.commit(work).await.unwrap();
        };
        assert_eq!(look().await, (70, 2), "counted, and listed");
        assert_eq!(look().await, (70, 1), "remembered");
        act(&[3, 4], false).await;
        assert_eq!(look().await, (68, 3), "what happened, how many of them are there, and listed");
        act(&[4, 5], true).await;
        act(&[4], false).await;
        act(&[2], true).await;
        assert_eq!(look().await, (68, 3), "twice the same page, one that was there, and one of another type");
        let many: Vec<i64> = (5..70).collect();
        act(&many, false).await;
        assert_eq!(look().await, (3, 3), "too much happened: what happened, counted, and listed");
    })
    .await;
}
