//! Where renditions are made: once however many ask, few at one time, and kept for whoever asks next.
//!
//! A rendition is kept under the hash of its original and its own name, so another original never inherits it, and
//! whatever is lost is made again. What has begun is finished even if nobody waits for it any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use crate::base::sha256_hex;
use crate::config;
use crate::error::Error;
use crate::error::Result;
use crate::files::BlobKey;
use crate::files::Files;

use super::decode::Header;
use super::image::Image;
use super::make::Settings;
use super::make::check;
use super::make::make;
use super::plan::Focal;
use super::spec::Spec;

/// Millions of pixels that one place is meant for; a larger image takes several places.
const PLACE: u64 = 32;
/// How long somebody waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);
/// Digits of the original's hash in the key of its renditions.
const HASH_DIGITS: usize = 16;

/// A rendition, or an original that is served in its place.
#[derive(Debug, Clone)]
pub struct Made {
    /// The bytes.
    pub bytes: Bytes,
    /// What they are served as.
    pub mime: &'static str,
}

/// Tells the bytes of a rendition from all others, before anybody has made or read them: for an entity tag.
pub fn tag_of(image: &Image, spec: &Spec) -> Result<String> {
    let key = kept_under(&image.blob, &image.original()?.rendition_name(spec))?;
    Ok(sha256_hex(key.as_str().as_bytes())[..HASH_DIGITS].to_owned())
}

/// The one place where pixels are touched. Cloned ones share their places and their work.
#[derive(Debug, Clone)]
pub struct Workshop {
    files: Files,
    settings: Settings,
    places: Arc<Semaphore>,
    count: u32,
    running: Running,
    made: Arc<AtomicU64>,
}

type Running = Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>;

impl Workshop {
    /// A workshop over the site's files.
    pub fn new(files: Files, media: &config::Media) -> Self {
        let count = u32::try_from(media.renditions_at_once.clamp(1, 1024)).unwrap_or(1);
        let places = Arc::new(Semaphore::new(media.renditions_at_once.clamp(1, 1024)));
        let (running, made) = (Running::default(), Arc::default());
        Self { files, settings: Settings::of(media), places, count, running, made }
    }

    /// The site's files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// How many renditions were made.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// How many places are taken.
    pub fn at_work(&self) -> usize {
        (self.count as usize).saturating_sub(self.places.available_permits())
    }

    /// The bytes of an original.
    pub async fn original(&self, blob: &str) -> Result<Bytes> {
        self.files.originals.get(BlobKey::of_hash(blob)?).await
    }

    /// The rendition of an image by this spec, made now if nobody asked for it before.
    ///
    /// # Errors
    /// `NotFound` when the original's bytes are gone, `Bad` when they cannot be read, `Busy` when too much is being
    /// made already.
    pub async fn rendition(&self, image: &Image, spec: &Spec) -> Result<Made> {
        let original = image.original()?;
        let mime = original.format.rendition_mime(spec);
        let key = kept_under(&image.blob, &original.rendition_name(spec))?;
        if !original.format.is_made_of_pixels() {
            return Ok(Made { bytes: self.original(&image.blob).await?, mime });
        }
        if let Some(bytes) = self.kept(&key).await? {
            return Ok(Made { bytes, mime });
        }
        let bytes = self.made_once(key, image.blob.clone(), original.focal, spec.clone()).await?;
        Ok(Made { bytes, mime })
    }

    /// What the header of an image says, if it is within bounds.
    pub(super) fn header(&self, bytes: &[u8]) -> Result<Header> {
        Header::read(bytes, self.settings.bounds)
    }

    /// Decodes an upload once, within the same bounds.
    pub(super) async fn checked(&self, bytes: Bytes) -> Result<Header> {
        let bounds = self.settings.bounds;
        let place = self.place(&self.header(&bytes)?).await?;
        blocking(move || {
            let _held = place;
            check(&bytes, bounds)
        })
        .await
    }

    async fn kept(&self, key: &BlobKey) -> Result<Option<Bytes>> {
        match self.files.renditions.get(key.clone()).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn made_once(&self, key: BlobKey, blob: String, focal: Option<Focal>, spec: Spec) -> Result<Bytes> {
        let workshop = self.clone();
        let finished = tokio::spawn(async move {
            let turn = Turn::of(&workshop.running, key.as_str());
            let _mine = turn.mutex.lock().await;
            if let Some(bytes) = workshop.kept(&key).await? {
                return Ok(bytes);
            }
            let bytes = workshop.make(&blob, focal, spec).await?;
            workshop.made.fetch_add(1, Ordering::Relaxed);
            if let Err(error) = workshop.files.renditions.put(key, bytes.clone()).await {
                tracing::warn!(%error, "a rendition could not be kept; it is served and will be made again");
            }
            Ok(bytes)
        });
        finished.await.map_err(Error::internal)?
    }

    async fn make(&self, blob: &str, focal: Option<Focal>, spec: Spec) -> Result<Bytes> {
        let original = self.original(blob).await?;
        let settings = self.settings;
        let place = self.place(&self.header(&original)?).await?;
        blocking(move || {
            let _held = place;
            make(&original, focal, &spec, &settings).map(Bytes::from)
        })
        .await
    }

    /// Waits until there is room for an image of this size.
    async fn place(&self, header: &Header) -> Result<OwnedSemaphorePermit> {
        let pixels = u64::from(header.size.width) * u64::from(header.size.height);
        let wanted =
            u32::try_from(pixels / (PLACE * 1_000_000)).unwrap_or(u32::MAX).saturating_add(1).min(self.count);
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_many_owned(wanted)).await;
        match place {
            Ok(place) => place.map_err(Error::internal),
            Err(_) => Err(Error::Busy("too many images are being made".into())),
        }
    }
}

/// The right to be the one who makes a rendition; forgotten when the last one who wants it leaves.
struct Turn {
    running: Running,
    key: String,
    mutex: Arc<tokio::sync::Mutex<()>>,
}

impl Turn {
    fn of(running: &Running, key: &str) -> Self {
        let mutex =
            running.lock().unwrap_or_else(PoisonError::into_inner).entry(key.to_owned()).or_default().clone();
        Self { running: running.clone(), key: key.to_owned(), mutex }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // The map holds one and this turn the other.
        if Arc::strong_count(&self.mutex) <= 2 {
            running.remove(&self.key);
        }
    }
}

/// A panic of a codec becomes an error about the file that made it panic.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) if failed.is_panic() => Err(Error::Bad("this image cannot be read".into())),
        Err(failed) => Err(Error::internal(failed)),
    }
}

/// The folder of all renditions of an original.
pub(super) fn rendition_folder(blob: &str) -> String {
    blob.chars().take(HASH_DIGITS).collect()
}

/// Names of ours are safe as keys; one that an import brought and that is not stands in by its hash.
fn kept_under(blob: &str, name: &str) -> Result<BlobKey> {
    let folder = rendition_folder(blob);
    BlobKey::parse(&format!("{folder}/{name}"))
        .or_else(|_| BlobKey::parse(&format!("{folder}/{}", sha256_hex(name.as_bytes()))))
}
