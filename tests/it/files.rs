//! Blobs are whole or not there, once each, and nobody gets out of their folder.

use bytes::Bytes;
use siskin::config::Config;
use siskin::files::{BlobKey, Blobs, Files, Folder};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn the_same_original_is_kept_once_under_its_hash() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(&Config::defaults(dir.path()));
    let kept = files.keep(Bytes::from_static(b"bread")).await.unwrap();
    let upload = dir.path().join("upload");
    std::fs::write(&upload, b"bread").unwrap();
    assert_eq!(files.keep_file(&upload).await.unwrap(), kept);
    assert!(upload.exists(), "the uploaded file is not taken away");
    let key = BlobKey::of_hash(&kept.hash).unwrap();
    assert_eq!(files.originals.list().await.unwrap(), std::slice::from_ref(&key));
    assert_eq!(files.originals.get(key.clone()).await.unwrap(), "bread");
    let place = dir.path().join("media").join(&kept.hash[..2]).join(&kept.hash);
    assert_eq!(std::fs::read(place).unwrap(), b"bread");
}

#[tokio::test]
async fn a_blob_is_read_from_the_middle_and_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path().join("deep/er"));
    let key = BlobKey::parse("images/x.fill-10x10.jpg").unwrap();
    assert!(folder.list().await.unwrap().is_empty());
    assert!(folder.get(key.clone()).await.unwrap_err().is_not_found());
    folder.put(key.clone(), Bytes::from_static(b"old")).await.unwrap();
    folder.put(key.clone(), Bytes::from_static(b"sourdough")).await.unwrap();
    let mut opened = folder.open(key.clone(), 4).await.unwrap();
    let mut rest = String::new();
    opened.reader.read_to_string(&mut rest).await.unwrap();
    assert_eq!((opened.size, rest.as_str()), (9, "dough"));
    assert_eq!(folder.size(key.clone()).await.unwrap(), Some(9));
    assert_eq!(std::fs::read_dir(dir.path().join("deep/er/images")).unwrap().count(), 1, "no draft is left");
    folder.delete(key.clone()).await.unwrap();
    folder.delete(key.clone()).await.unwrap();
    assert_eq!(folder.size(key).await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_written_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path().to_owned());
    let key = BlobKey::parse("a").unwrap();
    assert!(folder.put_file(key, dir.path().join("not there")).await.is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
