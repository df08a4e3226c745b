//! Changing models under stored content: shown first, applied whole or not at all, nothing lost.

use serde_json::{Value, json};
use siskin::accounts::{Actor, Work};
use siskin::base::{Clock, Timestamp};
use siskin::content::{self, NewObject, Object, evolve};
use siskin::schema::{Registry, Schema, load_texts};
use siskin::store::Db;

use crate::databases::for_each_database;

const BEFORE: &str = r#"
[types.Note]
kind = "snippet"
drafts = true
fields = [
  { name = "name", type = "text" },
  { name = "size", type = "text" },
  { name = "body", type = "stream", blocks = ["quote"] },
  { name = "people", type = "children", label = "site.Person", fields = [{ name = "who", type = "text" }] },
]
[blocks.quote]
type = "struct"
fields = [{ name = "text", type = "long_text" }, { name = "by", type = "text" }]
"#;

fn models(text: &str) -> Schema {
    load_texts(&[("site".to_owned(), text.to_owned())], &Registry::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

async fn work(db: &Db) -> Work {
    let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
    Work::begin(db, &clock, Actor::System("test")).await.unwrap()
}

/// A store with one published note whose size is `size`.
async fn note(db: &Db, size: &str) -> Object {
    let schema = models(BEFORE);
    let declared = schema.get("site.Note").unwrap();
    let mut work = work(db).await;
    evolve::apply(&mut work, &schema).await.unwrap();
    let document = serde_json::from_value(json!({
        "name": "First", "size": size,
        "body": [{ "type": "quote", "value": { "text": "Hm", "by": "Ada" }, "id": "9b6a3a3e-41a5-4b0e-9a0c-0d5b2f8f6a01" }],
        "people": [{ "id": null, "who": "Eva" }],
    }))
    .unwrap();
    let made =
        content::create(&mut work, declared, NewObject { document, ..NewObject::default() }).await.unwrap();
    let live = content::publish(&mut work, declared, &made, None).await.unwrap();
    work.commit().await.unwrap();
    live
}

async fn applied(db: &Db, text: &str, object: &Object) -> Result<Value, String> {
    let mut work = work(db).await;
    evolve::apply(&mut work, &models(text)).await.map_err(|error| error.to_string())?;
    work.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();
    let object = Object::by_key(&mut conn, object.key).await.unwrap();
    let draft = object.draft_document(&mut conn).await.unwrap();
    assert_eq!(Value::Object(draft), Value::Object(object.live_document().unwrap()));
    Ok(Value::Object(object.live_document().unwrap()))
}

#[tokio::test]
async fn renamed_fields_blocks_parts_and_types_keep_their_content() {
    for_each_database(async |db| {
        let object = note(&db, "3").await;
        let after = BEFORE
            .replace("[types.Note]", "[types.Memo]\nwas = \"site.Note\"")
            .replace("name = \"size\"", "name = \"weight\", was = \"size\"")
            .replace("blocks = [\"quote\"]", "blocks = [\"saying\"]")
            .replace("[blocks.quote]", "[blocks.saying]\nwas = \"quote\"")
            .replace("name = \"by\"", "name = \"author\", was = \"by\"")
            .replace("name = \"who\"", "name = \"person\", was = \"who\"");
        let mut conn = db.snapshot().await.unwrap();
        let ahead = evolve::look_ahead(&mut conn, &models(&after)).await.unwrap();
        drop(conn);
        assert!(ahead.touches_content() && ahead.refused.is_empty());
        let document = applied(&db, &after, &object).await.unwrap();
        assert_eq!(document["weight"], "3");
        assert_eq!(document["body"][0]["type"], "saying");
        assert_eq!(document["body"][0]["value"], json!({ "text": "Hm", "author": "Ada" }));
        assert_eq!(document["people"], json!([{ "id": 1, "person": "Eva" }]));
        assert_eq!(document.get("size"), None);
    })
    .await;
}

#[tokio::test]
async fn a_removed_field_is_kept_and_shows_again_when_it_is_declared_again() {
    for_each_database(async |db| {
        let object = note(&db, "3").await;
        let without = BEFORE.replace("  { name = \"size\", type = \"text\" },\n", "");
        assert_eq!(applied(&db, &without, &object).await.unwrap()["size"], "3");
        // Declared again with another kind, it is converted from what it was.
        let again = BEFORE.replace("name = \"size\", type = \"text\"", "name = \"size\", type = \"integer\"");
        assert_eq!(applied(&db, &again, &object).await.unwrap()["size"], 3);
        applied(&db, &without, &object).await.unwrap();
        let mut work = work(&db).await;
        assert_eq!(evolve::prune(&mut work, &models(&without), "site.Note", "size").await.unwrap(), 2);
        work.commit().await.unwrap();
        assert_eq!(applied(&db, BEFORE, &object).await.unwrap()["size"], "");
    })
    .await;
}

#[tokio::test]
async fn who_uses_what_follows_a_rename_and_a_field_that_comes_back() {
    for_each_database(async |db| {
        let with = |field: &str| {
            format!(
                "[types.Note]\nkind = \"snippet\"\ndrafts = true\nfields = [{{ name = \"name\", type = \"text\" }}, {field}]"
            )
        };
        let (image, renamed) =
            ("{ name = \"cover\", type = \"image\" }", "{ name = \"picture\", was = \"cover\", type = \"image\" }");
        let schema = models(&with(image));
        let declared = schema.get("site.Note").unwrap();
        let mut first = work(&db).await;
        evolve::apply(&mut first, &schema).await.unwrap();
        let document = serde_json::from_value(json!({ "name": "First", "cover": 7 })).unwrap();
        let new = NewObject { document, ..NewObject::default() };
        let made = content::create(&mut first, declared, new).await.unwrap();
        let made = content::publish(&mut first, declared, &made, None).await.unwrap();
        first.commit().await.unwrap();
        let used = async || {
            let mut conn = db.read().await.unwrap();
            let usages = content::usages(&mut conn, "wagtailimages.Image", 7).await.unwrap();
            usages.into_iter().map(|usage| usage.field).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(used().await, "cover");
        applied(&db, &with(renamed), &made).await.unwrap();
        assert_eq!(used().await, "picture");
        // Gone from the models, saved without it, and there again.
        let without = with("{ name = \"size\", type = \"text\" }");
        applied(&db, &without, &made).await.unwrap();
        let schema = models(&without);
        let mut second = work(&db).await;
        let object = Object::by_key(&mut second, made.key).await.unwrap();
        let document = object.live_document().unwrap();
        let declared = schema.get("site.Note").unwrap();
        let saved = content::save_draft(&mut second, declared, &object, document, None).await.unwrap();
        content::publish(&mut second, declared, &saved.object, None).await.unwrap();
        second.commit().await.unwrap();
        assert_eq!(used().await, "");
        let again = "{ name = \"picture\", type = \"image\" }";
        applied(&db, &with(again), &made).await.unwrap();
        assert_eq!(used().await, "picture");
    })
    .await;
}

#[tokio::test]
async fn a_removed_block_stays_in_its_stream() {
    for_each_database(async |db| {
        let object = note(&db, "3").await;
        let other =
            BEFORE.replace("blocks = [\"quote\"]", "blocks = [{ name = \"plain\", type = \"text\" }]");
        let document = applied(&db, &other, &object).await.unwrap();
        assert_eq!(document["body"][0]["value"]["by"], "Ada");
    })
    .await;
}

#[tokio::test]
async fn values_that_do_not_convert_are_listed_and_nothing_changes() {
    for_each_database(async |db| {
        let object = note(&db, "large").await;
        let after = BEFORE.replace("name = \"size\", type = \"text\"", "name = \"size\", type = \"integer\"");
        let told = applied(&db, &after, &object).await.unwrap_err();
        assert_eq!(
            told,
            "2 stored values do not convert, the first in object 1 “First” at size: \"large\" must be a whole number"
        );
        assert_eq!(applied(&db, BEFORE, &object).await.unwrap()["size"], "large");
    })
    .await;
}

#[tokio::test]
async fn kinds_convert_where_a_person_would_expect_it() {
    for (from, value, to, expected) in [
        ("integer", json!(7), "text", json!("7")),
        ("text", json!("7,5"), "decimal", json!("7.5")),
        ("text", json!("a < b"), "rich_text", json!("<p>a &lt; b</p>")),
        ("rich_text", json!("<p>Hello <b>you</b></p>"), "long_text", json!("Hello you")),
        ("boolean", json!(true), "text", json!("true")),
        ("text", json!("2026-01-31"), "date", json!("2026-01-31")),
        ("text", json!(""), "integer", json!(null)),
        ("text", json!("a, b"), "tags", json!(["a", "b"])),
    ] {
        let declare = |kind: &str| {
            models(&format!(
                "[types.T]\nkind = \"snippet\"\nfields = [{{ name = \"f\", type = \"{kind}\" }}]"
            ))
        };
        let (before, after) = (declare(from), declare(to));
        let declared = after.get("site.T").unwrap();
        let document = serde_json::from_value(json!({ "f": value })).unwrap();
        let kinds = before.signature().kinds_of(declared);
        let evolved = siskin::schema::evolve(declared, &document, &kinds).unwrap();
        assert_eq!(evolved["f"], expected, "{from} to {to}");
    }
}
