//! Content types from a dump alone, so that a site whose models nobody has written down comes in too.
//!
//! Revisions tell the most: fields in their order, child relations by name, blocks inside streams. What only looks
//! probable is marked `# guess:`, for a person to look at. Reading order: `found`, `observe`, `guess`, `write`.

mod found;
mod guess;
mod names;
mod observe;
mod write;

use indexmap::IndexMap;

use super::dump::Dump;
use super::identity::Identity;
use crate::error::Result;
use guess::Guesses;
use names::Names;

/// Stands above every derived file.
const HEAD: &str = "# Derived from a Wagtail dump. Lines marked `guess` are worth a look: text could be rich text, a choice may have\n\
    # more values, a number may refer to something. Names, order and structure are the dump's.\n";

/// The models of a dump's content: file texts by app.
pub fn models(dump: &Dump, identity: &Identity) -> Result<IndexMap<String, String>> {
    let site = found::find(dump, identity)?;
    let fields: Vec<String> = site
        .types
        .values()
        .flat_map(|found| found.fields.keys().chain(found.children.keys()))
        .chain(site.rows.values().flat_map(IndexMap::keys))
        .cloned()
        .collect();
    let names = Names::read(dump, identity, &fields)?;
    let guesses = Guesses { site: &site, names: &names, identity };
    let mut files: IndexMap<String, String> = IndexMap::new();
    for found in site.types.values() {
        let app = found.model.split('.').next().unwrap_or_default();
        let file = files.entry(app.to_owned()).or_insert_with(|| HEAD.to_owned());
        file.push('\n');
        file.push_str(&write::type_text(&guesses, found));
    }
    files.sort_keys();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn probe() {
        for name in [
            "bakerydemo/dump_default.json",
            "bakerydemo/dump_natural.json",
            "bakerydemo/bakerydemo.json",
            "bakerydemo-ext/dump_default.json",
            "wagtail-demosite/demosite.json",
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
            let dump = Dump::open(&path, |_| ()).unwrap();
            let identity = Identity::read(&dump).unwrap();
            let files = models(&dump, &identity).unwrap();
            println!("=== {name}");
            for (app, text) in &files {
                println!("--- {app}\n{text}");
            }
            let texts: Vec<_> = files.into_iter().collect();
            if let Err(e) = crate::schema::load_texts(&texts, &crate::schema::Registry::default()) {
                println!("ERR {e}");
            }
        }
    }
}
