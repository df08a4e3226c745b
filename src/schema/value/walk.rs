//! Every leaf of a document with its field and path: what references, search texts and conversions are made from.

use serde_json::Value;

use crate::schema::Document;
use crate::schema::Field;
use crate::schema::Shape;
use crate::schema::Type;

/// A leaf value somewhere in a document.
pub struct Deep<'d> {
    /// The field or block it is a value of.
    pub field: &'d Field,
    /// The declared field of the type that it lies in.
    pub top: &'d Field,
    /// Its path: `body.3.value.image`.
    pub path: String,
    /// The value.
    pub value: &'d Value,
}

/// Calls `visit` for every leaf, in document order. Blocks that the models no longer have are passed over.
pub fn walk<'d>(declared: &'d Type, document: &'d Document, visit: &mut dyn FnMut(Deep<'d>)) {
    for field in declared.all_fields() {
        if let Some(value) = document.get(&field.name) {
            step(field, field, field.name.clone(), value, visit);
        }
    }
}

fn step<'d>(
    top: &'d Field,
    field: &'d Field,
    path: String,
    value: &'d Value,
    visit: &mut dyn FnMut(Deep<'d>),
) {
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match &field.shape {
        Shape::Struct(fields) => parts(top, fields, &path, value, visit),
        Shape::Children { fields, .. } => {
            for (number, row) in rows.iter().enumerate() {
                parts(top, fields, &format!("{path}.{number}"), row, visit);
            }
        }
        Shape::List(item) => {
            for (number, row) in rows.iter().enumerate() {
                if let Some(value) = row.get("value") {
                    step(top, item, format!("{path}.{number}"), value, visit);
                }
            }
        }
        Shape::Stream(blocks) => {
            for (number, row) in rows.iter().enumerate() {
                let name = row.get("type").and_then(Value::as_str);
                let block = blocks.iter().find(|block| Some(block.name.as_str()) == name);
                if let (Some(block), Some(value)) = (block, row.get("value")) {
                    step(top, &block.field, format!("{path}.{number}.value"), value, visit);
                }
            }
        }
        _ => visit(Deep { field, top, path, value }),
    }
}

fn parts<'d>(
    top: &'d Field,
    fields: &'d [Field],
    path: &str,
    value: &'d Value,
    visit: &mut dyn FnMut(Deep<'d>),
) {
    for field in fields {
        if let Some(value) = value.get(&field.name) {
            step(top, field, format!("{path}.{}", field.name), value, visit);
        }
    }
}
