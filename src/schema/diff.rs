//! What a change of the models would do to stored content.
//!
//! The store remembers the [`Signature`] of the models that its content was written with; [`differences`] holds the
//! models of today against it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use super::Field;
use super::Schema;
use super::Shape;

/// Kinds of values by field and block path.
pub type Kinds = BTreeMap<String, String>;

/// What the store remembers of the models that its content was written with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Of every type, every stored path.
    pub types: BTreeMap<String, Kinds>,
    /// Paths that the models no longer have while their content is kept.
    #[serde(default)]
    pub kept: BTreeMap<String, Kinds>,
}

impl Signature {
    /// The kinds that a type's stored content may have, kept paths included; under the type's earlier label too.
    pub fn kinds_of(&self, declared: &super::Type) -> Kinds {
        let labels = || std::iter::once(&declared.label).chain(&declared.was);
        let mut kinds: Kinds = labels().find_map(|label| self.kept.get(label)).cloned().unwrap_or_default();
        kinds.extend(labels().find_map(|label| self.types.get(label)).cloned().unwrap_or_default());
        kinds
    }

    /// What to remember after today's models are applied: they, and what they no longer have.
    pub fn followed_by(&self, schema: &Schema) -> Self {
        let mut next = schema.signature();
        let was_kept = self.kept.iter().chain(&self.types);
        for (label, kinds) in was_kept {
            let renamed = schema.types().find(|declared| declared.was.contains(label));
            let label = renamed.map_or(label, |declared| &declared.label);
            let today = next.types.get(label).cloned().unwrap_or_default();
            let gone = kinds.iter().filter(|(path, _)| !today.contains_key(*path));
            next.kept
                .entry(label.clone())
                .or_default()
                .extend(gone.map(|(path, kind)| (path.clone(), kind.clone())));
        }
        next.kept.retain(|_, kinds| !kinds.is_empty());
        next
    }
}

/// One difference between two states of the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[expect(missing_docs, reason = "label, path, from, to and kind say what they are")]
pub enum Change {
    /// A type that was not there.
    TypeAdded { label: String },
    /// A type that is gone: its objects are kept, shown nowhere.
    TypeRemoved { label: String },
    /// A type with a new label.
    TypeRenamed { from: String, to: String },
    /// A field or block that was not there.
    FieldAdded { label: String, path: String, kind: String },
    /// A field or block that is gone: its content is kept.
    FieldRemoved { label: String, path: String, kind: String },
    /// A field or block with a new name.
    FieldRenamed { label: String, from: String, to: String },
    /// A field or block whose values are of another kind: they convert, or the change is refused.
    KindChanged { label: String, path: String, from: String, to: String },
}

impl Schema {
    /// What the store remembers of these models.
    pub fn signature(&self) -> Signature {
        let types = self.types().map(|declared| {
            let mut paths = BTreeMap::new();
            for field in &declared.fields {
                sign(field, &field.name, &mut paths);
            }
            (declared.label.clone(), paths)
        });
        Signature { types: types.collect(), kept: BTreeMap::new() }
    }
}

fn sign(field: &Field, path: &str, paths: &mut Kinds) {
    if !field.shape.is_stored() {
        return;
    }
    paths.insert(path.to_owned(), field.kind_signature());
    match &field.shape {
        Shape::Struct(fields) | Shape::Children { fields, .. } => {
            fields.iter().for_each(|part| sign(part, &format!("{path}.{}", part.name), paths));
        }
        Shape::List(item) => sign(item, &format!("{path}[]"), paths),
        Shape::Stream(blocks) => {
            blocks.iter().for_each(|block| sign(&block.field, &format!("{path}[{}]", block.name), paths));
        }
        _ => {}
    }
}

/// What today's models change against what the store remembers.
pub fn differences(before: &Signature, schema: &Schema) -> Vec<Change> {
    let now = schema.signature();
    let mut changes = Vec::new();
    let mut renamed_from = Vec::new();
    for declared in schema.types() {
        let label = declared.label.clone();
        let earlier =
            declared.was.iter().find(|was| before.types.contains_key(*was) && !now.types.contains_key(*was));
        let known = match (before.types.get(&label), earlier) {
            (Some(paths), _) => paths,
            (None, Some(was)) => {
                changes.push(Change::TypeRenamed { from: was.clone(), to: label.clone() });
                renamed_from.push(was.clone());
                &before.types[was]
            }
            (None, None) => {
                changes.push(Change::TypeAdded { label });
                continue;
            }
        };
        let renames = renames(&declared.fields, known);
        fields(&label, known, &now.types[&label], &renames, &mut changes);
    }
    let gone =
        before.types.keys().filter(|label| !now.types.contains_key(*label) && !renamed_from.contains(label));
    changes.extend(gone.map(|label| Change::TypeRemoved { label: label.clone() }));
    changes
}

/// Old path to new path, for every field or block that says what it was called.
fn renames(fields: &[Field], known: &Kinds) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for field in fields {
        find_renames(field, &field.name, &|was| was.to_owned(), known, &mut found);
    }
    found
}

fn find_renames(
    field: &Field,
    path: &str,
    old: &dyn Fn(&str) -> String,
    known: &Kinds,
    found: &mut Vec<(String, String)>,
) {
    if !known.contains_key(path) {
        let was = field.options.was.iter().map(|was| old(was)).find(|was| known.contains_key(was));
        found.extend(was.map(|was| (was, path.to_owned())));
    }
    match &field.shape {
        Shape::Struct(fields) | Shape::Children { fields, .. } => {
            for part in fields {
                let at = |name: &str| format!("{path}.{name}");
                find_renames(part, &at(&part.name), &at, known, found);
            }
        }
        Shape::List(item) => find_renames(item, &format!("{path}[]"), &|_| String::new(), known, found),
        Shape::Stream(blocks) => {
            for block in blocks {
                let at = |name: &str| format!("{path}[{name}]");
                find_renames(&block.field, &at(&block.name), &at, known, found);
            }
        }
        _ => {}
    }
}

fn fields(label: &str, before: &Kinds, now: &Kinds, renames: &[(String, String)], changes: &mut Vec<Change>) {
    let is_under = |path: &str, top: &str| {
        path == top || path.starts_with(&format!("{top}.")) || path.starts_with(&format!("{top}["))
    };
    for (from, to) in renames {
        changes.push(Change::FieldRenamed { label: label.to_owned(), from: from.clone(), to: to.clone() });
        if let (Some(was), Some(is)) = (before.get(from), now.get(to))
            && was != is
        {
            let (from, to) = (was.clone(), is.clone());
            changes.push(Change::KindChanged { label: label.to_owned(), path: to.clone(), from, to });
        }
    }
    for (path, kind) in before {
        match now.get(path) {
            Some(today) if today != kind => {
                let (from, to) = (kind.clone(), today.clone());
                changes.push(Change::KindChanged { label: label.to_owned(), path: path.clone(), from, to });
            }
            None if !renames.iter().any(|(from, _)| is_under(path, from)) => {
                changes.push(Change::FieldRemoved {
                    label: label.to_owned(),
                    path: path.clone(),
                    kind: kind.clone(),
                });
            }
            _ => {}
        }
    }
    for (path, kind) in now {
        if !before.contains_key(path) && !renames.iter().any(|(_, to)| is_under(path, to)) {
            changes.push(Change::FieldAdded {
                label: label.to_owned(),
                path: path.clone(),
                kind: kind.clone(),
            });
        }
    }
}
