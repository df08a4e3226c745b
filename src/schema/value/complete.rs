//! What a publication needs beyond what a draft may lack.

use serde_json::Value;

use crate::error::Problems;
use crate::schema::Document;
use crate::schema::Field;
use crate::schema::Options;
use crate::schema::Shape;
use crate::schema::Type;

impl Type {
    /// Everything that keeps this document from being published, by field path.
    pub fn complete(&self, document: &Document) -> Problems {
        let mut problems = Problems::default();
        parts(self.all_fields(), document, "", &mut problems);
        problems
    }
}

fn parts<'f>(
    fields: impl Iterator<Item = &'f Field>,
    values: &Document,
    path: &str,
    problems: &mut Problems,
) {
    for field in fields.filter(|field| field.shape.is_stored()) {
        let is_shown = field
            .options
            .shown_when
            .as_ref()
            .is_none_or(|when| values.get(&when.field).is_some_and(|value| when.values.contains(value)));
        if is_shown {
            let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
            complete(field, values.get(&field.name).unwrap_or(&Value::Null), &path, problems);
        }
    }
}

fn complete(field: &Field, value: &Value, path: &str, problems: &mut Problems) {
    if is_blank(value) {
        if field.required {
            problems.add(path, "is required");
        }
        return;
    }
    text_rules(field, value, path, problems);
    match &field.shape {
        Shape::Struct(fields) => {
            if let Value::Object(values) = value {
                parts(fields.iter(), values, path, problems);
            }
        }
        Shape::Children { fields, .. } => {
            let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
            count(rows.len(), field.options.min_num, field.options.max_num, "rows", path, problems);
            for (number, row) in rows.iter().enumerate() {
                if let Value::Object(values) = row {
                    parts(fields.iter(), values, &format!("{path}.{number}"), problems);
                }
            }
        }
        Shape::List(item) => {
            let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
            count(rows.len(), field.options.min_num, field.options.max_num, "entries", path, problems);
            for (number, row) in rows.iter().enumerate() {
                complete(
                    item,
                    row.get("value").unwrap_or(&Value::Null),
                    &format!("{path}.{number}"),
                    problems,
                );
            }
        }
        Shape::Stream(blocks) => stream(blocks, &field.options, value, path, problems),
        _ => {}
    }
}

fn stream(
    blocks: &[crate::schema::Block],
    options: &Options,
    value: &Value,
    path: &str,
    problems: &mut Problems,
) {
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    count(rows.len(), options.min_num, options.max_num, "blocks", path, problems);
    let name_of = |row: &Value| row.get("type").and_then(Value::as_str).map(str::to_owned);
    for (name, (min, max)) in &options.block_counts {
        let of_name = rows.iter().filter(|row| name_of(row).as_deref() == Some(name)).count();
        count(of_name, *min, *max, &format!("`{name}` blocks"), path, problems);
    }
    for (number, row) in rows.iter().enumerate() {
        let block = blocks.iter().find(|block| name_of(row).as_deref() == Some(&block.name));
        if let Some(block) = block {
            complete(
                &block.field,
                row.get("value").unwrap_or(&Value::Null),
                &format!("{path}.{number}.value"),
                problems,
            );
        }
    }
}

fn count(
    found: usize,
    min: Option<usize>,
    max: Option<usize>,
    what: &str,
    path: &str,
    problems: &mut Problems,
) {
    if let Some(min) = min.filter(|min| found < *min) {
        problems.add(path, format!("needs at least {min} {what}"));
    }
    if let Some(max) = max.filter(|max| found > *max) {
        problems.add(path, format!("may have {max} {what} at most"));
    }
}

fn text_rules(field: &Field, value: &Value, path: &str, problems: &mut Problems) {
    let Some(text) = value.as_str() else { return };
    if let Some(fewest) = field.options.min_length.filter(|fewest| text.chars().count() < *fewest) {
        problems.add(path, format!("needs at least {fewest} characters"));
    }
    if field.options.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
        problems.add(path, "does not have the form that is asked for");
    }
}

/// Whether nobody filled this: rich text that holds only empty paragraphs counts as empty.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty() || matches!(text.trim(), "<p></p>" | "<p><br/></p>"),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}
