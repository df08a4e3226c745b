//! Values: read from what a form or a client sent, checked for a draft, checked for publication, walked through.
//!
//! Two checks, two functions. Reading ([`Type::read`]) takes whatever has a field's shape and normalises it: enough
//! for a draft, which may be incomplete. [`Type::complete`] is what a publication must pass.

use chrono::Datelike;
use chrono::Timelike;
use serde_json::Map;
use serde_json::Value;

use super::Document;
use super::Field;
use super::Shape;
use super::Type;
use crate::base::Timestamp;
use crate::base::new_uuid;
use crate::error::Problems;

mod complete;
mod leaf;
mod walk;

/// Years that are written with four digits, so that days sort as text.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

pub use walk::{Deep, walk};

impl Type {
    /// Reads what was sent into a document. What was not sent stays as `existing` has it; what cannot be taken is
    /// kept as sent and told, so that a form can show it again.
    pub fn read(&self, sent: &Map<String, Value>, existing: &Document) -> (Document, Problems) {
        let mut problems = Problems::default();
        let mut document = Document::new();
        for field in self.all_fields().filter(|field| field.shape.is_stored()) {
            let before = existing.get(&field.name).cloned().unwrap_or_else(|| field.initial());
            let value = field.read(sent.get(&field.name), &before, &field.name, &mut problems);
            document.insert(field.name.clone(), value);
        }
        // Content of a field that the models no longer have is kept until somebody prunes it by name.
        let kept = existing.iter().filter(|(name, _)| self.field(name).is_none());
        document.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
        (document, problems)
    }
}

impl Field {
    /// Reads one value; see [`Type::read`].
    pub(super) fn read(
        &self,
        sent: Option<&Value>,
        before: &Value,
        path: &str,
        problems: &mut Problems,
    ) -> Value {
        let Some(sent) = sent else { return before.clone() };
        match &self.shape {
            Shape::Struct(fields) => read_parts(fields, sent, before, path, problems),
            Shape::List(item) => read_list(item, sent, path, problems),
            Shape::Stream(blocks) => read_stream(blocks, sent, path, problems),
            Shape::Children { fields, .. } => read_children(fields, sent, before, path, problems),
            _ => {
                let taken = leaf::take(self, sent).and_then(|value| leaf::bounds(self, value));
                let accepted =
                    taken.and_then(
                        |value| if value.is_null() { Ok(value) } else { self.kind.accept(self, value) },
                    );
                accepted.unwrap_or_else(|problem| {
                    problems.add(path, problem);
                    sent.clone()
                })
            }
        }
    }
}

fn read_parts(fields: &[Field], sent: &Value, before: &Value, path: &str, problems: &mut Problems) -> Value {
    let Value::Object(parts) = sent else {
        problems.add(path, "must have named parts");
        return before.clone();
    };
    let mut value = Map::new();
    for field in fields.iter().filter(|field| field.shape.is_stored()) {
        let earlier = before.get(&field.name).cloned().unwrap_or_else(|| field.initial());
        let inner = field.read(parts.get(&field.name), &earlier, &format!("{path}.{}", field.name), problems);
        value.insert(field.name.clone(), inner);
    }
    Value::Object(value)
}

/// The rows of a container, from an array or from a form's object of tokens, each with what its path calls it.
fn rows<'v>(sent: &'v Value, path: &str, problems: &mut Problems) -> Vec<(String, &'v Value)> {
    match sent {
        Value::Array(rows) => {
            rows.iter().enumerate().map(|(number, row)| (number.to_string(), row)).collect()
        }
        Value::Object(rows) => {
            let rows = rows.iter().filter(|(token, _)| !token.starts_with('_'));
            rows.map(|(token, row)| (token.clone(), row)).collect()
        }
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        _ => {
            problems.add(path, "must be a list");
            Vec::new()
        }
    }
}

fn read_list(item: &Field, sent: &Value, path: &str, problems: &mut Problems) -> Value {
    let read = |(token, row): (String, &Value)| {
        let is_wrapped = row.as_object().is_some_and(|row| row.contains_key("value"));
        let value = if is_wrapped { row.get("value") } else { Some(row) };
        let value = item.read(value, &item.initial(), &format!("{path}.{token}"), problems);
        serde_json::json!({ "type": "item", "value": value, "id": uuid_of(row) })
    };
    let mut told = Problems::default();
    let rows = rows(sent, path, &mut told);
    let value = rows.into_iter().map(read).collect();
    problems.extend_under("", told);
    value
}

fn read_stream(blocks: &[super::Block], sent: &Value, path: &str, problems: &mut Problems) -> Value {
    let mut stream = Vec::new();
    for (token, row) in rows(sent, path, problems) {
        let name = row.get("type").and_then(Value::as_str).unwrap_or_default();
        let Some(block) = blocks.iter().find(|block| block.name == name) else {
            problems.add(format!("{path}.{token}"), format!("there is no block `{name}` here"));
            continue;
        };
        let value = block.field.read(
            row.get("value"),
            &block.field.initial(),
            &format!("{path}.{token}.value"),
            problems,
        );
        stream.push(serde_json::json!({ "type": name, "value": value, "id": uuid_of(row) }));
    }
    Value::Array(stream)
}

fn uuid_of(row: &Value) -> String {
    let sent = row.get("id").and_then(Value::as_str).filter(|id| uuid::Uuid::parse_str(id).is_ok());
    sent.map_or_else(new_uuid, str::to_owned)
}

/// Rows keep their ids; one without gets its id when it is stored.
fn read_children(
    fields: &[Field],
    sent: &Value,
    before: &Value,
    path: &str,
    problems: &mut Problems,
) -> Value {
    let earlier = before.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut children = Vec::new();
    for (token, row) in rows(sent, path, problems) {
        let id = row.get("id").and_then(|id| id.as_i64().or_else(|| id.as_str()?.parse().ok()));
        let same = earlier.iter().find(|row| id.is_some() && row.get("id").and_then(Value::as_i64) == id);
        let mut child = Map::new();
        child.insert("id".to_owned(), same.and_then(|row| row.get("id")).cloned().unwrap_or(Value::Null));
        let empty = Value::Null;
        let parts = read_parts(fields, row, same.unwrap_or(&empty), &format!("{path}.{token}"), problems);
        if let Value::Object(parts) = parts {
            child.extend(parts);
        }
        children.push(Value::Object(child));
    }
    Value::Array(children)
}

/// A moment, date or time in its stored form.
fn moment(shape: &Shape, text: &str) -> Option<String> {
    match shape {
        Shape::Date => {
            let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            day.filter(|day| YEARS.contains(&day.year())).map(|day| day.format("%Y-%m-%d").to_string())
        }
        Shape::Time => {
            let time = ["%H:%M:%S%.f", "%H:%M"]
                .iter()
                .find_map(|format| chrono::NaiveTime::parse_from_str(text, format).ok());
            // A leap second is a second that no clock of a store has.
            let time = time.filter(|time| time.nanosecond() < 1_000_000_000);
            time.map(|time| time.format("%H:%M:%S%.f").to_string())
        }
        _ => {
            let moment = Timestamp::parse(text)?.to_datetime();
            let moment = moment.filter(|moment| YEARS.contains(&moment.year()))?;
            Some(Timestamp::from_micros(moment.timestamp_micros()).to_string())
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
