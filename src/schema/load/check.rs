//! What only the whole can show: names that must exist elsewhere, fields that must fit each other.

use std::cell::RefCell;

use super::ModelError;
use super::computed;
use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::Place;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;

pub(super) fn schema(schema: &Schema, errors: &RefCell<Vec<ModelError>>) {
    let mut tell = |place: &Place, message: String| {
        errors.borrow_mut().push(ModelError { place: place.clone(), message });
    };
    for declared in schema.types() {
        places(schema, declared, &mut tell);
        shadowed(declared, &mut tell);
        exposed(declared, &mut tell);
        panels(declared, &mut tell);
        fields(schema, &declared.fields, &declared.built_in, &mut tell);
    }
    endpoints(schema, &mut tell);
}

type Tell<'a> = &'a mut dyn FnMut(&Place, String);

fn places(schema: &Schema, declared: &Type, tell: Tell<'_>) {
    let (parents, children) = (declared.parents.iter().flatten(), declared.children.iter().flatten());
    for label in parents.chain(children) {
        match schema.get(label) {
            Some(other) if other.is_page() => {}
            Some(_) => tell(
                &declared.place,
                format!("`{label}` is not a page type, so nothing stands under or over it"),
            ),
            None if label == crate::schema::PAGE || label == "wagtailcore.Root" => {}
            None => tell(
                &declared.place,
                format!("`{}` names `{label}` as parent or child, which is not declared", declared.label),
            ),
        }
    }
    let places_pages =
        declared.parents.is_some() || declared.children.is_some() || declared.max_count_per_parent.is_some();
    if places_pages && !declared.is_page() {
        tell(
            &declared.place,
            format!(
                "`{}` is not a page: parents, children and counts per parent are for pages",
                declared.label
            ),
        );
    }
}

fn shadowed(declared: &Type, tell: Tell<'_>) {
    for field in &declared.fields {
        if declared.built_in.iter().any(|own| own.name == field.name) {
            tell(
                &field.place,
                format!(
                    "every {} has a field `{}` already; choose another name",
                    kind_word(declared.kind),
                    field.name
                ),
            );
        }
    }
    if declared.kind == Kind::Form
        && !declared.fields.iter().any(|field| matches!(field.shape, Shape::Children { .. }))
    {
        tell(
            &declared.place,
            format!("the form `{}` needs a `children` field that holds the form's fields", declared.label),
        );
    }
}

fn exposed(declared: &Type, tell: Tell<'_>) {
    for name in &declared.exposed {
        if !declared.built_in.iter().any(|field| field.name == *name) {
            tell(
                &declared.place,
                format!(
                    "`expose` names `{name}`, which is not a built-in field; use `api = true` on your own"
                ),
            );
        }
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Page | Kind::Form => "page",
        Kind::Snippet => "snippet",
        Kind::Setting => "setting",
        Kind::Image => "image",
        Kind::Document => "document",
        Kind::User => "user",
    }
}

fn panels(declared: &Type, tell: Tell<'_>) {
    let mut seen = Vec::new();
    for name in declared.panels.iter().flat_map(|panel| &panel.fields) {
        match declared.field(name) {
            None => tell(
                &declared.place,
                format!("a panel of `{}` shows `{name}`, which is not a field of it", declared.label),
            ),
            Some(field) if !field.shape.is_stored() => {
                tell(&declared.place, format!("a panel shows `{name}`, which exists for the API alone"));
            }
            Some(_) if seen.contains(&name) => tell(&declared.place, format!("two panels show `{name}`")),
            Some(_) => seen.push(name),
        }
    }
}

fn fields(schema: &Schema, all: &[Field], beside: &[Field], tell: Tell<'_>) {
    for field in all {
        let sibling = |name: &str| all.iter().chain(beside).find(|other| other.name == name);
        references(schema, field, &sibling, tell);
        if let Some(problem) = computed::problem(schema, field, &sibling) {
            tell(&field.place, problem);
        }
        options(field, tell);
        match &field.shape {
            Shape::Struct(parts) | Shape::Children { fields: parts, .. } => fields(schema, parts, &[], tell),
            Shape::List(item) => fields(schema, std::slice::from_ref(item), &[], tell),
            Shape::Stream(blocks) => {
                for block in blocks {
                    fields(schema, std::slice::from_ref(&block.field), &[], tell);
                }
                for name in field.options.block_counts.keys() {
                    if !blocks.iter().any(|block| block.name == *name) {
                        tell(
                            &field.place,
                            format!("block_counts names `{name}`, which is not a block of this stream"),
                        );
                    }
                }
            }
            _ => {}
        }
    }
}

fn references<'f>(
    schema: &Schema,
    field: &Field,
    sibling: &dyn Fn(&str) -> Option<&'f Field>,
    tell: Tell<'_>,
) {
    match &field.shape {
        Shape::Link(Target::Page(labels)) | Shape::Links(Target::Page(labels)) => {
            for label in labels.iter().filter(|label| *label != crate::schema::PAGE) {
                if !schema.get(label).is_some_and(|target| target.is_page()) {
                    tell(
                        &field.place,
                        format!("`{}` points to `{label}`, which is not a declared page type", field.name),
                    );
                }
            }
        }
        Shape::Link(Target::Snippet(labels)) | Shape::Links(Target::Snippet(labels)) => {
            for label in labels {
                if !schema.get(label).is_some_and(|target| target.kind == Kind::Snippet) {
                    tell(
                        &field.place,
                        format!("`{}` points to `{label}`, which is not a declared snippet type", field.name),
                    );
                }
            }
        }
        _ => {}
    }
    if let Some(when) = &field.options.shown_when
        && sibling(&when.field).is_none()
    {
        tell(
            &field.place,
            format!("`{}` is shown by `{}`, which is not a field beside it", field.name, when.field),
        );
    }
}

fn options(field: &Field, tell: Tell<'_>) {
    let options = &field.options;
    if let (Some(min), Some(max)) = (options.min_length, options.max_length)
        && min > max
    {
        tell(&field.place, format!("`{}`: min_length is larger than max_length", field.name));
    }
    if let (Some(min), Some(max)) = (options.min, options.max)
        && min > max
    {
        tell(&field.place, format!("`{}`: min is larger than max", field.name));
    }
    if let Err(error) = crate::schema::kinds::texts::features(field) {
        tell(&field.place, format!("`{}`: {error}", field.name));
    }
    if let Some(default) = &field.default {
        let mut problems = crate::error::Problems::default();
        field.read(Some(default), &field.empty(), "", &mut problems);
        for (_, texts) in problems.iter() {
            tell(&field.place, format!("the default of `{}` {}", field.name, texts.join(", ")));
        }
    }
}

fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn endpoints(schema: &Schema, tell: Tell<'_>) {
    let mut seen: Vec<&str> = vec!["pages", "images", "documents", "redirects"];
    for declared in schema.types() {
        let Some(endpoint) = declared.endpoint.as_deref() else { continue };
        if declared.kind != Kind::Snippet {
            tell(&declared.place, "only a snippet type has an endpoint of its own".to_owned());
        } else if seen.contains(&endpoint) {
            tell(&declared.place, format!("the endpoint `{endpoint}` is taken; choose another name"));
        } else if endpoint.is_empty() || !endpoint.bytes().all(is_of_address) {
            let words =
                format!("the endpoint `{endpoint}` is part of an address: letters, digits, `-` and `_`");
            tell(&declared.place, words);
        }
        seen.push(endpoint);
    }
}
