//! A server that is killed at any moment and started again: what it derives agrees with the store.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use siskin::accounts::Actor;
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::pages;
use siskin::schema::Document;
use siskin::sites::{self, Site};

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [{ name = "word", type = "text", search = true }]
"#;
/// Longest that a server may take to start, or to follow what was committed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that serves a folder until it is killed.
struct Serving {
    child: Child,
    port: u16,
}

impl Serving {
    fn start(dir: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_siskin"));
        command.args(["--site", dir.to_str().unwrap(), "serve", "--port", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let serving = Self { child, port };
        wait_until(|| serving.get("/healthz").is_some_and(|(status, _)| status == 200));
        serving
    }

    /// The status and body of an answer; `None` while nobody listens.
    fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
    }

    fn titles_found(&self, word: &str) -> Vec<String> {
        let (_, body) = self.get(&format!("/api/v2/pages/?search={word}")).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; one that was killed is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A folder with a home page, and the same store in this process.
async fn site(dir: &Path) -> (Arc<Cms>, Object) {
    fs::create_dir(dir.join("models")).unwrap();
    fs::write(dir.join("models/zoo.toml"), MODELS).unwrap();
    fs::write(dir.join("config.toml"), "base_url = \"http://localhost\"\n").unwrap();
    let cms = Cms::builder(dir).open().await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let root = pages::create_root(&mut work, "en").await.unwrap();
    sites::create_locale(&mut work, "en").await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    let home =
        pages::create(&mut work, &cms.schema, declared, &root, page("Home", "home"), "en").await.unwrap();
    let home = pages::publish(&mut work, declared, &home).await.unwrap();
    let site = Site {
        id: 0,
        hostname: "localhost".to_owned(),
        port: 80,
        name: String::new(),
        root_page: Some(home.id),
        is_default: true,
        front_end_url: None,
    };
    sites::create_site(&mut work, site).await.unwrap();
    cms.commit(work).await.unwrap();
    (cms, home)
}

fn page(title: &str, word: &str) -> Document {
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
    let (cms, home) = site(dir.path()).await;
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
    wait_until(|| !serving.titles_found(&format!("word{}", number - 1)).is_empty());
    for (object, word) in &known {
        assert_eq!(serving.titles_found(word), [object.title.as_str()], "{word}");
        let (status, body) = serving.get(&format!("/api/v2/pages/{}/", object.id)).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, answer["word"].as_str()), (200, Some(word.as_str())));
    }
    for gone in (0..number).filter(|number| !known.iter().any(|(_, word)| *word == format!("word{number}"))) {
        assert_eq!(serving.titles_found(&format!("word{gone}")), Vec::<String>::new());
    }
    let mut conn = cms.db.read().await.unwrap();
    assert_eq!(pages::doctor::examine(&mut conn).await.unwrap(), []);
}
