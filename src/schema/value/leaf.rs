//! Values without parts: taken into their stored form, held against their bounds.

use serde_json::Value;

use super::moment;
use crate::schema::Field;
use crate::schema::Shape;

/// Digits that a decimal may have; more is no price and no measure.
const DECIMAL_DIGITS: usize = 60;

/// Takes what was sent, typed or as a form's text, into the stored form.
pub(super) fn take(field: &Field, sent: &Value) -> Result<Value, String> {
    match &field.shape {
        Shape::Choices | Shape::Tags | Shape::Links(_) => return many(field, sent),
        Shape::Json => return json(sent),
        Shape::Table => return table(sent),
        _ => {}
    }
    let sent = if let Value::Array(repeated) = sent { repeated.last().unwrap_or(&Value::Null) } else { sent };
    let is_blank = sent.as_str().is_some_and(|text| text.trim().is_empty());
    if sent.is_null() || (is_blank && !is_text(&field.shape)) {
        return Ok(field.empty());
    }
    one(&field.shape, sent)
}

fn is_text(shape: &Shape) -> bool {
    matches!(shape, Shape::Text | Shape::RichText | Shape::Markdown | Shape::Choice | Shape::Embed)
}

fn one(shape: &Shape, sent: &Value) -> Result<Value, String> {
    let text = || sent.as_str().map(str::trim).unwrap_or_default();
    match shape {
        Shape::Integer | Shape::Link(_) => {
            let number = sent.as_i64().or_else(|| text().parse().ok());
            number.map(Value::from).ok_or_else(|| "must be a whole number".to_owned())
        }
        Shape::Float => {
            let number =
                sent.as_f64().or_else(|| text().replacen(',', ".", 1).parse().ok()).filter(|n| n.is_finite());
            number.map(Value::from).ok_or_else(|| "must be a number".to_owned())
        }
        Shape::Decimal => decimal(sent),
        Shape::Boolean => match (sent, text()) {
            (Value::Bool(yes), _) => Ok(Value::from(*yes)),
            (_, "true" | "on" | "1") => Ok(Value::from(true)),
            (_, "false" | "off" | "0") => Ok(Value::from(false)),
            _ => Err("must be true or false".to_owned()),
        },
        Shape::Date => moment(shape, text())
            .map(Value::from)
            .ok_or_else(|| "must be a day such as 2026-11-30".to_owned()),
        Shape::Time => {
            moment(shape, text()).map(Value::from).ok_or_else(|| "must be a time such as 08:30".to_owned())
        }
        Shape::DateTime => moment(shape, text())
            .map(Value::from)
            .ok_or_else(|| "must be a moment such as 2026-11-30T08:30".to_owned()),
        _ => match sent {
            Value::String(text) if text.contains('\0') => Err("may not contain the character NUL".to_owned()),
            Value::String(_) => Ok(sent.clone()),
            _ => Err("must be text".to_owned()),
        },
    }
}

fn decimal(sent: &Value) -> Result<Value, String> {
    let text = if let Value::Number(number) = sent {
        number.to_string()
    } else {
        sent.as_str().unwrap_or_default().trim().replacen(',', ".", 1)
    };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number =
        [whole, part].iter().all(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    if is_number && digits.len() <= DECIMAL_DIGITS {
        return Ok(Value::from(text.strip_prefix('+').unwrap_or(&text)));
    }
    Err("must be a number such as 12.50".to_owned())
}

fn many(field: &Field, sent: &Value) -> Result<Value, String> {
    let sent: Vec<Value> = match sent {
        Value::Null => Vec::new(),
        Value::Array(values) => values.clone(),
        Value::String(text) if matches!(field.shape, Shape::Tags) => {
            text.split(',').map(Value::from).collect()
        }
        Value::Object(values) => {
            values.iter().filter(|(name, _)| !name.starts_with('_')).map(|(_, value)| value.clone()).collect()
        }
        other => vec![other.clone()],
    };
    let filled = sent.iter().filter(|value| !value.as_str().is_some_and(|text| text.trim().is_empty()));
    let mut values: Vec<Value> = Vec::new();
    for value in filled {
        let value = match &field.shape {
            Shape::Links(_) => one(&Shape::Integer, value)?,
            Shape::Tags => Value::from(one(&Shape::Text, value)?.as_str().unwrap_or_default().trim()),
            _ => one(&Shape::Text, value)?,
        };
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if matches!(field.shape, Shape::Tags) {
        values.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    Ok(Value::Array(values))
}

fn json(sent: &Value) -> Result<Value, String> {
    match sent {
        Value::String(text) if text.trim().is_empty() => Ok(Value::Null),
        Value::String(text) => serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}")),
        _ => Ok(sent.clone()),
    }
}

/// A table comes as its object, or as that object's text from a form's hidden input that the table editor fills.
fn table(sent: &Value) -> Result<Value, String> {
    let table = json(sent)?;
    if table.is_null() {
        return Ok(table);
    }
    let rows = table.get("data").and_then(Value::as_array).ok_or("must be a table with rows of cells")?;
    let is_cell = |cell: &Value| cell.is_null() || cell.is_string() || cell.is_number();
    if rows.iter().all(|row| row.as_array().is_some_and(|cells| cells.iter().all(is_cell))) {
        return Ok(table);
    }
    Err("must have rows of cells that are text".to_owned())
}

/// Holds a value against what the models bound.
pub(super) fn bounds(field: &Field, value: Value) -> Result<Value, String> {
    let options = &field.options;
    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
        let length = text.chars().count();
        if let Some(most) = options.max_length.filter(|most| length > *most) {
            return Err(format!("has {length} characters; {most} are allowed"));
        }
        if matches!(field.shape, Shape::Choice) && !options.choices.iter().any(|choice| choice.value == text)
        {
            return Err(format!("`{text}` is not one of the choices"));
        }
        if let (Shape::Decimal, Some(places)) = (&field.shape, options.decimal_places)
            && text.split_once('.').is_some_and(|(_, part)| part.len() > places)
        {
            return Err(format!("may have {places} digits after the point"));
        }
    }
    if let (Shape::Choices, Some(values)) = (&field.shape, value.as_array()) {
        let unknown = values
            .iter()
            .filter_map(Value::as_str)
            .find(|text| !options.choices.iter().any(|c| c.value == *text));
        if let Some(text) = unknown {
            return Err(format!("`{text}` is not one of the choices"));
        }
    }
    let number = match field.shape {
        Shape::Integer | Shape::Float => value.as_f64(),
        Shape::Decimal => value.as_str().and_then(|text| text.parse().ok()),
        _ => None,
    };
    match number {
        Some(number) if options.min.is_some_and(|min| number < min) => {
            Err(format!("must be {} or more", options.min.unwrap_or_default()))
        }
        Some(number) if options.max.is_some_and(|max| number > max) => {
            Err(format!("must be {} or less", options.max.unwrap_or_default()))
        }
        _ => Ok(value),
    }
}
