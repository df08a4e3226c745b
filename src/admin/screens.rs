//! The admin's screens: its templates and assets, from inside the binary or, in development, from disk.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Serialize;

use crate::error::Result;
use crate::render::{Files, Templates};
use crate::schema::Registry;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/themes/admin");

/// The templates and the assets of the admin.
pub struct Screens {
    templates: Templates,
    version: String,
    brought: Brought,
}

/// What the field kinds of the program bring along: templates, and scripts and styles that every screen loads.
#[derive(Default)]
struct Brought {
    files: BTreeMap<String, String>,
    scripts: Vec<String>,
    styles: Vec<String>,
}

impl Brought {
    fn of(registry: &Registry) -> Self {
        let mut brought = Self::default();
        for (kind, input) in registry.all().filter_map(|kind| Some((kind.name(), kind.input()?))) {
            let template = format!(
                "{{% component fields.{kind}(f) -%}}{{% <field f={{f}}> %}}{}{{% </field> %}}{{%- endcomponent fields.{kind} %}}",
                input.template
            );
            brought.files.insert(format!("templates/fields/{kind}.html"), template);
            if let Some(script) = input.script {
                let name = format!("kind-{kind}.js");
                brought.files.insert(format!("dist/{name}"), script.to_owned());
                brought.scripts.push(name);
            }
            if let Some(style) = input.style {
                let name = format!("kind-{kind}.css");
                brought.files.insert(format!("dist/{name}"), style.to_owned());
                brought.styles.push(name);
            }
        }
        brought
    }
}

impl Screens {
    /// Loads them. A folder `themes/admin` of the site is laid over what the binary holds; with `watch` its changes
    /// are taken in.
    pub fn load(folder: Option<std::path::PathBuf>, registry: &Registry, watch: bool) -> Result<Self> {
        let mut brought = Brought::of(registry);
        let files = Files::new(Some(&EMBEDDED), folder).with(std::mem::take(&mut brought.files));
        let templates = Templates::load(files, |_| {}, watch)?;
        let version = version(templates.files(), &brought);
        if templates.files().read("dist/main.js").is_none() {
            tracing::warn!("the admin's assets are missing: run `npm ci && npm run build`, then build again");
        }
        Ok(Self { templates, version, brought })
    }

    /// Scripts of the program's field kinds, by their names among the assets.
    pub fn scripts(&self) -> &[String] {
        &self.brought.scripts
    }

    /// Style sheets of the program's field kinds.
    pub fn styles(&self) -> &[String] {
        &self.brought.styles
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
fn version(files: &Files, brought: &Brought) -> String {
    use sha2::Digest;
    let mut digest = sha2::Sha256::new();
    let own = ["main.js", "style.css"].into_iter();
    for name in own.chain(brought.scripts.iter().chain(&brought.styles).map(String::as_str)) {
        digest.update(files.read(&format!("dist/{name}")).unwrap_or_default());
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
