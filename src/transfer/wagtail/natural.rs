//! Natural keys: what a row is called in a dump that leaves primary keys out.

use std::collections::HashMap;

use serde_json::Value;

use super::dump::{Dump, Row, pk_text};
use super::identity::{Identity, model};
use crate::error::Result;

/// What a row without a whole number for a key is called.
#[derive(Debug)]
pub struct Named {
    /// The row's number in the dump.
    pub number: usize,
    /// Its key as references spell it.
    pub key: String,
    /// Another spelling of it, of older versions.
    pub other_key: Option<String>,
    /// Its id, where the dump tells it after all.
    pub id: Option<i64>,
    /// What else may tell the id.
    pub hints: Hints,
}

/// What revisions can be found by.
#[derive(Debug, Default)]
pub struct Hints {
    /// The latest and the live revision's number.
    pub revisions: Vec<i64>,
    /// Translation key and locale, which no two pages share.
    pub translation: Option<(String, String)>,
}

/// The keys of a model's rows, or `None` if all of them have numbers of their own.
pub fn keys(dump: &Dump, model: &str, identity: &Identity) -> Result<Option<Vec<Named>>> {
    let collections = if model == model::COLLECTION { collection_names(dump)? } else { HashMap::new() };
    let mut named = Vec::new();
    let mut all_numbered = true;
    for row in dump.rows(model) {
        let row = row?;
        if row.fields.keys().any(|field| field.ends_with("_ptr")) {
            return Ok(None);
        }
        let id = row.pk.as_ref().and_then(Value::as_i64);
        all_numbered &= id.is_some();
        let key = match collections.get(row.text("path")) {
            Some(names) => Some(reference_key(&Value::from(names.clone()))),
            None => key_of(&row, identity).or_else(|| row.pk.as_ref().map(pk_text)),
        };
        let hints = Hints::of(&row);
        named.push(Named {
            number: row.number,
            key: key.unwrap_or_else(|| format!("row {}", row.number)),
            other_key: (model == model::TAG)
                .then(|| reference_key(&Value::Array(vec![row.get("slug").clone()]))),
            id,
            hints,
        });
    }
    let referred_by_name =
        matches!(model, model::PAGE | model::COLLECTION | model::SITE | model::TAG | model::GROUP)
            || model == identity.special().user;
    Ok((!named.is_empty() && (!all_numbered || referred_by_name)).then_some(named))
}

/// The natural key of a row, as references to it spell it; collections have theirs from the tree.
fn key_of(row: &Row, identity: &Identity) -> Option<String> {
    let parts: Vec<Value> = match row.model.as_str() {
        model::PAGE => vec![row.get("url_path").clone()],
        model::GROUP => vec![row.get("name").clone()],
        model::TAG => vec![row.get("name").clone()],
        model::SITE => vec![row.get("hostname").clone(), row.get("port").clone()],
        model::LOCALE => vec![row.get("language_code").clone()],
        model if model == identity.special().user => {
            let name = ["username", "email"].into_iter().find(|field| row.fields.contains_key(*field));
            vec![row.get(name.unwrap_or("username")).clone()]
        }
        _ if row.pk.is_none() => vec![Value::Object(row.fields.clone())],
        _ => return None,
    };
    Some(reference_key(&Value::Array(parts)))
}

/// A reference by name, in one spelling.
pub fn reference_key(reference: &Value) -> String {
    reference.to_string()
}

/// The names from the root down to each collection, by its path.
fn collection_names(dump: &Dump) -> Result<HashMap<String, Vec<String>>> {
    let mut own = HashMap::new();
    for row in dump.rows(model::COLLECTION) {
        let row = row?;
        own.insert(row.text("path").to_owned(), row.text("name").to_owned());
    }
    let names = own.keys().map(|path| {
        let above = (4..=path.len()).step_by(4).filter_map(|end| path.get(..end));
        (path.clone(), above.filter_map(|path| own.get(path).cloned()).collect())
    });
    Ok(names.collect())
}

impl Hints {
    /// An alias has no revisions of its own and keeps its source's, so nothing is told of it.
    fn of(row: &Row) -> Self {
        if !row.get("alias_of").is_null() {
            return Self::default();
        }
        let revisions =
            ["live_revision", "latest_revision"].iter().filter_map(|field| row.integer(field)).collect();
        let key = row.text("translation_key");
        let translation = (!key.is_empty()).then(|| (key.to_owned(), row.get("locale").to_string()));
        Self { revisions, translation }
    }
}
