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
    use crate::schema::Registry;
    use crate::schema::load_texts;

    fn derived(name: &str) -> IndexMap<String, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/harbour").join(name);
        let dump = Dump::open(&path, |_| ()).unwrap();
        let identity = Identity::read(&dump).unwrap();
        models(&dump, &identity).unwrap()
    }

    #[test]
    fn a_dump_tells_types_fields_blocks_and_relations() {
        let files = derived("dump.json");
        let text = &files["harbour"];
        for line in [
            "[types.ArticlePage]",
            "    { name = \"day\", type = \"date\" },",
            "    { name = \"photo\", type = \"image\" }, # guess: a reference, by its name and numbers",
            "        { name = \"paragraph\", type = \"rich_text\" }, # guess: rich text, as there is markup in it",
            "        { name = \"steps\", type = \"list\", item = { type = \"text\" } },",
            "    { name = \"authors\", type = \"children\", label = \"harbour.ArticleAuthor\", fields = [",
            "    { name = \"tags\", type = \"tags\" }, # guess: the name; the dump has only the taggings",
            "kind = \"form\"",
            "kind = \"setting\" # guess: by its name",
            "drafts = true",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn what_is_derived_can_be_loaded_from_every_form() {
        for name in ["dump.json", "dump_natural.json"] {
            let texts: Vec<(String, String)> = derived(name).into_iter().collect();
            let schema =
                load_texts(&texts, &Registry::default()).unwrap_or_else(|errors| panic!("{name}: {errors}"));
            let labels: Vec<&str> = schema.types().map(|declared| declared.label.as_str()).collect();
            let own = ["HomePage", "NewsIndexPage", "ArticlePage", "FormPage", "Person", "HarbourSettings"];
            assert_eq!(labels[..own.len()], own.map(|own| format!("harbour.{own}")), "{name}");
        }
    }
}
