//! A TOML table that knows its place in the file and which of its keys nobody asked for.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value as Json;
use toml_edit::Item;
use toml_edit::TableLike;
use toml_edit::Value;

use super::ModelError;
use crate::schema::Place;

/// A model file while it is read.
pub(super) struct Source<'a> {
    pub name: String,
    pub text: &'a str,
    pub errors: &'a RefCell<Vec<ModelError>>,
}

impl Source<'_> {
    pub fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        Place { file: self.name.clone(), line: before.matches('\n').count() + 1 }
    }

    pub fn error(&self, offset: usize, message: impl Into<String>) {
        self.errors.borrow_mut().push(ModelError { place: self.place(offset), message: message.into() });
    }
}

/// A table of a model file.
pub(super) struct Node<'a> {
    pub source: &'a Source<'a>,
    table: &'a dyn TableLike,
    start: usize,
    asked: RefCell<HashSet<String>>,
}

impl<'a> Node<'a> {
    pub fn new(source: &'a Source<'a>, table: &'a dyn TableLike, span: Option<Range<usize>>) -> Self {
        Self { source, table, start: span.map_or(0, |span| span.start), asked: RefCell::default() }
    }

    pub fn place(&self) -> Place {
        self.source.place(self.start)
    }

    pub fn error(&self, message: impl Into<String>) {
        self.source.error(self.start, message);
    }

    pub fn error_at(&self, key: &str, message: impl Into<String>) {
        let span = self.table.get(key).and_then(Item::span);
        self.source.error(span.map_or(self.start, |span| span.start), message);
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub fn item(&self, key: &str) -> Option<&'a Item> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.typed(key, "a text in quotes", |value| value.as_str().map(str::to_owned))
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub fn count(&self, key: &str) -> Option<usize> {
        self.typed(key, "a whole number, 0 or more", |value| {
            value.as_integer().and_then(|n| n.try_into().ok())
        })
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.typed(key, "a number", |value| value.as_float().or(value.as_integer().map(|n| n as f64)))
    }

    /// A list of texts; one text alone will do.
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "a list of texts", |value| match value {
            Value::String(text) => Some(vec![text.value().clone()]),
            Value::Array(array) => array.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        })
    }

    pub fn json(&self, key: &str) -> Option<Json> {
        self.typed(key, "a value", |value| Some(to_json(value)))
    }

    fn typed<T>(&self, key: &str, expected: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let item = self.item(key)?;
        let found = item.as_value().and_then(read);
        if found.is_none() {
            self.error_at(key, format!("`{key}` must be {expected}"));
        }
        found
    }

    /// The tables under a key: `[[x]]`, `x = [{…}]`, or texts, which are told apart by the caller.
    pub fn entries(&self, key: &str) -> Vec<Entry<'a>> {
        match self.item(key) {
            None => Vec::new(),
            Some(Item::ArrayOfTables(tables)) => {
                tables.iter().map(|table| Entry::Table(Node::new(self.source, table, table.span()))).collect()
            }
            Some(Item::Value(Value::Array(array))) => {
                array.iter().map(|value| self.entry(key, value)).collect()
            }
            Some(_) => {
                self.error_at(key, format!("`{key}` must be a list"));
                Vec::new()
            }
        }
    }

    fn entry(&self, key: &str, value: &'a Value) -> Entry<'a> {
        let start = value.span().map_or(self.start, |span| span.start);
        match value {
            Value::String(text) => Entry::Name(text.value().clone(), start),
            Value::InlineTable(table) => Entry::Table(Node::new(self.source, table, value.span())),
            _ => {
                self.source.error(start, format!("`{key}` takes names in quotes or tables in braces"));
                Entry::Wrong
            }
        }
    }

    /// The one table or name under a key.
    pub fn single(&self, key: &str) -> Option<Entry<'a>> {
        match self.item(key)? {
            Item::Value(value) => Some(self.entry(key, value)),
            Item::Table(table) => Some(Entry::Table(Node::new(self.source, table, table.span()))),
            _ => None,
        }
    }

    /// The tables under a key by name: `[types.X]`.
    pub fn tables(&self, key: &str) -> Vec<(String, Node<'a>)> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let Some(table) = item.as_table_like() else {
            self.error_at(key, format!("`{key}` must be a table"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, item) in table.iter() {
            match item.as_table_like() {
                Some(inner) => found.push((name.to_owned(), Node::new(self.source, inner, item.span()))),
                None => self.error_at(key, format!("`{key}.{name}` must be a table")),
            }
        }
        found
    }

    /// Tells every key that nobody asked for, with the nearest one that exists.
    pub fn refuse_unknown(&self) {
        let asked = self.asked.borrow();
        for (key, item) in self.table.iter() {
            if asked.contains(key) {
                continue;
            }
            let near = asked.iter().filter(|known| distance(known, key) <= 2).min();
            let hint = near.map_or_else(
                || {
                    let mut known: Vec<&str> = asked.iter().map(String::as_str).collect();
                    known.sort_unstable();
                    format!("known here: {}", known.join(", "))
                },
                |near| format!("did you mean `{near}`?"),
            );
            let start = item.span().map_or(self.start, |span| span.start);
            self.source.error(start, format!("`{key}` is not known here; {hint}"));
        }
    }
}

/// An element of a list: a name, a table, or something else that has been told.
pub(super) enum Entry<'a> {
    Name(String, usize),
    Table(Node<'a>),
    Wrong,
}

pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from(text.value().as_str()),
        Value::Integer(number) => Json::from(*number.value()),
        Value::Float(number) => Json::from(*number.value()),
        Value::Boolean(yes) => Json::from(*yes.value()),
        Value::Datetime(moment) => Json::from(moment.value().to_string()),
        Value::Array(array) => array.iter().map(to_json).collect(),
        Value::InlineTable(table) => {
            Json::Object(table.iter().map(|(key, value)| (key.to_owned(), to_json(value))).collect())
        }
    }
}

/// How many letters to change to make one word the other.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let kept = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = kept.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
