//! The keys that sign links and previews: files outside the store, made at the first start.
//!
//! They are not in the database, so that whoever copies the database cannot sign, and not in `config.toml`, so that
//! nobody checks them in. Lost keys cost nothing but the links that were signed with them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use rand::Rng;

use crate::base::Token;
use crate::error::{Error, Result};

/// Bytes of a key: as many as SHA-256 has.
const BYTES: usize = 32;

/// The key that addresses are signed with: `data/keys/signing`, made with 32 random bytes if it is not there.
pub fn signing(site_dir: &Path) -> Result<[u8; BYTES]> {
    let folder = site_dir.join("data").join("keys");
    let file = folder.join("signing");
    let cannot = |what: &str, error: std::io::Error| {
        Error::Setup(format!("the signing key {} cannot be {what}: {error}", file.display()))
    };
    match fs::read(&file) {
        Ok(bytes) => return sized(bytes, &file),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(cannot("read", error)),
    }
    fs::create_dir_all(&folder).map_err(|error| cannot("made", error))?;
    make(&folder, &file).map_err(|error| cannot("made", error))?;
    sized(fs::read(&file).map_err(|error| cannot("read", error))?, &file)
}

/// Makes the file whole or not at all; when two processes start at once, the first one's key stays.
fn make(folder: &Path, file: &Path) -> std::io::Result<()> {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let draft = folder.join(format!(".{}", Token::random().secret()));
    private(&draft)?.write_all(&bytes)?;
    File::open(&draft)?.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A new file that only its owner can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn sized(bytes: Vec<u8>, file: &Path) -> Result<[u8; BYTES]> {
    bytes.try_into().map_err(|_| {
        Error::Setup(format!(
            "{} is not a key of {BYTES} bytes; remove it and a new one is made",
            file.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let key = signing(dir.path()).unwrap();
        assert_eq!(signing(dir.path()).unwrap(), key);
        assert_ne!(key, [0; BYTES]);
        let file = dir.path().join("data/keys/signing");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left");
        fs::write(&file, "short").unwrap();
        assert!(matches!(signing(dir.path()), Err(Error::Setup(_))));
    }
}
