//! Names of blobs that are safe as paths, as parts of a URL and as keys of an object store.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::base::sha256_hex;
use crate::error::{Error, Result};

/// Bytes that a key may have: what fits every file system and object store.
const LONGEST: usize = 1024;
/// Bytes that a part between slashes may have: what a file system takes as one name.
const LONGEST_PART: usize = 255;
/// Bytes that are read at one time while a file is hashed.
const PORTION: usize = 64 * 1024;

/// The name of a blob: parts of `A-Z a-z 0-9 . _ - + = @ |` between slashes, none of which begins with a dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

impl BlobKey {
    /// A name that somebody gave, if it is a safe one.
    pub fn parse(text: &str) -> Result<Self> {
        let safe = |part: &str| {
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+=@|".contains(&byte);
            !part.is_empty()
                && part.len() <= LONGEST_PART
                && !part.starts_with('.')
                && part.bytes().all(known)
        };
        if text.len() <= LONGEST && text.split('/').all(safe) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::Bad(format!(
            "{:?} is no name for a file here",
            text.chars().take(LONGEST_PART).collect::<String>()
        )))
    }

    /// The name of an original with this content hash: a folder for its first two digits keeps folders small.
    pub fn of_hash(hash: &str) -> Result<Self> {
        let whole = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if whole {
            Ok(Self(format!("{}/{hash}", &hash[..2])))
        } else {
            Err(Error::Bad("no content hash".into()))
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) async fn content_hash(bytes: Bytes) -> Result<String> {
    tokio::task::spawn_blocking(move || sha256_hex(&bytes)).await.map_err(Error::internal)
}

pub(super) async fn file_hash(path: PathBuf) -> Result<(String, u64)> {
    let hashed = move || -> std::io::Result<(String, u64)> {
        let mut file = std::fs::File::open(path)?;
        let (mut hash, mut size, mut portion) = (Sha256::new(), 0, vec![0; PORTION]);
        loop {
            let count = file.read(&mut portion)?;
            if count == 0 {
                return Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), size));
            }
            hash.update(&portion[..count]);
            size += count as u64;
        }
    };
    Ok(tokio::task::spawn_blocking(hashed).await.map_err(Error::internal)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_folder_are_refused() {
        for good in ["a", "ab/cd.jpg", "x.fill-800x600.format-webp.webp", "a|b+c=d@e_f-g"] {
            assert_eq!(BlobKey::parse(good).unwrap().as_str(), good);
        }
        let long = "x".repeat(256);
        for bad in ["", "/a", "a/", "a//b", "..", "a/../b", ".hidden", "a\\b", "a b", "C:", "ä", "a\0", &long]
        {
            assert!(BlobKey::parse(bad).is_err(), "{bad:?}");
        }
        assert!(BlobKey::of_hash("../../etc/passwd").is_err());
    }
}
