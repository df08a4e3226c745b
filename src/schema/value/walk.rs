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
    /// Whether the API shows it: it, and everything that it lies in.
    pub is_shown: bool,
    /// The value.
    pub value: &'d Value,
}

/// The way to a value.
#[derive(Clone)]
struct Way<'d> {
    top: &'d Field,
    field: &'d Field,
    path: String,
    is_shown: bool,
}

impl<'d> Way<'d> {
    fn on(&self, field: &'d Field, step: impl std::fmt::Display) -> Self {
        let is_shown = self.is_shown && field.options.api;
        Self { top: self.top, field, path: format!("{}.{step}", self.path), is_shown }
    }
}

/// Calls `visit` for every leaf, in document order. Blocks that the models no longer have are passed over.
pub fn walk<'d>(declared: &'d Type, document: &'d Document, visit: &mut dyn FnMut(Deep<'d>)) {
    for field in declared.all_fields() {
        if let Some(value) = document.get(&field.name) {
            let way = Way { top: field, field, path: field.name.clone(), is_shown: field.options.api };
            step(way, value, visit);
        }
    }
}

fn step<'d>(way: Way<'d>, value: &'d Value, visit: &mut dyn FnMut(Deep<'d>)) {
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match &way.field.shape {
        Shape::Struct(fields) => parts(&way, fields, value, visit),
        Shape::Children { fields, .. } => {
            for (number, row) in rows.iter().enumerate() {
                let path = format!("{}.{number}", way.path);
                parts(&Way { path, ..way.clone() }, fields, row, visit);
            }
        }
        Shape::List(item) => {
            for (number, row) in rows.iter().enumerate() {
                if let Some(value) = row.get("value") {
                    step(way.on(item, number), value, visit);
                }
            }
        }
        Shape::Stream(blocks) => {
            for (number, row) in rows.iter().enumerate() {
                let name = row.get("type").and_then(Value::as_str);
                let block = blocks.iter().find(|block| Some(block.name.as_str()) == name);
                if let (Some(block), Some(value)) = (block, row.get("value")) {
                    step(way.on(&block.field, format_args!("{number}.value")), value, visit);
                }
            }
        }
        _ => {
            let Way { top, field, path, is_shown } = way;
            visit(Deep { field, top, path, is_shown, value });
        }
    }
}

fn parts<'d>(way: &Way<'d>, fields: &'d [Field], value: &'d Value, visit: &mut dyn FnMut(Deep<'d>)) {
    for field in fields {
        if let Some(value) = value.get(&field.name) {
            step(way.on(field, &field.name), value, visit);
        }
    }
}
