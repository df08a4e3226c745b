//! Blobs in a folder.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::AsyncSeekExt;

use crate::base::Token;
use crate::error::{Error, Result};

use super::{BlobKey, Blobs, Opened};

/// How the name of a file ends that is not written whole yet.
const DRAFT: &str = ".draft";

/// A folder in which each blob is a file, written beside its place and moved there whole.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The blobs in this folder, which is made when the first one comes.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn place(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }
}

impl Blobs for Folder {
    fn put(&self, key: BlobKey, bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        let place = self.place(&key);
        Box::pin(blocking(move || write(&place, |file| file.write_all(&bytes))))
    }

    fn put_file(&self, key: BlobKey, path: PathBuf) -> BoxFuture<'_, Result<()>> {
        let place = self.place(&key);
        Box::pin(blocking(move || write(&place, |file| io::copy(&mut File::open(path)?, file).map(drop))))
    }

    fn get(&self, key: BlobKey) -> BoxFuture<'_, Result<Bytes>> {
        let place = self.place(&key);
        Box::pin(async move {
            tokio::fs::read(place).await.map(Bytes::from).map_err(|error| missing(&key, error))
        })
    }

    fn open(&self, key: BlobKey, from: u64) -> BoxFuture<'_, Result<Opened>> {
        let place = self.place(&key);
        Box::pin(async move {
            let mut file = tokio::fs::File::open(place).await.map_err(|error| missing(&key, error))?;
            let size = file.metadata().await?.len();
            if from > 0 {
                file.seek(io::SeekFrom::Start(from)).await?;
            }
            Ok(Opened { size, reader: Box::new(file) })
        })
    }

    fn size(&self, key: BlobKey) -> BoxFuture<'_, Result<Option<u64>>> {
        let place = self.place(&key);
        Box::pin(async move {
            match tokio::fs::metadata(place).await {
                Ok(found) => Ok(found.is_file().then_some(found.len())),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn delete(&self, key: BlobKey) -> BoxFuture<'_, Result<()>> {
        let place = self.place(&key);
        Box::pin(async move {
            match tokio::fs::remove_file(place).await {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobKey>>> {
        let root = self.root.clone();
        Box::pin(blocking(move || {
            let mut keys = Vec::new();
            collect(&root, "", &mut keys)?;
            keys.sort();
            Ok(keys)
        }))
    }

    fn sweep(&self) -> BoxFuture<'_, Result<()>> {
        let root = self.root.clone();
        Box::pin(blocking(move || sweep_drafts(&root)))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(Error::internal)??)
}

fn missing(key: &BlobKey, error: io::Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        Error::not_found(format!("the file {key}"))
    } else {
        error.into()
    }
}

/// Writes beside the place, makes the bytes durable, and moves them there; then makes the folder's entry durable.
fn write(place: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let draft = folder.join(format!(".{}{DRAFT}", Token::random().secret()));
    let written = File::create_new(&draft).and_then(|mut file| {
        fill(&mut file)?;
        file.sync_all()?;
        fs::rename(&draft, place)
    });
    if let Err(error) = written {
        // Whatever went wrong is told; that the draft may stay behind is not worse, listings pass over it.
        fs::remove_file(&draft).ok();
        return Err(error);
    }
    sync_folder(folder)
}

fn sweep_drafts(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            sweep_drafts(&entry.path())?;
        } else if name.starts_with('.') && name.ends_with(DRAFT) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Makes a folder and the ones above it, each durable in the one that holds it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), make_folder)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => above.map_or(Ok(()), sync_folder),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened, and a rename is as durable as it gets.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Every file beneath a folder that has a name of ours; drafts begin with a dot and have none.
fn collect(folder: &Path, prefix: &str, keys: &mut Vec<BlobKey>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), keys)?;
        } else if let Ok(key) = BlobKey::parse(&name) {
            keys.push(key);
        }
    }
    Ok(())
}
