//! Webhooks through the admin, the command line and the running program.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use siskin::accounts::{self, Action, Actor, NewUser, StoredGrant, password};
use siskin::cms::Cms;
use siskin::server::{self, Followers};
use siskin::webhooks::{self, WEBHOOK, Webhook};
use tower::ServiceExt;

use super::{Receiver, World, for_each_world};

const PASSWORD: &str = "correct horse battery";

/// Somebody in the admin.
pub struct Desk {
    pub router: Router,
    cookie: String,
}

pub struct Answered {
    pub status: u16,
    pub location: String,
    cookie: String,
    pub text: String,
}

impl Desk {
    pub async fn of(world: &World, username: &str, is_superuser: bool, grants: &[StoredGrant]) -> Self {
        let password_hash = Some(password::hash(PASSWORD).await.unwrap());
        world
            .change(async |work| {
                let group = accounts::create_group(work, &format!("{username}s"), grants).await.unwrap();
                let new = NewUser { username, email: "", password_hash, is_superuser, groups: &[group.id] };
                accounts::create_user(work, new).await.unwrap();
            })
            .await;
        let mut desk = Self { router: server::router(world.cms.clone()).unwrap(), cookie: String::new() };
        let form = [("username", username), ("password", PASSWORD)];
        let answered = desk.post("/admin/login", &form).await;
        desk.cookie = answered.cookie.split(';').next().unwrap().to_owned();
        desk
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, &[]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answered {
        self.ask("POST", path, form).await
    }

    async fn ask(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Answered {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8000")
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let header = |name| {
            let value =
                response.headers().get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        let (location, cookie) = (header("location"), header("set-cookie"));
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answered { status, location, cookie, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

async fn all(cms: &Cms) -> Vec<Webhook> {
    Webhook::list(&mut cms.db.read().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_webhook_is_made_in_the_admin_and_its_secret_is_shown_once() {
    for_each_world(async |world: &World| {
        let ada = Desk::of(world, "ada", true, &[]).await;
        assert!(ada.get("/admin/webhooks/").await.text.contains("No webhooks"));
        let bad = [("name", " "), ("url", "http://10.0.0.1/<b>"), ("kinds", "fly"), ("active", "1")];
        let refused = ada.post("/admin/webhooks/add", &bad).await;
        assert_eq!(refused.status, 422);
        for told in [
            "has 1 to 100 characters",
            "names a private or local machine",
            "“fly”",
            "http://10.0.0.1/&lt;b&gt;",
        ] {
            assert!(refused.text.contains(told), "{told}: {}", refused.text);
        }
        assert!(all(&world.cms).await.is_empty());

        let url = world.receiver.url();
        let form = [
            ("name", "Front <end>"),
            ("url", url.as_str()),
            ("kinds", "published"),
            ("kinds", "deleted"),
            ("types", "tales.Post"),
            ("site", "1"),
            ("active", "1"),
        ];
        let made = ada.post("/admin/webhooks/add", &form).await;
        let [webhook] = &all(&world.cms).await[..] else { panic!("one webhook") };
        let secret = webhook.secret(&world.cms.signing_key);
        assert!(made.status == 200 && made.text.contains(&secret));
        assert_eq!(webhook.kind_words(), ["published", "deleted"]);
        assert_eq!(
            (webhook.type_labels(), webhook.site, webhook.active),
            (vec!["tales.Post"], Some(1), true)
        );
        for path in ["/admin/webhooks/", "/admin/webhooks/1/", "/admin/webhooks/1/deliveries", "/admin/"] {
            let page = ada.get(path).await;
            assert!(page.status == 200 && !page.text.contains(&secret), "{path}");
            assert!(!page.text.contains("Front <end>"), "{path}");
        }
        let form = ada.get("/admin/webhooks/1/").await.text;
        assert!(form.contains(r#"value="published" checked"#) && !form.contains(r#"value="moved" checked"#));

        let renewed = ada.post("/admin/webhooks/1/secret", &[]).await;
        let new = world.stored(1).await.secret(&world.cms.signing_key);
        assert!(new != secret && renewed.text.contains(&new));

        let saved = ada.post("/admin/webhooks/1/", &[("name", "Front"), ("url", url.as_str())]).await;
        assert_eq!((saved.status, saved.location.as_str()), (303, "/admin/webhooks/1/"));
        assert!(!world.stored(1).await.active);
        assert!(ada.get("/admin/webhooks/1/delete").await.text.contains("Delete “Front”?"));
        assert_eq!(ada.post("/admin/webhooks/1/delete", &[]).await.status, 303);
        assert!(all(&world.cms).await.is_empty());
        assert_eq!(ada.get("/admin/webhooks/1/").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn deliveries_are_looked_at_tested_sent_again_paused_and_resumed_in_the_admin() {
    for_each_world(async |world: &World| {
        let ada = Desk::of(world, "ada", true, &[]).await;
        let webhook = world.webhook(world.wanted()).await;
        world.receiver.answer_with(500, "", "<b>oh dear</b>");
        let tested = ada.post("/admin/webhooks/1/test", &[]).await;
        let shown = ada.get(&tested.location).await.text;
        assert!(
            shown.contains("The receiver answered 500.") && shown.contains("&lt;b&gt;oh dear&lt;/b&gt;"),
            "{shown}"
        );
        assert!(shown.contains("&quot;kind&quot;: &quot;test&quot;"), "{shown}");
        assert!(!shown.contains("Send again"), "a test is made anew");

        world.live("Finches").await;
        world.pump().await;
        let delivery = world.deliveries(webhook.id).await.pop().unwrap();
        let path = format!("/admin/webhooks/deliveries/{}", delivery.id);
        assert!(ada.get("/admin/webhooks/1/deliveries").await.text.contains(&path));
        assert!(ada.get(&path).await.text.contains("http://localhost:8000/finches/"));
        world.receiver.take();
        assert_eq!(ada.post(&format!("{path}/replay"), &[]).await.status, 303);
        world.pump().await;
        assert_eq!(world.receiver.take()[0].header("siskin-delivery"), delivery.id);

        assert_eq!(ada.post("/admin/webhooks/1/pause", &[]).await.status, 303);
        for path in ["/admin/webhooks/", "/admin/webhooks/1/", "/admin/webhooks/1/deliveries"] {
            assert!(ada.get(path).await.text.contains("Paused"), "{path}");
        }
        assert_eq!(ada.post("/admin/webhooks/1/resume", &[]).await.status, 303);
        assert!(world.stored(1).await.paused_at.is_none());
        for path in ["/admin/webhooks/deliveries/made-up", "/admin/webhooks/99/deliveries"] {
            assert_eq!(ada.get(path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn webhooks_are_not_there_for_whoever_has_no_right_to_them() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        world.live("Finches").await;
        world.pump().await;
        let delivery = world.deliveries(webhook.id).await.pop().unwrap().id;
        let eve = Desk::of(world, "eve", false, &[StoredGrant::of_admin()]).await;
        let vic = Desk::of(
            world,
            "vic",
            false,
            &[StoredGrant::of_admin(), StoredGrant::on_type(Action::View, WEBHOOK)],
        )
        .await;
        assert!(!eve.get("/admin/").await.text.contains("/admin/webhooks/"));
        let looks = [
            "/admin/webhooks/".to_owned(),
            "/admin/webhooks/1/".into(),
            "/admin/webhooks/1/deliveries".into(),
            format!("/admin/webhooks/deliveries/{delivery}"),
        ];
        for path in &looks {
            assert_eq!((eve.get(path).await.status, vic.get(path).await.status), (404, 200), "{path}");
        }
        let acts = ["1/", "1/secret", "1/pause", "1/resume", "1/test", "1/delete", "add"];
        let acts = acts.map(|what| format!("/admin/webhooks/{what}"));
        let replay = format!("/admin/webhooks/deliveries/{delivery}/replay");
        let (form, before) =
            ([("name", "Mine"), ("url", "https://evil.example/")], world.receiver.take().len());
        for path in acts.iter().chain([&replay]) {
            let answered = (eve.post(path, &form).await.status, vic.post(path, &form).await.status);
            assert_eq!(answered, (404, 403), "{path}");
        }
        let kept = world.stored(1).await;
        assert_eq!((kept.name.as_str(), kept.url.as_str()), ("Front end", world.receiver.url().as_str()));
        assert!(kept.old_salt_until.is_none() && kept.paused_at.is_none() && before == 1);
        world.pump().await;
        assert!(world.receiver.got().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_serving_program_calls_by_itself_and_a_slow_receiver_holds_up_no_other() {
    for_each_world(async |world: &World| {
        let slow = Receiver::start().await;
        slow.hold();
        let webhook = world.webhook(webhooks::Wanted { url: slow.url(), ..world.wanted() }).await;
        world.webhook(world.wanted()).await;
        let followers = Followers::start(world.cms.clone());
        world.live("One").await;
        world.live("Two").await;
        slow.came.acquire().await.unwrap().forget();
        world.receiver.came.acquire_many(2).await.unwrap().forget();
        assert_eq!(slow.got().len(), 1);
        slow.go.add_permits(10);
        followers.stop(Duration::from_secs(20)).await;
        let waiting = world.deliveries(webhook.id).await;
        assert!(waiting.iter().all(|delivery| delivery.state != "failed"), "{waiting:?}");
    })
    .await;
}

#[tokio::test]
async fn the_command_line_lists_tests_and_replays() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("models")).unwrap();
    std::fs::write(dir.path().join("models/tales.toml"), super::MODELS).unwrap();
    let receiver = Receiver::start().await;
    let address = receiver.url();
    let mut config = siskin::config::Config::defaults(dir.path());
    config.webhooks.allow_private = vec!["127.0.0.1".into()];
    let cms = Cms::builder(dir.path()).config(config).open().await.unwrap();
    cms.begin().await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let rules = webhooks::Rules { guard: cms.courier.guard(), schema: &cms.schema };
    let wanted =
        webhooks::Wanted { name: "Front".into(), url: address.clone(), active: true, ..Default::default() };
    webhooks::create(&mut work, rules, wanted).await.unwrap();
    cms.commit(work).await.unwrap();
    let run = async |arguments: &'static [&'static str], allowed: &'static str| {
        let folder = dir.path().to_owned();
        let done = tokio::task::spawn_blocking(move || {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_siskin"));
            let command = command.arg("--site").arg(folder).arg("webhook").args(arguments);
            command.env("SISKIN_WEBHOOKS__ALLOW_PRIVATE", allowed).output().unwrap()
        });
        let done = done.await.unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let listed = run(&["list"], "127.0.0.1").await;
    assert_eq!(listed, (Some(0), format!("1\tFront\ton\t0 waiting\t{address}\n")));
    let tested = run(&["test", "1"], "127.0.0.1").await;
    assert_eq!(tested, (Some(0), "The receiver answered 200.\n".to_owned()));
    let (code, told) = run(&["test", "1"], "").await;
    assert!(code == Some(1) && told.starts_with("The address may not be called"), "{told}");
    assert_eq!(receiver.take().len(), 1);
    assert_eq!(run(&["replay", "made-up"], "").await.0, Some(1));
    assert_eq!(run(&["test", "7"], "").await.0, Some(1));
}
