//! The admin's screens: its templates and assets, from inside the binary or, in development, from disk.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};
use serde::Serialize;

use crate::error::Result;
use crate::render::{Files, Templates};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/themes/admin");

/// The templates and the assets of the admin.
pub struct Screens {
    templates: Templates,
    version: String,
}

impl Screens {
    /// Loads them. A folder `themes/admin` of the site is laid over what the binary holds; with `watch` its changes
    /// are taken in.
    pub fn load(folder: Option<std::path::PathBuf>, watch: bool) -> Result<Self> {
        let files = Files::new(Some(&EMBEDDED), folder);
        let templates = Templates::load(files, |_| {}, watch)?;
        let version = version(templates.files());
        if templates.files().read("dist/main.js").is_none() {
            tracing::warn!("the admin's assets are missing: run `npm ci && npm run build`, then build again");
        }
        Ok(Self { templates, version })
    }

    /// Draws a screen.
    pub fn draw(&self, template: &str, view: &impl Serialize) -> Result<String> {
        self.templates.render(template, view)
    }

    /// The set of templates, for fields that are drawn one by one.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// A built asset: script, style, icon.
    pub fn asset(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        self.templates.files().read(&format!("dist/{name}"))
    }

    /// What the assets' addresses end in; it changes with them.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// A short digest of the entry points: chunks carry their own in their names.
fn version(files: &Files) -> String {
    use sha2::Digest;
    let mut digest = sha2::Sha256::new();
    for name in ["dist/main.js", "dist/style.css"] {
        digest.update(files.read(name).unwrap_or_default());
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
