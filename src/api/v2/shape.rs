//! The value of a declared field, as an answer shows it: the one place of this API that looks at shapes.

use std::cmp::Ordering;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::choice::Choice;
use super::json::Json;
use super::object;
use super::object::Subject;
use super::show::Show;
use crate::base::Timestamp;
use crate::query::Item;
use crate::query::RawDocument;
use crate::query::Reference;
use crate::schema::Block;
use crate::schema::COLLECTION;
use crate::schema::Document;
use crate::schema::Field;
use crate::schema::IMAGE;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::USER;
use crate::text::rich::Links;

/// What holds values by name.
#[derive(Clone, Copy)]
pub enum Among<'a> {
    /// An object.
    Object(&'a RawDocument),
    /// A child row.
    Row(&'a Document),
}

/// What a field stands among: the other values and fields, and the object that all of it belongs to.
pub struct Siblings<'a> {
    /// The values.
    pub among: Among<'a>,
    /// What they are values of.
    pub fields: &'a [Field],
    /// The object.
    pub owner: &'a Item,
}

impl<'a> Siblings<'a> {
    /// The fields of a whole object.
    pub fn of_item(schema: &'a Schema, item: &'a Item) -> Self {
        let fields = schema.get(&item.type_).map(|declared| declared.fields.as_slice()).unwrap_or_default();
        Self { among: Among::Object(&item.doc), fields, owner: item }
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'a Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of this name, if there is one.
    pub fn stored(&self, name: &str) -> Option<&'a Value> {
        match self.among {
            Among::Object(values) => values.get(name),
            Among::Row(row) => row.get(name),
        }
    }

    /// The value of this name; nothing, if there is none.
    pub fn value(&self, name: &str) -> &'a Value {
        self.stored(name).unwrap_or(&Value::Null)
    }
}

/// The value of a field of an object or a row.
pub fn value(show: &Show<'_>, siblings: &Siblings<'_>, field: &Field, nested: Option<&Choice>) -> Json {
    let initial;
    let stored = match siblings.stored(&field.name) {
        Some(stored) => stored,
        // The field was added after the object was last saved.
        None => {
            initial = field.initial();
            &initial
        }
    };
    match (&field.shape, nested) {
        (Shape::Link(target), Some(nested)) => link(show, target, stored, nested).unwrap_or(Json::NULL),
        (Shape::Links(target), Some(nested)) => {
            let ids = in_order(show, target, stored);
            Json::List(ids.into_iter().filter_map(|id| link(show, target, id, nested)).collect())
        }
        (Shape::Children { label, fields }, Some(nested)) => {
            let rows = stored.as_array().into_iter().flatten().filter_map(Value::as_object);
            let owner = siblings.owner;
            let row = |row| object::object(show, Subject::Row { row, label, fields, owner }, nested);
            Json::List(rows.map(row).collect())
        }
        (Shape::Parent, Some(nested)) => object::object(show, Subject::Item(siblings.owner), nested),
        (Shape::Rendition { of, spec }, _) => {
            let image = image_of(siblings.value(of)).and_then(|reference| show.get(&reference));
            image.map_or(Json::NULL, |image| show.rendition(image, spec).into())
        }
        (Shape::ChoiceLabel { of }, _) => choice_label(siblings, of).into(),
        (Shape::Related { of, field }, _) => related(show, siblings, of, field).into(),
        (Shape::Address { of }, _) => address(show, siblings, of).into(),
        _ => within(show, field, stored).into(),
    }
}

/// The ids in the order that the type at the other end declares; as they stand if it declares none.
fn in_order<'v>(show: &Show<'_>, target: &Target, stored: &'v Value) -> Vec<&'v Value> {
    let mut ids: Vec<&Value> = stored.as_array().into_iter().flatten().collect();
    let Target::Snippet(labels) = target else { return ids };
    let declared = labels.first().and_then(|label| show.schema.get(label));
    let Some(declared) = declared.filter(|declared| !declared.order.is_empty()) else { return ids };
    let key = |id: &Value, name: &str| {
        let item = show.by_id(declared.family(), id.as_i64()?)?;
        Some(item.doc.get(name).cloned().unwrap_or_default())
    };
    ids.sort_by(|one, other| {
        let steps = declared.order.iter().map(|step| {
            let name = step.trim_start_matches('-');
            let ordering = compare(key(one, name), key(other, name));
            if step.starts_with('-') { ordering.reverse() } else { ordering }
        });
        steps.fold(Ordering::Equal, Ordering::then)
    });
    ids
}

/// Nothing comes before anything.
fn compare(one: Option<Value>, other: Option<Value>) -> Ordering {
    let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
    let number = |value: &Value| value.as_f64();
    match (number(&one), number(&other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (None, None) => one.as_str().cmp(&other.as_str()),
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

/// The object at the other end; `None` if there is none, or none that this viewer may see.
fn link(show: &Show<'_>, target: &Target, id: &Value, nested: &Choice) -> Option<Json> {
    let id = id.as_i64()?;
    match target {
        Target::Collection => Some(object::object(show, Subject::Bare(COLLECTION, id), nested)),
        Target::User => Some(object::object(show, Subject::Bare(USER, id), nested)),
        Target::Page(_) | Target::Image | Target::Document | Target::Snippet(_) => {
            let reference = Reference::Id(target.family()?.to_owned(), id);
            let item = show.at_least(&reference, nested.extent(target));
            item.map(|item| object::object(show, Subject::Item(item), nested))
        }
    }
}

fn image_of(value: &Value) -> Option<Reference> {
    Some(Reference::Id(IMAGE.to_owned(), value.as_i64()?))
}

fn choice_label(siblings: &Siblings<'_>, of: &str) -> Value {
    let stored = siblings.value(of);
    let choices = siblings.field(of).map(|field| &field.options.choices);
    let chosen = choices.into_iter().flatten().find(|choice| stored.as_str() == Some(&choice.value));
    chosen.map_or_else(|| stored.clone(), |choice| choice.label.as_str().into())
}

/// A field of the object that another field refers to, shown as it would be in a block.
fn related(show: &Show<'_>, siblings: &Siblings<'_>, of: &str, field: &str) -> Option<Value> {
    let Shape::Link(target) = &siblings.field(of)?.shape else { return None };
    let reference = Reference::Id(target.family()?.to_owned(), siblings.value(of).as_i64()?);
    let item = show.get(&reference)?;
    let field = show.schema.get(&item.type_)?.field(field).filter(|field| field.options.api)?;
    Some(within(show, field, item.doc.get(&field.name).unwrap_or(&Value::Null)))
}

/// Where the first filled field leads. Where none is, an empty text stays one.
fn address(show: &Show<'_>, siblings: &Siblings<'_>, of: &[String]) -> Value {
    let leads = |name: &String| {
        let stored = siblings.value(name);
        match &siblings.field(name)?.shape {
            Shape::Link(Target::Page(_)) => show.page_url(stored.as_i64()?),
            Shape::Link(Target::Document) => show.document_url(stored.as_i64()?),
            _ => stored.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        }
    };
    let found = of.iter().find_map(leads);
    found
        .map_or_else(
            || of.iter().map(|name| siblings.value(name)).find(|value| value.is_string()).cloned(),
            |found| Some(found.into()),
        )
        .unwrap_or_default()
}

/// A value that stands for itself, or stands in a block: there references are told by their ids.
fn within(show: &Show<'_>, field: &Field, stored: &Value) -> Value {
    field.kind.api_value(field, by_shape(show, field, stored))
}

fn by_shape(show: &Show<'_>, field: &Field, stored: &Value) -> Value {
    match &field.shape {
        Shape::RichText => stored.as_str().map_or(Value::Null, |text| show.rich_text(text).into()),
        Shape::Float => stored.as_f64().map_or(Value::Null, Value::from),
        Shape::DateTime => {
            let moment = stored.as_str().and_then(Timestamp::parse);
            moment.map_or_else(|| stored.clone(), |moment| object::moment(moment).into())
        }
        Shape::Tags => tags(stored),
        Shape::Struct(fields) => structure(show, fields, stored),
        Shape::List(item) => {
            let items = stored.as_array().into_iter().flatten();
            items.map(|entry| within(show, item, entry.get("value").unwrap_or(&Value::Null))).collect()
        }
        Shape::Stream(blocks) => {
            let entries = stored.as_array().into_iter().flatten();
            entries.filter_map(|entry| block(show, blocks, entry)).collect()
        }
        Shape::Link(Target::Image) => match &field.options.api_rendition {
            Some(spec) => whole_image(show, stored, spec, None),
            None => stored.clone(),
        },
        _ => stored.clone(),
    }
}

/// Names in the order of their bytes.
pub fn tags(stored: &Value) -> Value {
    let mut names: Vec<&str> = stored.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.sort_unstable();
    names.into()
}

fn structure(show: &Show<'_>, fields: &[Field], stored: &Value) -> Value {
    let shown = fields.iter().filter(|field| field.options.api);
    let parts = shown.map(|field| {
        let part = &stored.get(&field.name).cloned().unwrap_or_else(|| field.initial());
        let value = match (&field.shape, &field.options.api_rendition) {
            (Shape::Link(Target::Image), Some(spec)) => whole_image(show, part, spec, words_beside(stored)),
            _ => within(show, field, part),
        };
        (field.name.clone(), value)
    });
    Value::Object(parts.collect::<Map<_, _>>())
}

/// A block of a stream; one whose type the models no longer know is left out.
fn block(show: &Show<'_>, blocks: &[Block], entry: &Value) -> Option<Value> {
    let name = entry.get("type")?.as_str()?;
    let block = blocks.iter().find(|block| block.name == name)?;
    let value = within(show, &block.field, entry.get("value").unwrap_or(&Value::Null));
    Some(json!({ "type": name, "value": value, "id": entry.get("id") }))
}

/// What an image says in this place, where its block has `alt_text`, or is `decorative` and so says nothing.
fn words_beside(block: &Value) -> Option<&str> {
    let decorative = block.get("decorative").and_then(Value::as_bool).unwrap_or_default();
    let words = block.get("alt_text").and_then(Value::as_str).filter(|words| !words.is_empty());
    if decorative { Some("") } else { words }
}

/// An image that its block shows whole, with a rendition.
fn whole_image(show: &Show<'_>, id: &Value, spec: &str, alt: Option<&str>) -> Value {
    let Some(image) = image_of(id).and_then(|reference| show.get(&reference)) else { return Value::Null };
    let mut rendition = show.rendition(image, spec);
    if let (Some(words), Some(alt)) = (rendition.get_mut("alt"), alt) {
        *words = alt.into();
    }
    json!({
        "id": image.id,
        "title": image.title,
        "meta": { "type": IMAGE, "download_url": show.download_url(image), "rendition": rendition },
    })
}
