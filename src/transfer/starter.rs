//! The starter site inside the binary: its configuration, models and seed, for a folder that begins with them.

use std::path::Path;

use include_dir::Dir;
use include_dir::include_dir;

use super::seed::Archive;
use crate::error::{Error, Result};

static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/models");
static SEED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");
/// The starter site's `config.toml`.
const CONFIG: &str = include_str!("../../config.toml");

/// The seed in the binary.
pub fn seed() -> Archive {
    Archive::Embedded(&SEED)
}

/// Writes the starter site's files into a folder: `config.toml`, `models/` and `seed/`. What is there already stays.
pub fn write(folder: &Path) -> Result<()> {
    let told =
        |error: std::io::Error| Error::Setup(format!("{} cannot be written: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(told)?;
    write_new(&folder.join("config.toml"), CONFIG.as_bytes()).map_err(told)?;
    write_dir(&MODELS, &folder.join("models")).map_err(told)?;
    write_dir(&SEED, &folder.join("seed")).map_err(told)
}

fn write_dir(dir: &Dir<'_>, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for file in dir.files() {
        if let Some(name) = file.path().file_name() {
            write_new(&folder.join(name), file.contents())?;
        }
    }
    dir.dirs().try_for_each(|dir| match dir.path().file_name() {
        Some(name) => write_dir(dir, &folder.join(name)),
        None => Ok(()),
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.exists() { Ok(()) } else { std::fs::write(path, bytes) }
}
