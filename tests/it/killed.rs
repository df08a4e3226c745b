//! A server that is killed at any moment and started again: what was acknowledged is there, what was not is there whole
//! or not at all, and what it derives agrees with the store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use siskin::accounts::{self, Actor, NewUser, password};
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::media::{self, Image, Spec, Upload};
use siskin::pages;
use siskin::schema::{Document, IMAGE};
use siskin::sites;

use crate::databases::{Fresh, for_each_fresh};
use crate::process::{Serving, post, run, wait_until};
use crate::tree::localhost;

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [{ name = "word", type = "text", search = true }]
"#;
/// A folder with a home page, and the same store in this process.
pub async fn site(dir: &Path, database: &str) -> (Arc<Cms>, Object) {
    fs::create_dir(dir.join("models")).unwrap();
    fs::write(dir.join("models/zoo.toml"), MODELS).unwrap();
    let config = format!("base_url = \"http://localhost\"\n[database]\nurl = \"{database}\"\n");
    fs::write(dir.join("config.toml"), config).unwrap();
    let cms = Cms::builder(dir).open().await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let root = pages::create_root(&mut work, "en").await.unwrap();
    sites::create_locale(&mut work, "en").await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    let home =
        pages::create(&mut work, &cms.schema, declared, &root, page("Home", "home"), "en").await.unwrap();
    let home = pages::publish(&mut work, declared, &home).await.unwrap();
    sites::create_site(&mut work, localhost(&home)).await.unwrap();
    cms.commit(work).await.unwrap();
    (cms, home)
}

fn titles_found(serving: &Serving, word: &str) -> Vec<String> {
    let found = serving.get(&format!("/api/v2/pages/?search={word}")).unwrap();
    let answer: Value = serde_json::from_slice(&found.body).unwrap_or_default();
    let items = answer["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

fn live_word(serving: &Serving, id: i64) -> String {
    let answered = serving.get(&format!("/api/v2/pages/{id}/")).unwrap();
    let answer: Value = serde_json::from_slice(&answered.body).unwrap();
    assert_eq!(answered.status, 200);
    answer["word"].as_str().unwrap().to_owned()
}

pub fn page(title: &str, word: &str) -> Document {
    serde_json::from_value(json!({ "title": title, "slug": "", "word": word })).unwrap()
}

/// Publishes a page whose word is its number, or changes the word of one that is there.
async fn change(cms: &Cms, home: &Object, number: usize, known: &mut Vec<(Object, String)>) {
    let declared = cms.schema.get("zoo.Page").unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let word = format!("word{number}");
    if number % 3 == 2 {
        let place = number % known.len();
        let object = Object::by_key(&mut work, known[place].0.key).await.unwrap();
        let document = page(&object.title, &word);
        let saved = pages::save_draft(&mut work, declared, &object, document, None).await.unwrap();
        let live = pages::publish(&mut work, declared, &saved.object).await.unwrap();
        known[place] = (live, word);
    } else {
        let title = format!("Page {number}");
        let made =
            pages::create(&mut work, &cms.schema, declared, home, page(&title, &word), "en").await.unwrap();
        let live = pages::publish(&mut work, declared, &made).await.unwrap();
        known.push((live, word));
    }
    cms.commit(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_kill_search_and_pages_agree_with_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let (cms, home) = site(dir.path(), "sqlite:data/siskin.db").await;
    let (mut known, mut number) = (Vec::new(), 0);
    for round in 0..6_u64 {
        let serving = Serving::start(dir.path());
        // The server follows what this process commits; it is killed while it does, each time a little later.
        for _ in 0..4 {
            change(&cms, &home, number, &mut known).await;
            number += 1;
            tokio::time::sleep(Duration::from_millis(round * 37)).await;
        }
        serving.kill();
    }
    let serving = Serving::start(dir.path());
    // The log is followed in order: once the last change is in, all of them are.
    wait_until(|| !titles_found(&serving, &format!("word{}", number - 1)).is_empty());
    for (object, word) in &known {
        assert_eq!(titles_found(&serving, word), [object.title.as_str()], "{word}");
        assert_eq!(live_word(&serving, object.id), *word);
    }
    for gone in (0..number).filter(|number| !known.iter().any(|(_, word)| *word == format!("word{number}"))) {
        assert_eq!(titles_found(&serving, &format!("word{gone}")), Vec::<String>::new());
    }
    let mut conn = cms.db.read().await.unwrap();
    assert_eq!(pages::doctor::examine(&mut conn).await.unwrap(), []);
}

const PASSWORD: &str = "correct horse battery";
/// Editors who publish at once, each a page of their own.
const EDITORS: usize = 3;

/// One page for each editor, and who they are.
async fn editors(cms: &Cms, home: &Object) -> Vec<i64> {
    let hash = password::hash(PASSWORD).await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let new =
        NewUser { username: "ada", email: "", password_hash: Some(hash), is_superuser: true, groups: &[] };
    accounts::create_user(&mut work, new).await.unwrap();
    let mut ids = Vec::new();
    for editor in 0..EDITORS {
        let document = page(&format!("Page {editor}"), "word0");
        let made = pages::create(&mut work, &cms.schema, declared, home, document, "en").await.unwrap();
        ids.push(pages::publish(&mut work, declared, &made).await.unwrap().id);
    }
    cms.commit(work).await.unwrap();
    ids
}

/// Publishes one number after the other on a page until the server is gone; gives the last that was acknowledged.
fn publish_until_killed(port: u16, cookie: &str, id: i64, from: usize, all: &AtomicUsize) -> usize {
    let mut acknowledged = from;
    loop {
        let word = format!("word{}", acknowledged + 1);
        let form = [("title", word.as_str()), ("slug", ""), ("word", &word), ("_action", "publish")];
        match post(port, &format!("/admin/pages/{id}/edit"), cookie, &form) {
            Some(answer) if answer.status == 303 => {
                acknowledged += 1;
                all.fetch_add(1, Ordering::SeqCst);
            }
            // Pages do not share rows, but the tree's lock and the log's counter; where that is a deadlock it is told.
            Some(answer) if answer.status == 503 => {}
            Some(answer) => panic!("{} {}", answer.status, answer.text()),
            None => return acknowledged,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_is_there_after_any_kill() {
    for_each_fresh(async |fresh: &Fresh| {
        let dir = fresh.dir.path();
        let (cms, home) = site(dir, &fresh.config.url).await;
        let ids = editors(&cms, &home).await;
        let mut acknowledged = vec![0; EDITORS];
        let mut cookie = String::new();
        for publications in [1, 7] {
            let serving = Serving::start(dir);
            if cookie.is_empty() {
                let form = [("username", "ada"), ("password", PASSWORD)];
                let signed_in = post(serving.port(), "/admin/login", "", &form).unwrap();
                let (_, set) = signed_in.head.split_once("set-cookie: ").unwrap();
                cookie = set.split(';').next().unwrap().to_owned();
            }
            let all = AtomicUsize::new(0);
            let port = serving.port();
            std::thread::scope(|scope| {
                let (cookie, all) = (cookie.as_str(), &all);
                let editors: Vec<_> = ids
                    .iter()
                    .zip(&acknowledged)
                    .map(|(&id, &from)| {
                        scope.spawn(move || publish_until_killed(port, cookie, id, from, all))
                    })
                    .collect();
                wait_until(|| all.load(Ordering::SeqCst) >= publications);
                serving.kill();
                acknowledged = editors.into_iter().map(|editor| editor.join().unwrap()).collect();
            });
            let serving = Serving::start(dir);
            for (id, last) in ids.iter().zip(&mut acknowledged) {
                let word = live_word(&serving, *id);
                let live: usize = word.trim_start_matches("word").parse().unwrap();
                assert!(live == *last || live == *last + 1, "{last} was acknowledged and {live} is there");
                *last = live;
                wait_until(|| live == 0 || titles_found(&serving, &word).contains(&word));
            }
        }
        let looked = run(dir, &["doctor"]);
        assert_eq!(String::from_utf8_lossy(&looked.stdout), "All is well.\n");
        cms.db.close().await;
    })
    .await;
}

/// An image that takes a while to work on.
async fn large_image(cms: &Cms) -> Image {
    let picture = image::RgbImage::from_fn(900, 700, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner().into();
    let received = media::receive_image(&cms.workshop, &cms.config.media, "large.png", bytes).await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let declared = cms.schema.get(IMAGE).unwrap();
    let image = media::upload_image(&mut work, declared, &received, Upload::default()).await.unwrap();
    cms.commit(work).await.unwrap();
    image
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rendition_is_whole_or_not_there_after_any_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (cms, _) = site(dir.path(), "sqlite:data/siskin.db").await;
    let image = large_image(&cms).await;
    let addresses: Vec<String> = (0..12)
        .map(|number| Spec::parse(&format!("width-{}", 600 - 10 * number)).unwrap())
        .map(|spec| cms.addresses.rendition(&image, &spec).unwrap().url)
        .collect();
    let there = || -> Vec<(PathBuf, bool)> {
        let folders = fs::read_dir(dir.path().join("data/renditions")).into_iter().flatten();
        let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        let is_whole = |path: &Path| !path.file_name().unwrap().to_string_lossy().starts_with('.');
        files.map(|file| file.unwrap().path()).map(|path| (path.clone(), is_whole(&path))).collect()
    };
    let kept =
        || there().into_iter().filter(|(_, is_whole)| *is_whole).map(|(path, _)| path).collect::<Vec<_>>();
    for wanted in [1, 4] {
        let serving = Serving::start(dir.path());
        let port = serving.port();
        std::thread::scope(|scope| {
            for address in &addresses {
                scope.spawn(move || crate::process::get(port, address));
            }
            wait_until(|| kept().len() >= wanted);
            serving.kill();
        });
        for path in kept() {
            image::load_from_memory(&fs::read(&path).unwrap()).unwrap();
        }
    }
    let serving = Serving::start(dir.path());
    for address in &addresses {
        let answer = serving.get(address).unwrap();
        assert_eq!(answer.status, 200);
        image::load_from_memory(&answer.body).unwrap();
    }
    serving.kill();
    let draft = kept()[0].with_file_name(".abc.draft");
    fs::write(&draft, "hal").unwrap();
    assert_eq!(String::from_utf8_lossy(&run(dir.path(), &["doctor", "--repair"]).stdout), "All is well.\n");
    assert!(there().iter().all(|(_, is_whole)| *is_whole) && kept().len() == addresses.len());
}
