//! Name and password with every request, as HTTP's basic authentication sends them: checked as at sign-in, and
//! remembered for a few minutes, since a check costs a slow hash. What is remembered is no password: a keyed digest of
//! what was sent, and the stored hash that it fitted.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::base::{Clock, Timestamp};
use crate::error::Result;
use crate::store::Db;

use super::sign_in::{Credentials, Verified, is_unchanged, verified};
use super::{Actor, User, Work, throttle};

/// How long a check is remembered.
const REMEMBERED_SECONDS: i64 = 5 * 60;
/// Checks that are remembered at once.
const MOST: u64 = 1_000;

/// What became of it.
pub enum Recognition {
    /// This is who it is.
    Known(Actor),
    /// Name and password do not belong together.
    Refused,
    /// Too many tries; come back after so many seconds.
    Wait(i64),
}

/// The checks of the last minutes.
pub struct Recognised {
    key: [u8; 32],
    kept: moka::future::Cache<[u8; 32], Kept>,
}

#[derive(Clone)]
struct Kept {
    user: i64,
    /// The stored hash that the password fitted; another one asks anew.
    hash: String,
    until: Timestamp,
}

impl Recognised {
    /// None yet; the key keeps digests from telling anything.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, kept: moka::future::Cache::new(MOST) }
    }

    /// Who shows this name and password.
    pub async fn recognise(&self, db: &Db, clock: &Clock, sent: Credentials<'_>) -> Result<Recognition> {
        let digest = self.digest(&sent);
        let kept = self.kept.get(&digest).await.filter(|kept| clock.now() < kept.until);
        if let Some(kept) = kept {
            let mut conn = db.read().await?;
            let user = User::get(&mut conn, kept.user).await?;
            if let Some(user) = user.filter(|user| user.is_active && user.password == kept.hash) {
                return Ok(Recognition::Known(user.actor(&mut conn).await?));
            }
        }
        let (user, renewed) = match verified(db, clock, &sent).await? {
            Verified::Right(user, renewed) => (user, renewed),
            Verified::Wrong => return Ok(Recognition::Refused),
            Verified::Wait(seconds) => return Ok(Recognition::Wait(seconds)),
        };
        let actor = user.clone().actor(&mut db.read().await?).await?;
        let mut work = Work::begin(db, clock, actor.clone()).await?;
        if !is_unchanged(&mut work, &user).await? {
            return Ok(Recognition::Refused);
        }
        let hash = renewed.clone().unwrap_or_else(|| user.password.clone());
        if let Some(renewed) = renewed {
            user.set_password(&mut work, &renewed).await?;
        }
        throttle::succeeded(&mut work, sent.name, sent.address).await?;
        let until = work.now.plus_seconds(REMEMBERED_SECONDS);
        work.commit().await?;
        self.kept.insert(digest, Kept { user: user.id, hash, until }).await;
        Ok(Recognition::Known(actor))
    }

    fn digest(&self, sent: &Credentials<'_>) -> [u8; 32] {
        let mut block = [0; 64];
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(b"basic\0");
        mac.update(sent.name.as_bytes());
        mac.update(b"\0");
        mac.update(sent.password.as_bytes());
        mac.finalize().into_bytes().into()
    }
}
