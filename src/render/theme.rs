//! A theme: its declaration, templates, words and assets.

use std::borrow::Cow;
use std::path::Path;

use include_dir::Dir;
use include_dir::include_dir;
use serde::Deserialize;

use super::files::Files;
use super::functions;
use super::locale::Words;
use super::templates::Templates;
use crate::base::sha256_hex;
use crate::error::{Error, Result};

/// The theme inside the binary.
static STARTER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/themes/starter");
/// Its name.
const STARTER_NAME: &str = "starter";
/// Hex digits of an asset's hash that its address carries.
const HASH_DIGITS: usize = 10;

/// What turns a site's pages into HTML.
pub struct Theme {
    /// Its name: the folder.
    pub name: String,
    /// What `theme.toml` declares.
    pub about: About,
    pub(super) templates: Templates,
    pub(super) words: Words,
}

/// `theme.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// What people call it.
    pub name: String,
    /// What it looks like, in a sentence.
    pub description: String,
    /// The filter specs that its templates may ask for.
    pub renditions: Vec<String>,
}

/// A file of a theme, as it is served.
pub struct Asset {
    /// The bytes.
    pub bytes: Cow<'static, [u8]>,
    /// The MIME type.
    pub mime: &'static str,
}

impl Theme {
    /// Loads a theme of the site's `themes/` folder; the starter theme is inside the binary too. With `watch` changes
    /// of its templates are taken in while the program runs.
    ///
    /// # Errors
    /// `Setup` with file and line, for whatever does not parse.
    pub fn load(site: &Path, name: &str, watch: bool) -> Result<Self> {
        let folder = site.join("themes").join(name);
        let embedded = (name == STARTER_NAME).then_some(&STARTER);
        if embedded.is_none() && !folder.join("templates").is_dir() {
            let told = format!("there is no theme “{name}”: {} has no templates/", folder.display());
            return Err(Error::Setup(told));
        }
        Self::of_files(Files::new(embedded, Some(folder)), name, watch)
    }

    /// Loads a theme from a folder anywhere.
    pub fn of_folder(folder: &Path, watch: bool) -> Result<Self> {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("theme");
        Self::of_files(Files::new(None, Some(folder.to_owned())), name, watch)
    }

    fn of_files(files: Files, name: &str, watch: bool) -> Result<Self> {
        let about = about(&files)?;
        let words = Words::load(&files)?;
        Ok(Self {
            name: name.to_owned(),
            about,
            words,
            templates: Templates::load(files, functions::equip, watch)?,
        })
    }

    /// One of its assets; `None` if it has no such file.
    pub fn asset(&self, name: &str) -> Option<Asset> {
        let bytes = self.templates.files().read(&format!("assets/{name}"))?;
        Some(Asset { bytes, mime: mime(name) })
    }

    /// The address of an asset. It changes with the asset, so that browsers may keep it for ever.
    pub fn asset_url(&self, name: &str) -> Option<String> {
        let asset = self.asset(name)?;
        let hash = sha256_hex(&asset.bytes);
        Some(format!("/theme/{name}?v={}", hash.get(..HASH_DIGITS).unwrap_or_default()))
    }

    /// The template of a page type: the one that the models name, the one named after the type, or the one for all.
    pub(super) fn page_template(&self, label: &str, named: Option<&str>) -> String {
        let own = named.map_or_else(|| template_of(label), |named| format!("pages/{named}"));
        if self.templates.has(&own) { own } else { "pages/page.html".to_owned() }
    }
}

/// `blog.BlogPage` has `pages/blog/blog_page.html`.
fn template_of(label: &str) -> String {
    let (app, name) = label.split_once('.').unwrap_or(("", label));
    let mut snake = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    format!("pages/{app}/{snake}.html")
}

fn about(files: &Files) -> Result<About> {
    let Some(bytes) = files.read("theme.toml") else { return Ok(About::default()) };
    let text = String::from_utf8_lossy(&bytes);
    toml_edit::de::from_str(&text)
        .map_err(|error| Error::Setup(format!("{}: {}", files.place("theme.toml"), error.message())))
}

fn mime(name: &str) -> &'static str {
    const TYPES: [(&str, &str); 13] = [
        ("css", "text/css; charset=utf-8"),
        ("js", "text/javascript; charset=utf-8"),
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
        ("gif", "image/gif"),
        ("ico", "image/x-icon"),
        ("woff2", "font/woff2"),
        ("json", "application/json"),
        ("txt", "text/plain; charset=utf-8"),
    ];
    let ending = name.rsplit('.').next().unwrap_or_default();
    TYPES.iter().find(|(known, _)| *known == ending).map_or("application/octet-stream", |(_, mime)| mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_theme_is_inside_and_whole() {
        let nowhere = tempfile::tempdir().unwrap();
        let theme = Theme::load(nowhere.path(), "starter", false).unwrap();
        assert_eq!(theme.page_template("journal.ArticlePage", None), "pages/journal/article_page.html");
        assert_eq!(theme.page_template("shop.Item", None), "pages/page.html");
        assert!(theme.asset_url("style.css").unwrap().starts_with("/theme/style.css?v="));
        assert!(theme.asset("../theme.toml").is_none());
        assert!(
            Theme::load(nowhere.path(), "other", false)
                .err()
                .unwrap()
                .to_string()
                .contains("no theme “other”")
        );
    }
}
