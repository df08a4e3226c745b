//! How many requests one address may send a minute, by door.
//!
//! An address is counted in two cells of a table of fixed size, and refused only if both are used up: memory is bounded
//! whoever comes, and two addresses that share one cell by chance do not share the other.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

use crate::config;

use super::Neighbourhood;
use super::door::Door;

/// Cells of a table, a power of two: half a megabyte for each door that is limited.
const CELLS: usize = 1 << 16;
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// The limits of all doors.
pub struct Limits<C: Clock = DefaultClock> {
    doors: [Option<Limit<C>>; Door::ALL.len()],
    neighbourhood: Neighbourhood,
    hasher: [RandomState; 2],
    clock: C,
}

/// The limit of one door.
struct Limit<C: Clock> {
    limiter: RateLimiter<usize, Cells, C, StateInformationMiddleware>,
    a_minute: NonZeroU32,
}

struct Cells(Box<[InMemoryState]>);

/// A request that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    door: Door,
    a_minute: u32,
    /// How many more may follow at once.
    left: u32,
    /// Seconds until one more may come, if none may.
    wait: u64,
}

impl Limits<DefaultClock> {
    /// As configured.
    pub fn new(config: &config::Config) -> Self {
        Self::with_clock(config, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    fn with_clock(config: &config::Config, clock: &C) -> Self {
        let limits = &config.limits;
        let limit = |door| {
            let a_minute = match door {
                Door::Api => limits.api_per_minute,
                Door::Admin => limits.admin_per_minute,
                Door::Media => limits.media_per_minute,
                Door::Forms => limits.forms_per_minute,
                Door::Pages => limits.pages_per_minute,
            };
            let a_minute = NonZeroU32::new(a_minute)?;
            let cells = Cells((0..CELLS).map(|_| InMemoryState::default()).collect());
            let limiter = RateLimiter::new(Quota::per_minute(a_minute), cells, clock.clone());
            Some(Limit { limiter, a_minute })
        };
        Self {
            doors: Door::ALL.map(limit),
            neighbourhood: Neighbourhood::of(&config.server),
            hasher: [RandomState::new(), RandomState::new()],
            clock: clock.clone(),
        }
    }

    /// Counts a request from this address; `None` where there is no limit.
    pub fn count(&self, door: Door, address: IpAddr) -> Option<Counted> {
        let limit = self.doors[door.index()].as_ref()?;
        let address = self.neighbourhood.name(address);
        let [one, other] = self.hasher.each_ref().map(|hasher| limit.ask(cell(hasher, address), &self.clock));
        // What the emptier of the two cells says.
        let (left, wait) = (one.0.max(other.0), one.1.min(other.1));
        Some(Counted { door, a_minute: limit.a_minute.get(), left, wait })
    }
}

/// An address's place in a table: the low bits of its hash.
fn cell(hasher: &RandomState, address: IpAddr) -> usize {
    (hasher.hash_one(address) as usize) & (CELLS - 1)
}

impl<C: Clock> Limit<C> {
    /// How many more may come, and how many seconds to wait if this one may not.
    fn ask(&self, cell: usize, clock: &C) -> (u32, u64) {
        match self.limiter.check_key(&cell) {
            Ok(state) => (state.remaining_burst_capacity(), 0),
            Err(until) => (0, whole_seconds(until.wait_time_from(clock.now())).max(1)),
        }
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl StateStore for Cells {
    type Key = usize;

    fn measure_and_replace<T, F, E>(&self, cell: &usize, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // A cell beyond the table would be a new one each time.
        let cell = self.0.get(*cell);
        cell.unwrap_or(&InMemoryState::default()).measure_and_replace(&NotKeyed::NonKey, measure)
    }
}

impl Counted {
    /// Seconds to wait, if it was one too many.
    pub fn wait(&self) -> Option<u64> {
        (self.wait > 0).then_some(self.wait)
    }

    /// Tells whoever asks how much they may still ask.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let door = self.door.name();
        let until_whole = (u64::from(self.a_minute - self.left) * 60).div_ceil(u64::from(self.a_minute));
        let reset = if self.wait > 0 { self.wait } else { until_whole };
        for (name, value) in [
            (POLICY, format!("\"{door}\";q={};w=60", self.a_minute)),
            (LEFT, format!("\"{door}\";r={};t={reset}", self.left)),
        ] {
            headers.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
        }
        if self.wait > 0 {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.wait));
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn an_address_has_so_many_a_minute_and_others_have_their_own() {
        let mut config = config::Config::defaults(std::path::Path::new("."));
        config.limits.api_per_minute = 3;
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(&config, &clock);
        let count = |door, address: &str| limits.count(door, address.parse().unwrap());
        let wait = |address: &str| count(Door::Api, address).unwrap().wait();
        assert_eq!((1..=4).map(|_| wait("192.0.2.1")).collect::<Vec<_>>(), [None, None, None, Some(20)]);
        assert_eq!(wait("192.0.2.2"), None, "another address");
        assert_eq!(count(Door::Pages, "192.0.2.1"), None, "another door, without a limit");
        for last in 1..=3 {
            assert_eq!(wait(&format!("2001:db8::{last}")), None);
        }
        assert!(wait("2001:db8::ffff").is_some() && wait("2001:db8:0:1::1").is_none(), "a network is one");
        clock.advance(Duration::from_secs(20));
        assert_eq!((wait("192.0.2.1"), wait("192.0.2.1")), (None, Some(20)));
        clock.advance(Duration::from_secs(600));
        assert_eq!((1..=4).filter(|_| wait("192.0.2.1").is_none()).count(), 3, "rest is not saved up");

        let mut headers = HeaderMap::new();
        count(Door::Api, "198.51.100.1").unwrap().tell(&mut headers);
        assert_eq!(
            (&headers["ratelimit-policy"], &headers["ratelimit"]),
            (&HeaderValue::from_static("\"api\";q=3;w=60"), &HeaderValue::from_static("\"api\";r=2;t=20"),)
        );
    }

    #[test]
    fn a_crowd_takes_no_more_memory_and_nobody_elses_place() {
        let mut config = config::Config::defaults(std::path::Path::new("."));
        config.limits.pages_per_minute = 1;
        let limits = Limits::with_clock(&config, &FakeRelativeClock::default());
        let mut refused = 0;
        for number in 0..5_000_u32 {
            let address = IpAddr::from(number.to_be_bytes());
            refused += usize::from(limits.count(Door::Pages, address).unwrap().wait().is_some());
        }
        // The last of them finds both of its cells taken with a chance of one in 50, the first with none.
        assert!(refused < 120, "{refused} of 5000 were held for others");
        assert_eq!(limits.doors.iter().flatten().count(), 2, "pages, and forms by default");
    }
}
