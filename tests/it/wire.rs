//! What comes over a socket, as bytes: slow, broken, too much or meant to deceive. Behind the sockets stands a small
//! door of this test's own, in the frame of the program.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use siskin::cms::Cms;
use siskin::config::Config;
use siskin::{server, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// Longest that a test waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    /// A permit lets one handler of `/held` go on.
    held: Arc<Semaphore>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    _dir: tempfile::TempDir,
}

impl Server {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::defaults(dir.path());
        config.server.header_seconds = 1;
        config.server.stall_seconds = 1;
        change(&mut config);
        let cms = Cms::builder(dir.path()).config(config).open().await.unwrap();
        let held = Arc::new(Semaphore::new(0));
        let waits = held.clone();
        let hold = move || {
            let held = waits.clone();
            async move {
                held.acquire().await.unwrap().forget();
                "held"
            }
        };
        let doors = Router::new()
            .route("/hello", get(async || "hello"))
            .route("/held", get(hold.clone()))
            .route("/api/held", get(hold))
            .route("/admin/hello", get(async || "hello"))
            .route("/much", get(async || vec![b'x'; 64 * 1024 * 1024]))
            .route("/echo", post(async |body: Bytes| body))
            .with_state(cms.clone());
        let framed = web::frame(doors, cms.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            server::answer(listener, framed, &cms.config.server, stopped).await;
        });
        Self { address, held, stop: Some(stop), serving, _dir: dir }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Everything that is answered to these bytes, until the connection is closed.
    async fn told(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        all(&mut stream).await
    }

    async fn get(&self, path: &str) -> String {
        self.told(&asking(path, "Connection: close\r\n")).await
    }
}

/// What is sent until the other side closes; a reset is an end too.
async fn all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        let mut piece = [0; 65536];
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            bytes.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the connection is never closed");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads on until this text has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut found = String::new();
    let reading = async {
        let mut piece = [0; 4096];
        while !found.contains(text) {
            let count = stream.read(&mut piece).await.unwrap();
            assert!(count > 0, "closed before {text:?}: {found}");
            found.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("it never came");
    found
}

fn asking(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n").into_bytes()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn absurd_heads_are_refused_and_the_connection_is_closed() {
    let server = Server::start(|_| ()).await;
    let long = "x".repeat(50_000);
    let many = "X-Flood: 1\r\n".repeat(200);
    let cookies = format!("Cookie: {}\r\n", "a=b; ".repeat(10_000));
    for (head, expected) in [
        (format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"), &["414", "431"][..]),
        (format!("GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n"), &["431"]),
        (format!("GET /hello HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"), &["431"]),
        (format!("GET /hello HTTP/1.1\r\nHost: localhost\r\n{cookies}\r\n"), &["431"]),
        ("GET /hello HTTP/1.1\r\nHost: localhost\r\nBad Name: 1\r\n\r\n".into(), &["400"]),
        ("GET /hello HTTP/1.1\r\nHost: localhost\r\n folded: 1\r\n\r\n".into(), &["400"]),
        ("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n".into(), &["400"]),
        ("GET /hel lo HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), &["400"]),
        ("GET /hello HTTP/3.7\r\nHost: localhost\r\n\r\n".into(), &["400"]),
        ("GET hello HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), &["400"]),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}rubbish\r\n\r\n".into(), &["400"]),
        ("G\u{e4}T /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), &["400"]),
    ] {
        let answer = server.told(head.as_bytes()).await;
        assert!(
            expected.contains(&status(&answer)),
            "{}… answered {answer}",
            head.get(..60).unwrap_or(&head)
        );
    }
    assert_eq!(status(&server.get("/hello").await), "200");
}

#[tokio::test]
async fn hosts_and_methods_that_make_no_sense_are_refused() {
    let server = Server::start(|_| ()).await;
    for host in
        ["", "a b", "evil.test", "localhost@evil.test", "localhost:99999", "[::1", "localhost/x", "\u{e4}"]
    {
        let head = format!("GET /hello HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = server.told(head.as_bytes()).await;
        assert_eq!(status(&answer), "400", "{host}");
        assert!(!answer.contains("evil"), "{answer}");
    }
    let none = server.told(b"GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&none), "400");
    let two = server
        .told(b"GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&two.await), "400");
    let absolute = b"GET http://evil.test/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&server.told(absolute).await), "400");
    for method in ["BREW", "TRACE", "CONNECT", "get", "PROPFIND"] {
        let target = if method == "CONNECT" { "localhost:80" } else { "/hello" };
        let head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = server.told(head.as_bytes()).await;
        assert!(["405", "404", "400", "501"].contains(&status(&answer)), "{method}: {answer}");
    }
    let override_ = asking(
        "/hello",
        "X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin/hello\r\nConnection: close\r\n",
    );
    assert!(server.told(&override_).await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_of_two_lengths_smuggles_nothing() {
    let server = Server::start(|_| ()).await;
    let smuggled = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (head, refused) in [
        ("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", true),
        ("Content-Length: 3, 4\r\n\r\nabc", true),
        ("Content-Length: +3\r\n\r\nabc", true),
        ("Content-Length: -1\r\n\r\n", true),
        ("Content-Length: 99999999999999999999\r\n\r\n", true),
        ("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", true),
        ("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", true),
        ("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", true),
        ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true),
        ("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n", true),
        ("transfer-encoding:chunked\r\nX: y\r\ncontent-length:0\r\n\r\n0\r\n\r\n", true),
        ("Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\nTrailer: 1\r\n\r\n", false),
        ("Transfer-Encoding: chunked\n\n0\r\n\r\n", false),
    ] {
        let bytes = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{head}{smuggled}");
        let answer = server.told(bytes.as_bytes()).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head:?} answered {answer}");
        assert_eq!(status(&answer), if refused { "400" } else { "200" }, "{head:?} answered {answer}");
        assert!(!answer.ends_with("hello"), "{head:?} answered {answer}");
    }
    // Nor does one that comes behind honest ones, or whose pieces come one by one.
    let honest =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n\r\nTransfer-Encoding: chunked\n";
    let deceitful =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(honest.as_bytes()).await.unwrap();
    until(&mut stream, "chunked\n").await;
    stream.write_all(&asking("/hello", "")).await.unwrap();
    until(&mut stream, "hello").await;
    for byte in deceitful.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    stream.write_all(format!("0\r\n\r\n{smuggled}").as_bytes()).await.unwrap();
    let answer = all(&mut stream).await;
    assert_eq!((status(&answer), answer.matches("HTTP/1.1 ").count()), ("400", 1), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    // Chunks that lie about their size are no body.
    let torn = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc";
    assert!(["400", ""].contains(&status(&server.told(torn.as_bytes()).await)));
}

#[tokio::test]
async fn older_and_hasty_clients_are_served() {
    let server = Server::start(|_| ()).await;
    let old = server.told(b"GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n").await;
    assert!(status(&old) == "200" && old.ends_with("hello"), "{old}");
    assert_eq!(status(&server.told(b"GET /hello HTTP/1.0\r\n\r\n").await), "400", "no host, no site");

    let mut pipelined = asking("/hello", "").repeat(20);
    pipelined.extend(asking("/hello", "Connection: close\r\n"));
    assert_eq!(server.told(&pipelined).await.matches("HTTP/1.1 200").count(), 21);

    let mut stream = server.connect().await;
    let head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
    stream.write_all(head).await.unwrap();
    until(&mut stream, "100 Continue\r\n\r\n").await;
    stream.write_all(b"hello").await.unwrap();
    assert!(all(&mut stream).await.ends_with("hello"));

    // Lines between requests are forgiven; what follows a body is the next request or none.
    let junk = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nabrubbish\r\n\r\n";
    let answer = server.told(junk).await;
    assert_eq!((status(&answer), answer.matches("HTTP/1.1 400").count()), ("200", 1), "{answer}");

    // Whoever closes their half has said all, and is still answered or let go.
    let mut half = server.connect().await;
    half.write_all(&asking("/hello", "")).await.unwrap();
    half.shutdown().await.unwrap();
    all(&mut half).await;
}

#[tokio::test]
async fn whoever_is_too_slow_is_given_up() {
    let server = Server::start(|config| config.server.timeout_seconds = 10).await;
    let began = Instant::now();
    let (mut silent, mut torn, mut kept, mut body, mut endless) = (
        server.connect().await,
        server.connect().await,
        server.connect().await,
        server.connect().await,
        server.connect().await,
    );
    torn.write_all(b"GET /hello HTTP/1.1\r\nHost: loc").await.unwrap();
    kept.write_all(&asking("/hello", "")).await.unwrap();
    body.write_all(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
        .await
        .unwrap();
    let chunks = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    endless.write_all(chunks).await.unwrap();
    let (silent, torn, kept, body, endless) =
        tokio::join!(all(&mut silent), all(&mut torn), all(&mut kept), all(&mut body), all(&mut endless));
    assert!(["", "408"].contains(&status(&silent)), "{silent}");
    assert!(["", "408"].contains(&status(&torn)), "{torn}");
    assert_eq!(kept.matches("HTTP/1.1 200").count(), 1, "an idle connection ends quietly: {kept}");
    for body in [body, endless] {
        assert_eq!(status(&body), "400", "{body}");
    }
    assert!(began.elapsed() < Duration::from_secs(8), "all of them at once, and soon");
}

#[tokio::test]
async fn whoever_takes_no_answer_is_given_up() {
    let server = Server::start(|config| config.server.max_connections = 1).await;
    let mut greedy = server.connect().await;
    greedy.write_all(&asking("/much", "")).await.unwrap();
    let mut first = [0; 12];
    greedy.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // It reads no further: its place is free after the stall, though it is still connected.
    let began = Instant::now();
    while status(&server.get("/hello").await) != "200" {
        assert!(began.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    drop(greedy);
}

#[tokio::test]
async fn uploads_end_at_their_bound() {
    let server = Server::start(|config| config.server.max_body_bytes = 1000).await;
    let told = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    let answer = server.told(told.as_bytes()).await;
    assert_eq!(status(&answer), "413", "before a byte of it has come");
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    for _ in 0..10_000 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    assert!(
        ["413", ""].contains(&status(&all(&mut stream).await)),
        "a body without an end is not read to it"
    );
    assert_eq!(status(&server.get("/hello").await), "200");
}

#[tokio::test]
async fn a_flood_is_told_so_and_leaves_others_at_work() {
    let server = Server::start(|config| {
        config.load.reads_at_once = 2;
        config.load.reads_waiting = 3;
    })
    .await;
    let mut asked = Vec::new();
    for _ in 0..40 {
        let mut stream = server.connect().await;
        stream.write_all(&asking("/held", "Connection: close\r\n")).await.unwrap();
        asked.push(stream);
    }
    let mut refused = 0;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    for mut stream in asked {
        let tell = tell.clone();
        tokio::spawn(async move { tell.send(all(&mut stream).await) });
    }
    while refused < 35 {
        let answer = tokio::time::timeout(PATIENCE, told.recv()).await.unwrap().unwrap();
        assert!(status(&answer) == "503" && answer.contains("retry-after: "), "{answer}");
        refused += 1;
    }
    let meanwhile = server.get("/api/held").await;
    assert!(status(&meanwhile) == "503" && meanwhile.contains(r#"{"detail":"Too much"#), "{meanwhile}");
    assert_eq!(status(&server.get("/admin/hello").await), "200", "editors go on working");
    server.held.add_permits(5);
    for _ in 0..5 {
        let answer = tokio::time::timeout(PATIENCE, told.recv()).await.unwrap().unwrap();
        assert!(answer.ends_with("held"), "{answer}");
    }
    for _ in 0..10 {
        assert_eq!(status(&server.get("/hello").await), "200", "and all is as before");
    }
}

#[tokio::test]
async fn whoever_waits_too_long_or_goes_gives_the_place_back() {
    let server = Server::start(|config| {
        config.load.reads_at_once = 1;
        config.load.reads_waiting = 2;
        config.load.wait_seconds = 1;
    })
    .await;
    let mut first = server.connect().await;
    first.write_all(&asking("/held", "")).await.unwrap();
    assert_eq!(status(&server.get("/hello").await), "503", "it waited for its second and was told");
    drop(first);
    let began = Instant::now();
    while status(&server.get("/hello").await) != "200" {
        assert!(began.elapsed() < PATIENCE, "who went away holds no place");
    }
}

#[tokio::test]
async fn connections_are_bounded_by_all_and_by_address() {
    for change in [
        |config: &mut Config| config.server.max_connections = 3,
        |config: &mut Config| config.server.max_connections_by_address = 3,
    ] {
        let server = Server::start(change).await;
        let mut open = Vec::new();
        for _ in 0..3 {
            let mut stream = server.connect().await;
            stream.write_all(&asking("/held", "")).await.unwrap();
            open.push(stream);
        }
        let refused = server.get("/hello").await;
        assert!(status(&refused) == "503" && refused.contains("Retry-After: "), "{refused}");
        server.held.add_permits(3);
        for stream in &mut open {
            until(stream, "held").await;
        }
        drop(open);
        let began = Instant::now();
        while status(&server.get("/hello").await) != "200" {
            assert!(began.elapsed() < PATIENCE, "places are free again");
        }
    }
}

#[tokio::test]
async fn a_stop_finishes_what_was_begun_and_begins_nothing() {
    let mut server = Server::start(|_| ()).await;
    let mut open = server.connect().await;
    open.write_all(&asking("/held", "")).await.unwrap();
    // Answered after the other one has arrived.
    server.get("/hello").await;
    server.stop.take().unwrap().send(()).unwrap();
    server.held.add_permits(1);
    assert!(
        all(&mut open).await.ends_with("held"),
        "the request that ran is answered, and the connection closed"
    );
    (&mut server.serving).await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::start(|config| config.server.grace_seconds = 1).await;
    let mut open = server.connect().await;
    open.write_all(&asking("/held", "")).await.unwrap();
    server.get("/hello").await;
    server.stop.take().unwrap().send(()).unwrap();
    assert_eq!(all(&mut open).await, "", "cut off");
    (&mut server.serving).await.unwrap();
}
