//! The admin through HTTP: who comes in, what they see, what comes back when something is wrong.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use siskin::accounts::{self, Action, Actor, NewUser, StoredGrant, password};
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::{pages, server};
use tower::ServiceExt;

const MODELS: &str = r#"
[types.Home]
kind = "page"
parents = ["wagtailcore.Root"]

[types.Note]
kind = "page"
fields = [
    { name = "teaser", type = "text", required = true },
    { name = "friend", type = "snippet", of = ["zoo.Friend"] },
    { name = "body", type = "stream", blocks = ["words"] },
]

[types.Friend]
kind = "snippet"
fields = [{ name = "name", type = "text", required = true }]

[types.Hours]
kind = "setting"
fields = [{ name = "open", type = "text" }]

[users]
fields = [{ name = "motto", type = "text", required = true, max_length = 20 }]

[blocks.words]
type = "long_text"
"#;

const PASSWORD: &str = "correct horse battery";

struct Answered {
    status: StatusCode,
    location: String,
    cookie: String,
    text: String,
}

/// Pages: Home 2, Garden 3 with Pond 4 in it, Cellar 5. Ada may do everything, Eve writes in the garden alone and may
/// not publish there.
struct World {
    cms: Arc<Cms>,
    router: Router,
    _dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("models")).unwrap();
        std::fs::write(dir.path().join("models/zoo.toml"), MODELS).unwrap();
        let cms = Cms::builder(dir.path()).open().await.unwrap();
        cms.begin().await.unwrap();
        let world = Self { router: server::router(cms.clone()).unwrap(), cms, _dir: dir };
        let garden = world.page(2, "Garden").await;
        world.page(garden, "Pond").await;
        world.page(2, "Cellar").await;
        world.person("ada", true, &[]).await;
        let grants = [
            StoredGrant::of_admin(),
            StoredGrant::on_page(Action::Add, garden),
            StoredGrant::on_page(Action::Change, garden),
        ];
        world.person("eve", false, &grants).await;
        world
    }

    async fn page(&self, parent: i64, title: &str) -> i64 {
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        let declared = self.cms.schema.get("zoo.Note").unwrap().clone();
        let mut document = declared.initial();
        document.insert("title".into(), title.into());
        document.insert("teaser".into(), format!("About the {title}").into());
        let parent = pages::by_id(&mut work, parent).await.unwrap();
        let page =
            pages::create(&mut work, &self.cms.schema, &declared, &parent, document, "en").await.unwrap();
        let page = pages::publish(&mut work, &declared, &page).await.unwrap();
        self.cms.commit(work).await.unwrap();
        page.id
    }

    async fn person(&self, username: &str, is_superuser: bool, grants: &[StoredGrant]) {
        let password_hash = Some(password::hash(PASSWORD).await.unwrap());
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        let group = accounts::create_group(&mut work, &format!("{username}s"), grants).await.unwrap();
        let new = NewUser { username, email: "", password_hash, is_superuser, groups: &[group.id] };
        accounts::create_user(&mut work, new).await.unwrap();
        self.cms.commit(work).await.unwrap();
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        form: &[(&str, &str)],
        more: &[(&str, &str)],
    ) -> Answered {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8000")
            .header("cookie", cookie);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = |name: header::HeaderName| {
            parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let (location, cookie) = (text(header::LOCATION), text(header::SET_COOKIE));
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status: parts.status, location, cookie, text }
    }

    async fn sign_in(&self, username: &str) -> String {
        let form = [("username", username), ("password", PASSWORD)];
        let answered = self.ask("POST", "/admin/login", "", &form, &[]).await;
        assert_eq!((answered.status.as_u16(), answered.location.as_str()), (303, "/admin/"));
        answered.cookie.split(';').next().unwrap().to_owned()
    }

    async fn get(&self, path: &str, cookie: &str) -> Answered {
        self.ask("GET", path, cookie, &[], &[]).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answered {
        self.ask("POST", path, cookie, form, &[]).await
    }

    async fn stored(&self, id: i64) -> Object {
        pages::by_id(&mut self.cms.db.read().await.unwrap(), id).await.unwrap()
    }
}

#[tokio::test]
async fn strangers_are_led_to_the_sign_in_and_back() {
    let world = World::new().await;
    let answered = world.get("/admin/pages/3/edit?x=1", "").await;
    assert_eq!(answered.location, "/admin/login?next=%2Fadmin%2Fpages%2F3%2Fedit%3Fx%3D1");
    assert_eq!(world.post("/admin/pages/3/edit", "", &[]).await.location, "/admin/login");
    let form = [("username", "ada"), ("password", PASSWORD), ("next", "/admin/pages/3/edit?x=1")];
    assert_eq!(world.post("/admin/login", "", &form).await.location, "/admin/pages/3/edit?x=1");
    for elsewhere in ["https://evil.example/", "//evil.example/admin/", "/admin/\\evil", "/"] {
        let form = [("username", "ada"), ("password", PASSWORD), ("next", elsewhere)];
        assert_eq!(world.post("/admin/login", "", &form).await.location, "/admin/");
    }
    let wrong = world.post("/admin/login", "", &[("username", "ada"), ("password", "guess")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("do not belong together") && wrong.text.contains(r#"value="ada""#));
}

#[tokio::test]
async fn the_set_up_link_makes_one_account_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("models")).unwrap();
    let cms = Cms::builder(dir.path()).open().await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let link = accounts::set_up_link(&mut work).await.unwrap().unwrap();
    cms.commit(work).await.unwrap();
    let world = World { router: server::router(cms.clone()).unwrap(), cms, _dir: dir };
    let path = format!("/admin/setup/{}", link.secret());
    assert_eq!(world.get("/admin/setup/guess", "").await.status, 404);
    assert_eq!(world.get(&path, "").await.status, 200);
    let short = world.post(&path, "", &[("username", "ada"), ("password", "short")]).await;
    assert_eq!(short.status, 422);
    let made = world.post(&path, "", &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!((made.status.as_u16(), made.location.as_str()), (303, "/admin/"));
    let cookie = made.cookie.split(';').next().unwrap();
    assert_eq!(world.get("/admin/", cookie).await.status, 200);
    assert_eq!(world.get(&path, "").await.status, 404);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_and_nobody_frames_the_admin() {
    let world = World::new().await;
    let ada = world.sign_in("ada").await;
    let forged =
        world.ask("POST", "/admin/pages/4/delete", &ada, &[], &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(forged.status, 403);
    assert_eq!(world.get("/admin/pages/4/edit", &ada).await.status, 200);
    let request = Request::builder().uri("/admin/").header("host", "localhost:8000").header("cookie", &ada);
    let response = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let headers = response.headers();
    assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'self'"));
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn an_editor_sees_and_changes_their_own_section_alone() {
    let world = World::new().await;
    let eve = world.sign_in("eve").await;
    let home = world.get("/admin/pages/2/", &eve).await;
    assert!(home.text.contains("Garden") && !home.text.contains("Cellar"), "{}", home.text);
    for (path, status) in [
        ("/admin/pages/3/edit", 200),
        ("/admin/pages/4/edit", 200),
        ("/admin/pages/2/edit", 404),
        ("/admin/pages/5/edit", 404),
        ("/admin/pages/5/", 404),
        ("/admin/pages/5/history", 404),
        ("/admin/tree/5", 404),
        ("/admin/users/", 403),
        ("/admin/snippets/zoo.Friend/", 403),
        ("/admin/choosers/snippet?of=zoo.Friend", 403),
        ("/admin/settings/zoo.Hours/", 404),
        ("/admin/images/upload", 403),
    ] {
        assert_eq!(world.get(path, &eve).await.status.as_u16(), status, "{path}");
    }
    assert!(!world.get("/admin/choosers/page?q=cellar", &eve).await.text.contains("Cellar"));
    assert!(!world.get("/admin/", &eve).await.text.contains("Cellar"));
    let form = world.get("/admin/pages/4/edit", &eve).await.text;
    assert!(form.contains(r#"value="draft""#) && !form.contains(r#"value="publish""#));
    let publish = world
        .post("/admin/pages/4/edit", &eve, &[("title", "Mine"), ("teaser", "x"), ("_action", "publish")])
        .await;
    assert_eq!(publish.status, 403);
    assert_eq!(world.stored(4).await.draft_title, "Pond");
    assert_eq!(world.post("/admin/pages/5/edit", &eve, &[("title", "Mine")]).await.status, 404);
    assert_eq!(world.post("/admin/pages/5/preview", &eve, &[]).await.status, 404);
    assert_eq!(world.post("/admin/pages/4/move", &eve, &[("parent", "5")]).await.status, 404);
}

#[tokio::test]
async fn a_refused_form_comes_back_as_typed_with_its_problems() {
    let world = World::new().await;
    let ada = world.sign_in("ada").await;
    let form = [
        ("title", "New <title>"),
        ("slug", "pond"),
        ("teaser", ""),
        ("body._present", "1"),
        ("body.n7.type", "words"),
        ("body.n7.value", "kept words"),
        ("_action", "publish"),
    ];
    let refused = world.post("/admin/pages/3/add/zoo.Note", &ada, &form).await;
    assert_eq!(refused.status, 422);
    for expected in ["New &lt;title&gt;", "kept words", r#"name="body.0.value""#, r##"href="#field-slug""##] {
        assert!(refused.text.contains(expected), "{expected}");
    }
    let mut fixed = form.to_vec();
    (fixed[1], fixed[2]) = (("slug", "fresh"), ("teaser", "now"));
    let made = world.post("/admin/pages/3/add/zoo.Note", &ada, &fixed).await;
    assert_eq!((made.status.as_u16(), made.location.as_str()), (303, "/admin/pages/6/edit"));
    let page = world.stored(6).await;
    assert!(page.live);
    assert_eq!(Value::Object(page.live_document().unwrap())["body"][0]["value"], json!("kept words"));
}

#[tokio::test]
async fn an_older_version_overwrites_nothing() {
    let world = World::new().await;
    let ada = world.sign_in("ada").await;
    let version = world.stored(4).await.version.to_string();
    let save = |title: &'static str| {
        let form = [
            ("title", title),
            ("slug", "pond"),
            ("teaser", "t"),
            ("_version", version.as_str()),
            ("_action", "draft"),
        ];
        let form: Vec<(String, String)> =
            form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (world, ada) = (&world, &ada);
        async move {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            world.post("/admin/pages/4/edit", ada, &form).await
        }
    };
    assert_eq!(save("First").await.status, 303);
    let late = save("Second").await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Second") && late.text.contains("nothing was overwritten"));
    assert_eq!(world.stored(4).await.draft_title, "First");
}

#[tokio::test]
async fn every_address_that_means_nothing_is_told_kindly() {
    let world = World::new().await;
    let ada = world.sign_in("ada").await;
    for path in [
        "/admin/nowhere",
        "/admin/pages/99/edit",
        "/admin/pages/3/add/zoo.None",
        "/admin/snippets/zoo.Note/",
        "/admin/snippets/zoo.Friend/9/",
        "/admin/settings/zoo.Friend/",
        "/admin/images/9/",
        "/admin/images/9/thumb",
        "/admin/choosers/none",
        "/admin/preview/none",
        "/admin/forms/4/",
        "/admin/pages/3/history/999/preview",
        "/admin/assets/none.js",
    ] {
        let answered = world.get(path, &ada).await;
        assert_eq!(answered.status, 404, "{path}");
        assert!(answered.text.contains("To the dashboard"), "{path}");
    }
    assert_eq!(world.get("/admin/pages/x/edit", &ada).await.status, 400);
    assert_eq!(world.post("/admin/pages/4/edit", &ada, &[("title", "")]).await.status, 422);
}

#[tokio::test]
async fn fields_that_the_models_add_to_users_are_edited_by_who_may_change_users() {
    let world = World::new().await;
    let (ada, eve) = (world.sign_in("ada").await, world.sign_in("eve").await);
    let id = {
        let mut conn = world.cms.db.read().await.unwrap();
        accounts::User::known_as(&mut conn, "eve").await.unwrap().unwrap().id
    };
    let path = format!("/admin/users/{id}/");
    assert!(world.get("/admin/users/", &ada).await.text.contains(&path));
    let refused = world.post(&path, &ada, &[("motto", "far too many words for this")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("far too many words for this") && refused.text.contains("20 are allowed"));
    assert_eq!(world.post(&path, &ada, &[("motto", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.post(&path, &ada, &[("motto", "Slowly")]).await.status, StatusCode::SEE_OTHER);
    assert!(world.get(&path, &ada).await.text.contains("Slowly"));
    assert_eq!(world.post(&path, &eve, &[("motto", "Mine")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get("/admin/users/999/", &ada).await.status, StatusCode::NOT_FOUND);
    let user = accounts::User::find(&mut world.cms.db.read().await.unwrap(), id).await.unwrap();
    assert_eq!((&user.doc["motto"], user.is_active, user.is_superuser), (&json!("Slowly"), true, false));
}

#[tokio::test]
async fn settings_are_not_there_for_whoever_has_no_right_to_them() {
    let world = World::new().await;
    let (ada, eve) = (world.sign_in("ada").await, world.sign_in("eve").await);
    let path = "/admin/settings/zoo.Hours/";
    assert_eq!(world.post(path, &ada, &[("open", "at nine")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get(path, &eve).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.post(path, &eve, &[("open", "never")]).await.status, StatusCode::NOT_FOUND);
    assert!(!world.get("/admin/settings/", &eve).await.text.contains("zoo.Hours"));
    assert!(world.get(path, &ada).await.text.contains("at nine"));
}
