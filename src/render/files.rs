//! A theme's files: those inside the binary, what an embedding program adds, and a folder of the site laid over both.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use include_dir::Dir;

use crate::error::{Error, Result};

/// Larger files are no template or asset of a theme.
const LARGEST: u64 = 20 * 1024 * 1024;

/// Where the files of one theme come from.
#[derive(Debug, Clone)]
pub struct Files {
    embedded: Option<&'static Dir<'static>>,
    added: Arc<BTreeMap<String, String>>,
    folder: Option<PathBuf>,
}

impl Files {
    /// Files inside the binary, files in a folder, or both: then a file of the folder wins over its embedded namesake.
    pub fn new(embedded: Option<&'static Dir<'static>>, folder: Option<PathBuf>) -> Self {
        Self { embedded, added: Arc::default(), folder: folder.filter(|folder| folder.is_dir()) }
    }

    /// With files of the program around Siskin, by their paths inside the theme. They win over embedded namesakes.
    pub fn with(mut self, added: BTreeMap<String, String>) -> Self {
        self.added = Arc::new(added);
        self
    }

    /// How messages name the place of a file.
    pub fn place(&self, name: &str) -> String {
        let found = self.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_file());
        let from = if self.added.contains_key(name) { "of the program" } else { "built in" };
        found.map_or_else(|| format!("{name} ({from})"), |path| path.display().to_string())
    }

    /// One file, by its path inside the theme. Paths that lead out of the theme are not found.
    pub fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        if name.split('/').any(|part| part.is_empty() || part == "." || part == ".." || part.contains('\\')) {
            return None;
        }
        if let Some(path) = self.folder.as_ref().map(|folder| folder.join(name))
            && path.metadata().is_ok_and(|found| found.is_file() && found.len() <= LARGEST)
        {
            return std::fs::read(path).ok().map(Cow::Owned);
        }
        if let Some(text) = self.added.get(name) {
            return Some(Cow::Owned(text.clone().into_bytes()));
        }
        self.embedded?.get_file(name).map(|file| Cow::Borrowed(file.contents()))
    }

    /// The texts of every file beneath `under` with this ending, by the path after `under/`.
    pub fn texts(&self, under: &str, ending: &str) -> Result<BTreeMap<String, String>> {
        let mut names: Vec<String> =
            self.added.keys().filter(|name| name.starts_with(under)).cloned().collect();
        if let Some(dir) = self.embedded.and_then(|dir| dir.get_dir(under)) {
            list_embedded(dir, &mut names);
        }
        if let Some(folder) = &self.folder {
            let mut found = Vec::new();
            list_folder(&folder.join(under), &mut found)?;
            names.extend(found.iter().filter_map(|(path, _)| slashed(path.strip_prefix(folder).ok()?)));
        }
        let mut texts = BTreeMap::new();
        for name in names.into_iter().filter(|name| name.ends_with(ending)) {
            let Some(bytes) = self.read(&name) else { continue };
            let text = String::from_utf8(bytes.into_owned())
                .map_err(|_| Error::Setup(format!("{} is not UTF-8 text", self.place(&name))))?;
            texts.insert(name[under.len()..].trim_start_matches('/').to_owned(), text);
        }
        Ok(texts)
    }

    /// What changes whenever a file of the folder does: number of files and the newest time.
    pub fn stamp(&self) -> Option<(usize, SystemTime)> {
        let mut found = Vec::new();
        list_folder(self.folder.as_ref()?, &mut found).ok()?;
        Some((found.len(), found.iter().map(|(_, time)| *time).max()?))
    }
}

fn list_embedded(dir: &Dir<'_>, names: &mut Vec<String>) {
    names.extend(dir.files().filter_map(|file| slashed(file.path())));
    dir.dirs().for_each(|dir| list_embedded(dir, names));
}

fn list_folder(folder: &Path, found: &mut Vec<(PathBuf, SystemTime)>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_dir() {
            list_folder(&entry.path(), found)?;
        } else {
            found.push((entry.path(), about.modified()?));
        }
    }
    Ok(())
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<_>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
