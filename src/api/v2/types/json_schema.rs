//! Forms as JSON Schema, the 2020-12 dialect that OpenAPI 3.1 speaks.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::form::Form;
use super::form::Part;
use super::form::Writing;

/// Where an OpenAPI document keeps its named forms.
pub const NAMED: &str = "#/components/schemas/";

/// The schema of a form.
pub fn schema(form: &Form) -> Value {
    match form {
        Form::Text => json!({ "type": "string" }),
        Form::Written(writing) => written(*writing),
        Form::Integer => json!({ "type": "integer" }),
        Form::Number => json!({ "type": "number" }),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Null => json!({ "type": "null" }),
        Form::Any => json!({}),
        Form::Literal(text) => json!({ "type": "string", "const": text }),
        Form::Own(own) => own.json_schema.clone(),
        Form::Array(item) => json!({ "type": "array", "items": schema(item) }),
        Form::Map(value) => json!({ "type": "object", "additionalProperties": schema(value) }),
        Form::Object(parts) => object(parts),
        Form::Union(forms) => union(forms),
        Form::Named(name) => json!({ "$ref": format!("{NAMED}{name}") }),
    }
}

fn written(writing: Writing) -> Value {
    match writing {
        Writing::DateTime => json!({ "type": "string", "format": "date-time", "pattern": "Z$" }),
        Writing::Date => json!({ "type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$" }),
        Writing::Time => json!({ "type": "string", "pattern": r"^\d{2}:\d{2}:\d{2}(\.\d+)?$" }),
        Writing::Decimal => json!({ "type": "string", "pattern": r"^-?\d+(\.\d+)?$" }),
        Writing::RichText => {
            json!({ "type": "string", "description": "in the form that rich_text_format says" })
        }
        Writing::Markdown => json!({ "type": "string", "contentMediaType": "text/markdown" }),
    }
}

fn object(parts: &[Part]) -> Value {
    let properties: Map<String, Value> =
        parts.iter().map(|part| (part.name.clone(), schema(&part.form))).collect();
    let required: Vec<&str> =
        parts.iter().filter(|part| !part.is_optional).map(|part| part.name.as_str()).collect();
    let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// Texts are listed; of a union of nothing there is no value.
fn union(forms: &[Form]) -> Value {
    let (literals, others): (Vec<&Form>, Vec<&Form>) =
        forms.iter().partition(|form| matches!(form, Form::Literal(_)));
    let texts: Vec<&str> = literals
        .into_iter()
        .filter_map(|form| if let Form::Literal(text) = form { Some(text.as_str()) } else { None })
        .collect();
    let listed = (!texts.is_empty()).then(|| json!({ "type": "string", "enum": texts }));
    let mut schemas: Vec<Value> = listed.into_iter().chain(others.into_iter().map(schema)).collect();
    match schemas.len() {
        0 => json!({ "not": {} }),
        1 => schemas.remove(0),
        _ => json!({ "anyOf": schemas }),
    }
}
