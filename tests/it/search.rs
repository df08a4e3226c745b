//! What searches look into follows the models, down to the parts of blocks, and what the API hides it does not tell by
//! matching either.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use siskin::accounts::Actor;
use siskin::api;
use siskin::cms::{Cms, ModelChanges};
use siskin::pages;
use siskin::search::{Follower, Question};
use siskin::sites;

use crate::api::ask;
use crate::databases::{Fresh, for_each_fresh};
use crate::tree::localhost;

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [
    { name = "body", type = "stream", search = true, blocks = ["fact"] },
    { name = "notes", type = "children", label = "zoo.Note", search = true, fields = [
        { name = "text", type = "text" },
        { name = "margin", type = "text", api = false },
    ] },
]

[blocks.fact]
type = "struct"
fields = [
    { name = "text", type = "text" },
    { name = "source", type = "url" },
    { name = "kept", type = "struct", api = false, fields = [
        { name = "whisper", type = "text" },
        { name = "deeper", type = "list", item = { type = "struct", fields = [{ name = "word", type = "text" }] } },
    ] },
]
"#;

async fn open(fresh: &Fresh, models: &str) -> Arc<Cms> {
    let dir: &Path = fresh.dir.path();
    fs::create_dir_all(dir.join("models")).unwrap();
    fs::write(dir.join("models/zoo.toml"), models).unwrap();
    let config = format!("base_url = \"http://localhost\"\n[database]\nurl = \"{}\"\n", fresh.config.url);
    fs::write(dir.join("config.toml"), config).unwrap();
    Cms::builder(dir).model_changes(ModelChanges::ApplyAll).open().await.unwrap()
}

/// A home page that says something at every depth.
async fn populate(cms: &Cms) {
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let root = pages::create_root(&mut work, "en").await.unwrap();
    sites::create_locale(&mut work, "en").await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    let mut document = declared.initial();
    let content = json!({
        "title": "Home", "slug": "home",
        "body": [{ "type": "fact", "id": "9b6a3a3e-41a5-4b0e-9a0c-0d5b2f8f6a01", "value": {
            "text": "spoken", "source": "https://almanac.example/",
            "kept": { "whisper": "hushed", "deeper": [{ "type": "item", "value": { "word": "buried" }, "id": "x" }] },
        } }],
        "notes": [{ "text": "noted", "margin": "scribbled" }],
    });
    document.extend(content.as_object().unwrap().clone());
    let home = pages::create(&mut work, &cms.schema, declared, &root, document, "en").await.unwrap();
    let home = pages::publish(&mut work, declared, &home).await.unwrap();
    sites::create_site(&mut work, localhost(&home)).await.unwrap();
    cms.commit(work).await.unwrap();
}

/// Brings the index up to date; how many objects were written.
async fn follow(cms: &Cms) -> usize {
    Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap()
}

/// For each word, whether the API finds it and whether the site's search does.
async fn found(cms: &Arc<Cms>, words: &[&str]) -> String {
    let mut told = Vec::new();
    for word in words {
        let path = format!("/api/v2/pages/?search={word}");
        let by_api = ask(&api::router(cms.clone()), "GET", &path, &[("host", "localhost")]).await;
        let by_site = cms.index.count(Question { words: word, locale: "en" }).unwrap();
        told.push(format!("{word}: {} {by_site}", by_api.json()["meta"]["total_count"]));
    }
    told.join("\n")
}

#[tokio::test]
async fn texts_in_what_the_api_hides_are_found_by_the_site_alone() {
    for_each_fresh(async |fresh: &Fresh| {
        let cms = open(fresh, MODELS).await;
        populate(&cms).await;
        follow(&cms).await;
        let told = found(&cms, &["spoken", "noted", "hushed", "buried", "scribbled", "almanac"]).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @r"
            spoken: 1 1
            noted: 1 1
            hushed: 0 1
            buried: 0 1
            scribbled: 0 1
            almanac: 0 0
            ");
        }
        cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn whatever_changes_in_what_is_searched_has_the_index_made_anew() {
    for_each_fresh(async |fresh: &Fresh| {
        let cms = open(fresh, MODELS).await;
        populate(&cms).await;
        follow(&cms).await;
        cms.db.close().await;
        drop(cms);
        for (change, (word, expected)) in [
            (("type = \"url\"", "type = \"text\""), ("almanac", "almanac: 1 1")),
            (("type = \"struct\", api = false", "type = \"struct\", api = true"), ("buried", "buried: 1 1")),
            (
                (
                    "{ name = \"text\", type = \"text\" },\n    { name = \"source\"",
                    "{ name = \"text\", type = \"text\", api = false },\n    { name = \"source\"",
                ),
                ("spoken", "spoken: 0 1"),
            ),
        ] {
            let cms = open(fresh, &MODELS.replace(change.0, change.1)).await;
            follow(&cms).await;
            assert_eq!(found(&cms, &[word]).await, expected, "{change:?}");
            assert_eq!(follow(&cms).await, 0, "once is enough");
            cms.db.close().await;
        }
    })
    .await;
}
