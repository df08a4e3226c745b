//! Value rows follow the models: a field that becomes filterable finds what was saved before, and until it does it is
//! refused; whatever is saved, killed or done by two processes meanwhile.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use siskin::accounts::Actor;
use siskin::api;
use siskin::cms::Cms;
use siskin::content::values::{self, Astray, Step};
use siskin::content::{self, NewObject, Object};
use siskin::pages;
use siskin::server::Followers;
use siskin::sites;
use siskin::store::sql;

use crate::api::{Answered, ask};
use crate::databases::{Fresh, for_each_fresh};
use crate::process::{kill_when, run, siskin};
use crate::tree::localhost;

/// `FILTERED` stands for whether queries may go by the fields.
const MODELS: &str = r#"
[types.Bird]
kind = "page"
fields = [
    { name = "call", type = "text", filterable = FILTERED },
    { name = "legs", type = "integer", filterable = FILTERED },
    { name = "weight", type = "decimal", filterable = FILTERED },
    { name = "marks", type = "tags", filterable = FILTERED },
    { name = "friend", type = "page", filterable = FILTERED },
    { name = "eggs", type = "children", label = "zoo.Egg", filterable = FILTERED, fields = [{ name = "size", type = "text" }] },
]

[types.Nest]
kind = "snippet"
fields = [{ name = "name", type = "text" }, { name = "place", type = "text", filterable = FILTERED }]
"#;
const QUESTIONS: [&str; 7] = [
    "call=tweet",
    "legs=2",
    "marks=small",
    "friend=2",
    "order=weight",
    "order=-call",
    "marks=small&order=legs",
];

fn models(is_filtered: bool) -> String {
    MODELS.replace("FILTERED", if is_filtered { "true" } else { "false" })
}

fn write(dir: &Path, url: &str, models: &str) {
    fs::create_dir_all(dir.join("models")).unwrap();
    fs::write(dir.join("models/zoo.toml"), models).unwrap();
    let config =
        format!("base_url = \"http://localhost\"\n[database]\nurl = \"{url}\"\nsynchronous = \"off\"\n");
    fs::write(dir.join("config.toml"), config).unwrap();
}

/// The site in a folder as a process with these models opens it.
async fn open(fresh: &Fresh, models: &str) -> Arc<Cms> {
    write(fresh.dir.path(), &fresh.config.url, models);
    Cms::builder(fresh.dir.path()).open().await.unwrap()
}

/// A home page with three birds.
async fn birds(cms: &Cms) -> Vec<Object> {
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let root = pages::create_root(&mut work, "en").await.unwrap();
    sites::create_locale(&mut work, "en").await.unwrap();
    let home = bird(cms, &mut work, &root, json!({ "title": "Home", "slug": "home" })).await;
    sites::create_site(&mut work, localhost(&home)).await.unwrap();
    let mut birds = Vec::new();
    for (title, call, weight) in [("Tit", "tweet", "20.5"), ("Owl", "hoo", "900"), ("Wren", "tweet", "9")] {
        let content = json!({
            "title": title, "slug": "", "call": call, "legs": 2, "weight": weight, "friend": home.id,
            "marks": if weight.len() == 3 { vec!["large"] } else { vec!["small", "round"] },
            "eggs": [{ "size": "S" }],
        });
        birds.push(bird(cms, &mut work, &home, content).await);
    }
    cms.commit(work).await.unwrap();
    birds
}

async fn bird(
    cms: &Cms,
    work: &mut siskin::accounts::Work,
    above: &Object,
    content: serde_json::Value,
) -> Object {
    let declared = cms.schema.get("zoo.Bird").unwrap();
    let mut document = declared.initial();
    document.extend(content.as_object().unwrap().clone());
    let made = pages::create(work, &cms.schema, declared, above, document, "en").await.unwrap();
    pages::publish(work, declared, &made).await.unwrap()
}

async fn birds_by(cms: &Arc<Cms>, question: &str) -> Answered {
    let path = format!("/api/v2/pages/?type=zoo.Bird&child_of=root&{question}");
    ask(&api::router(cms.clone()), "GET", &path, &[("host", "localhost")]).await
}

async fn examined(cms: &Cms) -> Astray {
    values::examine(&mut cms.db.snapshot().await.unwrap(), &cms.schema).await.unwrap()
}

async fn rows(cms: &Cms) -> i64 {
    let mut conn = cms.db.read().await.unwrap();
    let mut rows = 0;
    for table in ["value_text", "value_int", "value_real"] {
        let own = sql(format!(
            "select count(*) from {table} where type in ('zoo.Bird', 'zoo.Nest') and field not in \
                               ('title', 'slug', 'seo_title', 'search_description', 'show_in_menus', 'name')"
        ));
        rows += conn.one::<i64>(own).await.unwrap();
    }
    rows
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("waited in vain: {what}");
}

#[tokio::test]
async fn a_field_that_becomes_filterable_is_refused_until_it_finds_what_was_saved_before() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(false)).await;
        birds(&before).await;
        assert_eq!(rows(&before).await, 0);
        before.db.close().await;
        let cms = open(fresh, &models(true)).await;
        for question in QUESTIONS {
            let refused = birds_by(&cms, question).await;
            assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "2"), "{question}");
            let words = refused.json()["message"].as_str().unwrap().to_owned();
            assert!(words.ends_with("of zoo.Bird cannot be filtered or ordered by yet: after a change of the models its values are \
                still being gathered from the stored content; please try again in a moment"), "{words}");
        }
        assert_eq!(birds_by(&cms, "order=title").await.titles(), "Owl Tit Wren");
        let followers = Followers::start(cms.clone());
        until("the fields are filled", async || !cms.values.is_pending()).await;
        let answers: Vec<String> = {
            let mut answers = Vec::new();
            for question in QUESTIONS {
                answers.push(format!("{question}: {}", birds_by(&cms, question).await.titles()));
            }
            answers
        };
        insta::allow_duplicates! {
            insta::assert_snapshot!(answers.join("\n"), @r"
            call=tweet: Tit Wren
            legs=2: Tit Owl Wren
            marks=small: Tit Wren
            friend=2: Tit Owl Wren
            order=weight: Wren Tit Owl
            order=-call: Tit Wren Owl
            marks=small&order=legs: Tit Wren
            ");
        }
        assert_eq!(examined(&cms).await, Astray::default());
        followers.stop(Duration::from_secs(20)).await;
        cms.db.close().await;
        let after = open(fresh, &models(false)).await;
        after.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(rows(&after).await, 0, "what nobody asks for is emptied");
        after.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_theme_that_lists_by_such_a_field_says_so_and_is_not_to_blame() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(false)).await;
        birds(&before).await;
        before.db.close().await;
        let theme = fresh.dir.path().join("plain");
        fs::create_dir_all(theme.join("templates/pages")).unwrap();
        fs::write(theme.join("theme.toml"), "name = \"Plain\"\n").unwrap();
        let list =
            "{% for bird in pages(type='zoo.Bird', where={'call': 'tweet'}) %}{{ bird.title }} {% endfor %}";
        fs::write(theme.join("templates/pages/page.html"), list).unwrap();
        write(fresh.dir.path(), &fresh.config.url, &models(true));
        let cms = Cms::builder(fresh.dir.path()).theme(&theme).open().await.unwrap();
        let site = || siskin::web::frame(siskin::site::router(cms.clone()), cms.clone()).unwrap();
        let refused = ask(&site(), "GET", "/", &[("host", "localhost")]).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "2"), "{}", refused.text);
        assert!(
            refused.text.contains("of zoo.Bird cannot be filtered or ordered by yet"),
            "{}",
            refused.text
        );
        cms.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(ask(&site(), "GET", "/", &[("host", "localhost")]).await.text, "Tit Wren ");
        cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn values_of_another_kind_and_renamed_fields_are_filled_anew() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(true)).await;
        birds(&before).await;
        before.db.close().await;
        let other = models(true)
            .replace(
                "name = \"legs\", type = \"integer\"",
                "name = \"feet\", was = \"legs\", type = \"text\"",
            )
            .replace("name = \"weight\", type = \"decimal\"", "name = \"weight\", type = \"float\"");
        write(fresh.dir.path(), &fresh.config.url, &other);
        let applied = run(fresh.dir.path(), &["models", "apply"]);
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        assert!(String::from_utf8_lossy(&applied.stdout).contains("Every field that can be filtered"));
        let cms = open(fresh, &other).await;
        assert_eq!(birds_by(&cms, "feet=2&order=-weight").await.titles(), "Owl Tit Wren");
        assert_eq!(birds_by(&cms, "call=tweet").await.titles(), "Tit Wren");
        assert_eq!(examined(&cms).await, Astray::default());
        cms.db.close().await;
    })
    .await;
}

/// How many nests there are where steps have to follow one another.
const MANY: usize = 700;

/// Nests whose places are their numbers.
async fn nests(cms: &Cms) -> Vec<Object> {
    let mut nests = Vec::new();
    for number in 0..MANY {
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let declared = cms.schema.get("zoo.Nest").unwrap();
        let mut document = declared.initial();
        document.insert("place".to_owned(), json!(number.to_string()));
        let new = NewObject { document, ..NewObject::default() };
        let made = content::create(&mut work, declared, new).await.unwrap();
        nests.push(content::publish(&mut work, declared, &made, None).await.unwrap());
        work.commit().await.unwrap();
    }
    cms.catch_up().await.unwrap();
    nests
}

async fn change(cms: &Cms, nest: &Object, number: usize) {
    let declared = cms.schema.get("zoo.Nest").unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let nest = Object::by_key(&mut work, nest.key).await.unwrap();
    match number % 7 {
        0 if nest.live => drop(content::unpublish(&mut work, declared, &nest).await.unwrap()),
        1 => content::delete(&mut work, &[nest]).await.unwrap(),
        _ => {
            let mut document = nest.draft_document(&mut work).await.unwrap();
            document.insert("place".to_owned(), json!(format!("moved {number}")));
            let saved = content::save_draft(&mut work, declared, &nest, document, None).await.unwrap();
            content::publish(&mut work, declared, &saved.object, None).await.unwrap();
        }
    }
    cms.commit(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_fill_beside_publishing_and_nothing_is_lost_or_doubled() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(false)).await;
        let nests = Arc::new(nests(&before).await);
        before.db.close().await;
        let one = open(fresh, &models(true)).await;
        let two = open(fresh, &models(true)).await;
        let publishing = {
            let (cms, nests) = (one.clone(), nests.clone());
            tokio::spawn(async move {
                for number in 0..120 {
                    change(&cms, &nests[number * 397 % MANY], number).await;
                }
            })
        };
        let filling =
            [one.clone(), two.clone()].map(|cms| tokio::spawn(async move { cms.fill_all(|_, _| {}).await }));
        for filling in filling {
            filling.await.unwrap().unwrap();
        }
        publishing.await.unwrap();
        assert_eq!(examined(&two).await, Astray::default());
        let mut conn = two.db.read().await.unwrap();
        let live = "select count(*) from objects where type = 'zoo.Nest' and live = 1";
        let live: i64 = conn.one(sql(live)).await.unwrap();
        drop(conn);
        assert_eq!(rows(&two).await, live);
        one.db.close().await;
        two.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_process_with_earlier_models_saves_is_filled_again() {
    for_each_fresh(async |fresh: &Fresh| {
        let old = open(fresh, &models(false)).await;
        let birds = birds(&old).await;
        let new = open(fresh, &models(true)).await;
        new.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(birds_by(&new, "call=hoo").await.titles(), "Owl");
        let declared = old.schema.get("zoo.Bird").unwrap();
        let mut work = old.work(Actor::System("test")).await.unwrap();
        let mut document = birds[1].live_document().unwrap();
        document.insert("call".to_owned(), json!("shriek"));
        let saved = pages::save_draft(&mut work, declared, &birds[1], document, None).await.unwrap();
        pages::publish(&mut work, declared, &saved.object).await.unwrap();
        old.commit(work).await.unwrap();
        new.catch_up().await.unwrap();
        assert_eq!(birds_by(&new, "call=shriek").await.status.as_u16(), 503);
        new.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(birds_by(&new, "call=shriek").await.titles(), "Owl");
        assert_eq!(examined(&new).await, Astray::default());
        old.db.close().await;
        new.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn filling_that_is_killed_goes_on_where_it_was() {
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        let before = open(fresh, &models(false)).await;
        nests(&before).await;
        before.db.close().await;
        write(dir, &fresh.config.url, &models(true));
        let mut killed = 0;
        for goal in [1, MANY as i64 / 2] {
            let is_time = async |_| {
                let rows = async {
                    let mut conn = fresh.db.read().await.ok()?;
                    conn.one::<i64>(sql("select count(*) from value_text where field = 'place'")).await.ok()
                };
                rows.await.is_some_and(|rows| rows >= goal)
            };
            killed += i64::from(kill_when(siskin(dir, &["reindex"]), is_time).await);
        }
        assert!(killed > 0, "it was never killed in the middle");
        let done = run(dir, &["reindex"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let well = run(dir, &["doctor"]);
        assert_eq!(String::from_utf8_lossy(&well.stdout), "All is well.\n");
    })
    .await;
}

#[tokio::test]
async fn doctor_finds_value_rows_that_do_not_fit_and_mends_them() {
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        let cms = open(fresh, &models(true)).await;
        birds(&cms).await;
        let mut tx = cms.db.begin().await.unwrap();
        tx.execute(sql("delete from value_text where field = 'call' and value = 'hoo'")).await.unwrap();
        tx.execute(sql("update value_int set value = 3 where field = 'legs' and object = 3")).await.unwrap();
        tx.commit().await.unwrap();
        let told = run(dir, &["doctor"]);
        let words = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(words.contains("zoo.Bird: what lists read of 2 objects"), "{words}");
        assert_eq!(told.status.code(), Some(1));
        let mended = run(dir, &["doctor", "--repair"]);
        assert!(mended.status.success(), "{}", String::from_utf8_lossy(&mended.stdout));
        assert_eq!(birds_by(&cms, "call=hoo&legs=2").await.titles(), "Owl");
        cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn doctor_judges_no_rows_by_models_that_are_not_applied_yet() {
    for_each_fresh(async |fresh: &Fresh| {
        let cms = open(fresh, &models(true)).await;
        birds(&cms).await;
        cms.db.close().await;
        let other = models(true)
            .replace("name = \"weight\", type = \"decimal\"", "name = \"weight\", type = \"text\"");
        write(fresh.dir.path(), &fresh.config.url, &other);
        assert_eq!(String::from_utf8_lossy(&run(fresh.dir.path(), &["doctor"]).stdout), "All is well.\n");
    })
    .await;
}

#[tokio::test]
async fn what_must_be_unique_is_not_published_before_all_values_are_known() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(false)).await;
        let nest = async |cms: &Cms| {
            let mut work = cms.work(Actor::System("test")).await.unwrap();
            let declared = cms.schema.get("zoo.Nest").unwrap();
            let mut document = declared.initial();
            document.insert("place".to_owned(), json!("oak"));
            let new = NewObject { document, ..NewObject::default() };
            let made = content::create(&mut work, declared, new).await.unwrap();
            let published = content::publish(&mut work, declared, &made, None).await;
            if published.is_ok() {
                cms.commit(work).await.unwrap();
            }
            published.map(drop).map_err(|error| error.to_string())
        };
        nest(&before).await.unwrap();
        before.db.close().await;
        let unique = models(true)
            .replace("name = \"place\", type = \"text\"", "name = \"place\", type = \"text\", unique = true");
        let cms = open(fresh, &unique).await;
        let told = nest(&cms).await.unwrap_err();
        assert!(told.starts_with("place: has to be unique, and after a change of the models"), "{told}");
        cms.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(nest(&cms).await.unwrap_err(), "place: is taken by another object");
        cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn one_step_is_bounded_and_can_be_dropped() {
    for_each_fresh(async |fresh: &Fresh| {
        let before = open(fresh, &models(false)).await;
        nests(&before).await;
        before.db.close().await;
        let cms = open(fresh, &models(true)).await;
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let step = values::fill_some(&mut work, &cms.schema).await.unwrap();
        assert!(matches!(step, Step::Done(done, _) if done <= 500), "{step:?}");
        drop(work);
        assert_eq!(rows(&cms).await, 0);
        cms.fill_all(|_, _| {}).await.unwrap();
        assert_eq!(rows(&cms).await, MANY as i64);
        cms.db.close().await;
    })
    .await;
}
