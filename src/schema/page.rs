//! The reference of field kinds and model keys as a page of Markdown, made from the registry.

use super::Registry;

/// What stands above the keys.
const HEAD: &str = "# Fields

Every kind of field that a model may name, with its options. `docs/models.md` tells how a model is written; here is
only what there is. A key that is not listed is refused at start, with its file, line and the nearest key that exists.

This page is made from the program's own declarations.
";

/// Keys that every field takes, whatever its kind, with what they mean.
pub(super) const EVERY_FIELD: [(&str, &str); 22] = [
    (
        "name",
        "the key in documents and in the API: lower-case letters, digits and `_`, a letter first; not `id`, `meta`, `pk`, `type` or `fields`",
    ),
    ("type", "the kind: one of the headings below"),
    (
        "label",
        "what an editor reads beside it; the name in words by default (for `children` this is `heading`)",
    ),
    ("help", "a sentence that helps the editor"),
    ("required", "a publication needs a value; a draft may do without"),
    ("default", "the value of a new object"),
    ("max_length", "most characters"),
    ("min_length", "fewest characters, where there are any; held at publication"),
    ("pattern", "a regular expression that the whole text must match; held at publication"),
    ("min", "smallest number"),
    ("max", "largest number"),
    ("decimal_places", "most digits after the point of a decimal"),
    ("unique", "no two live objects of the type share the value; held at publication"),
    ("filterable", "queries may filter and order by it; true by default where the kind allows it"),
    ("search", "`true`, or a boost above 0: readers' searches look into it"),
    (
        "shown_when",
        "show it only while another field beside it has a value: `{ field = \"kind\", is = \"video\" }`; `is` may be a list",
    ),
    ("api", "`false` hides it from the API"),
    ("api_writable", "`false` keeps an API that writes from writing it; no API writes yet"),
    ("api_rendition", "in a block: the API shows an image whole, with this rendition, instead of its id"),
    ("features", "what rich text may hold; see `docs/models.md`"),
    ("was", "an earlier name, or a list of them: a rename keeps the content"),
    ("choices", "the options of a `choice` or `choices` field"),
];

/// `docs/reference/fields.md`.
pub fn reference_page(registry: &Registry) -> String {
    let mut page = format!("{HEAD}\n## Every field\n\n");
    for (key, what) in EVERY_FIELD {
        page.push_str(&format!("* `{key}`: {what}\n"));
    }
    for kind in registry.all() {
        page.push_str(&format!("\n## `{}`\n\n{}\n", kind.name(), kind.summary()));
        let options = kind.options();
        if !options.is_empty() {
            page.push('\n');
        }
        for (key, what) in options {
            page.push_str(&format!("* `{key}`: {what}\n"));
        }
    }
    for (name, declaration) in registry.blocks() {
        page.push_str(&format!("\n## Block `{name}`\n\n```toml\n{}\n```\n", declaration.trim()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::load_texts;

    /// The keys that the loader names when a field has one that it does not know.
    fn known_to_the_loader() -> Vec<String> {
        let text =
            "[types.T]\nkind = \"snippet\"\nfields = [{ name = \"f\", type = \"text\", zzzzzzzz = 1 }]";
        let told = load_texts(&[("site".to_owned(), text.to_owned())], &Registry::default()).unwrap_err();
        let told = told.to_string();
        let keys = told.split("known here: ").nth(1).unwrap_or_default();
        keys.split(", ").map(str::to_owned).collect()
    }

    #[test]
    fn every_key_of_a_field_is_on_the_page_and_no_other() {
        let registry = Registry::default();
        let of_kinds: Vec<&str> =
            registry.all().flat_map(|kind| kind.options().iter().map(|(key, _)| *key)).collect();
        let of_blocks = ["group", "icon"];
        for key in known_to_the_loader() {
            let is_told = EVERY_FIELD.iter().any(|(told, _)| *told == key)
                || of_kinds.contains(&key.as_str())
                || of_blocks.contains(&key.as_str());
            assert!(is_told, "{key} is not on the page");
        }
        let known = known_to_the_loader();
        for (key, _) in EVERY_FIELD {
            assert!(known.iter().any(|known| known == key), "{key} is on the page and no field takes it");
        }
    }
}
