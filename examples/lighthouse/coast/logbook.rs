//! An event handler: the keeper's logbook, a line for every light that was published.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use siskin::extend::{Cms, Event, Result};

/// Writes one line. An event may be told twice, so its number begins the line, and a line that is there is not written
/// again.
pub async fn write(cms: Arc<Cms>, event: Event) -> Result<()> {
    if event.kind != "published" || event.type_.as_deref() != Some("coast.LightPage") {
        return Ok(());
    }
    let book = cms.config.data("logbook.txt");
    let line = format!("{} {} {}", event.number, event.actor, event.url_after.unwrap_or_default());
    tokio::task::spawn_blocking(move || append(&book, event.number, &line))
        .await
        .map_err(siskin::extend::Error::internal)?
}

fn append(book: &Path, number: i64, line: &str) -> Result<()> {
    let written = match std::fs::read_to_string(book) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    if written.lines().any(|line| line.starts_with(&format!("{number} "))) {
        return Ok(());
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(book)?;
    Ok(writeln!(file, "{line}")?)
}
