//! What every request passes through: hosts, origins, proxies, panics, bounds. Behind the frame stands a small door of
//! this test's own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::{get, post};
use siskin::accounts::{Actor, FirstUser, set_up, set_up_link};
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::error::Error;
use siskin::server;
use siskin::web::{self, Asked, Editor, Failure, Viewer, session_cookie};
use tower::ServiceExt;

struct Door {
    cms: Arc<Cms>,
    router: Router,
    _dir: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Door {
    async fn new(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::defaults(dir.path());
        config.server.timeout_seconds = 1;
        config.server.max_body_bytes = 1000;
        change(&mut config);
        let cms = Cms::builder(dir.path()).config(config).open().await.unwrap();
        let doors = Router::new()
            .route("/who", get(who))
            .route(
                "/where",
                get(async |asked: Asked| format!("{} {} {}", asked.address, asked.host, asked.is_secure)),
            )
            .route("/desk", get(async |editor: Editor| editor.person.username.clone()))
            .route("/change", post(async |body: Bytes| format!("{} bytes", body.len())))
            .route("/api/hello", get(async || "hello"))
            .route("/api/change", post(async || "changed"))
            .route("/panic", get(async || -> &'static str { panic!("a secret of the handler") }))
            .route("/api/panic", get(async || -> &'static str { panic!("a secret of the handler") }))
            .route("/fail", get(async || -> Result<(), Failure> { Err(Error::internal("a secret").into()) }))
            .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(30)).await))
            .with_state(cms.clone());
        let router = web::frame(doors, cms.clone()).unwrap();
        Self { cms, router, _dir: dir }
    }

    async fn ask(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let peer = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4000)));
        let request = request.extension(peer).body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(at(path), Body::empty()).await
    }
}

async fn who(Viewer(actor): Viewer) -> String {
    actor.name()
}

fn at(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header("host", "localhost:8000")
}

#[tokio::test]
async fn unknown_hosts_are_refused_in_words_and_never_echoed() {
    let door = Door::new(|_| ()).await;
    for host in ["evil.test", "", "localhost:8000@evil.test", "a b", "LOCALHOST.evil.test"] {
        let asked = Request::builder().uri("/who").header("host", host);
        let answer = door.ask(asked, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{host}");
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    for host in ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:8000", "localhost."] {
        let asked = Request::builder().uri("/who").header("host", host);
        assert_eq!(door.ask(asked, Body::empty()).await.status, StatusCode::OK, "{host}");
    }
    let twice = at("/who").header("host", "localhost");
    assert_eq!(door.ask(twice, Body::empty()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn forwarded_headers_count_from_named_proxies_alone() {
    let forwarded = || {
        let asked =
            at("/where").header("x-forwarded-for", "198.51.100.7").header("x-forwarded-proto", "https");
        asked.header("x-forwarded-host", "127.0.0.1").header("x_forwarded_host", "evil.test")
    };
    let stranger = Door::new(|_| ()).await;
    assert_eq!(stranger.ask(forwarded(), Body::empty()).await.text, "10.0.0.1 localhost false");
    let proxied = Door::new(|config| config.server.trusted_proxies = vec!["10.0.0.0/8".into()]).await;
    assert_eq!(proxied.ask(forwarded(), Body::empty()).await.text, "198.51.100.7 127.0.0.1 true");
}

#[tokio::test]
async fn other_sites_cannot_post_here_but_our_own_pages_and_programs_can() {
    let door = Door::new(|_| ()).await;
    for (header, value, path, expected) in [
        ("sec-fetch-site", "cross-site", "/change", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-site", "/change", StatusCode::FORBIDDEN),
        ("origin", "https://evil.test", "/change", StatusCode::FORBIDDEN),
        ("origin", "null", "/change", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-origin", "/change", StatusCode::OK),
        ("origin", "http://localhost:8000", "/change", StatusCode::OK),
        ("accept", "*/*", "/change", StatusCode::OK),
        ("sec-fetch-site", "cross-site", "/api/change", StatusCode::OK),
    ] {
        let answer = door.ask(at(path).method("POST").header(header, value), "a=b").await;
        assert_eq!(answer.status, expected, "{header}: {value} {path}");
    }
    let overridden =
        at("/change").header("x-http-method-override", "POST").header("sec-fetch-site", "cross-site");
    assert_eq!(door.ask(overridden, Body::empty()).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_panic_or_an_error_is_an_answer_that_tells_no_secret() {
    let door = Door::new(|_| ()).await;
    for path in ["/panic", "/fail"] {
        let answer = door.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text.contains("secret"), "{}", answer.text);
        assert!(answer.headers.contains_key("x-request-id"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    assert_eq!(door.get("/who").await.text, "anonymous", "the program goes on");
}

#[tokio::test]
async fn time_and_size_are_bounded() {
    let door = Door::new(|_| ()).await;
    assert_eq!(door.get("/slow").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let fits = door.ask(at("/change").method("POST"), vec![b'x'; 1000]).await;
    assert_eq!((fits.status, fits.text.as_str()), (StatusCode::OK, "1000 bytes"));
    let told = at("/change").method("POST").header("content-length", "1001");
    assert_eq!(door.ask(told, vec![b'x'; 1001]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let pieces = futures_util::stream::iter((0..11).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100])));
    let untold = door.ask(at("/change").method("POST"), Body::from_stream(pieces)).await;
    assert_eq!(untold.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_session_opens_the_admin_and_strangers_are_sent_to_sign_in() {
    let door = Door::new(|_| ()).await;
    let stranger = door.get("/desk?page=2").await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert_eq!(stranger.headers["location"], "/admin/login?next=%2Fdesk%3Fpage%3D2");

    let mut work = door.cms.work(Actor::System("test")).await.unwrap();
    let link = set_up_link(&mut work).await.unwrap().unwrap();
    let password_hash = "!".to_owned();
    let address = "192.0.2.7".parse().unwrap();
    let first = FirstUser { username: "eva", email: "", password_hash, address, agent: "" };
    let token = set_up(&mut work, &link, first).await.unwrap();
    door.cms.commit(work).await.unwrap();

    let cookie = session_cookie(&door.cms, &token).unwrap();
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(door.ask(at("/desk").header("cookie", &cookie), Body::empty()).await.text, "eva");
    assert_eq!(
        door.ask(at("/who").header("cookie", "siskin_session=made-up"), Body::empty()).await.text,
        "anonymous"
    );
}

#[tokio::test]
async fn cookies_are_secure_where_the_site_is() {
    for (base, expected) in [
        ("http://localhost:8000", "siskin_session=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=5184000"),
        (
            "https://example.org",
            "__Host-siskin_session=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=5184000; Secure",
        ),
    ] {
        let door = Door::new(|config| config.base_url = base.parse().unwrap()).await;
        assert_eq!(session_cookie(&door.cms, &siskin::base::Token::sent("s")).unwrap(), expected);
    }
}

#[tokio::test]
async fn health_is_told_by_any_name() {
    let door = Door::new(|_| ()).await;
    let router = server::router(door.cms.clone()).unwrap();
    let ask = Request::builder().uri("/healthz").header("host", "10.1.2.3").body(Body::empty()).unwrap();
    assert_eq!(router.clone().oneshot(ask).await.unwrap().status(), StatusCode::OK);
    door.cms.db.close().await;
    let ask = Request::builder().uri("/healthz").body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(ask).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_number_is_taken_over_from_proxies_alone_and_in_a_safe_spelling() {
    let stranger = Door::new(|_| ()).await;
    let proxied = Door::new(|config| config.server.trusted_proxies = vec!["10.0.0.0/8".into()]).await;
    let long = "x".repeat(200);
    for (door, sent, is_taken) in [
        (&stranger, "abc-1", false),
        (&proxied, "abc-1", true),
        (&proxied, "<script>", false),
        (&proxied, "a b", false),
        (&proxied, long.as_str(), false),
    ] {
        let answer = door.ask(at("/who").header("x-request-id", sent), Body::empty()).await;
        assert_eq!(answer.headers["x-request-id"] == sent, is_taken, "{sent}");
    }
    let refused =
        proxied.ask(Request::builder().uri("/who").header("host", "evil.test"), Body::empty()).await;
    assert!(refused.headers.contains_key("x-request-id"), "a refusal has a number too");
    let (one, other) = (stranger.get("/who").await, stranger.get("/who").await);
    assert_ne!(one.headers["x-request-id"], other.headers["x-request-id"]);
}

#[tokio::test]
async fn an_error_names_the_number_that_it_is_written_down_under() {
    let door = Door::new(|_| ()).await;
    for path in ["/panic", "/fail", "/slow", "/api/panic"] {
        let answer = door.get(path).await;
        let number = answer.headers["x-request-id"].to_str().unwrap();
        assert!(answer.text.contains(number), "{path}: {}", answer.text);
    }
    let told = door.get("/api/panic").await;
    assert_eq!(told.headers["content-type"], "application/json");
    assert!(told.text.starts_with(r#"{"detail":"A server error occurred.","request_id":""#), "{}", told.text);
}

#[tokio::test]
async fn figures_are_for_those_who_may_see_them() {
    let figures = |change: fn(&mut siskin::config::Metrics)| {
        Door::new(move |config| {
            config.metrics.enabled = true;
            config.metrics.allowed = vec!["10.0.0.1".into()];
            change(&mut config.metrics);
        })
    };
    let door = figures(|_| ()).await;
    door.get("/who").await;
    door.get("/nowhere").await;
    door.get("/api/panic").await;
    let shown = door.ask(Request::builder().uri("/metrics").header("host", "10.9.9.9"), Body::empty()).await;
    assert_eq!(shown.status, StatusCode::OK);
    for line in [
        r#"siskin_requests_total{door="pages",status="2xx"} 1"#,
        r#"siskin_requests_total{door="pages",status="4xx"} 1"#,
        r#"siskin_requests_total{door="api",status="5xx"} 1"#,
        r#"siskin_request_seconds_count{door="api"} 1"#,
        r#"siskin_requests_in_flight{door="pages"} 1"#,
        r#"siskin_follower_lag_events{follower="snapshot"} 0"#,
        "siskin_store_connections_open ",
    ] {
        assert!(shown.text.contains(line), "{line} is not in {}", shown.text);
    }
    let count = shown.text.lines().count();
    for path in ["/a", "/b?c=d", "/api/e"] {
        door.ask(at(path).method("BREW").header("user-agent", path), Body::empty()).await;
    }
    let after = door.get("/metrics").await;
    assert_eq!(after.text.lines().count(), count, "nothing that is sent makes a new series");

    for (hidden, header, value) in [
        (figures(|metrics| metrics.enabled = false).await, "accept", "*/*"),
        (figures(|metrics| metrics.allowed = vec!["127.0.0.1".into()]).await, "accept", "*/*"),
        (figures(|metrics| metrics.token = "secret".into()).await, "accept", "*/*"),
        (figures(|metrics| metrics.token = "secret".into()).await, "authorization", "Bearer secre"),
        (figures(|_| ()).await, "x-forwarded-for", "10.0.0.1"),
    ] {
        let answer = hidden.ask(at("/metrics").header(header, value), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{header}: {value}");
    }
    let by_token = figures(|metrics| {
        metrics.token = "secret".into();
        metrics.allowed.clear();
    });
    let asked = at("/metrics").header("authorization", "Bearer secret");
    assert_eq!(by_token.await.ask(asked, Body::empty()).await.status, StatusCode::OK);
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::defaults(dir.path());
    config.metrics.enabled = true;
    config.metrics.allowed.clear();
    let cms = Cms::builder(dir.path()).config(config).open().await.unwrap();
    assert!(web::frame(Router::new(), cms).is_err(), "figures for everybody are refused at start");
}

#[tokio::test]
async fn too_many_requests_of_one_address_are_told_when_to_come_again() {
    let door = Door::new(|config| {
        config.limits.api_per_minute = 2;
        config.limits.forms_per_minute = 1;
    })
    .await;
    let first = door.get("/api/hello").await;
    assert_eq!((first.status, first.text.as_str()), (StatusCode::OK, "hello"));
    assert_eq!(first.headers["ratelimit-policy"], "\"api\";q=2;w=60");
    assert_eq!(first.headers["ratelimit"], "\"api\";r=1;t=30");
    door.get("/api/hello").await;
    let third = door.get("/api/hello").await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    let wait = third.headers["retry-after"].to_str().unwrap();
    let words = format!("Request was throttled. Expected available in {wait} seconds.");
    assert_eq!(third.text, format!("{{\"detail\":\"{words}\"}}"));
    // A forwarded address of a stranger is no other address; another door has its own count, or none.
    let claimed = at("/api/hello").header("x-forwarded-for", "203.0.113.5");
    assert_eq!(door.ask(claimed, Body::empty()).await.status, StatusCode::TOO_MANY_REQUESTS);
    let page = door.get("/who").await;
    assert!(page.status == StatusCode::OK && !page.headers.contains_key("ratelimit"));
    assert_eq!(door.ask(at("/change").method("POST"), "a").await.status, StatusCode::OK);
    let form = door.ask(at("/change").method("POST"), "a").await;
    assert_eq!(form.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(form.text.contains("Too many tries. Please try again in "), "{}", form.text);
}

#[tokio::test]
async fn pages_of_other_origins_read_the_api_if_they_may_and_nothing_else() {
    let named = Door::new(|config| {
        config.api.cors_origins = vec!["https://front.example".into(), "https://*.front.example".into()];
        config.api.cors_credentials = true;
    })
    .await;
    let open = Door::new(|_| ()).await;
    for (door, path, origin, allowed, varies) in [
        (&open, "/api/hello", Some("https://any.example"), Some("*"), false),
        (&open, "/api/hello", None, Some("*"), false),
        (&open, "/who", Some("https://any.example"), None, false),
        (&named, "/api/hello", Some("https://front.example"), Some("https://front.example"), true),
        (&named, "/api/hello", Some("https://a.front.example"), Some("https://a.front.example"), true),
        (&named, "/api/hello", Some("https://evil.example"), None, true),
        (&named, "/api/hello", Some("null"), None, true),
        (&named, "/api/hello", None, None, true),
        (&named, "/who", Some("https://front.example"), None, false),
    ] {
        let asked = origin.into_iter().fold(at(path), |asked, origin| asked.header("origin", origin));
        let answer = door.ask(asked, Body::empty()).await;
        let told = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(told("access-control-allow-origin"), allowed, "{path} {origin:?}");
        assert_eq!(told("vary") == Some("Origin"), varies, "{path} {origin:?}");
        let with_credentials = told("access-control-allow-credentials").is_some();
        assert_eq!(with_credentials, allowed.is_some_and(|allowed| allowed != "*"), "{path} {origin:?}");
    }
    for (origin, allowed) in [("https://front.example", true), ("https://evil.example", false)] {
        let asked = at("/api/hello").method("OPTIONS").header("origin", origin);
        let told = named.ask(asked.header("access-control-request-method", "GET"), Body::empty()).await;
        assert_eq!((told.status, told.text.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(told.headers.contains_key("access-control-allow-methods"), allowed);
        assert_eq!(told.headers.contains_key("access-control-max-age"), allowed);
        assert!(!told.headers.values().any(|value| value == "https://evil.example"));
    }
}
