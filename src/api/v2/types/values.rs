//! The form of a declared field's value in an answer: the one place of this API's types that looks at shapes.

use super::form::Form;
use super::form::Part;
use super::form::Writing;
use super::objects::Objects;
use super::objects::Showing;
use crate::schema::Block;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::Field;
use crate::schema::IMAGE;
use crate::schema::PAGE;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::USER;

/// A rendition of an image.
pub const RENDITION: &str = "Rendition";
/// An image that a block shows whole, with the rendition that the models name.
pub const BLOCK_IMAGE: &str = "BlockImage";

/// The value of a field of an object or a row.
pub fn field(objects: &Objects<'_>, field: &Field, around: &[Field], owner: &str, view: Showing) -> Form {
    match &field.shape {
        Shape::Link(target) => objects.name(&label_of(target), view.nested()).or_null(),
        Shape::Links(target) => objects.name(&label_of(target), view.nested()).list(),
        Shape::Children { label, fields } => objects.row(label, fields, owner, view).list(),
        Shape::Parent => objects.name(owner, view.nested()),
        Shape::Rendition { .. } => Form::Named(RENDITION.to_owned()).or_null(),
        Shape::ChoiceLabel { of } => {
            let labels = around.iter().find(|other| other.name == *of).map(|other| &other.options.choices);
            let labels = labels.into_iter().flatten().map(|choice| choice.label.as_str());
            Form::literals(labels.chain([""])).or_null()
        }
        Shape::Related { of, field } => related(objects, around, of, field),
        Shape::Address { .. } => Form::Text.or_null(),
        _ => within(field),
    }
}

/// A field of the object that another field refers to.
fn related(objects: &Objects<'_>, around: &[Field], of: &str, name: &str) -> Form {
    let shape = around.iter().find(|field| field.name == *of).map(|field| &field.shape);
    let Some(Shape::Link(target)) = shape else { return Form::Null };
    objects.field(&label_of(target), name).map_or(Form::Any, |field| within(field).or_null())
}

/// A value that stands for itself, or stands in a block.
pub fn within(field: &Field) -> Form {
    if let Some(own) = field.kind.answer_type(field) {
        return Form::Own(own);
    }
    match &field.shape {
        Shape::Text | Shape::Embed => may_be_missing(field, Form::Text),
        Shape::RichText => may_be_missing(field, Form::Written(Writing::RichText)),
        Shape::Markdown => may_be_missing(field, Form::Written(Writing::Markdown)),
        Shape::Choice => choice(field),
        Shape::Choices => values(field).list(),
        Shape::Integer => may_be_missing(field, Form::Integer),
        Shape::Float => may_be_missing(field, Form::Number),
        Shape::Decimal => may_be_missing(field, Form::Written(Writing::Decimal)),
        Shape::Date => may_be_missing(field, Form::Written(Writing::Date)),
        Shape::Time => may_be_missing(field, Form::Written(Writing::Time)),
        Shape::DateTime => may_be_missing(field, Form::Written(Writing::DateTime)),
        Shape::Boolean => Form::Boolean,
        Shape::Tags => Form::Text.list(),
        Shape::Table | Shape::Json => Form::Any,
        Shape::Link(Target::Image) => image(field),
        Shape::Link(_) => Form::Integer.or_null(),
        Shape::Links(_) => Form::Integer.list(),
        Shape::Struct(fields) => structure(fields),
        Shape::List(item) => within(item).list(),
        Shape::Stream(blocks) => Form::Union(blocks.iter().map(block).collect()).list(),
        Shape::Children { .. }
        | Shape::Parent
        | Shape::Rendition { .. }
        | Shape::ChoiceLabel { .. }
        | Shape::Related { .. }
        | Shape::Address { .. } => Form::Null,
    }
}

/// A publication has what its type requires, unless the field is shown only sometimes.
fn may_be_missing(field: &Field, form: Form) -> Form {
    let is_there = field.required && field.options.shown_when.is_none();
    if is_there { form } else { form.or_null() }
}

fn values(field: &Field) -> Form {
    Form::literals(field.options.choices.iter().map(|choice| choice.value.as_str()))
}

fn choice(field: &Field) -> Form {
    let values = field.options.choices.iter().map(|choice| choice.value.as_str());
    match may_be_missing(field, Form::Null) {
        Form::Null => Form::literals(values),
        _ => Form::literals(values.filter(|value| !value.is_empty()).chain([""])).or_null(),
    }
}

fn image(field: &Field) -> Form {
    match field.options.api_rendition {
        Some(_) => Form::Named(BLOCK_IMAGE.to_owned()).or_null(),
        None => Form::Integer.or_null(),
    }
}

fn structure(fields: &[Field]) -> Form {
    let shown = fields.iter().filter(|field| field.options.api);
    Form::Object(shown.map(|field| Part::new(&field.name, within(field))).collect())
}

fn block(block: &Block) -> Form {
    Form::Object(vec![
        Part::new("type", Form::Literal(block.name.clone())),
        Part::new("value", within(&block.field)),
        Part::new("id", Form::Text.or_null()),
    ])
}

/// The label whose fields a reference shows.
fn label_of(target: &Target) -> String {
    match target {
        Target::Page(labels) | Target::Snippet(labels) if labels.len() == 1 => labels.concat(),
        Target::Page(_) | Target::Snippet(_) => PAGE.to_owned(),
        Target::Image => IMAGE.to_owned(),
        Target::Document => DOCUMENT.to_owned(),
        Target::Collection => COLLECTION.to_owned(),
        Target::User => USER.to_owned(),
    }
}
