//! Blobs by key: the bytes of originals and of what is made from them.
//!
//! Originals are kept by the SHA-256 of their content, so the same upload twice is one blob and a blob never
//! changes. [`Blobs`] is the seam to the world; [`Folder`] keeps them in the site's folder. Names, owners and
//! permissions are `media`'s affair: here is nothing but bytes.

mod folder;
mod key;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::AsyncRead;

use crate::config::Config;
use crate::error::Result;

pub use folder::Folder;
pub use key::BlobKey;

/// A blob that is being read.
pub struct Opened {
    /// How many bytes the whole blob has.
    pub size: u64,
    /// The bytes from where reading was to begin.
    pub reader: Box<dyn AsyncRead + Send + Unpin>,
}

/// Where blobs are kept.
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Keeps these bytes; they are all there and durable, or not there at all.
    fn put(&self, key: BlobKey, bytes: Bytes) -> BoxFuture<'_, Result<()>>;
    /// Keeps the bytes of a file, which stays where it is.
    fn put_file(&self, key: BlobKey, path: PathBuf) -> BoxFuture<'_, Result<()>>;
    /// All bytes.
    fn get(&self, key: BlobKey) -> BoxFuture<'_, Result<Bytes>>;
    /// The bytes from an offset on, one after the other.
    fn open(&self, key: BlobKey, from: u64) -> BoxFuture<'_, Result<Opened>>;
    /// How many bytes the blob has; `None` if it is not there.
    fn size(&self, key: BlobKey) -> BoxFuture<'_, Result<Option<u64>>>;
    /// Forgets a blob; one that is not there is forgotten already.
    fn delete(&self, key: BlobKey) -> BoxFuture<'_, Result<()>>;
    /// Every key, in byte order.
    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobKey>>>;
    /// Deletes what writes that were broken off left beside the blobs. For when nothing writes.
    fn sweep(&self) -> BoxFuture<'_, Result<()>>;
}

/// What was kept: its content hash, which is its name from now on, and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of the bytes, in hex.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
}

/// The site's blobs.
#[derive(Debug, Clone)]
pub struct Files {
    /// What people uploaded, by content hash. Part of a backup.
    pub originals: Arc<dyn Blobs>,
    /// What was made from originals, by name. Can be made again.
    pub renditions: Arc<dyn Blobs>,
}

impl Files {
    /// The folders of a site: `media/` and `data/renditions/`.
    pub fn open(config: &Config) -> Self {
        Self {
            originals: Arc::new(Folder::new(config.dir.join("media"))),
            renditions: Arc::new(Folder::new(config.data("renditions"))),
        }
    }

    /// Keeps an original; what is there already is not written again.
    pub async fn keep(&self, bytes: Bytes) -> Result<Kept> {
        let hash = key::content_hash(bytes.clone()).await?;
        let (key, size) = (BlobKey::of_hash(&hash)?, bytes.len() as u64);
        if self.originals.size(key.clone()).await? != Some(size) {
            self.originals.put(key, bytes).await?;
        }
        Ok(Kept { hash, size })
    }

    /// Keeps an original that lies in a file, without holding it in memory.
    pub async fn keep_file(&self, path: &Path) -> Result<Kept> {
        let (hash, size) = key::file_hash(path.to_owned()).await?;
        let key = BlobKey::of_hash(&hash)?;
        if self.originals.size(key.clone()).await? != Some(size) {
            self.originals.put_file(key, path.to_owned()).await?;
        }
        Ok(Kept { hash, size })
    }
}
