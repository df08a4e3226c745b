//! The value of a declared field, as an answer shows it: the one place of this API that looks at shapes.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::choice::Choice;
use super::json::Writer;
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

/// Fields that stand beside each other.
#[derive(Clone, Copy)]
pub enum Beside<'a> {
    /// These.
    Fields(&'a [Field]),
    /// Those of the object's type.
    OfType(&'a Schema),
}

/// What a field stands among: the other values and fields, and the object that all of it belongs to.
pub struct Siblings<'a> {
    /// The values.
    pub among: Among<'a>,
    /// What they are values of.
    pub fields: Beside<'a>,
    /// The object.
    pub owner: &'a Item,
}

impl<'a> Siblings<'a> {
    /// The fields of a whole object.
    pub fn of_item(schema: &'a Schema, item: &'a Item) -> Self {
        Self { among: Among::Object(&item.doc), fields: Beside::OfType(schema), owner: item }
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'a Field> {
        match self.fields {
            Beside::Fields(fields) => fields.iter().find(|field| field.name == name),
            Beside::OfType(schema) => schema.get(&self.owner.type_)?.field(name),
        }
    }

    /// The value of this name, if there is one.
    pub fn stored(&self, name: &str) -> Option<&'a Value> {
        match self.among {
            Among::Object(values) => values.get(name),
            Among::Row(row) => row.get(name),
        }
    }

    /// The id that this field holds.
    pub fn id(&self, field: &Field) -> Option<i64> {
        let stored = match self.among {
            Among::Object(values) => values.int(&field.name),
            Among::Row(row) => row.get(&field.name).map(Value::as_i64),
        };
        stored.unwrap_or_else(|| field.initial().as_i64())
    }

    /// The value of this name; nothing, if there is none.
    pub fn value(&self, name: &str) -> &'a Value {
        self.stored(name).unwrap_or(&Value::Null)
    }
}

/// Writes the value of a field of an object or a row.
pub fn value(
    out: &mut Writer,
    show: &Show<'_>,
    siblings: &Siblings<'_>,
    field: &Field,
    nested: Option<&Choice>,
) {
    if let (Shape::Link(target), Some(nested)) = (&field.shape, nested) {
        let at_other_end = siblings.id(field).and_then(|id| linked(show, target, id, nested));
        return match at_other_end {
            Some(subject) => object::linked(out, show, subject, nested),
            None => out.null(),
        };
    }
    if field.kind.is_answered_as_shaped() && as_it_stands(out, show, siblings, field) {
        return;
    }
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
        (Shape::Links(target), Some(nested)) => out.list(|out| {
            let ids = in_order(show, target, stored).into_iter();
            for subject in ids.filter_map(|id| linked(show, target, id.as_i64()?, nested)) {
                object::linked(out.item(), show, subject, nested);
            }
        }),
        (Shape::Children { label, fields }, Some(nested)) => out.list(|out| {
            let owner = siblings.owner;
            for row in stored.as_array().into_iter().flatten().filter_map(Value::as_object) {
                object::object(out.item(), show, Subject::Row { row, label, fields, owner }, nested);
            }
        }),
        (Shape::Parent, Some(nested)) => object::object(out, show, Subject::Item(siblings.owner), nested),
        (Shape::Rendition { of, spec }, _) => {
            let image = image_of(siblings.value(of)).and_then(|reference| show.get(reference));
            out.value(&image.map_or(Value::Null, |image| show.rendition(image, spec)));
        }
        (Shape::ChoiceLabel { of }, _) => out.value(&choice_label(siblings, of)),
        (Shape::Related { of, field }, _) => {
            out.value(&related(show, siblings, of, field).unwrap_or_default())
        }
        (Shape::Address { of }, _) => out.value(&address(show, siblings, of)),
        _ => out.value(&within(show, field, stored)),
    }
}

/// Writes a value that its object's document holds just so: most of what lists show. `false` if nothing was written.
fn as_it_stands(out: &mut Writer, show: &Show<'_>, siblings: &Siblings<'_>, field: &Field) -> bool {
    let Among::Object(values) = siblings.among else { return false };
    match &field.shape {
        Shape::RichText if !show.is_told_as_stored() => false,
        Shape::Text | Shape::RichText | Shape::Markdown | Shape::Choice | Shape::Date | Shape::Time => {
            values.json(&field.name).is_some_and(|stored| out.stored_text(stored))
        }
        Shape::Tags => values.strings(&field.name).map(|found| names(out, found)).is_some(),
        _ => false,
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
fn linked<'s>(show: &'s Show<'_>, target: &Target, id: i64, nested: &Choice) -> Option<Subject<'s>> {
    match target {
        Target::Collection => Some(Subject::Bare(COLLECTION, id)),
        Target::User => Some(Subject::Bare(USER, id)),
        Target::Page(_) | Target::Image | Target::Document | Target::Snippet(_) => {
            let reference = Reference::Id(target.family()?, id);
            show.at_least(reference, nested.extent(target)).map(|item| Subject::Item(item))
        }
    }
}

fn image_of(value: &Value) -> Option<Reference<'static>> {
    Some(Reference::image(value.as_i64()?))
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
    let reference = Reference::Id(target.family()?, siblings.value(of).as_i64()?);
    let item = show.get(reference)?;
    let field = show.schema.get(&item.type_)?.field(field).filter(|field| field.options.api)?;
    Some(within(show, field, item.doc.get(&field.name).unwrap_or(&Value::Null)).into_owned())
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
fn within<'v>(show: &Show<'_>, field: &Field, stored: &'v Value) -> Cow<'v, Value> {
    let value = by_shape(show, field, stored);
    field.kind.api_value(field, &value).map_or(value, Cow::Owned)
}

fn by_shape<'v>(show: &Show<'_>, field: &Field, stored: &'v Value) -> Cow<'v, Value> {
    Cow::Owned(match &field.shape {
        Shape::RichText => match stored.as_str() {
            Some(_) if show.is_told_as_stored() => return Cow::Borrowed(stored),
            text => text.map_or(Value::Null, |text| show.rich_text(text).into()),
        },
        Shape::Float => stored.as_f64().map_or(Value::Null, Value::from),
        Shape::DateTime => match stored.as_str().and_then(Timestamp::parse) {
            Some(moment) => object::moment(moment).into(),
            None => return Cow::Borrowed(stored),
        },
        Shape::Tags if are_in_order(stored) => return Cow::Borrowed(stored),
        Shape::Tags => tags(stored),
        Shape::Struct(fields) => structure(show, fields, stored),
        Shape::List(item) => {
            let items = stored.as_array().into_iter().flatten();
            let values = items.map(|entry| entry.get("value").unwrap_or(&Value::Null));
            values.map(|value| within(show, item, value).into_owned()).collect()
        }
        Shape::Stream(blocks) => {
            let entries = stored.as_array().into_iter().flatten();
            entries.filter_map(|entry| block(show, blocks, entry)).collect()
        }
        Shape::Link(Target::Image) => match &field.options.api_rendition {
            Some(spec) => whole_image(show, stored, spec, None),
            None => return Cow::Borrowed(stored),
        },
        _ => return Cow::Borrowed(stored),
    })
}

/// Whether these are names in the order of their bytes.
fn are_in_order(stored: &Value) -> bool {
    let names = || stored.as_array().into_iter().flatten().map(Value::as_str);
    stored.is_array() && names().all(|name| name.is_some()) && names().is_sorted()
}

/// Writes names in the order of their bytes.
pub fn names(out: &mut Writer, mut names: Vec<&str>) {
    names.sort_unstable();
    out.texts(&names);
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
            _ => within(show, field, part).into_owned(),
        };
        (field.name.clone(), value)
    });
    Value::Object(parts.collect::<Map<_, _>>())
}

/// A block of a stream; one whose type the models no longer know is left out.
fn block(show: &Show<'_>, blocks: &[Block], entry: &Value) -> Option<Value> {
    let name = entry.get("type")?.as_str()?;
    let block = blocks.iter().find(|block| block.name == name)?;
    let value = within(show, &block.field, entry.get("value").unwrap_or(&Value::Null)).into_owned();
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
    let Some(image) = image_of(id).and_then(|reference| show.get(reference)) else { return Value::Null };
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
