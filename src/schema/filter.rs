//! What of a document the typed value tables keep, so that queries can filter and order by it.

use std::borrow::Cow;

use serde_json::Value;

use super::Document;
use super::Field;
use super::Shape;
use super::Type;
use crate::base::Timestamp;
use crate::base::sha256_hex;

/// Characters of a long text that are kept to order by; the hash behind them keeps equality exact.
const PREFIX_CHARS: usize = 180;
/// Longest text that the value table keeps as it is.
const MAX_CHARS: usize = 250;
/// Raised whenever a value becomes another row than before, so that every row is made anew.
const RULES: u32 = 2;

/// One value of a filterable field, by the table that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterValue {
    /// `value_text`
    Text(String),
    /// `value_int`: whole numbers, booleans, moments in microseconds, ids.
    Int(i64),
    /// `value_real`
    Real(f64),
}

impl Shape {
    /// The table that keeps its values; `None` where queries may not use them.
    pub fn value_table(&self) -> Option<&'static str> {
        Some(match self {
            Self::Integer
            | Self::Boolean
            | Self::DateTime
            | Self::Link(_)
            | Self::Links(_)
            | Self::Children { .. } => "value_int",
            Self::Float | Self::Decimal => "value_real",
            shape if shape.is_filterable() => "value_text",
            _ => return None,
        })
    }

    /// Whether an object may have several values of it.
    pub fn is_of_many(&self) -> bool {
        matches!(self, Self::Tags | Self::Links(_) | Self::Children { .. })
    }
}

/// A text as the value table keeps it: whole if short, else its beginning and a hash.
pub fn filter_text(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_CHARS) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let prefix: String = text.chars().take(PREFIX_CHARS).collect();
            Cow::Owned(format!("{prefix}~{}", sha256_hex(text.as_bytes())))
        }
    }
}

/// The fields of a type whose values the value tables keep.
pub fn filterable(declared: &Type) -> impl Iterator<Item = &Field> {
    declared.all_fields().filter(|field| field.options.filterable && field.shape.is_filterable())
}

/// The rule by which a field's values become rows: rows that another one made are made anew.
pub fn filter_rule(field: &Field) -> String {
    let shape = match &field.shape {
        Shape::Integer => "integer",
        Shape::Link(_) => "link",
        Shape::Links(_) => "links",
        Shape::Boolean => "boolean",
        Shape::Float => "float",
        Shape::Decimal => "decimal",
        Shape::DateTime => "moment",
        Shape::Tags => "tags",
        Shape::Children { .. } => "rows",
        _ => "text",
    };
    format!("{shape} {RULES}")
}

/// Every (field, value) pair of a document that queries may use.
pub fn filter_values(declared: &Type, document: &Document) -> Vec<(String, FilterValue)> {
    filterable(declared).flat_map(|field| filter_values_of(field, document)).collect()
}

/// The same of one field.
pub fn filter_values_of(field: &Field, document: &Document) -> Vec<(String, FilterValue)> {
    let mut values = of_field(field, document.get(&field.name).unwrap_or(&Value::Null));
    let mut seen: Vec<FilterValue> = Vec::new();
    // An object is listed once however often it names a value.
    values.retain(|value| {
        !seen.contains(value) && {
            seen.push(value.clone());
            true
        }
    });
    values.into_iter().map(|value| (field.name.clone(), value)).collect()
}

fn of_field(field: &Field, value: &Value) -> Vec<FilterValue> {
    let text = |value: &Value| value.as_str().map(|text| FilterValue::Text(filter_text(text).into_owned()));
    let id = |value: &Value| value.as_i64().map(FilterValue::Int);
    let many = |value: &Value, one: &dyn Fn(&Value) -> Option<FilterValue>| {
        value.as_array().map(|values| values.iter().filter_map(one).collect()).unwrap_or_default()
    };
    match &field.shape {
        Shape::Integer | Shape::Link(_) => id(value).into_iter().collect(),
        Shape::Boolean => value.as_bool().map(|yes| FilterValue::Int(yes.into())).into_iter().collect(),
        Shape::Float => value.as_f64().map(FilterValue::Real).into_iter().collect(),
        Shape::Decimal => {
            value.as_str().and_then(|text| text.parse().ok()).map(FilterValue::Real).into_iter().collect()
        }
        Shape::DateTime => {
            let moment = value.as_str().and_then(Timestamp::parse);
            moment.map(|moment| FilterValue::Int(moment.micros())).into_iter().collect()
        }
        Shape::Tags => many(value, &text),
        Shape::Links(_) => many(value, &id),
        Shape::Children { .. } => {
            many(value, &|row| row.get("id").and_then(Value::as_i64).map(FilterValue::Int))
        }
        shape if shape.is_filterable() => text(value).into_iter().collect(),
        _ => Vec::new(),
    }
}
