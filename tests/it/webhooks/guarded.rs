//! Whom nobody can make us call, and how little a hostile receiver can do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use siskin::error::Error;
use siskin::webhooks::{self, Client, Courier, Guard, Lookup, Wanted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Receiver, World, for_each_world};

/// What a call says that reached nobody, whatever the reason.
const UNREACHED: &str =
    "The receiver could not be reached: its name, address, connection or certificate is not sound.";

impl World {
    /// Calls an address once and tells what the log says of it.
    async fn try_url(&self, url: &str) -> (Option<i64>, String, String) {
        self.try_with(&self.cms.courier, url).await
    }

    async fn try_with(&self, courier: &Courier, url: &str) -> (Option<i64>, String, String) {
        let webhook = self.webhook(Wanted { url: url.to_owned(), ..self.wanted() }).await;
        let delivery = self.change(async |work| webhooks::test(work, webhook.id).await.unwrap()).await;
        let done = courier.try_once(delivery).await.unwrap();
        (done.status, done.problem, done.answer)
    }

    fn courier_with(&self, allowed: &[&str], lookup: Lookup) -> Courier {
        let allowed: Vec<String> = allowed.iter().map(|one| (*one).to_owned()).collect();
        let client = Client::with_lookup(Guard::new(&allowed).unwrap(), Duration::from_secs(5), lookup);
        Courier::with_client(
            &self.cms.db,
            &self.clock,
            self.cms.signing_key,
            &self.cms.config.webhooks,
            client,
        )
    }
}

/// Answers each look-up with the next of these, and the last one ever after; counts.
fn names(answers: Vec<Vec<SocketAddr>>) -> (Lookup, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let asked = counted.fetch_add(1, Ordering::SeqCst);
        let answer = answers.get(asked).or(answers.last()).cloned().unwrap_or_default();
        Box::pin(async move { Ok(answer) })
    });
    (lookup, count)
}

#[tokio::test]
async fn an_address_that_may_not_be_called_is_refused_when_it_is_saved_and_when_it_is_called() {
    for_each_world(async |world: &World| {
        for url in [
            "http://127.0.0.2/",
            "http://localhost/",
            "http://[::1]/",
            "http://2852039166/",
            "file:///etc/passwd",
        ] {
            let mut work = world.cms.work(siskin::accounts::Actor::System("test")).await.unwrap();
            let wanted = Wanted { url: url.to_owned(), ..world.wanted() };
            let refused = webhooks::create(&mut work, world.rules(), wanted).await.unwrap_err();
            let Error::Invalid(problems) = refused else { panic!("{refused}") };
            assert_eq!(problems.at("url").len(), 1, "{url}");
        }
        // It was allowed when it was saved and is not any more.
        let (lookup, _) = names(vec![]);
        let stricter = world.courier_with(&[], lookup);
        let (status, problem, _) = world.try_with(&stricter, &world.receiver.url()).await;
        assert_eq!(status, None);
        assert!(problem.starts_with("The address may not be called: it names a private"), "{problem}");
        assert!(world.receiver.got().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_not_called_and_nobody_learns_why() {
    for_each_world(async |world: &World| {
        let url = format!("http://rebind.example:{}/hook", world.receiver.address.port());
        let inside: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let outside: SocketAddr = "93.184.216.34:0".parse().unwrap();
        let mapped: SocketAddr = "[::ffff:127.0.0.1]:0".parse().unwrap();
        for answers in [vec![inside], vec![mapped], vec![outside, inside], vec![inside, outside], vec![]] {
            let (lookup, _) = names(vec![answers.clone()]);
            let courier = world.courier_with(&[], lookup);
            let told = world.try_with(&courier, &url).await;
            assert_eq!(told, (None, UNREACHED.to_owned(), String::new()), "{answers:?}");
        }
        assert!(world.receiver.got().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_name_is_asked_once_and_what_was_checked_is_what_is_called() {
    for_each_world(async |world: &World| {
        let other = TcpListener::bind(("127.0.0.2", world.receiver.address.port())).await.unwrap();
        let url = format!("http://rebind.example:{}/hook", world.receiver.address.port());
        let first: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let then: SocketAddr = "127.0.0.2:0".parse().unwrap();
        let (lookup, count) = names(vec![vec![first], vec![then]]);
        let courier = world.courier_with(&["127.0.0.1"], lookup);
        let (status, problem, _) = world.try_with(&courier, &url).await;
        assert_eq!((status, problem.as_str()), (Some(200), ""));
        assert_eq!((count.load(Ordering::SeqCst), world.receiver.take().len()), (1, 1));
        // The next call asks anew, does not use the old connection, and checks anew.
        let (status, problem, _) = world.try_with(&courier, &url).await;
        assert_eq!((status, problem.as_str(), count.load(Ordering::SeqCst)), (None, UNREACHED, 2));
        assert!(world.receiver.got().is_empty());
        drop(other);
    })
    .await;
}

#[tokio::test]
async fn an_operator_may_name_a_host_that_stands_anywhere() {
    for_each_world(async |world: &World| {
        let url = format!("http://hooks.internal:{}/hook", world.receiver.address.port());
        let (lookup, _) = names(vec![vec!["127.0.0.1:0".parse().unwrap()]]);
        let courier = world.courier_with(&["hooks.internal"], lookup);
        let wanted = Wanted { url: url.clone(), ..world.wanted() };
        let rules = webhooks::Rules { guard: courier.guard(), schema: &world.cms.schema };
        let delivery = world
            .change(async |work| {
                let webhook = webhooks::create(work, rules, wanted).await.unwrap();
                webhooks::test(work, webhook.id).await.unwrap()
            })
            .await;
        assert_eq!(courier.try_once(delivery).await.unwrap().status, Some(200));
    })
    .await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    for_each_world(async |world: &World| {
        let inside = Receiver::start().await;
        for (status, location) in [
            (301, inside.url()),
            (302, inside.url()),
            (307, inside.url()),
            (308, inside.url()),
            (302, "file:///etc/passwd".into()),
            (302, "gopher://127.0.0.1/".into()),
        ] {
            world.receiver.answer_with(status, &location, "");
            let told = world.try_url(&world.receiver.url()).await;
            let expected = format!("The receiver answered {status}; redirects are not followed.");
            assert_eq!((told.0, told.1), (Some(status.into()), expected), "{location}");
        }
        assert!(inside.got().is_empty());
    })
    .await;
}

/// How a receiver misbehaves.
#[derive(Debug, Clone, Copy)]
enum Way {
    Silent,
    Dripping,
    EndlessBody,
    EndlessHeaders,
    ManyHeaders,
    Rubbish,
    Bomb,
}

impl Way {
    const ALL: [Self; 7] = [
        Self::Silent,
        Self::Dripping,
        Self::EndlessBody,
        Self::EndlessHeaders,
        Self::ManyHeaders,
        Self::Rubbish,
        Self::Bomb,
    ];

    async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut asked = [0; 4_096];
                    // A caller that hangs up ends it.
                    let _ = caller.read(&mut asked).await;
                    let _ = self.answer(&mut caller).await;
                });
            }
        });
        url
    }

    async fn answer(self, caller: &mut TcpStream) -> std::io::Result<()> {
        const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n";
        match self {
            Self::Silent => std::future::pending().await,
            Self::Dripping => {
                caller.write_all(HEAD).await?;
                caller.write_all(b"Content-Length: 500\r\n\r\nslow").await?;
                std::future::pending().await
            }
            Self::EndlessBody => {
                caller.write_all(HEAD).await?;
                caller.write_all(b"Content-Length: 10000000000\r\n\r\n").await?;
                loop {
                    caller.write_all(&[b'a'; 65_536]).await?;
                }
            }
            Self::EndlessHeaders => {
                caller.write_all(HEAD).await?;
                caller.write_all(b"X-Long: ").await?;
                loop {
                    caller.write_all(&[b'a'; 65_536]).await?;
                }
            }
            Self::ManyHeaders => {
                caller.write_all(HEAD).await?;
                for number in 0..1_000 {
                    caller.write_all(format!("X-{number}: a\r\n").as_bytes()).await?;
                }
                caller.write_all(b"Content-Length: 0\r\n\r\n").await
            }
            Self::Rubbish => caller.write_all(b"220 mail.example ESMTP\r\n").await,
            Self::Bomb => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                std::io::Write::write_all(&mut gzip, &vec![0; 10_000_000])?;
                let packed = gzip.finish()?;
                caller.write_all(HEAD).await?;
                let head = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
                caller.write_all(head.as_bytes()).await?;
                caller.write_all(&packed).await
            }
        }
    }
}

#[tokio::test]
async fn a_receiver_that_answers_without_end_holds_nobody_up() {
    for_each_world(async |world: &World| {
        for way in Way::ALL {
            let url = way.start().await;
            let (status, problem, answer) = world.try_url(&url).await;
            match way {
                Way::EndlessBody => {
                    assert_eq!((status, problem.as_str(), answer.len()), (Some(200), "", 1_000));
                    assert!(answer.chars().all(|c| c == 'a'));
                }
                Way::EndlessHeaders | Way::ManyHeaders | Way::Rubbish => {
                    assert_eq!((status, problem.as_str()), (None, UNREACHED), "{way:?}");
                }
                Way::Silent | Way::Dripping => {
                    let told = "The receiver did not answer whole within 1 seconds.";
                    assert_eq!((status, problem.as_str()), (None, told), "{way:?}");
                }
                Way::Bomb => {
                    assert_eq!((status, problem.as_str()), (Some(200), ""));
                    assert!(answer.contains('\u{fffd}'), "what is kept is packed as it came");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    for_each_world(async |world: &World| {
        let (address, heard) = self_signed();
        let told = world.try_url(&format!("https://{address}/")).await;
        assert_eq!(told, (None, UNREACHED.to_owned(), String::new()));
        assert_eq!(heard.join().unwrap(), "", "nothing was said to it");
    })
    .await;
}

/// A receiver with a certificate of its own making; gives what it was told in one call.
fn self_signed() -> (SocketAddr, std::thread::JoinHandle<String>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    let certificate = std::fs::read(folder.join("self-signed.der")).unwrap();
    let key = std::fs::read(folder.join("self-signed.key.der")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], rustls::pki_types::PrivateKeyDer::Pkcs8(key.into()))
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::Stream::new(&mut connection, &mut caller);
        let mut heard = [0; 1_000];
        // The caller hangs up in the middle of the greeting.
        let bytes = std::io::Read::read(&mut stream, &mut heard).unwrap_or(0);
        String::from_utf8_lossy(&heard[..bytes]).into_owned()
    });
    (address, heard)
}
