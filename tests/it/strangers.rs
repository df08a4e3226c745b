//! Who may see what, through the doors: the starter site with two sections, an editor of one of them, and strangers.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::json;
use siskin::accounts::{
    Action, Actor, Credentials, NewUser, SignIn, StoredGrant, User, create_group, create_user, password,
    sign_in,
};
use siskin::cms::Cms;
use siskin::content::{Object, Revision};
use siskin::pages::{self, Privacy};
use siskin::search::Follower;
use siskin::{accounts::Work, events, server};
use tower::ServiceExt;

const PASSWORD: &str = "four finches on a wire";
/// A word that stands only where strangers may not look.
const SECRET: &str = "Quetzalcoatl";
/// A title that would run, if it were ever taken for markup.
const HOSTILE: &str = "\"><img src=x onerror=alert(1)>{{ 7*7 }}";

struct Site {
    cms: Arc<Cms>,
    router: Router,
    a: Section,
    b: Section,
    _dir: tempfile::TempDir,
}

struct Section {
    top: Object,
    live: Object,
    draft: Object,
    form: Object,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"))
    }
}

impl Site {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["models", "seed"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &dir.path().join(folder));
        }
        let config =
            "base_url = \"http://localhost:8000\"\n[site]\nname = \"Brook\"\nlanguages = [\"en\", \"de\"]\n";
        std::fs::write(dir.path().join("config.toml"), config).unwrap();
        let cms = Cms::builder(dir.path()).open().await.unwrap();
        cms.begin().await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let home = cms.sites().all()[0].root_page.unwrap();
        let home = pages::by_id(&mut work, home).await.unwrap();
        let a = section(&cms, &mut work, &home, "Alder").await;
        let b = section(&cms, &mut work, &home, "Birch").await;
        people(&mut work, &a).await;
        cms.commit(work).await.unwrap();
        Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
        Self { router: server::router(cms.clone()).unwrap(), cms, a, b, _dir: dir }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    async fn get_as(&self, cookie: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("cookie", cookie)], "").await
    }

    async fn post_as(&self, cookie: &str, path: &str, form: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.ask("POST", path, &[("cookie", cookie), kind, ("sec-fetch-site", "same-origin")], form).await
    }

    async fn cookie_of(&self, name: &str) -> String {
        let rules = &self.cms.config.accounts;
        let address = "192.0.2.7".parse().unwrap();
        let sent = Credentials { name, password: PASSWORD, address, agent: "", before: None, rules };
        let SignIn::Welcome(token) = sign_in(&self.cms.db, &self.cms.clock, sent).await.unwrap() else {
            panic!("{name} was not let in")
        };
        format!("siskin_session={}", token.secret())
    }

    async fn head(&self) -> i64 {
        events::head(&mut self.cms.db.read().await.unwrap()).await.unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            drop(std::fs::copy(entry.path(), target))
        }
    }
}

/// A section with a live page, a draft and a form.
async fn section(cms: &Cms, work: &mut Work, home: &Object, name: &str) -> Section {
    let top = page(cms, work, home, "station.StandardPage", name, true).await;
    let live = page(cms, work, &top, "station.StandardPage", &format!("{name} live"), true).await;
    let draft = page(cms, work, &top, "station.StandardPage", &format!("{name} draft {SECRET}"), false).await;
    let form = page(cms, work, &top, "station.ContactPage", &format!("{name} form"), true).await;
    Section { top, live, draft, form }
}

async fn page(cms: &Cms, work: &mut Work, parent: &Object, label: &str, title: &str, live: bool) -> Object {
    let declared = cms.schema.get(label).unwrap();
    let mut document = declared.initial();
    document.insert("title".to_owned(), json!(title));
    document.insert("introduction".to_owned(), json!(format!("About {title}")));
    let made = pages::create(work, &cms.schema, declared, parent, document, "en").await.unwrap();
    if live { pages::publish(work, declared, &made).await.unwrap() } else { made }
}

/// `ada` may everything, `eva` edits section A, `vic` may look into the admin and sees nothing.
async fn people(work: &mut Work, a: &Section) {
    let hash = password::hash(PASSWORD).await.unwrap();
    let grants = |actions: &[Action]| {
        let on_page = actions.iter().map(|action| StoredGrant::on_page(*action, a.top.id));
        std::iter::once(StoredGrant::of_admin()).chain(on_page).collect::<Vec<_>>()
    };
    let editors = create_group(work, "editors of A", &grants(&[Action::Add, Action::Change])).await.unwrap();
    let viewers = create_group(work, "viewers", &grants(&[])).await.unwrap();
    for (username, is_superuser, group) in
        [("ada", true, None), ("eva", false, Some(editors.id)), ("vic", false, Some(viewers.id))]
    {
        let groups: Vec<i64> = group.into_iter().collect();
        let password_hash = Some(hash.clone());
        let new = NewUser { username, email: "", password_hash, is_superuser, groups: &groups };
        create_user(work, new).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_for_you_is_answered_as_what_is_not_there() {
    let site = Site::new().await;
    let revision = {
        let mut conn = site.cms.db.read().await.unwrap();
        Revision::of(&mut conn, site.b.live.key, 1, 0).await.unwrap()[0].id
    };
    let before = site.head().await;
    for name in ["eva", "vic"] {
        let cookie = site.cookie_of(name).await;
        let before = site.head().await;
        for page in [&site.b.live, &site.b.draft, &site.b.form] {
            let form = format!("title=Mine&slug=mine&_version=1&parent={}&direction=up", site.a.top.id);
            for (method, rest) in [
                ("GET", "/admin/pages/{}/"),
                ("GET", "/admin/pages/{}/edit"),
                ("POST", "/admin/pages/{}/edit"),
                ("POST", "/admin/pages/{}/preview"),
                ("GET", "/admin/pages/{}/add"),
                ("GET", "/admin/pages/{}/add/station.StandardPage"),
                ("POST", "/admin/pages/{}/add/station.StandardPage"),
                ("GET", "/admin/pages/{}/history"),
                ("GET", &format!("/admin/pages/{{}}/history/{revision}/preview")),
                ("POST", &format!("/admin/pages/{{}}/history/{revision}/restore")),
                ("GET", "/admin/pages/{}/move"),
                ("POST", "/admin/pages/{}/move"),
                ("POST", "/admin/pages/{}/position"),
                ("GET", "/admin/pages/{}/unpublish"),
                ("POST", "/admin/pages/{}/unpublish"),
                ("GET", "/admin/pages/{}/delete"),
                ("POST", "/admin/pages/{}/delete"),
                ("GET", "/admin/tree/{}"),
                ("GET", "/admin/choosers/page?parent={}"),
                ("GET", "/admin/forms/{}/"),
            ] {
                let ask = async |id: i64| {
                    let path = rest.replace("{}", &id.to_string());
                    if method == "GET" {
                        site.get_as(&cookie, &path).await
                    } else {
                        site.post_as(&cookie, &path, &form).await
                    }
                };
                let (hidden, missing) = (ask(page.id).await, ask(999_999).await);
                assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{name} {method} {rest} {}", page.id);
                assert_eq!(hidden.text, missing.text, "{name} {method} {rest}");
                assert_eq!(hidden.headers.len(), missing.headers.len(), "{name} {method} {rest}");
            }
        }
        assert_eq!(site.head().await, before, "{name} has changed something");
    }
    assert!(before > 0);
    // Into a place that she does not see nothing is moved, either.
    let eva = site.cookie_of("eva").await;
    let to_b = format!("parent={}", site.b.top.id);
    let moved = site.post_as(&eva, &format!("/admin/pages/{}/move", site.a.draft.id), &to_b).await;
    assert_eq!(moved.status, StatusCode::NOT_FOUND);
    // A revision is shown with its own page only.
    let path = format!("/admin/pages/{}/history/{revision}/preview", site.a.live.id);
    assert_eq!(site.get_as(&eva, &path).await.status, StatusCode::NOT_FOUND);
    let path = format!("/admin/pages/{}/history/{revision}/restore", site.a.live.id);
    assert_eq!(site.post_as(&eva, &path, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn no_list_of_the_admin_tells_of_what_is_not_yours() {
    let site = Site::new().await;
    for name in ["eva", "vic"] {
        let cookie = site.cookie_of(name).await;
        for path in [
            "/admin/",
            "/admin/pages/",
            &format!("/admin/pages/{}/", site.a.top.parent.map_or(1, |_| 1)),
            "/admin/pages/1/?q=Birch",
            "/admin/choosers/page?q=Birch",
            "/admin/choosers/page",
            "/admin/forms/",
            "/admin/images/",
            "/admin/documents/",
            "/admin/choosers/image",
            "/admin/choosers/document",
            "/admin/snippets/",
            "/admin/snippets/station.Person/",
            "/admin/settings/",
            "/admin/users/",
        ] {
            let answer = site.get_as(&cookie, path).await;
            assert!(answer.status.as_u16() < 500, "{name} {path}: {}", answer.status);
            for told in ["Birch live", "Birch draft", "Birch form", "Mara"] {
                assert!(!answer.text.contains(told), "{name} {path} tells of {told}");
            }
        }
    }
    let ada = site.cookie_of("ada").await;
    let found = site.get_as(&ada, "/admin/pages/1/?q=Birch").await;
    assert!(found.text.contains("Birch live"), "the test asks for something that is there");
}

#[tokio::test]
async fn an_editor_who_may_not_publish_does_not_by_any_button() {
    let site = Site::new().await;
    let eva = site.cookie_of("eva").await;
    let page = &site.a.draft;
    let path = format!("/admin/pages/{}/edit", page.id);
    let form =
        format!("title=Mine&slug=mine&_version={}&_action=publish&live=true&path=0000&owner=1", page.version);
    let refused = site.post_as(&eva, &path, &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let form = form.replace("_action=publish", "_action=draft");
    let saved = site.post_as(&eva, &path, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let mut conn = site.cms.db.read().await.unwrap();
    let now = Object::by_key(&mut conn, page.key).await.unwrap();
    assert!(!now.live && now.path == page.path && now.owner == page.owner && now.draft_title == "Mine");
    drop(conn);
    for rest in ["unpublish", "delete"] {
        let path = format!("/admin/pages/{}/{rest}", site.a.live.id);
        assert_eq!(site.post_as(&eva, &path, "").await.status, StatusCode::FORBIDDEN, "{rest}");
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_no_other_site_can_act() {
    let site = Site::new().await;
    let ada = site.cookie_of("ada").await;
    let before = site.head().await;
    for path in [
        "/admin/logout".to_owned(),
        "/admin/theme".to_owned(),
        "/admin/account/password".to_owned(),
        format!("/admin/pages/{}/position", site.a.live.id),
        format!("/admin/pages/{}/preview", site.a.live.id),
        format!("/admin/pages/{}/delete", site.a.live.id),
        format!("/admin/pages/{}/unpublish", site.a.live.id),
        format!("/admin/pages/{}/history", site.a.live.id),
        format!("/admin/pages/{}/edit?_action=publish&title=x", site.a.draft.id),
    ] {
        let looked = site.get_as(&ada, &path).await;
        assert!(looked.status.as_u16() < 500, "{path}");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        for from in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.test"), ("origin", "null")] {
            let sent = site.ask("POST", &path, &[("cookie", &ada), kind, from], "title=x&_version=1").await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path} {from:?}");
        }
        let over = [("cookie", ada.as_str()), ("x-http-method-override", "POST")];
        site.ask("GET", &path, &over, "_method=DELETE").await;
    }
    assert_eq!(site.head().await, before);
    assert_eq!(site.get_as(&ada, "/admin/").await.status, StatusCode::OK, "still signed in");
    let typed = [("cookie", ada.as_str()), ("content-type", "text/plain")];
    let path = format!("/admin/pages/{}/edit", site.a.draft.id);
    let sent = site.ask("POST", &path, &typed, "{\"title\":\"x\"}").await;
    assert_eq!(sent.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.head().await, before);
}

#[tokio::test]
async fn every_answer_of_the_admin_carries_its_defences() {
    let site = Site::new().await;
    let ada = site.cookie_of("ada").await;
    for (path, cookie, status) in [
        ("/admin/", ada.as_str(), 200),
        ("/admin/", "", 303),
        ("/admin/login", "", 200),
        ("/admin/nothing", ada.as_str(), 404),
        ("/admin/pages/999999/edit", ada.as_str(), 404),
        ("/admin/pages/x/edit", ada.as_str(), 400),
        ("/admin/setup/guessed", "", 404),
    ] {
        let answer = site.get_as(cookie, path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self'"), "{path}: {policy}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'self'"), "{path}");
        for (name, value) in [
            ("x-frame-options", "SAMEORIGIN"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("server", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert!(!answer.text.contains(env!("CARGO_PKG_VERSION")), "{path} tells the version");
    }
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let site = Site::new().await;
    for (next, expected) in [
        ("/admin/pages/", "/admin/pages/"),
        ("//evil.test", "/admin/"),
        ("/\\evil.test", "/admin/"),
        ("https:evil.test", "/admin/"),
        ("https://localhost@evil.test", "/admin/"),
        ("%2f%2fevil.test", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("\tjavascript:alert(1)", "/admin/"),
        ("/admin/\r\nset-cookie: x=y", "/admin/"),
        ("/admin/\\..\\evil", "/admin/"),
        ("", "/admin/"),
    ] {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let form = format!("username=ada&password={}&next={}", encode(PASSWORD), encode(next));
        let answer = site.post_as("", "/admin/login", &form).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, expected), "{next:?}");
    }
}

#[tokio::test]
async fn what_is_private_is_in_no_list_feed_map_or_search() {
    let site = Site::new().await;
    let mut work = site.cms.work(Actor::System("test")).await.unwrap();
    let declared = site.cms.schema.get("station.StandardPage").unwrap();
    let title = format!("Vault {SECRET}");
    let vault = page(&site.cms, &mut work, &site.a.top, "station.StandardPage", &title, true).await;
    pages::restrict(&mut work, &vault, &Privacy::Password("open sesame".to_owned())).await.unwrap();
    let under =
        page(&site.cms, &mut work, &vault, "station.StandardPage", &format!("Under {SECRET}"), true).await;
    let gone =
        page(&site.cms, &mut work, &site.a.top, "station.StandardPage", &format!("Gone {SECRET}"), true)
            .await;
    pages::unpublish(&mut work, &site.cms.schema, &gone).await.unwrap();
    assert!(declared.is_page() && !under.public);
    site.cms.commit(work).await.unwrap();
    Follower::new(site.cms.index.clone(), site.cms.db.clone(), site.cms.schema.clone())
        .catch_up()
        .await
        .unwrap();
    for path in [
        "/".to_owned(),
        "/sitemap.xml".to_owned(),
        "/sitemap/1".to_owned(),
        "/feed.xml".to_owned(),
        "/alder/".to_owned(),
        "/alder/feed.xml".to_owned(),
        "/alder/vault-quetzalcoatl/feed.xml".to_owned(),
        format!("/search/?query={SECRET}"),
        format!("/en/search/?query={SECRET}"),
        format!("/api/v2/pages/?search={SECRET}"),
        format!("/api/v2/pages/?descendant_of={}&limit=20", site.a.top.id),
        format!("/api/v2/pages/?child_of={}", site.a.top.id),
        format!("/api/v2/pages/?slug={}", vault.slug),
        format!("/api/v2/pages/{}/", vault.id),
        format!("/api/v2/pages/{}/", under.id),
        format!("/api/v2/pages/?ancestor_of={}", under.id),
        format!("/api/v2/pages/find/?html_path=/alder/{}/", vault.slug),
        "/alder/gone-quetzalcoatl/".to_owned(),
        format!("/alder/{}/", site.a.draft.slug),
    ] {
        for cookie in ["", "siskin_passed=guessed+guessed"] {
            let answer = site.get_as(cookie, &path).await;
            assert!(answer.status.as_u16() < 500, "{path}");
            let told =
                answer.text.replace(&format!("query={SECRET}"), "").replace(&format!("\"{SECRET}\""), "");
            for title in ["Vault Quet", "Under Quet", "Gone Quet", "draft Quet"] {
                assert!(!told.contains(title), "{path} tells of {title}");
            }
        }
    }
    let total = site.get(&format!("/api/v2/pages/?search={SECRET}")).await;
    assert!(total.text.contains("\"total_count\": 0"));
    // Whoever knows the word sees it, and no cache on the way keeps it.
    let closed = site.get(&format!("/alder/{}/", vault.slug)).await;
    assert_eq!((closed.status, closed.header("cache-control")), (StatusCode::OK, "private, no-store"));
    assert!(!closed.text.contains(&format!("About {title}")));
    let knocked = site.post_as("", &format!("/alder/{}/", vault.slug), "password=open+sesame").await;
    let cookie = knocked.header("set-cookie").split(';').next().unwrap().to_owned();
    let open = site.get_as(&cookie, &format!("/alder/{}/", vault.slug)).await;
    assert!(open.text.contains(&format!("About {title}")));
    assert_eq!(open.header("cache-control"), "private, no-store");
    let wrong = site.post_as("", &format!("/alder/{}/", vault.slug), "password=wrong").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(wrong.header("set-cookie"), "");
    let public = site.get("/alder/alder-live/").await;
    assert_eq!((public.status, public.header("set-cookie")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn a_hostile_title_is_text_wherever_it_is_shown() {
    let site = Site::new().await;
    let mut work = site.cms.work(Actor::System("test")).await.unwrap();
    let page = page(&site.cms, &mut work, &site.a.top, "station.StandardPage", HOSTILE, true).await;
    let user = User::by_username(&mut work, "ada").await.unwrap().unwrap();
    siskin::accounts::update_user(&mut work, &User { first_name: HOSTILE.to_owned(), ..user }).await.unwrap();
    site.cms.commit(work).await.unwrap();
    Follower::new(site.cms.index.clone(), site.cms.db.clone(), site.cms.schema.clone())
        .catch_up()
        .await
        .unwrap();
    let ada = site.cookie_of("ada").await;
    let encoded: String = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    for (path, shows) in [
        (format!("/alder/{}/", page.slug), true),
        ("/alder/feed.xml".to_owned(), true),
        ("/sitemap.xml".to_owned(), false),
        (format!("/search/?query={encoded}"), true),
        (format!("/{encoded}/"), false),
        ("/admin/".to_owned(), true),
        (format!("/admin/pages/{}/", site.a.top.id), true),
        (format!("/admin/pages/{}/?q={encoded}", site.a.top.id), true),
        (format!("/admin/pages/{}/edit", page.id), true),
        (format!("/admin/pages/{}/history", page.id), true),
        (format!("/admin/pages/{}/move", page.id), true),
        (format!("/admin/pages/{}/delete", page.id), true),
        (format!("/admin/choosers/page?parent={}", site.a.top.id), true),
        ("/admin/users/".to_owned(), true),
        (format!("/admin/login?next={encoded}"), true),
        (format!("/admin/{encoded}"), false),
    ] {
        let answer = site.get_as(&ada, &path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        assert!(!answer.text.contains("<img src=x"), "{path} takes a title for markup");
        assert!(!answer.text.contains("alert(1)>49"), "{path} takes a title for a template");
        // Where found words are marked, the rest of it still shows.
        assert!(!shows || answer.text.contains("onerror"), "{path}");
    }
    let json = site.get(&format!("/api/v2/pages/{}/", page.id)).await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.header("x-content-type-options"), "nosniff");
    let browser =
        site.ask("GET", &format!("/api/v2/pages/{}/", page.id), &[("accept", "text/html")], "").await;
    assert!(!browser.text.contains("<img src=x"));
}

#[tokio::test]
async fn no_address_leads_out_of_the_sites_folders() {
    let site = Site::new().await;
    for path in [
        "/config.toml",
        "/.env",
        "/.git/config",
        "/models/base.toml",
        "/data/siskin.db",
        "/siskin.db-wal",
        "/data/keys/signing",
        "/seed/site.jsonl",
        "/media/",
        "/media/../config.toml",
        "/media/..%2fconfig.toml",
        "/media/%252e%252e/config.toml",
        "/media/original_images/../../config.toml",
        "/media/original_images/..%2f..%2fconfig.toml",
        "/media/original_images//etc/passwd",
        "/media/original_images/%2fetc%2fpasswd",
        "/media/original_images/..%5c..%5cconfig.toml",
        "/media/images/..%2f..%2fconfig.toml",
        "/documents/1/..%2f..%2fconfig.toml",
        "/theme/../../config.toml",
        "/theme/..%2f..%2fconfig.toml",
        "/theme/..%2ftheme.toml",
        "/theme/../templates/layouts/base.html",
        "/theme/",
        "/admin/assets/..%2f..%2f..%2fconfig.toml",
        "/admin/assets/..%2ftemplates%2flayouts%2fbase.html",
        "/metrics",
        "/debug",
    ] {
        let answer = site.get(path).await;
        assert!([404, 400].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        assert!(!answer.text.contains("base_url") && !answer.text.contains("root:x:"), "{path}");
    }
    let health = site.get("/healthz").await;
    assert_eq!((health.status, health.text.len() < 20), (StatusCode::OK, true));
}

#[tokio::test]
async fn absurd_questions_are_answered_briefly() {
    let site = Site::new().await;
    let many = (0..2_000).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
    let fields = vec!["a"; 5_000].join(",");
    let nested = format!("{}{}", "a(".repeat(500), ")".repeat(500));
    let quotes = "%22".repeat(5_000);
    let words = "or%20".repeat(5_000);
    for query in [
        "limit=-1",
        "limit=100000",
        "limit=1e3",
        "limit[]=1",
        "limit=99999999999999999999",
        "offset=-1",
        "offset=9223372036854775807",
        "offset=1000000000&limit=20",
        "child_of=99999999999999999999",
        "order=owner",
        "order=draft_title",
        "order=id;drop%20table%20objects",
        "order=(select%201)",
        "owner=1",
        "draft_title=x",
        "doc=x",
        "slug=%27%20or%20%271%27=%271",
        "slug=%22%20or%201=1--",
        "slug=%25",
        "slug=_",
        "slug=%00",
        "title=$1",
        "title=?1",
        "search=%00",
        "search=%27);%20drop%20table%20objects;--",
        "search=*",
        "search=a%20AND%20(",
        "search_operator=xor&search=a",
        "fields=*,parent(parent(parent(*)))",
        "fields=_,owner(password)",
        "type=wagtailcore.Page,base.Nothing",
        "type=%3Cscript%3E",
        "locale=../../etc",
        "html_path=x",
        &many,
        &format!("fields={fields}"),
        &format!("fields={nested}"),
        &format!("search={quotes}"),
        &format!("search={words}"),
        &format!("id={}", "9,".repeat(20_000)),
    ] {
        let began = std::time::Instant::now();
        let answer = site.get(&format!("/api/v2/pages/?{query}")).await;
        let short: String = query.chars().take(60).collect();
        assert!([200, 400, 404].contains(&answer.status.as_u16()), "{short}: {}", answer.status);
        assert!(began.elapsed().as_secs_f64() < 2.0, "{short} took {:?}", began.elapsed());
        assert!(!answer.text.contains("password") || answer.status == 400, "{short}");
        let told = answer.text.replace("(select 1)", "").to_lowercase();
        assert!(!told.contains("sqlite") && !told.contains("select "), "{short}: {}", answer.text);
    }
    // What is secret and what was made up are refused in the same words.
    let told = async |name: &str| site.get(&format!("/api/v2/pages/?{name}=1")).await.text.replace(name, "…");
    assert_eq!(told("draft_title").await, told("zzzzz").await);
    assert_eq!(told("owner").await, told("zzzzz").await);
    let still = site.get("/api/v2/pages/").await;
    assert_eq!(still.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_that_is_stored_or_sent_breaks_a_header() {
    let site = Site::new().await;
    let evil = "x\r\nx-evil: 1\u{e4}\u{2028}";
    let encoded = "x%0d%0ax-evil:%201%c3%a4%00";
    let mut work = site.cms.work(Actor::System("test")).await.unwrap();
    assert!(siskin::sites::create_locale(&mut work, &format!("en{evil}")).await.is_err());
    let redirect = |number: i64, page: Option<i64>, link: String| siskin::redirects::Redirect {
        id: number,
        old_path: format!("/old-{number}"),
        site: None,
        permanent: true,
        page,
        route_path: if page.is_some() { format!("/{evil}") } else { String::new() },
        link,
        automatic: false,
        created_at: None,
    };
    redirect(1, None, format!("/{evil}")).save(&mut work).await.unwrap();
    redirect(2, None, format!("https://example.org/{evil}")).save(&mut work).await.unwrap();
    assert!(redirect(3, None, evil.to_owned()).save(&mut work).await.is_err());
    redirect(4, Some(site.a.live.id), String::new()).save(&mut work).await.unwrap();
    // An import keeps the names that were recorded.
    let document = siskin::media::Document::find(&mut work, 1).await.unwrap();
    let renamed = siskin::store::sql("update files set name = ? where object = ?");
    let name = format!("documents/{evil}\".csv");
    work.execute(renamed.bind(name.as_str()).bind(document.key)).await.unwrap();
    let gate = pages::by_id(&mut work, site.b.top.id).await.unwrap();
    pages::restrict(&mut work, &gate, &Privacy::Password("sesame".to_owned())).await.unwrap();
    site.cms.commit(work).await.unwrap();
    let document = {
        let mut reading = site.cms.reading(Actor::Anonymous).await.unwrap();
        siskin::media::Document::find(&mut reading, 1).await.unwrap().url()
    };
    let gate = gate.url_path.trim_start_matches("/home").to_owned();
    let session = site.cookie_of("ada").await;
    for (method, path, cookie, body, status) in [
        ("GET", "/old-1".to_owned(), "", "", Some(301)),
        ("GET", "/old-2".into(), "", "", Some(301)),
        ("GET", "/old-3".into(), "", "", Some(404)),
        ("GET", "/old-4".into(), "", "", Some(301)),
        ("GET", document, "", "", Some(200)),
        ("GET", format!("/about?{encoded}"), "", "", Some(301)),
        ("GET", format!("/{encoded}/"), "", "", Some(404)),
        ("GET", format!("/documents/1/{encoded}"), "", "", Some(404)),
        ("GET", format!("/media/images/{encoded}.width-500.png"), "", "", Some(404)),
        ("GET", format!("/api/v2/pages?{encoded}"), "", "", Some(301)),
        ("GET", format!("/api/v2/{encoded}"), "", "", Some(404)),
        ("GET", format!("/api/v2/pages/find/?html_path=/about/&{encoded}={encoded}"), "", "", Some(302)),
        ("GET", format!("/api/v2/pages/?locale={encoded}"), "", "", None),
        ("POST", gate.clone(), "", "password=sesame", Some(303)),
        ("POST", format!("{gate}?{encoded}"), "", "password=sesame", Some(303)),
        ("GET", format!("/admin/{encoded}"), &session, "", None),
        (
            "POST",
            "/admin/login".into(),
            "",
            "username=x%0d%0ax-evil:1&password=y&next=/admin/%0d%0ax-evil:1",
            None,
        ),
    ] {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin"), kind];
        let answer = site.ask(method, &path, &headers, body).await;
        let told = answer.status.as_u16();
        assert!(told < 500 && status.is_none_or(|status| status == told), "{path}: {told}");
        assert!(!answer.headers.contains_key("x-evil"), "{path}: {:?}", answer.headers);
        for (name, value) in &answer.headers {
            let is_plain = value.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte));
            assert!(is_plain, "{path}: {name}: {value:?}");
        }
    }
}
