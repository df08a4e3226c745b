//! The derived models as TOML that people read: one file an app, guesses marked.

use std::fmt::Write;

use super::found::Found;
use super::guess::Guess;
use super::guess::Guesses;
use super::guess::is_name;
use super::names::sentence;
use super::names::snake;

/// The text of one type.
pub fn type_text(guesses: &Guesses<'_>, found: &Found) -> String {
    let (label, is_guess) = guesses.names.label(&found.model);
    let (app, name) = label.split_once('.').unwrap_or(("", &label));
    let fields = fields(guesses, found, app);
    let mut text = String::new();
    if is_guess {
        text.push_str("# guess: the capitals of the name; dumps have lower case only\n");
    }
    let _ = writeln!(text, "[types.{name}]");
    let kind = kind(guesses, found);
    let _ =
        writeln!(text, "kind = \"{kind}\"{}", if kind == "setting" { " # guess: by its name" } else { "" });
    let _ = writeln!(text, "label = {}", quoted(&sentence(name)));
    for (key, is_set) in
        [("drafts", !found.is_page && found.has_drafts), ("locales", !found.is_page && found.has_locales)]
    {
        if is_set {
            let _ = writeln!(text, "{key} = true");
        }
    }
    if kind == "setting" {
        let per = if found.fields.contains_key("site") { "site" } else { "global" };
        let _ = writeln!(text, "per = \"{per}\"");
    }
    text.push_str("fields = [\n");
    for (name, guess) in &fields {
        field(&mut text, name, guess, 1);
    }
    text.push_str("]\n");
    text
}

fn kind(guesses: &Guesses<'_>, found: &Found) -> &'static str {
    let name = found.model.split('.').nth(1).unwrap_or_default();
    if found.is_page {
        let asks =
            |rows: &indexmap::IndexMap<_, _>| rows.contains_key("field_type") && rows.contains_key("label");
        let is_form =
            found.children.values().any(|(model, _)| guesses.site.rows.get(model).is_some_and(asks));
        return if is_form { "form" } else { "page" };
    }
    if name.ends_with("settings") || name.ends_with("setting") { "setting" } else { "snippet" }
}

fn fields(guesses: &Guesses<'_>, found: &Found, app: &str) -> Vec<(String, Guess)> {
    let is_site_setting = kind(guesses, found) == "setting";
    let mut fields = Vec::new();
    for (name, seen) in found.fields.iter().filter(|(name, _)| !(is_site_setting && *name == "site")) {
        let guess = match found.children.get(name) {
            Some((model, _)) => children(guesses, model, false, app),
            None if seen.rows.is_some() => continue,
            None => guesses.field(name, seen, app),
        };
        fields.push((name.clone(), guess));
    }
    for (name, (model, is_guess)) in
        found.children.iter().filter(|(name, _)| !found.fields.contains_key(*name))
    {
        let name = if *is_guess { relation_name(guesses, model, found) } else { name.clone() };
        fields.push((name, children(guesses, model, *is_guess, app)));
    }
    if found.has_tags && !found.fields.contains_key("tags") {
        let note = Some("the name; the dump has only the taggings".to_owned());
        fields.push(("tags".to_owned(), Guess { kind: "tags", note, ..Guess::default() }));
    }
    fields
}

/// A likely name of a relation that no revision tells: `BlogPageRelatedLink` of `BlogPage` as `related_links`.
fn relation_name(guesses: &Guesses<'_>, model: &str, owner: &Found) -> String {
    let (label, owner) = (guesses.names.label(model).0, guesses.names.label(&owner.model).0);
    let rest = label.strip_prefix(&owner).or_else(|| label.split('.').nth(1)).unwrap_or(&label);
    let name = snake(rest);
    if name.ends_with('s') { name } else { format!("{name}s") }
}

fn children(guesses: &Guesses<'_>, model: &str, is_guess: bool, app: &str) -> Guess {
    let (label, _) = guesses.names.label(model);
    let seen = guesses.site.rows.get(model);
    let fields =
        seen.into_iter().flatten().map(|(name, seen)| (name.clone(), guesses.field(name, seen, app)));
    let note = is_guess.then(|| "the name of the relation, which no revision tells".to_owned());
    Guess {
        kind: "children",
        options: vec![format!("label = \"{label}\"")],
        fields: fields.collect(),
        note,
        ..Guess::default()
    }
}

fn field(text: &mut String, name: &str, guess: &Guess, depth: usize) {
    let indent = "    ".repeat(depth);
    let (spelt, was) = legal(name);
    let _ = write!(text, "{indent}{{ name = \"{spelt}\"");
    if let Some(was) = was {
        let _ = write!(text, ", was = {}", quoted(was));
    }
    body(text, guess, depth);
    text.push_str(" },");
    if let Some(note) = &guess.note {
        let _ = write!(text, " # guess: {note}");
    }
    text.push('\n');
}

/// Everything of a declaration behind its name.
fn body(text: &mut String, guess: &Guess, depth: usize) {
    let indent = "    ".repeat(depth);
    let _ = write!(text, ", type = \"{}\"", guess.kind);
    for option in &guess.options {
        let _ = write!(text, ", {option}");
    }
    for (key, parts) in [("fields", &guess.fields), ("blocks", &guess.blocks)] {
        let is_needed = matches!((guess.kind, key), ("struct" | "children", "fields") | ("stream", "blocks"));
        if is_needed {
            let _ = writeln!(text, ", {key} = [");
            parts.iter().for_each(|(name, part)| field(text, name, part, depth + 1));
            let _ = write!(text, "{indent}]");
        }
    }
    if let Some(item) = &guess.item {
        let mut inner = String::new();
        body(&mut inner, item, depth);
        let _ = write!(text, ", item = {{ {} }}", inner.trim_start_matches(", "));
    }
}

/// A name that the models take, and the name it stands for if that is another.
fn legal(name: &str) -> (String, Option<&str>) {
    if is_name(name) {
        return (name.to_owned(), None);
    }
    let lower: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let lower = lower.trim_start_matches(|c: char| !c.is_ascii_lowercase()).to_owned();
    let spelt =
        if is_name(&lower) { lower } else { format!("{lower}_field").trim_start_matches('_').to_owned() };
    (spelt, Some(name))
}

/// A TOML text.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
