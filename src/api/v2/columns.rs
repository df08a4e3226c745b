//! Which fields of a face can be filtered and ordered by, and on what a query then works.

use std::collections::BTreeSet;

use crate::query::Column;
use crate::query::Filter;
use crate::query::Mismatch;
use crate::query::filter_value;
use crate::schema::FilterValue;
use crate::schema::Shape;
use crate::schema::Target;
use crate::store::Bind;

use super::answer::Refusal;
use super::ask::Ask;
use super::face::Face;
use super::face::FaceField;
use super::number;
use super::repr::quoted;
use super::source::Source;

/// Tags that one question may ask for; each is a look-up of its own.
const MOST_TAGS: usize = 50;

/// The field of this name, if the store knows its values.
pub fn stored<'f>(face: &'f Face, name: &str) -> Option<&'f FaceField> {
    face.fields.iter().map(AsRef::as_ref).find(|field| field.name == name && is_stored(&field.source))
}

fn is_stored(source: &Source) -> bool {
    match source {
        // A field that could be filtered by but was not declared so is refused, rather than matching nothing.
        Source::Declared(field) => {
            field.shape.is_stored() && (field.options.filterable || !field.shape.is_filterable())
        }
        Source::Type | Source::DetailUrl | Source::HtmlUrl | Source::Parent => false,
        Source::DownloadUrl | Source::Location => false,
        _ => true,
    }
}

/// Refuses a field whose values are not all there yet.
pub fn require(ask: &Ask, label: &str, field: &FaceField) -> Result<(), Refusal> {
    match &field.source {
        Source::Declared(field) if field.shape.is_filterable() => {
            ask.cms.values.require(label, &field.name)?;
        }
        Source::Tags => ask.cms.values.require(label, "tags")?,
        _ => {}
    }
    Ok(())
}

/// The column behind a built-in field.
pub fn column(source: &Source) -> Option<Column> {
    Some(match source {
        Source::Id => Column::Id,
        Source::Title => Column::Title,
        Source::Slug => Column::Slug,
        Source::ShowInMenus => Column::ShowInMenus,
        Source::SeoTitle => Column::SeoTitle,
        Source::SearchDescription => Column::SearchDescription,
        Source::FirstPublishedAt => Column::FirstPublishedAt,
        Source::AliasOf => Column::AliasOf,
        Source::Locale => Column::Locale,
        Source::Width => Column::Width,
        Source::Height => Column::Height,
        Source::Collection => Column::Collection,
        _ => return None,
    })
}

/// The shape of a field's values.
fn shape(source: &Source) -> Shape {
    match source {
        Source::Declared(field) => field.shape.clone(),
        Source::Id | Source::Width | Source::Height => Shape::Integer,
        Source::ShowInMenus => Shape::Boolean,
        Source::FirstPublishedAt => Shape::DateTime,
        Source::AliasOf => Shape::Link(Target::Page(Vec::new())),
        Source::Collection => Shape::Link(Target::Collection),
        Source::Tags => Shape::Tags,
        _ => Shape::Text,
    }
}

/// Whether a field holds tags.
pub fn holds_tags(field: &FaceField) -> bool {
    matches!(shape(&field.source), Shape::Tags)
}

/// The conditions that `?field=text` stands for.
pub fn filters(field: &FaceField, text: &str) -> Result<Vec<Filter>, Refusal> {
    let shape = shape(&field.source);
    let texts = match &shape {
        Shape::Tags => tags(field, text)?,
        _ => BTreeSet::from([text]),
    };
    let values = texts.into_iter().map(|text| value(field, &shape, text)).collect::<Result<Vec<_>, _>>()?;
    Ok(values.into_iter().map(|value| filter(field, &shape, value, text)).collect())
}

/// The names of a list of tags, each once; one of them empty is one that nothing has.
fn tags<'t>(field: &FaceField, text: &'t str) -> Result<BTreeSet<&'t str>, Refusal> {
    let names: BTreeSet<&str> = text.split(',').collect();
    match names.len() > MOST_TAGS {
        true => Err(Refusal::bad(format!(
            "field filter error. {} takes at most {MOST_TAGS} names, got {}",
            field.name,
            names.len()
        ))),
        false => Ok(names),
    }
}

fn value(field: &FaceField, shape: &Shape, text: &str) -> Result<Option<FilterValue>, Refusal> {
    let whole = |text: &str| number::parse(text).map(number::Number::value);
    let value = filter_value(shape, text, whole).map_err(|mismatch| refusal(&field.name, text, mismatch))?;
    if text.contains('\0') {
        let message = format!("field filter error. null characters are not allowed for {}", field.name);
        return Err(Refusal::bad(message));
    }
    Ok(value)
}

fn filter(field: &FaceField, shape: &Shape, value: Option<FilterValue>, text: &str) -> Filter {
    match (value, column(&field.source)) {
        (None, _) => Filter::Nothing,
        // A column keeps a text whole, whatever its length.
        (Some(FilterValue::Text(_)), Some(column)) => Filter::Is(column, Bind::from(text)),
        (Some(FilterValue::Int(int)), Some(column)) => Filter::Is(column, Bind::from(int)),
        (Some(FilterValue::Real(real)), Some(column)) => Filter::Is(column, Bind::from(real)),
        (Some(FilterValue::Text(tag)), None) if matches!(shape, Shape::Tags) && tag.is_empty() => {
            Filter::Nothing
        }
        (Some(value), None) => Filter::Has(field.name.clone(), value),
    }
}

fn refusal(name: &str, text: &str, mismatch: Mismatch) -> Refusal {
    let why = match mismatch {
        Mismatch::Boolean => format!("expected 'true' or 'false', got '{text}'"),
        Mismatch::Integer => format!("invalid literal for int() with base 10: {}", quoted(text)),
        Mismatch::Id => format!("Field 'id' expected a number but got {}.", quoted(text)),
        Mismatch::Number => format!("expected a number, got {}", quoted(text)),
        Mismatch::Date => format!("expected a date as YYYY-MM-DD, got {}", quoted(text)),
        Mismatch::Time => format!("expected a time as HH:MM[:SS], got {}", quoted(text)),
        Mismatch::Moment => format!("expected a date and time as YYYY-MM-DDTHH:MM:SSZ, got {}", quoted(text)),
    };
    Refusal::bad(format!("field filter error. '{text}' is not a valid value for {name} ({why})"))
}
