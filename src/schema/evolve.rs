//! Bringing a stored document to today's models: renamed parts found under their old names, values of another kind
//! converted. Nothing is dropped: what the models no longer have stays in the document.

use serde_json::Map;
use serde_json::Value;

use super::Document;
use super::Field;
use super::Kinds;
use super::Shape;
use super::Type;

/// A value that cannot become what the models now ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it is, in today's names.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// The document as today's models want it, or every value that stands in the way. `before` are the kinds that the
/// content was written with.
pub fn evolve(declared: &Type, document: &Document, before: &Kinds) -> Result<Document, Vec<Refusal>> {
    let mut walk = Walk { before, refused: Vec::new() };
    let mut next = Document::new();
    let own: Vec<&Field> = declared.built_in.iter().collect();
    for field in own {
        next.extend(document.get(&field.name).map(|value| (field.name.clone(), value.clone())));
    }
    walk.parts(&declared.fields, document, &mut next, "", "");
    let known: Vec<&String> = declared.fields.iter().flat_map(|field| taken_names(field, document)).collect();
    let rest = document.iter().filter(|(name, _)| !known.contains(name) && declared.field(name).is_none());
    next.extend(rest.map(|(name, value)| (name.clone(), value.clone())));
    if walk.refused.is_empty() { Ok(next) } else { Err(walk.refused) }
}

/// The old names under which a field's value was found, so that it is not kept twice.
fn taken_names<'f>(field: &'f Field, values: &Document) -> Vec<&'f String> {
    if values.contains_key(&field.name) { Vec::new() } else { field.options.was.iter().collect() }
}

struct Walk<'b> {
    before: &'b Kinds,
    refused: Vec<Refusal>,
}

impl Walk<'_> {
    fn parts(
        &mut self,
        fields: &[Field],
        values: &Map<String, Value>,
        next: &mut Map<String, Value>,
        old: &str,
        new: &str,
    ) {
        let join =
            |path: &str, name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for field in fields.iter().filter(|field| field.shape.is_stored()) {
            let names = std::iter::once(&field.name).chain(&field.options.was);
            let Some((name, value)) =
                names.into_iter().find_map(|name| values.get(name).map(|value| (name, value)))
            else {
                next.insert(field.name.clone(), field.initial());
                continue;
            };
            let value = self.value(field, value, &join(old, name), &join(new, &field.name));
            next.insert(field.name.clone(), value);
        }
    }

    fn value(&mut self, field: &Field, value: &Value, old: &str, new: &str) -> Value {
        let today = field.kind_signature();
        if let Some(kind) = self.before.get(old).filter(|kind| **kind != today) {
            return convert(field, kind, value).unwrap_or_else(|reason| {
                self.refused.push(Refusal { path: new.to_owned(), reason });
                value.clone()
            });
        }
        match (&field.shape, value) {
            (Shape::Struct(fields), Value::Object(values)) => {
                Value::Object(self.object(fields, values, old, new))
            }
            (Shape::Children { fields, .. }, Value::Array(rows)) => {
                let rows = rows.iter().enumerate().map(|(number, row)| match row {
                    Value::Object(values) => {
                        Value::Object(self.object(fields, values, old, &format!("{new}.{number}")))
                    }
                    other => other.clone(),
                });
                rows.collect()
            }
            (Shape::List(item), Value::Array(rows)) => {
                self.rows(rows, new, |walk, row, at| walk.value(item, row, &format!("{old}[]"), at))
            }
            (Shape::Stream(blocks), Value::Array(rows)) => self.stream(blocks, rows, old, new),
            _ => value.clone(),
        }
    }

    /// The parts of a struct or row in declared order; an id stays first, what nobody declares stays behind.
    fn object(
        &mut self,
        fields: &[Field],
        values: &Map<String, Value>,
        old: &str,
        new: &str,
    ) -> Map<String, Value> {
        let mut next = Map::new();
        next.extend(values.get("id").map(|id| ("id".to_owned(), id.clone())));
        self.parts(fields, values, &mut next, old, new);
        let renamed: Vec<&String> = fields.iter().flat_map(|field| taken_names(field, values)).collect();
        let rest: Vec<_> =
            values.iter().filter(|(name, _)| !next.contains_key(*name) && !renamed.contains(name)).collect();
        next.extend(rest.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        next
    }

    fn rows(
        &mut self,
        rows: &[Value],
        new: &str,
        mut read: impl FnMut(&mut Self, &Value, &str) -> Value,
    ) -> Value {
        let rows = rows.iter().enumerate().map(|(number, row)| {
            let mut row = row.clone();
            if let Some(value) = row.get("value").cloned() {
                row["value"] = read(self, &value, &format!("{new}.{number}"));
            }
            row
        });
        rows.collect()
    }

    fn stream(&mut self, blocks: &[super::Block], rows: &[Value], old: &str, new: &str) -> Value {
        let rows = rows.iter().enumerate().map(|(number, row)| {
            let name = row.get("type").and_then(Value::as_str).unwrap_or_default();
            let is_named = |block: &&super::Block| block.name == name;
            let was_named = |block: &&super::Block| block.field.options.was.iter().any(|was| was == name);
            let mut row = row.clone();
            // A block that is gone stays where it is: it shows again when the models have it again.
            if let Some(block) = blocks.iter().find(is_named).or_else(|| blocks.iter().find(was_named))
                && let Some(value) = row.get("value").cloned()
            {
                let old = format!("{old}[{name}]");
                row["value"] = self.value(&block.field, &value, &old, &format!("{new}.{number}"));
                row["type"] = Value::from(block.name.as_str());
            }
            row
        });
        rows.collect()
    }
}

/// A value of one kind as a value of the field's kind.
fn convert(field: &Field, from: &str, value: &Value) -> Result<Value, String> {
    let refuse = || format!("{} cannot become {}", told(value), field.kind.name());
    let text = |value: &Value| match value {
        Value::String(text) if from == "rich_text" && !matches!(field.shape, Shape::RichText) => {
            Some(crate::text::rich::plain(text))
        }
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    };
    let sent = match (&field.shape, value) {
        (Shape::RichText, Value::String(text)) if from != "rich_text" && !text.is_empty() => {
            Value::from(format!("<p>{}</p>", crate::text::escape_html(text)))
        }
        (Shape::Links(_), Value::Number(_)) => Value::Array(vec![value.clone()]),
        (Shape::Link(_), Value::Array(ids)) if from.ends_with("(many)") && ids.len() <= 1 => {
            ids.first().cloned().unwrap_or_default()
        }
        (Shape::Json, _) => return Ok(value.clone()),
        (Shape::Struct(_) | Shape::List(_) | Shape::Stream(_) | Shape::Children { .. } | Shape::Table, _) => {
            let is_empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
            return if is_empty { Ok(field.empty()) } else { Err(refuse()) };
        }
        (Shape::Choices | Shape::Tags | Shape::Links(_), Value::Array(_)) => value.clone(),
        _ => Value::from(text(value).ok_or_else(refuse)?),
    };
    let mut problems = crate::error::Problems::default();
    let converted = field.read(Some(&sent), &field.empty(), "", &mut problems);
    match problems.iter().next() {
        Some((_, reasons)) => Err(format!("{} {}", told(value), reasons.join(", "))),
        None => Ok(converted),
    }
}

/// The beginning of a value, for a message.
fn told(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 {
        text
    } else {
        format!("{}…", text.chars().take(40).collect::<String>())
    }
}
