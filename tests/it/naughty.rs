//! Titles, slugs, dates and forms that nobody expected: stored as given, or refused by name, on every database.

use serde_json::{Map, Value, json};
use siskin::content::Object;
use siskin::pages;
use siskin::schema::{Document, Registry, form_tree, load_texts};
use siskin::store::Db;

use crate::databases::for_each_database;
use crate::shared::shared;
use crate::tree::{Tree, begin};

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [
    { name = "intro", type = "long_text" },
    { name = "day", type = "date" },
    { name = "hour", type = "time" },
    { name = "moment", type = "datetime" },
    { name = "price", type = "decimal" },
    { name = "size", type = "float" },
    { name = "count", type = "integer" },
    { name = "words", type = "tags" },
    { name = "body", type = "stream", blocks = ["box"] },
]
[blocks.box]
type = "list"
item = { type = "struct", fields = [{ name = "inner", type = "text" }] }
"#;

async fn planted(db: Db) -> Tree {
    Tree::planted(db, MODELS, serde_json::from_value(json!({ "title": "Home" })).unwrap()).await
}

impl Tree {
    /// Reads a page's fields as a form does, makes it, publishes it, and gives it as it is stored; or the refusal.
    async fn publish(&self, fields: Value) -> Result<(Object, Document), String> {
        let declared = self.schema.get("site.Page").unwrap();
        let sent: Map<String, Value> = serde_json::from_value(fields).unwrap();
        let (document, problems) = declared.read(&sent, &declared.initial());
        problems.into_result().map_err(|error| error.to_string())?;
        let mut work = begin(&self.db).await;
        let made = pages::create(&mut work, &self.schema, declared, &self.home, document, "en").await;
        let made = made.map_err(|error| error.to_string())?;
        let live = pages::publish(&mut work, declared, &made).await.map_err(|error| error.to_string())?;
        work.commit().await.unwrap();
        let mut conn = self.db.read().await.unwrap();
        let live = Object::by_key(&mut conn, live.key).await.unwrap();
        let document = live.live_document().unwrap();
        Ok((live, document))
    }
}

fn read(name: &str, value: Value) -> Result<Value, String> {
    let schema = load_texts(&[("site".to_owned(), MODELS.to_owned())], &Registry::default()).unwrap();
    let declared = schema.get("site.Page").unwrap();
    let sent = Map::from_iter([(name.to_owned(), value)]);
    let (mut document, problems) = declared.read(&sent, &declared.initial());
    problems.into_result().map_err(|error| error.to_string())?;
    Ok(document.remove(name).unwrap())
}

#[tokio::test]
async fn any_title_is_stored_as_given_or_refused_by_name() {
    let long = "x".repeat(255);
    let mut titles: Vec<String> = [
        "a",
        "🙂",
        "👩‍👩‍👧‍👦 family",
        "שלום עולם",
        "e\u{301}te\u{301}",
        "\u{202e}turned",
        "%20%2e <b>&amp;",
        "'); drop table objects; --",
        "{{ 7*7 }} {% include \"x\" %}",
        "Ω≈ç√∫˜µ≤≥÷",
        "\u{feff}with a mark",
        "\u{fffd}",
        &long,
    ]
    .map(str::to_owned)
    .to_vec();
    if let Some(list) = shared("data/naughty-strings/blns.json") {
        let list: Vec<String> = serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap();
        titles.extend(list.into_iter().step_by(9).map(|title| title.chars().take(255).collect()));
    }
    for_each_database(async |db| {
        let tree = planted(db).await;
        for title in &titles {
            let is_refused = title.trim().is_empty() || title.contains(['\0', '\n', '\r']);
            match tree.publish(json!({ "title": title, "intro": title, "words": [title] })).await {
                Ok((page, document)) => {
                    assert!(!is_refused, "{title:?}");
                    assert_eq!((document["title"].as_str(), &page.title), (Some(title.as_str()), title));
                    assert_eq!(document["intro"], json!(title));
                    assert!(siskin::text::is_slug(&page.slug), "{:?} of {title:?}", page.slug);
                }
                Err(told) => assert!(is_refused, "{title:?}: {told}"),
            }
        }
        for (title, told) in [
            ("".to_owned(), "title: is required"),
            (" \t ".to_owned(), "title: is required"),
            ("x".repeat(256), "title: has 256 characters; 255 are allowed"),
            ("x".repeat(10_000), "title: has 10000 characters; 255 are allowed"),
            ("a\0b".to_owned(), "title: may not contain the character NUL"),
            ("a\nb".to_owned(), "title: may have one line only"),
        ] {
            assert_eq!(tree.publish(json!({ "title": title })).await.unwrap_err(), told);
        }
        let mut conn = tree.db.read().await.unwrap();
        assert!(pages::doctor::examine(&mut conn).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_slug_is_one_word_of_an_address_and_has_one_spelling() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        for (title, slug) in [
            ("Straße", "straße"),
            ("İstanbul", "i̇stanbul"),
            ("中文", "中文"),
            ("A / B", "a-b"),
            ("..", "page"),
            ("🙂", "page-2"),
            ("index.html", "indexhtml"),
            ("Admin", "admin"),
        ] {
            let (page, document) = tree.publish(json!({ "title": title })).await.unwrap();
            assert_eq!(page.slug, slug);
            assert_eq!(read("slug", document["slug"].clone()), Ok(json!(slug)), "what we made we also take");
            assert_eq!(page.url_path, format!("/home/{slug}/"));
        }
        for slug in
            ["a/b", "..", ".", "%2e", "index.html", "a b", "a?b", "a#b", "\u{202e}", "🙂", "a\\b", "a\0"]
        {
            let told = tree.publish(json!({ "title": "T", "slug": slug })).await.unwrap_err();
            assert!(told.starts_with("slug: may "), "{slug:?}: {told}");
        }
        // One address has one spelling, however it was typed.
        let (page, _) = tree.publish(json!({ "title": "T", "slug": "caf\u{e9}" })).await.unwrap();
        assert_eq!(page.slug, "caf\u{e9}");
        let twin = tree.publish(json!({ "title": "T", "slug": "cafe\u{301}" })).await.unwrap_err();
        assert_eq!(twin, "slug: “caf\u{e9}” is taken by another page here");
    })
    .await;
}

#[test]
fn moments_and_numbers_are_stored_in_one_form_or_refused() {
    for (name, sent, stored) in [
        ("day", "2024-02-29", Some("2024-02-29")),
        ("day", "2023-02-29", None),
        ("day", "0001-01-01", Some("0001-01-01")),
        ("day", "9999-12-31", Some("9999-12-31")),
        ("day", "10000-01-01", None),
        ("day", "+10000-01-01", None),
        ("day", "-0001-01-01", None),
        ("day", "0000-01-01", None),
        ("day", "2026-W01-1", None),
        ("day", "2026-13-01", None),
        ("day", "20260101", None),
        ("hour", "23:59:59", Some("23:59:59")),
        ("hour", "08:30", Some("08:30:00")),
        ("hour", "24:00", None),
        ("hour", "23:59:60", None),
        ("moment", "2026-11-30T08:30:00Z", Some("2026-11-30T08:30:00.000000Z")),
        ("moment", "2026-11-30T08:30:00+05:45", Some("2026-11-30T02:45:00.000000Z")),
        ("moment", "2026-06-30T23:59:60Z", Some("2026-07-01T00:00:00.000000Z")),
        ("moment", "9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59.000000Z")),
        ("moment", "99999-12-31T23:59:59Z", None),
        ("moment", "yesterday", None),
        ("price", "12,50", Some("12.50")),
        ("price", "1e999", None),
        ("price", "NaN", None),
        ("price", "--1", None),
        ("price", "١٢", None),
    ] {
        let found = read(name, json!(sent));
        assert_eq!(found.as_ref().ok().and_then(Value::as_str), stored, "{name} {sent}: {found:?}");
    }
    for (name, sent) in [
        ("size", json!("inf")),
        ("size", json!("NaN")),
        ("size", json!("1e999")),
        ("count", json!("99999999999999999999")),
        ("count", json!(1.5)),
        ("count", json!({ "a": 1 })),
        ("intro", json!(["a", {}])),
        ("day", json!(20260101)),
        ("body", json!("text")),
        ("body", json!([{ "type": "box", "value": "text" }])),
        ("body", json!([["box"]])),
    ] {
        assert!(read(name, sent.clone()).is_err(), "{name} {sent}");
    }
}

#[test]
fn a_hostile_form_is_refused_without_harm() {
    let schema = load_texts(&[("site".to_owned(), MODELS.to_owned())], &Registry::default()).unwrap();
    let declared = schema.get("site.Page").unwrap();
    let deep = "body.a.value".to_owned() + &".a.value".repeat(20_000);
    let polluting = "__proto__.polluted";
    let pairs = [
        (deep.as_str(), "x"),
        (polluting, "1"),
        ("constructor.prototype.polluted", "1"),
        ("live", "true"),
        ("owner", "1"),
        ("path", "0000"),
        ("body", "x"),
        ("body.k.type", "box"),
        ("title.x", "y"),
    ];
    let (document, _) = declared.read(&form_tree(pairs), &declared.initial());
    let names: Vec<&str> = document.keys().map(String::as_str).collect();
    let known: Vec<&str> = declared.all_fields().map(|field| field.name.as_str()).collect();
    assert_eq!(names, known, "nothing that the models do not name comes in");
    let many: Vec<(String, String)> =
        (0..20_000).map(|n| (format!("body.k{n}.type"), "box".to_owned())).collect();
    let began = std::time::Instant::now();
    let tree = form_tree(many.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let (document, problems) = declared.read(&tree, &declared.initial());
    assert!(problems.is_empty() && document["body"].as_array().unwrap().len() == 20_000);
    assert!(began.elapsed().as_secs() < 5);
}
