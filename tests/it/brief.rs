//! Lists read documents without their long values, and show the same as if they read all of them.

use std::fs;
use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};
use siskin::accounts::Actor;
use siskin::api;
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::content::values;
use siskin::store::sql;
use siskin::{pages, sites};

use crate::api::{ask, change};
use crate::databases::{Fresh, for_each_fresh};
use crate::process::run;
use crate::tree::localhost;

const MODELS: &str = r#"
[types.Bird]
kind = "page"
fields = [
    { name = "call", type = "long_text" },
    { name = "cry", type = "long_text" },
    { name = "story", type = "rich_text" },
    { name = "size", type = "choice", choices = [{ value = "s", label = "Small" }] },
    { name = "size_label", type = "choice_label", of = "size" },
]
"#;

struct Aviary {
    cms: Arc<Cms>,
    router: Router,
}

impl Aviary {
    /// A wren with a short call and a long story, and an owl whose call is long as well.
    async fn new(fresh: &Fresh) -> Self {
        let dir = fresh.dir.path();
        fs::create_dir_all(dir.join("models")).unwrap();
        fs::write(dir.join("models/zoo.toml"), MODELS).unwrap();
        let url = &fresh.config.url;
        let text = format!(
            "base_url = \"http://localhost\"\n[database]\nurl = \"{url}\"\n[cache]\nenabled = false\n"
        );
        fs::write(dir.join("config.toml"), text).unwrap();
        let cms = Cms::builder(dir).config(Config::load(dir).unwrap()).open().await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let root = pages::create_root(&mut work, "en").await.unwrap();
        sites::create_locale(&mut work, "en").await.unwrap();
        let declared = cms.schema.get("zoo.Bird").unwrap();
        let mut above = root;
        for (title, call) in
            [("Home", "".to_owned()), ("Wren", "tweet".to_owned()), ("Owl", "hoo ".repeat(500))]
        {
            let mut document = declared.initial();
            let story = format!("<p>{}</p>", "long ago ".repeat(300));
            let content = json!({ "title": title, "slug": title.to_lowercase(), "call": call, "story": story, "size": "s" });
            document.extend(content.as_object().unwrap().clone());
            let made = pages::create(&mut work, &cms.schema, declared, &above, document, "en").await.unwrap();
            let page = pages::publish(&mut work, declared, &made).await.unwrap();
            if title == "Home" {
                sites::create_site(&mut work, localhost(&page)).await.unwrap();
                above = page;
            }
        }
        cms.commit(work).await.unwrap();
        Self { router: api::router(cms.clone()), cms }
    }

    /// The birds with these fields alone, and how many statements that took.
    async fn list(&self, fields: &str) -> (Vec<Value>, u64) {
        let path = format!("/api/v2/pages/?type=zoo.Bird&child_of=root&fields=_,{fields}");
        ask(&self.router, "GET", &path, &[("host", "localhost")]).await;
        let before = self.cms.db.statements();
        let answered = ask(&self.router, "GET", &path, &[("host", "localhost")]).await;
        let items =
            answered.json()["items"].as_array().unwrap_or_else(|| panic!("{}", answered.text)).clone();
        (items, self.cms.db.statements() - before)
    }

    async fn run(&self, statement: &str) {
        let mut tx = self.cms.db.begin().await.unwrap();
        tx.execute(sql(statement)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn astray(&self) -> usize {
        let found =
            values::examine(&mut self.cms.db.snapshot().await.unwrap(), &self.cms.schema).await.unwrap();
        found.objects.get("zoo.Bird").map_or(0, |objects| objects.len())
    }
}

#[tokio::test]
async fn a_list_shows_the_same_from_brief_documents_as_from_whole_ones() {
    const SHORT: &str = "title,size,size_label,cry";
    for_each_fresh(async |fresh: &Fresh| {
        let aviary = Aviary::new(fresh).await;
        let short = json!({ "title": "Wren", "cry": "", "size": "s", "size_label": "Small" });
        let (items, statements) = aviary.list(SHORT).await;
        assert_eq!(items[0], short);
        let (calls, statements_of_calls) = aviary.list("call,size").await;
        assert_eq!(calls[0], json!({ "call": "tweet", "size": "s" }));
        assert_eq!(calls[1]["call"].as_str().unwrap().len(), 2_000, "a value that is long once in a while");
        assert_eq!(
            statements_of_calls,
            statements + 1,
            "the whole documents of those that need it, together"
        );
        let (stories, statements_of_stories) = aviary.list("story").await;
        assert!(stories.iter().all(|bird| bird["story"].as_str().unwrap().len() > 2_000));
        assert_eq!(statements_of_stories, statements);
        // It is the brief documents that are read where they are good, and the whole ones where they are not.
        aviary.run("update objects set brief = replace(brief, '\"s\"', '\"x\"') where title = 'Wren'").await;
        assert_eq!(aviary.list(SHORT).await.0[0]["size"], "x");
        aviary.run("update objects set brief_of = brief_of - 1 where title = 'Wren'").await;
        assert_eq!(aviary.list(SHORT).await.0[0], short);
        aviary.run("update objects set brief = null, brief_of = null").await;
        assert_eq!(aviary.list(SHORT).await, (items, statements));
        assert_eq!(aviary.list("call,size").await, (calls, statements));
    })
    .await;
}

#[tokio::test]
async fn doctor_finds_brief_documents_that_do_not_fit_and_mends_them() {
    for_each_fresh(async |fresh: &Fresh| {
        let aviary = Aviary::new(fresh).await;
        assert_eq!(aviary.astray().await, 0);
        let mut work = aviary.cms.work(Actor::System("test")).await.unwrap();
        change(&aviary.cms, &mut work, "page", 3, json!({ "cry": "rattle" })).await;
        aviary.cms.commit(work).await.unwrap();
        assert_eq!(
            (aviary.list("cry").await.0[0]["cry"].as_str(), aviary.astray().await),
            (Some("rattle"), 0)
        );
        aviary.run("update objects set brief = replace(brief, '\"s\"', '\"x\"') where title = 'Wren'").await;
        aviary.run("update objects set brief = null where title = 'Owl'").await;
        let told = run(fresh.dir.path(), &["doctor"]);
        let words = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(words.contains("zoo.Bird: what lists read of 2 objects"), "{words}");
        let mended = run(fresh.dir.path(), &["doctor", "--repair"]);
        assert!(mended.status.success(), "{}", String::from_utf8_lossy(&mended.stdout));
        assert_eq!((aviary.list("size").await.0[0]["size"].as_str(), aviary.astray().await), (Some("s"), 0));
        aviary.cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_went_live_nobody_knows_when_has_a_brief_document_too() {
    for_each_fresh(async |fresh: &Fresh| {
        let aviary = Aviary::new(fresh).await;
        // As imports bring it: many live pages of Wagtail's have no moment of publication.
        aviary.run("update objects set last_published_at = null").await;
        assert_eq!(aviary.list("size").await.0[0]["size"], "s");
        let mended = run(fresh.dir.path(), &["doctor", "--repair"]);
        assert!(mended.status.success(), "{}", String::from_utf8_lossy(&mended.stdout));
        aviary.run("update objects set brief = replace(brief, '\"s\"', '\"x\"') where title = 'Wren'").await;
        assert_eq!(aviary.list("size").await.0[0]["size"], "x", "it is what a list reads");
        aviary.cms.db.close().await;
    })
    .await;
}
