//! The one client that calls other machines. It resolves a name once for each call, checks what the name stands for and
//! connects to just that; follows no redirect, asks no proxy, takes no certificate on trust, and reads no more of an
//! answer than is kept.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use tokio::time::Instant;

use crate::error::{Error, Result};

use super::Guard;

/// Bytes of an answer that are kept.
const KEPT: usize = 1_000;
/// Header fields that an answer may have.
const MOST_HEADERS: usize = 64;
/// What is told of every call that reached nobody: whoever may name a receiver learns nothing of names, ports and
/// machines behind the firewall. The log of the program has the reason.
const UNREACHED: &str =
    "The receiver could not be reached: its name, address, connection or certificate is not sound.";

/// How names become addresses.
pub type Lookup = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync,
>;

/// Makes calls.
pub struct Client {
    guard: Guard,
    lookup: Lookup,
    timeout: Duration,
    made: OnceLock<reqwest::Client>,
}

/// A call to make.
pub struct Call<'a> {
    /// Where.
    pub url: &'a str,
    /// The header fields.
    pub headers: &'a [(&'static str, String)],
    /// What is sent.
    pub body: &'a str,
}

/// How a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Its beginning.
    pub answer: String,
    /// Why it did not succeed; empty if it did.
    pub problem: String,
    /// How long it took.
    pub milliseconds: i64,
}

impl Client {
    /// A client that asks the system for names.
    pub fn new(guard: Guard, timeout: Duration) -> Self {
        let lookup: Lookup = Arc::new(|name| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        });
        Self::with_lookup(guard, timeout, lookup)
    }

    /// A client that finds addresses in another way.
    pub fn with_lookup(guard: Guard, timeout: Duration, lookup: Lookup) -> Self {
        Self { guard, lookup, timeout, made: OnceLock::new() }
    }

    /// Who may be called.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Makes a call.
    pub async fn call(&self, call: Call<'_>) -> Outcome {
        let begun = Instant::now();
        let told = tokio::time::timeout(self.timeout, self.answered(call)).await;
        let mut outcome = told.unwrap_or_else(|_| {
            failed(format!("The receiver did not answer whole within {} seconds.", self.timeout.as_secs()))
        });
        outcome.milliseconds = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        outcome
    }

    async fn answered(&self, call: Call<'_>) -> Outcome {
        let url = match self.guard.url(call.url) {
            Ok(url) => url,
            Err(problem) => return failed(format!("The address may not be called: it {problem}.")),
        };
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return unreached(&url, &error),
        };
        let headers = call.headers.iter();
        let request =
            headers.fold(client.post(url.clone()), |request, (name, value)| request.header(*name, value));
        match request.body(call.body.to_owned()).send().await {
            Ok(response) => read(response).await,
            Err(error) => unreached(&url, &error),
        }
    }

    fn client(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.made.get() {
            return Ok(client);
        }
        provide();
        let resolver = Checked { guard: self.guard.clone(), lookup: self.lookup.clone() };
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(resolver))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .http1_max_headers(MOST_HEADERS)
            // Every call finds its receiver anew and is checked anew.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(Error::internal)?;
        Ok(self.made.get_or_init(|| client))
    }
}

/// Has TLS done by ring. A program that embeds this crate may have chosen another one before, which is as good.
fn provide() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("the program has chosen its TLS already");
        }
    });
}

async fn read(mut response: reqwest::Response) -> Outcome {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while bytes.len() < KEPT {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend(chunk.iter().take(KEPT - bytes.len())),
            // The status is the answer; a body that breaks off takes nothing from it.
            Ok(None) | Err(_) => break,
        }
    }
    let visible = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    let answer = String::from_utf8_lossy(&bytes).chars().map(visible).collect();
    let problem = match status {
        200..300 => String::new(),
        300..400 => format!("The receiver answered {status}; redirects are not followed."),
        _ => format!("The receiver answered {status}."),
    };
    Outcome { status: Some(status), answer, problem, milliseconds: 0 }
}

fn failed(problem: String) -> Outcome {
    Outcome { problem, ..Outcome::default() }
}

fn unreached(url: &url::Url, error: &(dyn std::error::Error + 'static)) -> Outcome {
    let mut reasons = vec![error.to_string()];
    let mut source = error.source();
    while let Some(deeper) = source {
        reasons.push(deeper.to_string());
        source = deeper.source();
    }
    tracing::debug!(host = url.host_str(), reason = reasons.join(": "), "a webhook reached nobody");
    failed(UNREACHED.to_owned())
}

/// Resolves names to addresses that may be called. A name with one address that may not be is refused whole.
struct Checked {
    guard: Guard,
    lookup: Lookup,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let is_named = self.guard.is_named(&name);
        let (guard, found) = (self.guard.clone(), (self.lookup)(name));
        Box::pin(async move {
            let addresses = found.await?;
            let may = |address: &SocketAddr| is_named || guard.address(address.ip());
            if addresses.is_empty() || !addresses.iter().all(may) {
                return Err("the name stands for an address that may not be called".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
