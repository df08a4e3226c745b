//! Do bytes and rows agree? Asked by `doctor`, which can also sweep away what nobody needs.

use std::collections::HashSet;

use crate::error::Result;
use crate::files::BlobKey;
use crate::files::Files;
use crate::store::Conn;
use crate::store::sql;

use super::workshop::rendition_folder;

/// What does not agree.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Public names whose bytes are gone.
    pub missing: Vec<String>,
    /// Originals that no image or document has: of deleted ones, and of uploads that were broken off.
    pub unused: Vec<BlobKey>,
    /// Renditions of originals that no image has any more.
    pub stale: Vec<BlobKey>,
}

/// Compares the rows with the bytes that are kept.
pub async fn findings(conn: &mut Conn, files: &Files) -> Result<Findings> {
    let rows: Vec<(String, String)> = conn.all(sql("select name, blob from files order by name")).await?;
    let originals = files.originals.list().await?;
    let kept: HashSet<&str> = originals.iter().map(BlobKey::as_str).collect();
    let mut found = Findings::default();
    let (mut used, mut folders) = (HashSet::new(), HashSet::new());
    for (name, blob) in rows {
        let key = BlobKey::of_hash(&blob).map(|key| key.as_str().to_owned()).unwrap_or_default();
        if !kept.contains(key.as_str()) {
            found.missing.push(name);
        }
        used.insert(key);
        folders.insert(rendition_folder(&blob));
    }
    found.unused = originals.iter().filter(|key| !used.contains(key.as_str())).cloned().collect();
    let folder = |key: &BlobKey| key.as_str().split('/').next().unwrap_or_default().to_owned();
    found.stale =
        files.renditions.list().await?.into_iter().filter(|key| !folders.contains(&folder(key))).collect();
    Ok(found)
}

/// Deletes the bytes that nobody has, half-written ones included. While uploads come in, one that is just being taken
/// in would be lost: this is for when nothing serves.
pub async fn sweep(files: &Files, found: &Findings) -> Result<()> {
    for key in &found.unused {
        files.originals.delete(key.clone()).await?;
    }
    for key in &found.stale {
        files.renditions.delete(key.clone()).await?;
    }
    files.originals.sweep().await?;
    files.renditions.sweep().await
}
