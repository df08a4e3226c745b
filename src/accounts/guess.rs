//! Verbs: tries at a secret that is no account's, a page's password for one. They slow down as sign-ins do, and count
//! among those of the same address.

use std::net::IpAddr;

use crate::config::Accounts;
use crate::error::Result;

use super::{Work, throttle};

/// Counts a try before it is checked. Seconds: it may not be checked; come back after so many.
pub async fn guess(work: &mut Work, what: &str, address: IpAddr, rules: &Accounts) -> Result<Option<i64>> {
    let now = work.now;
    throttle::enter(work, what, address, rules.max_failed_sign_ins, now).await
}

/// Takes a try back: it was right.
pub async fn guessed(work: &mut Work, what: &str, address: IpAddr) -> Result<()> {
    throttle::succeeded(work, what, address).await
}
