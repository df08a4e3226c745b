//! What references are called: titles, pictures and addresses of everything that a form points to.

use std::collections::BTreeSet;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::schema::Document;
use crate::schema::Shape;
use crate::schema::Type;
use crate::schema::walk;

/// A referenced object as a chooser field shows it.
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
pub struct Chosen {
    /// Its public id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// A few more words: its type, its size.
    pub note: String,
    /// A small picture of it, if it is an image.
    pub thumb: String,
    /// Where it is edited.
    pub url: String,
    /// Whether it is gone, or hidden from whoever looks.
    pub missing: bool,
}

/// Everything that a form points to, by family and id.
#[derive(Debug, Default)]
pub struct Known(HashMap<(String, i64), Chosen>);

impl Known {
    /// Adds an object.
    pub fn add(&mut self, family: &str, id: i64, chosen: Chosen) {
        self.0.insert((family.to_owned(), id), chosen);
    }

    /// The object, or words for its not being there.
    pub fn get(&self, family: &str, id: i64) -> Chosen {
        self.0.get(&(family.to_owned(), id)).cloned().unwrap_or_else(|| Chosen {
            id: id.to_string(),
            title: format!("Number {id} is gone"),
            note: "Choose another or remove it".to_owned(),
            missing: true,
            ..Chosen::default()
        })
    }
}

/// Every family and id that a document points to from its reference fields.
pub fn references(declared: &Type, document: &Document) -> BTreeSet<(String, i64)> {
    let mut found = BTreeSet::new();
    walk(declared, document, &mut |deep| {
        let (Shape::Link(target) | Shape::Links(target)) = &deep.field.shape else { return };
        let Some(family) = target.family() else { return };
        found.extend(ids(deep.value).into_iter().map(|id| (family.to_owned(), id)));
    });
    found
}

/// The ids in a reference's value, which a form may have sent as text.
pub(super) fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(values) => values.iter().flat_map(ids).collect(),
        Value::Number(number) => number.as_i64().into_iter().collect(),
        Value::String(text) => text.parse().into_iter().collect(),
        _ => Vec::new(),
    }
}
