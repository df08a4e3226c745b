//! A program on the crate: `examples/lighthouse` as it is written, behind every door. In this process on every
//! database, and as a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use siskin::accounts::{Actor, NewUser, create_user, password};
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::extend::{Builder, hand_over};
use siskin::search::Follower;
use siskin::{pages, server};
use tower::ServiceExt;

use crate::databases::{Fresh, for_each_fresh};
use crate::process::Serving;

#[path = "../../examples/lighthouse/coast/mod.rs"]
mod coast;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

struct Coast {
    cms: Arc<Cms>,
    router: Router,
}

impl Coast {
    async fn on(fresh: &Fresh, more: impl FnOnce(Builder) -> Builder) -> Self {
        copy(&example("site"), fresh.dir.path());
        let mut config = Config::load(fresh.dir.path()).unwrap();
        config.database = fresh.config.clone();
        let builder = Cms::builder(fresh.dir.path()).config(config).with(coast::install).with(more);
        let cms = builder.open().await.unwrap();
        cms.begin().await.unwrap();
        Self { router: server::router(cms.clone()).unwrap(), cms }
    }

    async fn ask(&self, request: axum::http::request::Builder, body: &str) -> Answer {
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(at(path), "").await
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.text))
    }

    async fn titles(&self, query: &str) -> Vec<String> {
        let found = self.json(&format!("/api/v2/pages/?{query}")).await;
        let items = found["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn at(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header("host", "localhost:8000")
}

fn example(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lighthouse").join(part)
}

/// What git keeps of a folder.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_file() {
            std::fs::copy(&path, to.join(name)).unwrap();
        } else if !["data", "media"].iter().any(|made| name == *made) {
            copy(&path, &to.join(name));
        }
    }
}

async fn publish_again(cms: &Cms, id: i64) {
    let mut work = cms.work(Actor::System("keeper")).await.unwrap();
    let page = pages::by_id(&mut work, id).await.unwrap();
    let declared = cms.schema.get("coast.LightPage").unwrap().clone();
    pages::publish(&mut work, &declared, &page).await.unwrap();
    cms.commit(work).await.unwrap();
}

#[tokio::test]
async fn a_route_stands_behind_the_frame_and_lists_what_readers_see() {
    for_each_fresh(async |fresh: &Fresh| {
        let coast = Coast::on(fresh, |builder| builder).await;
        let seen = json!([
            { "title": "Gull Rock", "bearing": 10, "url": "http://localhost:8000/gull-rock/" },
            { "title": "The Skerries", "bearing": 340, "url": "http://localhost:8000/skerries/" },
        ]);
        assert_eq!(coast.json("/lights/0").await, seen);
        assert_eq!(coast.json("/lights/250").await, json!([]));

        let answer = coast.get("/lights/0").await;
        assert!(answer.headers.contains_key("x-request-id"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let wrong = coast.get("/lights/north").await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
        assert!(wrong.text.contains("A direction is a number from 0 to 359."), "{}", wrong.text);
        let elsewhere = Request::builder().uri("/lights/0").header("host", "evil.test");
        assert_eq!(coast.ask(elsewhere, "").await.status, StatusCode::BAD_REQUEST);
        let forged = at("/lights/0").method("POST").header("sec-fetch-site", "cross-site");
        assert_eq!(coast.ask(forged, "").await.status, StatusCode::FORBIDDEN);

        let mut work = coast.cms.work(Actor::System("keeper")).await.unwrap();
        let gone = pages::by_id(&mut work, 5).await.unwrap();
        pages::unpublish(&mut work, &coast.cms.schema, &gone).await.unwrap();
        coast.cms.commit(work).await.unwrap();
        assert_eq!(coast.json("/lights/0").await, json!([seen[0]]));
    })
    .await;
}

#[tokio::test]
async fn a_field_kind_and_a_block_are_answered_filtered_ordered_and_found() {
    for_each_fresh(async |fresh: &Fresh| {
        let coast = Coast::on(fresh, |builder| builder).await;
        let (cms, fields) = (&coast.cms, "type=coast.LightPage&fields=bearing,body");
        let shown = coast.json(&format!("/api/v2/pages/?{fields}&bearing=135")).await;
        let light = &shown["items"][0];
        assert_eq!(light["bearing"], json!({ "degrees": 135, "wind": "SE" }));
        assert_eq!(light["body"][0]["type"], "signal");
        assert_eq!(light["body"][0]["value"], json!({ "flashes": 1, "colour": "red", "seconds": "5.0" }));
        let by_bearing = coast.titles("type=coast.LightPage&order=-bearing").await;
        assert_eq!(by_bearing, ["The Skerries", "Cormorant Point", "Gull Rock"]);

        let follower = Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone());
        follower.catch_up().await.unwrap();
        assert_eq!(
            coast.titles("search=east").await,
            ["Cormorant Point"],
            "the needle's words, not its number"
        );
        assert_eq!(coast.titles("search=135").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_field_kind_brings_its_input_script_and_style_into_the_admin() {
    for_each_fresh(async |fresh: &Fresh| {
        let coast = Coast::on(fresh, |builder| builder).await;
        let hash = Some(password::hash("correct horse battery").await.unwrap());
        let new =
            NewUser { username: "ada", email: "", password_hash: hash, is_superuser: true, groups: &[] };
        let mut work = coast.cms.work(Actor::System("test")).await.unwrap();
        create_user(&mut work, new).await.unwrap();
        coast.cms.commit(work).await.unwrap();
        let form = |path: &str| at(path).method("POST").header("content-type", "application/x-www-form-urlencoded");
        let entered = coast.ask(form("/admin/login"), "username=ada&password=correct+horse+battery").await;
        let cookie = entered.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();

        let screen = coast.ask(at("/admin/pages/4/edit").header("cookie", &cookie), "").await.text;
        for expected in [
            r#"<bearing-needle><input class="input input-short" type="number" min="0" max="359" id="f-bearing" name="bearing""#,
            r#"value="135""#,
            r#"<script type="module" src="/admin/assets/kind-bearing.js?"#,
            r#"<link rel="stylesheet" href="/admin/assets/kind-bearing.css?"#,
            r#"name="body.0.value.flashes""#,
        ] {
            assert!(screen.contains(expected), "{expected} is not in {screen}");
        }
        let script = coast.ask(at("/admin/assets/kind-bearing.js").header("cookie", &cookie), "").await;
        assert!(script.text.contains("customElements.define"), "{}", script.text);
        assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
        let posted = "title=Cormorant+Point&slug=cormorant-point&bearing=400&_action=save";
        let refused = coast.ask(form("/admin/pages/4/edit").header("cookie", &cookie), posted).await;
        assert!(refused.text.contains("is no bearing: a whole number of degrees, 0 to 359"), "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn a_layer_sees_every_request_and_its_panic_is_an_answer() {
    for_each_fresh(async |fresh: &Fresh| {
        let shaky = axum::middleware::from_fn(
            async |request: axum::extract::Request, next: axum::middleware::Next| {
                assert_ne!(request.uri().path(), "/lights/13", "a bad number");
                next.run(request).await
            },
        );
        let coast = Coast::on(fresh, |builder| builder.layer(shaky)).await;
        let fog = fresh.dir.path().join("fog");
        let everywhere =
            ["/", "/api/v2/pages/", "/api/v2/pages/", "/admin/", "/lights/0", "/nowhere", "/robots.txt"];
        std::fs::write(&fog, "").unwrap();
        for path in everywhere {
            let answer = coast.get(path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.headers["retry-after"], "600", "{path}");
        }
        let unknown = Request::builder().uri("/").header("host", "evil.test");
        assert_eq!(coast.ask(unknown, "").await.status, StatusCode::SERVICE_UNAVAILABLE, "before the frame");
        assert_eq!(coast.get("/healthz").await.status, StatusCode::OK);
        std::fs::remove_file(&fog).unwrap();
        for path in everywhere {
            assert_ne!(coast.get(path).await.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
        let panicked = coast.get("/lights/13").await;
        assert_eq!(panicked.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!panicked.text.contains("a bad number"), "{}", panicked.text);
    })
    .await;
}

#[tokio::test]
async fn the_logbook_has_a_line_for_every_publication_however_often_it_is_told() {
    for_each_fresh(async |fresh: &Fresh| {
        let coast = Coast::on(fresh, |builder| builder).await;
        hand_over(&coast.cms).await.unwrap();
        let book = || std::fs::read_to_string(fresh.dir.path().join("data/logbook.txt")).unwrap_or_default();
        assert_eq!(book(), "", "it begins behind what was there before it");
        publish_again(&coast.cms, 3).await;
        publish_again(&coast.cms, 4).await;
        hand_over(&coast.cms).await.unwrap();
        let written = book();
        assert_eq!(written.lines().count(), 2, "{written}");
        assert!(written.lines().next().unwrap().ends_with("keeper /coast/gull-rock/"), "{written}");
        let mut tx = coast.cms.db.begin().await.unwrap();
        siskin::events::handlers::put(&mut tx, "logbook", 0).await.unwrap();
        tx.commit().await.unwrap();
        hand_over(&coast.cms).await.unwrap();
        assert_eq!(book().lines().filter(|line| written.contains(line)).count(), 2, "{}", book());
    })
    .await;
}

/// The example as `cargo test` builds it; `cargo test --test it` alone does not, and then its test is skipped aloud.
#[expect(clippy::disallowed_methods, reason = "whether a test may be skipped is no setting of a site")]
fn lighthouse() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_siskin")).with_file_name("examples").join("lighthouse");
    if program.exists() {
        return Some(program);
    }
    let must = std::env::var("SISKIN_TEST_NO_SKIP").is_ok_and(|value| value == "1");
    assert!(!must, "the example is not built: cargo build --example lighthouse");
    println!("skipped: the example as a process, because it is not built (cargo build --example lighthouse)");
    None
}

fn run(program: &Path, site: &Path, arguments: &[&str]) -> Output {
    typed(program, site).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn typed(program: &Path, site: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--site").arg(site).env("SISKIN_LOG__FILTER", "warn");
    command
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn the_example_is_a_program_with_siskins_commands_and_its_own() {
    let Some(program) = lighthouse() else { return };
    let dir = tempfile::tempdir().unwrap();
    copy(&example("site"), dir.path());
    let site = dir.path();

    let help = said(&run(&program, site, &["--help"]));
    let line = |name: &str| help.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    assert!(line("serve").contains("Serve the site"), "{help}");
    assert!(line("lights").contains("List the lights of the coast, with their bearings"), "{help}");
    assert_eq!(said(&run(&program, site, &["models", "check"])), "5 content types are in order.\n");
    let kinds = said(&run(&program, site, &["models", "kinds"]));
    assert!(kinds.contains("## `bearing`\n\nA direction in whole degrees"), "{kinds}");
    assert!(kinds.contains("## Block `coast.signal`"), "{kinds}");

    let wrong = run(&program, site, &["lights", "--towards", "400"]);
    assert_eq!(wrong.status.code(), Some(2));
    let nowhere = run(&program, &site.join("nowhere"), &["lights"]);
    assert_eq!(nowhere.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("nowhere is no folder"), "{nowhere:?}");

    let mut command = typed(&program, site);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let serving = Serving::by(command);
    assert!(serving.get("/lights/0").unwrap().text().contains(r#""title":"Gull Rock""#));
    assert_eq!(said(&run(&program, site, &["lights", "--towards", "120"])), "135° Cormorant Point\n");

    // Another process publishes; the handler of the serving one hears of it.
    let cms = Cms::builder(site).with(coast::install).open().await.unwrap();
    publish_again(&cms, 3).await;
    let patience = Instant::now() + Duration::from_secs(60);
    let book = || std::fs::read_to_string(site.join("data/logbook.txt")).unwrap_or_default();
    while !book().contains("/coast/gull-rock/") {
        assert!(Instant::now() < patience, "nothing was written into the logbook");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    cms.db.close().await;
    assert_eq!(serving.terminate().0, Some(0));
    assert_eq!(said(&run(&program, site, &["handlers", "list"])), "logbook\t0 waiting\n");
}

#[tokio::test]
async fn whoever_runs_the_program_sees_a_failing_handler_and_moves_it() {
    let Some(program) = lighthouse() else { return };
    let dir = tempfile::tempdir().unwrap();
    copy(&example("site"), dir.path());
    let site = dir.path();
    let cms = Cms::builder(site).with(coast::install).open().await.unwrap();
    cms.begin().await.unwrap();
    hand_over(&cms).await.unwrap();
    // A folder where the logbook should be: nothing can be written into it.
    std::fs::create_dir(site.join("data/logbook.txt")).unwrap();
    publish_again(&cms, 3).await;
    publish_again(&cms, 4).await;
    hand_over(&cms).await.unwrap_err();
    let event = cms.snapshot().followed - 1;
    cms.db.close().await;

    let typed = |arguments: &[&str]| run(&program, site, arguments);
    let listed = said(&typed(&["handlers", "list"]));
    assert!(
        listed.starts_with(&format!("logbook\t2 waiting\tfailed 1 times at event {event}: ")),
        "{listed}"
    );
    let doctor = typed(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains(&format!("event handler logbook: failed 1 times at event {event}: ")), "{told}");
    assert_eq!(
        said(&typed(&["handlers", "skip", "logbook"])),
        format!("logbook goes on behind event {event}.\n")
    );
    assert!(said(&typed(&["doctor"])).contains("All is well."));
    assert_eq!(said(&typed(&["handlers", "list"])), "logbook\t1 waiting\n");
    let back = said(&typed(&["handlers", "reset", "logbook"]));
    assert_eq!(back, format!("logbook goes on behind event 0; {} events will be told again.\n", event + 1));
    said(&typed(&["handlers", "skip", "logbook", "--all"]));
    assert_eq!(said(&typed(&["handlers", "list"])), "logbook\t0 waiting\n");
    for (arguments, words) in [
        (&["handlers", "skip", "logbook"][..], "nothing waits for `logbook`"),
        (&["handlers", "reset", "logbook", "--to", "99999"], "there is no event 99999"),
        (&["handlers", "forget", "logbook"], "is a handler of this program"),
        (&["handlers", "skip", "horn"], "the event handler `horn` was not found"),
    ] {
        let refused = typed(arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(words), "{refused:?}");
    }
}
