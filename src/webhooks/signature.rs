//! Signing a call, so that the receiver knows who calls, and when.
//!
//! A secret is not stored: it is derived from a salt in the store and the signing key in `data/keys`, so whoever copies
//! the database can sign nothing. With another signing key every receiver needs a new secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Keeps secrets of webhooks apart from whatever else the signing key makes.
const PURPOSE: &[u8] = b"webhook secret\0";
/// What a secret begins with, so that scanners of source code know one when they see it.
const PREFIX: &str = "whsec_";

/// The secret that belongs to a salt.
pub fn secret(signing_key: &[u8; 32], salt: &str) -> String {
    let bytes = mac(signing_key, &[PURPOSE, salt.as_bytes()]);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The header `Siskin-Signature`: the moment, and one signature for each secret that is valid.
pub fn header(secrets: &[String], id: &str, seconds: i64, body: &str) -> String {
    let moment = seconds.to_string();
    let mut header = format!("t={moment}");
    for secret in secrets {
        let signed = [id.as_bytes(), b".", moment.as_bytes(), b".", body.as_bytes()];
        let hex: String = mac(secret.as_bytes(), &signed).iter().map(|byte| format!("{byte:02x}")).collect();
        header.push_str(",v1=");
        header.push_str(&hex);
    }
    header
}

/// HMAC-SHA256 of the parts put together.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // Filled with zeros to the block of the hash, as HMAC does with a shorter key; our keys are all shorter.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let mut mac = Hmac::<Sha256>::new((&block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_any_other_program() {
        // printf 'd1.1700000000.{}' | openssl dgst -sha256 -hmac whsec_a
        let header = header(&["whsec_a".into(), "whsec_b".into()], "d1", 1_700_000_000, "{}");
        assert_eq!(
            header,
            "t=1700000000,v1=a595614132d8568e2224afeb67159b000995bc9678b87fba8a9bfa91af6979a9,v1=41fc67aaf1781bfac5d4bcfb399de0a4051cdac5b62c05423b422680868db113"
        );
    }

    #[test]
    fn secrets_differ_by_salt_and_key_and_are_shorter_than_a_block() {
        let one = secret(&[1; 32], "salt");
        assert_eq!(one, secret(&[1; 32], "salt"));
        assert_ne!(one, secret(&[2; 32], "salt"));
        assert_ne!(one, secret(&[1; 32], "other"));
        assert!(one.starts_with(PREFIX) && one.len() <= 64, "{one}");
    }
}
