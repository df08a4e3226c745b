//! The number of a request: in its answer, in every line of the log, and on the page that tells of an error.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use rand::RngExt;

/// The header that tells it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Hexadecimal digits of a number: those of the process, then those of the request.
const DIGITS: usize = 24;
/// The longest number that is taken over from a proxy.
const LONGEST: usize = 128;

tokio::task_local! {
    static CURRENT: Number;
}

/// A request's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(HeaderValue);

impl Number {
    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// As the header's value.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The number that a proxy gave, if it can stand in a header, a log and a page without harm.
    pub(super) fn sent(headers: &HeaderMap) -> Option<Self> {
        let sent = headers.get(HEADER)?;
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=".contains(byte);
        let is_safe = (1..=LONGEST).contains(&sent.len()) && sent.as_bytes().iter().all(is_plain);
        is_safe.then(|| Self(sent.clone()))
    }

    /// The number of the request that this task is about, if there is one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs what is done for the request of this number.
    pub(super) async fn during<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where numbers come from: each is given once, and tells nothing of how many there were.
pub(super) struct Numbers {
    process: u32,
    secret: u64,
    count: AtomicU64,
}

impl Numbers {
    pub fn new() -> Self {
        let mut random = rand::rng();
        Self { process: random.random(), secret: random.random(), count: AtomicU64::new(0) }
    }

    pub fn next(&self) -> Number {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mixed = mixed(count.wrapping_add(self.secret));
        let mut left = u128::from(self.process) << u64::BITS | u128::from(mixed);
        let mut digits = [0; DIGITS];
        for place in digits.iter_mut().rev() {
            *place = digit(left);
            left >>= 4;
        }
        // Hexadecimal digits are a header's value; there is no other case.
        Number(HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0")))
    }
}

/// The lowest hexadecimal digit. Written by hand, since every answer has some.
const fn digit(number: u128) -> u8 {
    b"0123456789abcdef"[(number & 0xf) as usize]
}

/// The finalizer of splitmix64 (Steele, Lea, Flood 2014): every number to another one.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_safe_or_not_taken_over() {
        for (sent, taken) in [
            ("req-1.2:3_4=", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("<b>", false),
            ("a;b", false),
            (&"x".repeat(128), true),
            (&"x".repeat(129), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, sent.parse().unwrap());
            assert_eq!(Number::sent(&headers).is_some(), taken, "{sent}");
        }
        let numbers = Numbers::new();
        let made: std::collections::HashSet<String> = (0..1000).map(|_| numbers.next().to_string()).collect();
        assert!(made.len() == 1000 && made.iter().all(|number| number.len() == 24));
    }
}
