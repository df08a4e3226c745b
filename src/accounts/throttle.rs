//! Slowing down whoever guesses passwords: by account *and* address, so that nobody is locked out from elsewhere,
//! and by address alone, so that one machine cannot try one password on every account.

use std::net::IpAddr;

use crate::base::{Timestamp, sha256_hex};
use crate::error::Result;
use crate::store::{Conn, sql};

/// How many times more failures are forgiven one address over all accounts than one account: offices share one.
const PEOPLE_AT_AN_ADDRESS: i64 = 8;
/// The first delay; each further failure doubles it.
const FIRST_DELAY_SECONDS: i64 = 5;
/// The longest delay.
const LONGEST_DELAY_SECONDS: i64 = 15 * 60;
/// Failures are forgotten after this long without another.
const MEMORY_SECONDS: i64 = 24 * 3600;

/// One counter: an account from an address, or an address alone.
struct Counter {
    account: String,
    address: String,
    forgiven: i64,
}

/// Where attempts are counted for a name typed at an address. Names are hashed: people type passwords there.
fn counters(name: &str, address: IpAddr, forgiven: u32) -> [Counter; 2] {
    let forgiven = i64::from(forgiven);
    let address = network(address);
    let account = sha256_hex(name.trim().to_lowercase().as_bytes());
    [
        Counter { account, address: address.clone(), forgiven },
        Counter { account: String::new(), address, forgiven: forgiven * PEOPLE_AT_AN_ADDRESS },
    ]
}

/// Counts an attempt before it is checked, so that many at once count as many. Seconds: come back after so many.
pub(super) async fn enter(
    conn: &mut Conn,
    name: &str,
    address: IpAddr,
    forgiven: u32,
    now: Timestamp,
) -> Result<Option<i64>> {
    conn.lock("sign-in").await?;
    let forgotten = now.plus_seconds(-MEMORY_SECONDS);
    conn.execute(sql("delete from login_attempts where last_at < ?").bind(forgotten)).await?;
    let counters = counters(name, address, forgiven);
    let mut wait = 0;
    let mut failures = Vec::new();
    for counter in &counters {
        let text = "select failures, until_at from login_attempts where account = ? and address = ?";
        let row: Option<(i64, Timestamp)> =
            conn.optional(sql(text).bind(&counter.account).bind(&counter.address)).await?;
        let (count, until) = row.unwrap_or((0, now));
        wait = wait.max((until.micros() - now.micros() + 999_999).div_euclid(1_000_000));
        failures.push(count);
    }
    if wait > 0 {
        return Ok(Some(wait));
    }
    for (counter, count) in counters.iter().zip(failures) {
        counter.set(conn, count + 1, now).await?;
    }
    Ok(None)
}

/// Takes the attempt back: it was the right password.
pub(super) async fn succeeded(conn: &mut Conn, name: &str, address: IpAddr) -> Result<()> {
    let [account, from] = counters(name, address, 0);
    let text = "delete from login_attempts where account = ? and address = ?";
    conn.execute(sql(text).bind(&account.account).bind(&account.address)).await?;
    let text = "update login_attempts set failures = failures - 1 where account = '' and address = ? and failures > 0";
    conn.execute(sql(text).bind(&from.address)).await.map(drop)
}

impl Counter {
    async fn set(&self, conn: &mut Conn, failures: i64, now: Timestamp) -> Result<()> {
        let until = now.plus_seconds(delay(failures - self.forgiven));
        let text = "delete from login_attempts where account = ? and address = ?";
        conn.execute(sql(text).bind(&self.account).bind(&self.address)).await?;
        let text = "insert into login_attempts (account, address, failures, last_at, until_at) values (?, ?, ?, ?, ?)";
        let statement = sql(text).bind(&self.account).bind(&self.address).bind(failures);
        conn.execute(statement.bind(now).bind(until)).await.map(drop)
    }
}

/// Seconds to wait after this many failures too many.
fn delay(too_many: i64) -> i64 {
    if too_many < 0 {
        return 0;
    }
    let doubled = FIRST_DELAY_SECONDS.checked_shl(u32::try_from(too_many.min(20)).unwrap_or(0));
    doubled.unwrap_or(LONGEST_DELAY_SECONDS).min(LONGEST_DELAY_SECONDS)
}

/// The address, or for IPv6 the network that one household or office has.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end() {
        for (too_many, seconds) in [(-1, 0), (0, 5), (1, 10), (4, 80), (7, 640), (8, 900), (1000, 900)] {
            assert_eq!(delay(too_many), seconds, "{too_many}");
        }
    }

    #[test]
    fn a_network_is_one_address() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
