//! Forms as TypeScript: a file of types that a front end is checked with.

use std::collections::HashMap;
use std::collections::HashSet;

use indexmap::IndexMap;

use super::form::Form;
use super::form::Part;
use super::form::Writing;
use super::objects;
use crate::api::v2::face::Faces;
use crate::api::v2::face::REDIRECT;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::Kind;
use crate::schema::PAGE;
use crate::schema::Schema;

/// What stands above the types of a site's own.
const HEAD: &str = "\
// What this site's API answers under /api/v2/. Made by `siskin types ts`; make it anew when the models change.

/** A moment in UTC: `2026-11-20T12:00:00Z`. */
export type DateTime = string;
/** A day: `2026-11-20`. */
export type Day = string;
/** A time of day: `12:00:00`. */
export type TimeOfDay = string;
/** An exact number, as text: `12.50`. */
export type Decimal = `${number}`;
/** HTML or Markdown, as `rich_text_format` says. */
export type RichText = string;
/** Markdown. */
export type Markdown = string;
/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What a list answers. */
export interface List<Item> {
  /** `next` is there with `cursor` alone: the address of what follows, `null` at the end. */
  meta: { total_count: number; next?: string | null };
  items: Item[];
}

/** The block of a stream that has this type: `Block<BlogPage[\"body\"], \"quote\">`. */
export type Block<Stream extends { type: string }[], Type extends Stream[number][\"type\"]> = Extract<
  Stream[number],
  { type: Type }
>;
";
/// Names that are taken before a site's types get theirs.
const TAKEN: [&str; 13] = [
    "DateTime",
    "Day",
    "TimeOfDay",
    "Decimal",
    "RichText",
    "Markdown",
    "Json",
    "List",
    "Block",
    "PageTypes",
    "Endpoints",
    "Record",
    "Extract",
];
/// What follows a type's name where less than everything of it is shown.
const SUFFIXES: [(&str, &str); 2] = [(".listed", "Listed"), (".nested", "Nested")];

/// The types of a site, as a file.
pub fn typescript(schema: &Schema, faces: &Faces) -> String {
    let forms = objects::definitions(schema, faces);
    let names = Names::new(schema, &forms);
    let mut file = HEAD.to_owned();
    for (name, form) in forms.iter().filter(|(name, _)| !name.ends_with(".asked")) {
        let own = names.of(name);
        match form {
            Form::Object(_) => {
                file.push_str(&format!("\nexport interface {own} {}\n", spelled(form, &names, 0)))
            }
            _ => file.push_str(&format!("\nexport type {own} = {};\n", spelled(form, &names, 0))),
        }
    }
    let pages = schema.pages().map(|declared| (format!("\"{}\"", declared.label), declared.label.clone()));
    let pages: Vec<_> = pages.collect();
    file.push_str(
        "\n/** Pages by the label that `type` takes: what their own address and what lists show. */\n",
    );
    file.push_str(&format!("export interface PageTypes {{\n{}}}\n", entries(&pages, &names)));
    let endpoints: Vec<_> = endpoints(schema);
    file.push_str("\n/** What is beside the pages, by the name of its endpoint. */\n");
    file.push_str(&format!("export interface Endpoints {{\n{}}}\n", entries(&endpoints, &names)));
    file
}

fn endpoints(schema: &Schema) -> Vec<(String, String)> {
    let own = [("images", IMAGE), ("documents", DOCUMENT), ("redirects", REDIRECT)];
    let own = own.map(|(name, label)| (name.to_owned(), label.to_owned()));
    let snippets = schema.of_kind(Kind::Snippet).filter_map(|declared| {
        Some((format!("\"{}\"", declared.endpoint.as_deref()?), declared.label.clone()))
    });
    own.into_iter().chain(snippets).collect()
}

fn entries(entries: &[(String, String)], names: &Names) -> String {
    let line = |(key, label): &(String, String)| {
        let (detail, listed) = (names.of(label), names.of(&format!("{label}.listed")));
        format!("  {key}: {{ detail: {detail}; listed: {listed} }};\n")
    };
    entries.iter().map(line).collect()
}

/// What each type is called: by the part of its label after the dot, with the app's name where that is taken.
struct Names(HashMap<String, String>);

impl Names {
    fn new(schema: &Schema, forms: &IndexMap<String, Form>) -> Self {
        let mut taken: HashSet<String> = TAKEN.map(str::to_owned).into();
        let mut names = HashMap::new();
        for name in forms.keys().filter(|name| !name.contains('.')) {
            taken.insert(name.clone());
            names.insert(name.clone(), name.clone());
        }
        for label in objects::labels(schema) {
            let (app, bare) = label.split_once('.').unwrap_or(("", &label));
            let with_app = format!("{}{bare}", pascal(app));
            let numbered = (2..).map(|number| format!("{with_app}{number}"));
            let wanted = [bare.to_owned(), with_app.clone()].into_iter().chain(numbered);
            let forms_of = |name: &str| [name.to_owned(), format!("{name}Listed"), format!("{name}Nested")];
            let free = |name: &String| forms_of(name).iter().all(|name| !taken.contains(name));
            let name = wanted.into_iter().find(free).unwrap_or(with_app);
            taken.extend(forms_of(&name));
            names.insert(label, name);
        }
        Self(names)
    }

    fn of(&self, name: &str) -> String {
        let suffix = SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix));
        let (label, suffix) =
            suffix.map_or((name, ""), |(cut, suffix)| (&name[..name.len() - cut.len()], suffix));
        let name = self.0.get(label).map_or(label, String::as_str);
        // Pages of unknown type are told apart from the one that has all their fields.
        let suffix = if label == PAGE && suffix.is_empty() { "Listed" } else { suffix };
        format!("{name}{suffix}")
    }
}

fn pascal(app: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
    };
    app.split(['_', '-']).map(word).collect()
}

fn spelled(form: &Form, names: &Names, depth: usize) -> String {
    match form {
        Form::Text => "string".to_owned(),
        Form::Written(writing) => written(*writing).to_owned(),
        Form::Integer | Form::Number => "number".to_owned(),
        Form::Boolean => "boolean".to_owned(),
        Form::Null => "null".to_owned(),
        Form::Any => "Json".to_owned(),
        Form::Literal(text) => quoted(text),
        Form::Own(own) => own.typescript.clone(),
        Form::Array(item) => match &**item {
            Form::Union(_) | Form::Own(_) => format!("({})[]", spelled(item, names, depth)),
            item => format!("{}[]", spelled(item, names, depth)),
        },
        Form::Map(value) => format!("Record<string, {}>", spelled(value, names, depth)),
        Form::Object(parts) => object(parts, names, depth),
        Form::Union(forms) if forms.is_empty() => "never".to_owned(),
        Form::Union(forms) => {
            forms.iter().map(|form| spelled(form, names, depth)).collect::<Vec<_>>().join(" | ")
        }
        Form::Named(name) => names.of(name),
    }
}

fn object(parts: &[Part], names: &Names, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let line = |part: &Part| {
        let mark = if part.is_optional { "?" } else { "" };
        format!("{indent}{}{mark}: {};\n", key(&part.name), spelled(&part.form, names, depth + 1))
    };
    format!("{{\n{}{}}}", parts.iter().map(line).collect::<String>(), "  ".repeat(depth))
}

fn written(writing: Writing) -> &'static str {
    match writing {
        Writing::DateTime => "DateTime",
        Writing::Date => "Day",
        Writing::Time => "TimeOfDay",
        Writing::Decimal => "Decimal",
        Writing::RichText => "RichText",
        Writing::Markdown => "Markdown",
    }
}

fn key(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if is_plain { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
