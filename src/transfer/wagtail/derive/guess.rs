//! From what was seen of a field to the kind that it probably is, with a note where that is a guess.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::found::Site;
use super::names::Names;
use super::names::snake;
use super::observe::Observed;
use crate::transfer::wagtail::identity::Identity;
use crate::transfer::wagtail::identity::model;

/// A field's declaration, and what in it is not certain.
#[derive(Debug, Default, Clone)]
pub struct Guess {
    /// The kind.
    pub kind: &'static str,
    /// Further options, as TOML.
    pub options: Vec<String>,
    /// Parts of a struct or child row: name and declaration.
    pub fields: Vec<(String, Guess)>,
    /// Blocks of a stream.
    pub blocks: Vec<(String, Guess)>,
    /// The item of a list.
    pub item: Option<Box<Guess>>,
    /// What a person should look at.
    pub note: Option<String>,
}

/// What the guesses are made from.
pub struct Guesses<'s> {
    /// What was seen.
    pub site: &'s Site,
    /// Names with capitals.
    pub names: &'s Names,
    /// Who is who.
    pub identity: &'s Identity,
}

/// Parts of field names that tell what a number refers to.
const IMAGE_NAMES: &[&str] =
    &["image", "photo", "picture", "logo", "avatar", "thumbnail", "banner", "poster"];
const DOCUMENT_NAMES: &[&str] = &["document", "file", "pdf", "attachment", "download"];
const PAGE_NAMES: &[&str] = &["page", "link", "section", "parent", "root", "featured"];
const USER_NAMES: &[&str] = &["user", "owner", "author"];

impl Guesses<'_> {
    /// The declaration of a field of a type in `app`.
    pub fn field(&self, name: &str, seen: &Observed, app: &str) -> Guess {
        if !seen.blocks.is_empty() {
            return Guess { kind: "stream", blocks: self.all(&seen.blocks, app), ..Guess::default() };
        }
        if seen.streams > 0 && seen.items.is_none() && seen.members.is_none() {
            return self.empty_stream(name, app);
        }
        if seen.lists > 0 || seen.items.is_some() {
            return self.list(name, seen, app);
        }
        if !seen.parts.is_empty() {
            return self.object(seen, app);
        }
        if seen.integer_count > 0 && seen.floats == 0 && seen.texts.count == 0 {
            return self.number(name, &seen.integers, app);
        }
        match (seen.booleans, seen.floats + seen.integer_count, seen.texts.count) {
            (1.., 0, 0) => certain("boolean"),
            (0, 1.., 0) => certain("float"),
            (0, 0, 1..) => text(name, seen),
            (0, 0, 0) => self.unfilled(name),
            _ => guessed("json", "values of several kinds"),
        }
    }

    /// Nothing was ever seen; the name is all there is.
    fn unfilled(&self, name: &str) -> Guess {
        let is_called = |names: &[&str]| name.split('_').any(|word| names.contains(&word));
        let kinds = [
            (IMAGE_NAMES, "image"),
            (DOCUMENT_NAMES, "document"),
            (&["page"], "page"),
            (&["at"], "datetime"),
        ];
        let kind = kinds.into_iter().find(|(names, _)| is_called(names)).map(|(_, kind)| kind);
        kind.map_or_else(
            || guessed("text", "never filled in the dump; plain text, or a reference?"),
            |kind| guessed(kind, "by its name; never filled in the dump"),
        )
    }

    fn all(&self, seen: &IndexMap<String, Observed>, app: &str) -> Vec<(String, Guess)> {
        seen.iter().map(|(name, seen)| (name.clone(), self.field(name, seen, app))).collect()
    }

    /// An empty stream in every row: the blocks of a field of the same name elsewhere are likely its own.
    fn empty_stream(&self, name: &str, app: &str) -> Guess {
        let types = self.site.types.values();
        let alike = types.filter_map(|found| found.fields.get(name)).max_by_key(|seen| seen.blocks.len());
        let blocks = alike.map(|seen| self.all(&seen.blocks, app)).unwrap_or_default();
        let note = Some(format!("always empty in the dump; blocks taken from another `{name}`"));
        match blocks.is_empty() {
            true => {
                guessed("json", "an empty list in every row; a stream whose blocks the dump does not show?")
            }
            false => Guess { kind: "stream", blocks, note, ..Guess::default() },
        }
    }

    fn object(&self, seen: &Observed, app: &str) -> Guess {
        let has = |names: &[&str]| names.iter().all(|name| seen.parts.contains_key(*name));
        if has(&["data", "first_row_is_table_header"]) {
            return certain("table");
        }
        if has(&["columns", "rows"]) {
            return guessed("json", "a table with typed columns");
        }
        let is_plain = seen.parts.keys().all(|name| is_name(name));
        match is_plain {
            true => Guess { kind: "struct", fields: self.all(&seen.parts, app), ..Guess::default() },
            false => guessed("json", "an object whose keys cannot name fields"),
        }
    }

    fn list(&self, name: &str, seen: &Observed, app: &str) -> Guess {
        if let Some(items) = &seen.items {
            let item = Some(Box::new(self.field(name, items, app)));
            return Guess { kind: "list", item, ..Guess::default() };
        }
        if let Some(reference) = self.named(seen) {
            return reference;
        }
        let Some(members) = &seen.members else {
            return guessed("json", "a list that is empty in every row");
        };
        if !members.integers.is_empty() && members.texts.count == 0 {
            let mut many = self.number(name, &members.integers, app);
            if many.kind == "integer" {
                return guessed("json", "a list of numbers that could refer to several models");
            }
            many.options.push("many = true".to_owned());
            return many;
        }
        let item = Some(Box::new(self.field(name, members, app)));
        Guess { kind: "list", item, note: Some("a plain list".to_owned()), ..Guess::default() }
    }

    /// References by name tell what they mean by their form.
    fn named(&self, seen: &Observed) -> Option<Guess> {
        let first = seen.names.first()?;
        let models = [
            (model::PAGE, "page"),
            (model::COLLECTION, "collection"),
            (&self.identity.special().user, "user"),
        ];
        let target = models.into_iter().find(|(model, _)| self.identity.resolve(model, first).is_some());
        target.map(|(_, kind)| certain(kind))
    }

    /// What a whole number refers to, if to anything.
    fn number(&self, name: &str, numbers: &BTreeSet<i64>, app: &str) -> Guess {
        let special = self.identity.special();
        let fits = |model: &str| self.site.ids.get(model).is_some_and(|ids| numbers.is_subset(ids));
        let is_called = |names: &[&str]| name.split('_').any(|word| names.contains(&word));
        let reference = |kind| guessed(kind, "a reference, by its name and numbers");
        if is_called(IMAGE_NAMES) && fits(&special.image) {
            return reference("image");
        }
        if is_called(DOCUMENT_NAMES) && fits(&special.document) {
            return reference("document");
        }
        if is_called(&["collection"]) && fits(model::COLLECTION) {
            return reference("collection");
        }
        let snippets = self.snippets_with(numbers);
        if let Some(label) = snippet_called(name, &snippets, app) {
            return snippet(label, "a reference, by its name and numbers".to_owned());
        }
        if is_called(PAGE_NAMES) && fits(model::PAGE) {
            return reference("page");
        }
        if is_called(USER_NAMES) && fits(&special.user) {
            return reference("user");
        }
        self.only_snippet_left(name, &snippets, app)
            .unwrap_or_else(|| guessed("integer", "a number; a reference?"))
    }

    /// The snippet types that have objects with all these numbers.
    fn snippets_with(&self, numbers: &BTreeSet<i64>) -> Vec<String> {
        self.site
            .types
            .values()
            .filter(|found| !found.is_page && found.rows > 0)
            .filter(|found| self.site.ids.get(&found.model).is_some_and(|ids| numbers.is_subset(ids)))
            .map(|found| self.names.label(&found.model).0)
            .collect()
    }

    /// The only snippet type of the app that fits and that no field is named after.
    fn only_snippet_left(&self, name: &str, snippets: &[String], app: &str) -> Option<Guess> {
        let taken = self.snippets_meant_by_name(app);
        let own = snippets.iter().filter(|label| label.split('.').next() == Some(app));
        let free: Vec<&String> = own.filter(|label| !taken.contains(*label)).collect();
        let is_likely =
            !["order", "number", "count", "year", "level", "position", "size", "width", "height", "port"]
                .iter()
                .any(|word| name.split('_').any(|part| part == *word));
        match free.as_slice() {
            [label] if is_likely => {
                let note = format!(
                    "perhaps a reference to {label}, the only type whose numbers fit; else an integer"
                );
                Some(snippet(label, note))
            }
            _ => None,
        }
    }

    /// The app's snippet types that some field is named after.
    fn snippets_meant_by_name(&self, app: &str) -> BTreeSet<String> {
        let fields: BTreeSet<&str> = self
            .site
            .types
            .values()
            .filter(|found| found.model.split('.').next() == Some(app))
            .flat_map(|found| found.fields.keys().map(String::as_str))
            .collect();
        let labels = self.site.types.keys().map(|model| self.names.label(model).0);
        let named = labels.filter(|label| {
            let called = snake(label.split('.').nth(1).unwrap_or_default());
            fields.iter().any(|field| {
                let singular = field.strip_suffix('s').unwrap_or(field);
                called == *field || called == singular || called.ends_with(&format!("_{singular}"))
            })
        });
        named.collect()
    }
}

/// The snippet type that a field is named after, of its own app first.
fn snippet_called<'l>(name: &str, snippets: &'l [String], app: &str) -> Option<&'l String> {
    let singular = name.strip_suffix('s').unwrap_or(name);
    let means = |label: &&String| {
        let called = snake(label.split('.').nth(1).unwrap_or(label));
        let ends = called.ends_with(&format!("_{singular}")) || singular.ends_with(&format!("_{called}"));
        called == name || called == singular || ends
    };
    let own = |label: &&String| label.split('.').next() == Some(app);
    snippets.iter().filter(own).find(means).or_else(|| snippets.iter().find(means))
}

fn snippet(label: &str, note: String) -> Guess {
    let options = vec![format!("of = [\"{label}\"]")];
    Guess { kind: "snippet", options, note: Some(note), ..Guess::default() }
}

/// The kind of a text field, by what all its texts look like.
fn text(name: &str, seen: &Observed) -> Guess {
    let texts = &seen.texts;
    if texts.markup > 0 {
        return guessed("rich_text", "rich text, as there is markup in it");
    }
    for form in ["date", "time", "datetime", "colour"] {
        if texts.are_all(form) {
            return certain(form);
        }
    }
    if texts.are_all("decimal") {
        return guessed("decimal", "an exact number, kept as text");
    }
    const ENOUGH: usize = 3;
    let is_called = |names: &[&str]| names.iter().any(|word| name.contains(word)) || texts.filled() >= ENOUGH;
    if texts.are_all("url") && is_called(&["url", "link", "site", "embed", "video"]) {
        let is_media = name.contains("embed") || name.contains("video");
        return if is_media {
            guessed("embed", "an embed, by its name")
        } else {
            guessed("url", "every value is an address")
        };
    }
    if texts.are_all("email") && is_called(&["mail", "address"]) {
        return guessed("email", "every value is a mail address");
    }
    if let Some(choices) = texts.choices() {
        let values: Vec<String> = choices.iter().map(|value| super::write::quoted(value)).collect();
        let options = vec![format!("choices = [{}]", values.join(", "))];
        let note =
            Some("a choice, as a few words come again and again; others may be missing here".to_owned());
        return Guess { kind: "choice", options, note, ..Guess::default() };
    }
    const LONG: usize = 255;
    match texts.lines > 0 || texts.longest > LONG {
        true => guessed("long_text", "plain text, as there is no markup in it"),
        false => guessed("text", "plain text of one line"),
    }
}

/// Whether a key can name a field.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !["id", "meta", "pk", "type", "fields"].contains(&name)
}

fn certain(kind: &'static str) -> Guess {
    Guess { kind, ..Guess::default() }
}

fn guessed(kind: &'static str, note: &str) -> Guess {
    Guess { kind, note: Some(note.to_owned()), ..Guess::default() }
}
