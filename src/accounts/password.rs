//! Passwords: hashed with argon2id, checked in Django's forms as well, on the blocking pool and a few at a time.
//!
//! A hash is always computed, also when there is no such user, so that answers take the same time. Passwords are
//! taken as they are sent, byte for byte, because Django's hashes are of those bytes.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Problems, Result};

/// OWASP's first recommendation for argon2id: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// The most that a stored hash may ask for, so that an imported one cannot stop the program.
const HIGHEST_COST: (u32, u32, u32) = (262_144, 16, 16);
/// The most rounds that a stored PBKDF2 hash may ask for; Django's newest default is a fifth of it.
const MOST_ROUNDS: u32 = 5_000_000;
/// Hashes computed at once: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest, in bytes: beyond it hashing would be work for nothing.
const LONGEST: usize = 1024;
/// What is checked when there is no such user: of our own cost, and no password's hash.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2lza2luc2lza2luc2lz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It is not the password.
    Wrong,
    /// It is.
    Right,
    /// It is, and the stored hash should be made anew in today's form.
    RightButOld,
}

/// Problems of a password that somebody chose for the account `username`, of `shortest` characters at least.
pub fn problems(password: &str, username: &str, shortest: usize) -> Problems {
    let mut problems = Problems::default();
    let mut add = |words: String| problems.add("password", words);
    let characters = password.chars().count();
    if characters < shortest {
        add(format!("Use at least {shortest} characters; a few words in a row are easy to remember."));
    }
    if password.len() > LONGEST {
        add(format!("Use at most {LONGEST} bytes."));
    }
    if !username.is_empty() && password.to_lowercase().contains(&username.to_lowercase()) {
        add("Do not use your user name in the password.".into());
    }
    let first = password.chars().next();
    if characters >= shortest && password.chars().all(|character| Some(character) == first) {
        add("Use more than one character over and over.".into());
    }
    problems
}

/// Hashes a password for keeping.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    within_bounds(move || {
        let hash: PasswordHash = hasher()?.hash_password(password.as_bytes()).map_err(told)?;
        Ok(hash.to_string())
    })
    .await
}

/// Checks what somebody typed against the stored hash, or against nobody's if there is none.
pub async fn check(password: &str, stored: Option<&str>) -> Result<Checked> {
    if password.len() > LONGEST {
        return Ok(Checked::Wrong);
    }
    let (password, known) = (password.to_owned(), stored.is_some());
    let stored = stored.unwrap_or(NOBODY).to_owned();
    let checked = within_bounds(move || Ok(check_now(password.as_bytes(), &stored))).await?;
    Ok(if known { checked } else { Checked::Wrong })
}

async fn within_bounds<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let turn: SemaphorePermit<'_> = tokio::time::timeout(PATIENCE, AT_ONCE.acquire())
        .await
        .map_err(|_| Error::Busy("too many people are signing in at once".into()))?
        .map_err(Error::internal)?;
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    drop(turn);
    done
}

fn check_now(password: &[u8], stored: &str) -> Checked {
    if let Some(rest) = stored.strip_prefix("pbkdf2_sha256$") {
        return if check_pbkdf2(password, rest) { Checked::RightButOld } else { Checked::Wrong };
    }
    // Django writes its own word before argon2's standard form.
    let standard = stored.strip_prefix("argon2").filter(|rest| rest.starts_with("$argon2")).unwrap_or(stored);
    let (Ok(parsed), Some(cost)) = (PasswordHash::new(standard), argon2_cost(standard)) else {
        // Unusable, or of a kind that nobody here can check: the same work, and no.
        let _ =
            PasswordHash::new(NOBODY).map(|hash| hasher().map(|own| own.verify_password(password, &hash)));
        return Checked::Wrong;
    };
    let bearable = cost.0 <= HIGHEST_COST.0 && cost.1 <= HIGHEST_COST.1 && cost.2 <= HIGHEST_COST.2;
    if !bearable || Argon2::default().verify_password(password, &parsed).is_err() {
        return Checked::Wrong;
    }
    if cost == COST && standard.starts_with("$argon2id$") { Checked::Right } else { Checked::RightButOld }
}

/// Memory, passes and lanes that an argon2 hash in the standard form asks for.
fn argon2_cost(stored: &str) -> Option<(u32, u32, u32)> {
    let parameters = stored.split('$').find(|part| part.starts_with("m="))?;
    let value = |name: &str| {
        parameters.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse::<u32>().ok())
    };
    Some((value("m")?, value("t")?, value("p")?))
}

/// Django's form, behind its first word: `rounds$salt$base64`.
fn check_pbkdf2(password: &[u8], stored: &str) -> bool {
    let mut parts = stored.splitn(3, '$');
    let (Some(rounds), Some(salt), Some(expected)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Ok(rounds), Ok(expected)) = (rounds.parse::<u32>(), STANDARD.decode(expected)) else { return false };
    if rounds == 0 || rounds > MOST_ROUNDS || expected.len() != 32 {
        return false;
    }
    let mut computed = [0_u8; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), rounds, &mut computed);
    computed.ct_eq(&expected).into()
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(COST.0, COST.1, COST.2, None).map_err(told)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn told(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("argon2: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn djangos_hashes_are_known() {
        // `check_password("password", …)` of Django 5 says yes to the first, of 10 rounds.
        let stored = "pbkdf2_sha256$10$salt$";
        let mut expected = [0_u8; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(b"password", b"salt", 10, &mut expected);
        let stored = format!("{stored}{}", STANDARD.encode(expected));
        assert_eq!(check_now(b"password", &stored), Checked::RightButOld);
        assert_eq!(check_now(b"Password", &stored), Checked::Wrong);
        for unusable in
            ["!", "", "md5$a$b", "pbkdf2_sha256$0$salt$", "pbkdf2_sha256$99999999$s$AAAA", "$argon2id$"]
        {
            assert_eq!(check_now(b"", unusable), Checked::Wrong, "{unusable}");
        }
    }

    #[tokio::test]
    async fn our_own_hashes_are_right_and_djangos_argon2_is_renewed() {
        let own = hash("correct horse battery").await.unwrap();
        assert_eq!(check("correct horse battery", Some(&own)).await.unwrap(), Checked::Right);
        assert_eq!(check("correct horse", Some(&own)).await.unwrap(), Checked::Wrong);
        assert_eq!(check("correct horse battery", None).await.unwrap(), Checked::Wrong);
        assert_eq!(check_now(b"correct horse battery", &format!("argon2{own}")), Checked::Right);
        let dear = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let other: PasswordHash = dear.hash_password(b"other").unwrap();
        assert_eq!(check_now(b"other", &format!("argon2{other}")), Checked::RightButOld);
    }

    #[test]
    fn weak_passwords_are_told_so() {
        for (password, count) in [
            ("correct horse", 0),
            ("short", 1),
            ("my-Eva-password", 1),
            ("aaaaaaaaaaaaaa", 1),
            ("eva", 2),
            ("日本語日本語日本語日", 0),
        ] {
            assert_eq!(problems(password, "eva", 10).at("password").len(), count, "{password}");
        }
    }
}
