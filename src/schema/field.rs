//! A field: a named, typed part of a content type, a block or a child row.

use std::sync::Arc;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;

use super::FieldKind;
use super::Shape;

/// Where in the models something is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, as the person knows it: `models/blog.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// A named, typed part.
#[derive(Clone)]
pub struct Field {
    /// The name, as documents and the API have it.
    pub name: String,
    /// The kind that the models name.
    pub kind: Arc<dyn FieldKind>,
    /// The form of its values.
    pub shape: Shape,
    /// What an editor reads beside it.
    pub label: String,
    /// A sentence that helps the editor.
    pub help: String,
    /// Whether a publication needs a value. A draft may do without.
    pub required: bool,
    /// The value of a new object.
    pub default: Option<Value>,
    /// Everything else that was declared.
    pub options: Options,
    /// Where it is declared.
    pub place: Place,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.kind.name())
    }
}

/// What the models say of a field beyond its kind and name.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Most characters.
    pub max_length: Option<usize>,
    /// Fewest characters, if any.
    pub min_length: Option<usize>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Digits after the point, at most, of a decimal.
    pub decimal_places: Option<usize>,
    /// What the whole text must match.
    pub pattern: Option<Regex>,
    /// No two live objects of the type have the same value.
    pub unique: bool,
    /// Queries may filter and order by it.
    pub filterable: bool,
    /// Searched, with this boost.
    pub search: Option<f64>,
    /// Shown in the form only when another field has a value.
    pub shown_when: Option<ShownWhen>,
    /// Shown in the API.
    pub api: bool,
    /// Written through the API.
    pub api_writable: bool,
    /// What a choice chooses from.
    pub choices: Vec<Choice>,
    /// The rich-text features allowed; `None` is the usual set.
    pub features: Option<Vec<String>>,
    /// Earlier names, so that a rename keeps the content.
    pub was: Vec<String>,
    /// In a block: the API shows the image whole, with this rendition, instead of its id.
    pub api_rendition: Option<String>,
    /// Fewest rows or blocks.
    pub min_num: Option<usize>,
    /// Most rows or blocks.
    pub max_num: Option<usize>,
    /// Fewest and most of one block in a stream.
    pub block_counts: IndexMap<String, (Option<usize>, Option<usize>)>,
    /// What only the field's own kind understands.
    pub extra: serde_json::Map<String, Value>,
}

/// "Show this field when `field` is one of `values`".
#[derive(Debug, Clone)]
pub struct ShownWhen {
    /// The other field, in the same form.
    pub field: String,
    /// Its values that show this one.
    pub values: Vec<Value>,
}

/// One of a choice field's options.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// A block that a stream allows.
#[derive(Debug, Clone)]
pub struct Block {
    /// The name, as the stored stream has it.
    pub name: String,
    /// Its value.
    pub field: Arc<Field>,
    /// The group in the block picker.
    pub group: String,
    /// The icon in the block picker.
    pub icon: String,
}

impl Field {
    /// The value of a field that nobody filled.
    pub fn empty(&self) -> Value {
        match &self.shape {
            Shape::Text | Shape::RichText | Shape::Markdown | Shape::Choice | Shape::Embed => Value::from(""),
            Shape::Boolean => Value::from(false),
            Shape::Choices
            | Shape::Tags
            | Shape::Links(_)
            | Shape::List(_)
            | Shape::Stream(_)
            | Shape::Children { .. } => Value::Array(Vec::new()),
            Shape::Struct(fields) => {
                Value::Object(fields.iter().map(|field| (field.name.clone(), field.initial())).collect())
            }
            _ => Value::Null,
        }
    }

    /// The value of the field in a new object.
    pub fn initial(&self) -> Value {
        self.default.clone().unwrap_or_else(|| self.empty())
    }

    /// The fields that stand directly beneath this one, with names: a struct's, or a child row's.
    pub fn parts(&self) -> &[Field] {
        match &self.shape {
            Shape::Struct(fields) | Shape::Children { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The kind as the store remembers it; one and many are different kinds of value.
    pub fn kind_signature(&self) -> String {
        let many = if matches!(self.shape, Shape::Links(_)) { " (many)" } else { "" };
        format!("{}{many}", self.kind.name())
    }
}
