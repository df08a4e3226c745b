//! Wagtail dumps come in: every form the same, twice as once, and damaged not at all.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use siskin::accounts::password::{self, Checked};
use siskin::accounts::{Actor, Group, User, Work, update_user};
use siskin::base::Clock;
use siskin::config::Config;
use siskin::content::kept::KeptRow;
use siskin::content::{Object, Revision};
use siskin::error::{Error, Result};
use siskin::files::Files;
use siskin::forms::Submission;
use siskin::media::{Admits, Collections, File, Restriction, Workshop};
use siskin::pages;
use siskin::redirects::Redirect;
use siskin::schema::{DOCUMENT, IMAGE, PAGE_FAMILY, Registry, Schema, load_dir, load_texts};
use siskin::sites::{Locale, Site};
use siskin::store::{Db, sql};
use siskin::transfer::wagtail::{self, Destination, Dump, Identity, Options, Report, derive};

use crate::databases::for_each_database;
use crate::shared::shared;

/// A folder of the project's own fixtures.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// A store, blobs and content types that something is imported into.
struct Target {
    db: Db,
    workshop: Workshop,
    limits: siskin::config::Media,
    schema: Schema,
    clock: Clock,
    _dir: tempfile::TempDir,
}

impl Target {
    fn new(db: &Db, schema: Schema) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.toml"), "base_url = \"http://localhost:8000\"\n").unwrap();
        let config = Config::load(dir.path()).unwrap();
        let workshop = Workshop::new(Files::open(&config), &config.media);
        Self { db: db.clone(), workshop, limits: config.media, schema, clock: Clock::system(), _dir: dir }
    }

    async fn import(&self, dump: &Path, options: Options) -> Result<Report> {
        let dump = Dump::open(dump, |_| ())?;
        let (workshop, limits) = (&self.workshop, &self.limits);
        let to = Destination { db: &self.db, schema: &self.schema, workshop, limits, clock: &self.clock };
        wagtail::import(to, &dump, &options, &mut |_, _, _| ()).await
    }

    async fn object(&self, family: &str, id: i64) -> Object {
        Object::find(&mut self.db.read().await.unwrap(), family, id).await.unwrap()
    }

    async fn document(&self, family: &str, id: i64) -> Value {
        serde_json::from_str(self.object(family, id).await.doc.as_deref().unwrap()).unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        self.db.read().await.unwrap().one(sql(format!("select count(*) from {table}"))).await.unwrap()
    }

    async fn work(&self) -> Work {
        Work::begin(&self.db, &self.clock, Actor::System("test")).await.unwrap()
    }

    async fn content(&self) -> Vec<String> {
        content(&self.db).await
    }
}

/// Everything that makes the content of a site, by public identity.
pub async fn content(db: &Db) -> Vec<String> {
    let mut conn = db.read().await.unwrap();
    let text = "select family, id, type || ' ' || coalesce(url_path, '') || ' ' || locale || ' ' || draft_title, \
                coalesce(doc, '') from objects order by family, id";
    let objects: Vec<(String, i64, String, String)> = conn.all(sql(text)).await.unwrap();
    let text = "select r.id, o.id, r.doc from revisions r join objects o on o.key = r.object order by r.id";
    let revisions: Vec<(i64, i64, String)> = conn.all(sql(text)).await.unwrap();
    let objects = objects.into_iter().map(|(family, id, state, doc)| format!("{family} {id} {state} {doc}"));
    objects
        .chain(revisions.into_iter().map(|(id, object, doc)| format!("revision {id} of {object} {doc}")))
        .collect()
}

fn derived(dump: &Path) -> Schema {
    let dump = Dump::open(dump, |_| ()).unwrap();
    let files = derive::models(&dump, &Identity::read(&dump).unwrap()).unwrap();
    let texts: Vec<(String, String)> = files.into_iter().collect();
    load_texts(&texts, &Registry::default()).unwrap()
}

fn harbour() -> Options {
    Options { media: Some(fixture("harbour/media")), into: None }
}

/// The dump with one piece of text replaced.
fn changed(from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let text = std::fs::read_to_string(fixture("harbour/dump.json")).unwrap();
    assert!(text.contains(from));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dump.json");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    (dir, path)
}

#[track_caller]
fn accounts_for_every_row(report: &Report, dump: &Path) {
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(dump).unwrap()).unwrap();
    let lines = report.lines();
    assert_eq!(lines.values().map(|line| line.rows).sum::<usize>(), rows.len());
    for (model, line) in &lines {
        let out: usize = line.left_out.values().sum();
        assert_eq!(line.imported + line.kept + out, line.rows, "{model}");
        assert!(!line.left_out.contains_key("nothing here takes it"), "{model}");
    }
}

#[tokio::test]
async fn a_dump_comes_in_whole_by_models_derived_from_it() {
    for_each_database(async |db| {
        let dump = fixture("harbour/dump.json");
        let target = Target::new(&db, derived(&dump));
        let report = target.import(&dump, harbour()).await.unwrap();
        accounts_for_every_row(&report, &dump);
        assert_eq!(report.missing_files, ["original_images/lost.jpg (wagtailimages.image 2)"]);

        let article = target.object(PAGE_FAMILY, 4).await;
        assert_eq!((article.url_path.as_str(), article.locale.as_str()), ("/home/news/storm/", "en"));
        assert_eq!(
            (article.live, article.has_draft, article.draft_title.as_str()),
            (true, true, "The great storm")
        );
        assert_eq!(
            (article.live_revision, article.latest_revision, article.owner),
            (Some(11), Some(12), Some(9))
        );
        let document = target.document(PAGE_FAMILY, 4).await;
        assert_eq!(document["authors"], json!([{ "id": 21, "person": 2 }, { "id": 22, "person": 1 }]));
        assert_eq!((&document["tags"], &document["price"]), (&json!(["Boats", "Sea"]), &json!("2.50")));
        assert_eq!(document["body"][3]["value"][1]["value"], "Go home");

        let mut conn = db.read().await.unwrap();
        let draft = Revision::find(&mut conn, 12).await.unwrap();
        assert_eq!(draft.created_at.to_string(), "2024-05-03T09:30:00.250000Z");
        assert_eq!(draft.document().unwrap()["tags"], json!(["Sea"]));
        assert_eq!(target.object(PAGE_FAMILY, 5).await.alias_of, Some(4));
        let french = target.object(PAGE_FAMILY, 7).await;
        assert_eq!(
            (french.locale.as_str(), &french.translation_key),
            ("fr", &target.object(PAGE_FAMILY, 2).await.translation_key)
        );
        assert!(!target.object(PAGE_FAMILY, 6).await.public);

        let boat = target.object(IMAGE, 1).await;
        assert_eq!((boat.collection, &target.document(IMAGE, 1).await["tags"]), (Some(3), &json!(["Wind"])));
        let file = File::of(&mut conn, boat.key).await.unwrap().unwrap();
        assert_eq!(
            (file.mime.as_str(), file.width, file.focal_x, file.blob.len()),
            ("image/png", Some(4), Some(2), 64)
        );
        let tides = target.object(DOCUMENT, 1).await;
        assert_eq!(File::of(&mut conn, tides.key).await.unwrap().unwrap().name, "documents/tides.txt");

        let mate = User::by_username(&mut conn, "mate").await.unwrap().unwrap();
        assert!(mate.password.starts_with("pbkdf2_sha256$1000$"));
        assert_eq!((mate.id, mate.language.as_str(), mate.theme.as_str()), (9, "fr", "dark"));
        let writers = Group::by_name(&mut conn, "Writers").await.unwrap().unwrap();
        let grants = writers.grants(&mut conn).await.unwrap();
        let told: Vec<String> = grants
            .iter()
            .map(|g| {
                format!(
                    "{} {} {} {}",
                    g.action,
                    g.place,
                    g.place_id.unwrap_or(0),
                    g.label.as_deref().unwrap_or("")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "add page 2 ",
                "publish page 3 ",
                "add collection 3 wagtailimages.Image",
                "access admin 0 ",
                "add type 0 harbour.Person",
                "change type 0 harbour.Person",
            ]
        );
        let site = Site::find(&mut conn, 1).await.unwrap();
        assert_eq!(
            (site.hostname.as_str(), site.root_page, site.is_default),
            ("harbour.example", Some(2), true)
        );
        let codes: Vec<String> =
            Locale::list(&mut conn).await.unwrap().into_iter().map(|locale| locale.code).collect();
        assert_eq!(codes, ["en", "fr"]);
        assert_eq!(Redirect::find(&mut conn, 2).await.unwrap().link, "https://ferry.example/");
        assert_eq!(Collections::load(&mut conn).await.unwrap().get(Some(3)).unwrap().name, "Boats");
        let submission = Submission::find(&mut conn, 1).await.unwrap().unwrap();
        assert_eq!(submission.answers["word"], "Ahoy");
        let comments = KeptRow::of_model(&mut conn, "wagtailcore.comment", 10, 0).await.unwrap();
        assert_eq!(comments[0].data["text"], "Higher waves?");
        assert_eq!(pages::doctor::examine(&mut conn).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_natural_dump_gives_the_same_site() {
    for_each_database(async |db| {
        let models = || derived(&fixture("harbour/dump_natural.json"));
        let target = Target::new(&db, models());
        target.import(&fixture("harbour/dump.json"), harbour()).await.unwrap();
        let by_key = target.content().await;
        let (_dir, other) = other_store().await;
        let target = Target::new(&other, models());
        let report = target.import(&fixture("harbour/dump_natural.json"), harbour()).await.unwrap();
        accounts_for_every_row(&report, &fixture("harbour/dump_natural.json"));
        similar(&by_key, &target.content().await);
    })
    .await;
}

#[tokio::test]
async fn a_second_run_renews_what_nobody_edited_and_lists_the_rest() {
    for_each_database(async |db| {
        let dump = fixture("harbour/dump.json");
        let target = Target::new(&db, derived(&dump));
        target.import(&dump, harbour()).await.unwrap();
        let before = (target.content().await, target.count("events").await);
        let report = target.import(&dump, harbour()).await.unwrap();
        accounts_for_every_row(&report, &dump);
        assert_eq!(report.lines()["wagtailcore.page"].unchanged, 6);
        assert_eq!((target.content().await, target.count("events").await), before);

        let mut work = target.work().await;
        let news = target.object(PAGE_FAMILY, 3).await;
        let mut document = siskin::schema::Document::new();
        for (name, value) in target.document(PAGE_FAMILY, 3).await.as_object().unwrap() {
            document.insert(name.clone(), value.clone());
        }
        document.insert("intro".into(), json!("Edited here"));
        let declared = target.schema.get("harbour.NewsIndexPage").unwrap();
        pages::save_draft(&mut work, declared, &news, document, None).await.unwrap();
        let mate = User::by_username(&mut work, "mate").await.unwrap().unwrap();
        update_user(&mut work, &User { first_name: "Called otherwise".into(), ..mate }).await.unwrap();
        work.commit().await.unwrap();

        let (_dir, dump) = changed("Boats, wind and books.", "Boats, wind and more books.");
        let text = std::fs::read_to_string(&dump).unwrap();
        let text = text
            .replace("What happened", "What happened there")
            .replace("mate@harbour", "first.mate@harbour");
        std::fs::write(&dump, text.replace("https://ferry.example/", "https://ferry.example/new/")).unwrap();
        let report = target.import(&dump, harbour()).await.unwrap();
        accounts_for_every_row(&report, &dump);
        assert_eq!(report.edited, ["user mate", "harbour.NewsIndexPage 3: News"]);
        let mut conn = db.read().await.unwrap();
        assert_eq!(Redirect::find(&mut conn, 2).await.unwrap().link, "https://ferry.example/new/");
        assert_eq!(target.document(PAGE_FAMILY, 2).await["welcome"], "Boats, wind and more books.");
        assert_eq!(target.document(PAGE_FAMILY, 3).await["intro"], "What happened");
        assert_eq!(report.lines()["wagtailcore.page"].left_out["edited here since the last import"], 1);
        assert_eq!(pages::doctor::examine(&mut db.read().await.unwrap()).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_come_in_leaves_nothing_behind() {
    for_each_database(async |db| {
        let target = Target::new(&db, derived(&fixture("harbour/dump.json")));
        let whole = std::fs::read_to_string(fixture("harbour/dump.json")).unwrap();
        let half: String = whole.chars().take(whole.chars().count() / 2).collect();
        let path_of_4 = "\"path\": \"0001000100010001\"";
        for (text, told) in [
            (half.as_str(), "the dump is cut off here"),
            (&whole.replacen("\"fields\"", "fields", 1), "line 2, column"),
            (&whole.replace(path_of_4, "\"path\": \"0001000900010001\""), "page 4 has no parent in the dump"),
            (
                &whole.replace("{\"model\": \"harbour.newsindexpage\"", "{\"model\": \"harbour.other\""),
                "has no row in harbour.newsindexpage",
            ),
            (
                &whole.replace("\"model\": \"formpage\"", "\"model\": \"oddpage\""),
                "the models have no page type for harbour.oddpage (1)",
            ),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("dump.json");
            std::fs::write(&path, text).unwrap();
            let error = target.import(&path, harbour()).await.unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
            assert_eq!(
                (target.count("objects").await, target.count("users").await, target.count("events").await),
                (0, 0, 0)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn beside_other_content_everything_goes_beneath_the_page_that_is_named() {
    for_each_database(async |db| {
        let dump = fixture("harbour/dump.json");
        let target = Target::new(&db, derived(&dump));
        let mut work = target.work().await;
        let root = pages::create_root(&mut work, "en").await.unwrap();
        let mut own = Vec::new();
        for title in ["Own", "Other", "Third"] {
            let document =
                serde_json::from_value(json!({ "title": title, "welcome": "Here first" })).unwrap();
            let declared = target.schema.get("harbour.HomePage").unwrap();
            own.push(
                pages::create(&mut work, &target.schema, declared, &root, document, "en").await.unwrap(),
            );
        }
        work.commit().await.unwrap();
        let refused = target.import(&dump, harbour()).await.unwrap_err();
        assert!(matches!(refused, Error::Conflict(_)), "{refused}");

        let options = Options { into: Some(own[1].id), ..harbour() };
        let report = target.import(&dump, options.clone()).await.unwrap();
        accounts_for_every_row(&report, &dump);
        let mut conn = db.read().await.unwrap();
        assert_eq!(target.document(PAGE_FAMILY, own[0].id).await["welcome"], "Here first");
        let storm = pages::at_url_path(&mut conn, "/other/home/news/storm/").await.unwrap().unwrap();
        let news = pages::at_url_path(&mut conn, "/other/home/news/").await.unwrap().unwrap();
        let body = target.document(PAGE_FAMILY, storm.id).await["body"][1]["value"].to_string();
        assert!(body.contains(&format!("id=\\\"{}\\\"", news.id)), "{body}");
        let again = pages::at_url_path(&mut conn, "/other/home/news/storm-again/").await.unwrap().unwrap();
        assert_eq!(again.alias_of, Some(storm.id));
        assert_eq!(pages::doctor::examine(&mut conn).await.unwrap().len(), 0);
        let before = target.content().await;
        target.import(&dump, options).await.unwrap();
        assert_eq!(target.content().await, before);
    })
    .await;
}

#[tokio::test]
async fn two_imports_at_once_are_refused_in_words() {
    let dump = fixture("harbour/dump.json");
    for_each_database(async |db: Db| {
        let target = Target::new(&db, derived(&dump));
        let first = db.hold("import").await.unwrap();
        let Err(Error::Conflict(told)) = target.import(&dump, harbour()).await else { panic!("both ran") };
        assert!(told.contains("another import"), "{told}");
        assert_eq!(target.count("objects").await, 0);
        drop(first);
        target.import(&dump, harbour()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_import_that_was_broken_off_is_finished_by_the_next_run() {
    let dump = fixture("harbour/dump.json");
    let (_dir, db) = other_store().await;
    let whole = Target::new(&db, derived(&dump));
    whole.import(&dump, harbour()).await.unwrap();
    let expected = whole.content().await;
    for milliseconds in [3, 10, 20, 35, 60] {
        let (_dir, db) = other_store().await;
        let target = Target::new(&db, derived(&dump));
        let broken_off = std::time::Duration::from_millis(milliseconds);
        let _ = tokio::time::timeout(broken_off, target.import(&dump, harbour())).await;
        let report = target.import(&dump, harbour()).await.unwrap();
        accounts_for_every_row(&report, &dump);
        assert_eq!(report.edited, Vec::<String>::new());
        similar(&expected, &target.content().await);
        assert_eq!(pages::doctor::examine(&mut db.read().await.unwrap()).await.unwrap().len(), 0);
    }
}

async fn other_store() -> (tempfile::TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let config = siskin::config::Database { url: "sqlite:data/other.db".into(), ..Default::default() };
    let db = Db::open(&config, dir.path()).await.unwrap();
    db.migrate().await.unwrap();
    (dir, db)
}

#[track_caller]
pub fn similar(left: &[String], right: &[String]) {
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left, right);
    }
    assert_eq!(left.len(), right.len());
}

/// Imports dumps that describe one site into stores of their own; each must give the same content.
async fn same_site(folder: &str, dumps: &[&str], models: &str) {
    let (Some(folder), Some(media)) = (shared(folder), shared("data/bakerydemo/media")) else { return };
    let mut first: Option<Vec<String>> = None;
    for name in dumps {
        let (_dir, db) = other_store().await;
        let target = Target::new(&db, load_dir(&fixture(models), &Registry::default()).unwrap());
        let options = Options { media: Some(media.clone()), into: None };
        let report = target.import(&folder.join(name), options).await.unwrap();
        accounts_for_every_row(&report, &folder.join(name));
        // The names of both PDFs in the dumps are not those of the files.
        assert_eq!(report.missing_files.len(), 2, "{:?}", report.missing_files);
        assert_eq!(pages::doctor::examine(&mut db.read().await.unwrap()).await.unwrap().len(), 0);
        let content = target.content().await;
        match &first {
            None => first = Some(content),
            Some(first) => similar(first, &content),
        }
    }
}

#[tokio::test]
async fn all_three_forms_of_the_bakery_give_the_same_site() {
    same_site(
        "data/bakerydemo",
        &["dump_default.json", "bakerydemo.json", "dump_natural.json"],
        "bakery/models",
    )
    .await;
}

#[tokio::test]
async fn both_forms_of_the_bakery_with_translations_aliases_and_privacy_give_the_same_site() {
    same_site("data/bakerydemo-ext", &["dump_default.json", "dump_natural.json"], "bakery/models").await;
}

#[tokio::test]
async fn a_strangers_site_comes_in_by_derived_models() {
    let Some(folder) = shared("data/wagtail-demosite") else { return };
    let (_dir, db) = other_store().await;
    let dump = folder.join("demosite.json");
    let target = Target::new(&db, derived(&dump));
    let report = target.import(&dump, Options::default()).await.unwrap();
    accounts_for_every_row(&report, &dump);
    let mut kinds = std::collections::BTreeMap::new();
    for line in target.content().await {
        *kinds.entry(line.split(' ').next().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    assert_eq!((kinds["page"], kinds["wagtailimages.Image"], kinds["wagtaildocs.Document"]), (22, 12, 12));
}

#[tokio::test]
async fn a_collection_behind_a_password_stays_behind_it() {
    for_each_database(async |db| {
        let dir = tempfile::tempdir().unwrap();
        let dump = dir.path().join("dump.json");
        let mut rows: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(fixture("harbour/dump.json")).unwrap()).unwrap();
        rows.push(json!({ "model": "wagtailcore.collectionviewrestriction", "pk": 9, "fields": {
            "restriction_type": "password", "password": "low tide", "groups": [], "collection": 3,
        } }));
        std::fs::write(&dump, serde_json::to_string(&rows).unwrap()).unwrap();
        let target = Target::new(&db, derived(&dump));
        let mut hashes = Vec::new();
        // A second time everything is as it was: whoever knew the password need not type it again.
        for _ in 0..2 {
            accounts_for_every_row(&target.import(&dump, Options::default()).await.unwrap(), &dump);
            let tree = Collections::load(&mut db.read().await.unwrap()).await.unwrap();
            let restrictions = tree.restrictions(Some(3));
            let [Restriction { id: 9, admits: Admits::Password(hash), .. }] = restrictions[..] else {
                panic!("{restrictions:?}")
            };
            assert_eq!(password::check("low tide", Some(hash)).await.unwrap(), Checked::Right);
            hashes.push(hash.clone());
            assert!(!target.object(IMAGE, 1).await.public && target.object(IMAGE, 2).await.public);
        }
        assert_eq!(hashes[0], hashes[1]);
    })
    .await;
}

#[test]
fn derived_models_are_written_once_and_never_over_others() {
    let dir = tempfile::tempdir().unwrap();
    let dump = Dump::open(&fixture("harbour/dump.json"), |_| ()).unwrap();
    let told = wagtail::write_models(&dump, &dir.path().join("models")).unwrap();
    assert!(
        told[0].starts_with("models/harbour.toml, ") && told[0].ends_with(" guesses to look at"),
        "{told:?}"
    );
    load_dir(&dir.path().join("models"), &Registry::default()).unwrap();
    let told = wagtail::write_models(&dump, &dir.path().join("models")).unwrap();
    assert_eq!(told, ["models/harbour.toml is there and stays as it is"]);
}
