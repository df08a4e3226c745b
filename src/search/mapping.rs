//! From an object of any type to what the index knows of it, by the shapes of its searchable fields.

use serde_json::Value;

use super::document::Document;
use crate::content::Object;
use crate::error::Result;
use crate::schema;
use crate::schema::Deep;
use crate::schema::Field;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Type;
use crate::schema::walk;
use crate::text::rich;

/// What a title weighs where the models do not say.
const TITLE: f32 = 2.0;
/// Kinds whose texts are no words, unless the field itself is declared searchable.
const NO_WORDS: [&str; 4] = ["url", "email", "colour", "slug"];

/// What the index knows of an object; `None` for one that readers cannot see, or whose type is gone from the models.
pub fn document(schema: &Schema, object: &Object) -> Result<Option<Document>> {
    let Some(declared) = schema.get(&object.label).filter(|_| object.live) else { return Ok(None) };
    let content = object.live_document()?;
    let (mut texts, mut withheld) = (Vec::new(), Vec::new());
    walk(declared, &content, &mut |leaf| {
        if let Some(weight) = weight(&leaf)
            && let Some(text) = words(&leaf)
        {
            if leaf.is_shown { &mut texts } else { &mut withheld }.push((text, weight));
        }
    });
    Ok(Some(Document {
        key: object.key,
        family: object.family.clone(),
        id: object.id,
        locale: object.locale.clone(),
        public: object.public,
        title: (object.title.clone(), title_weight(declared)),
        texts,
        withheld,
    }))
}

/// What the searchable fields are, and all that decides what is found in them, parts of structs, rows and blocks
/// included: an index that was made by others is made anew.
pub fn fingerprint(schema: &Schema) -> String {
    let mut told = String::new();
    for declared in schema.types() {
        for field in declared.all_fields().filter(|field| field.options.search.is_some()) {
            told.push_str(&format!("{} {:?} ", declared.label, field.options.search));
            tell(field, &field.name, &mut told);
        }
    }
    crate::base::sha256_hex(told.as_bytes())
}

/// One field with everything in it: a line for each. The kind decides which words a value has, and its own options may.
fn tell(field: &Field, path: &str, told: &mut String) {
    let (kind, options) = (field.kind.name(), &field.options);
    let choices = options.choices.iter().map(|choice| (&choice.value, &choice.label));
    let choices: Vec<_> = choices.collect();
    told.push_str(&format!("{path} {kind} {} {choices:?} {:?}\n", options.api, options.extra));
    match &field.shape {
        Shape::Struct(fields) | Shape::Children { fields, .. } => {
            fields.iter().for_each(|part| tell(part, &format!("{path}.{}", part.name), told));
        }
        Shape::List(item) => tell(item, &format!("{path}[]"), told),
        Shape::Stream(blocks) => {
            blocks.iter().for_each(|block| tell(&block.field, &format!("{path}[{}]", block.name), told));
        }
        _ => {}
    }
}

fn title_weight(declared: &Type) -> f32 {
    let declared = declared.field("title").and_then(|title| title.options.search);
    declared.map_or(TITLE, |weight| weight as f32)
}

/// How much a leaf weighs: what its field of the type says. The title stands apart.
fn weight(leaf: &Deep<'_>) -> Option<f32> {
    let weight = leaf.top.options.search.filter(|_| leaf.top.name != "title")?;
    let is_inside = leaf.path != leaf.top.name;
    (!is_inside || !NO_WORDS.contains(&leaf.field.kind.name())).then_some(weight as f32)
}

fn words(leaf: &Deep<'_>) -> Option<String> {
    let text = match leaf.field.kind.search_text(leaf.field, leaf.value) {
        Some(text) => text,
        None => words_of_shape(leaf)?,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn words_of_shape(leaf: &Deep<'_>) -> Option<String> {
    Some(match &leaf.field.shape {
        Shape::Text => leaf.value.as_str()?.to_owned(),
        Shape::RichText => rich::plain(leaf.value.as_str()?),
        Shape::Markdown => crate::text::markdown::plain(leaf.value.as_str()?),
        // Inside a block a choice is a setting of how it looks, and no word of the text.
        Shape::Choice | Shape::Choices if leaf.path != leaf.top.name => return None,
        Shape::Choice => label(leaf, leaf.value.as_str()?),
        Shape::Choices | Shape::Tags => {
            let values = leaf.value.as_array()?.iter().filter_map(Value::as_str);
            values.map(|value| label(leaf, value)).collect::<Vec<_>>().join(" \n")
        }
        Shape::Table => cells(leaf.value),
        _ => return None,
    })
}

fn label(leaf: &Deep<'_>, value: &str) -> String {
    let chosen = leaf.field.options.choices.iter().find(|choice| choice.value == value);
    chosen.map_or(value, |choice| choice.label.as_str()).to_owned()
}

fn cells(table: &Value) -> String {
    let rows = table.get("data").and_then(Value::as_array).into_iter().flatten();
    let cells = rows.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let caption = table.get("table_caption").and_then(Value::as_str);
    caption.into_iter().chain(cells).collect::<Vec<_>>().join(" \n")
}

/// Whether the index holds objects of a family that events tell of.
pub(super) fn is_indexed(schema: &Schema, family: &str) -> bool {
    family == schema::PAGE_FAMILY || schema.get(family).is_some()
}
