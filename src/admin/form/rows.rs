//! Rows: the blocks of a stream, the entries of a list, inline children. And the empty row of each kind, drawn once a
//! form, which the browser copies when somebody adds one.

use serde::Serialize;
use serde_json::Value;

use super::node::Draw;
use crate::admin::icons;
use crate::error::Result;
use crate::schema::Field;
use crate::schema::Shape;
use crate::schema::Type;

/// What a new row is called until the browser gives it a name.
const UNNAMED: &str = "__name__";

/// Characters of a row's content that stand beside its name.
const BRIEF: usize = 100;

/// One row.
#[derive(Debug, Serialize)]
pub struct Row {
    name: String,
    /// A block's or child's own id; empty for a new one.
    id: String,
    /// The block's name; empty outside streams.
    r#type: String,
    label: String,
    icon: &'static str,
    /// A few words of its content, for when it is folded.
    brief: String,
    folded: bool,
    problem: bool,
    html: String,
}

/// The empty row of one kind.
#[derive(Debug, Serialize)]
pub struct RowTemplate {
    key: String,
    row: Row,
}

/// Blocks that stand together in the picker.
#[derive(Debug, Serialize)]
pub struct Group {
    name: String,
    choices: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    template: String,
    label: String,
    help: String,
    icon: &'static str,
}

/// One kind of row that a container can hold.
struct Kind<'f> {
    /// The block's name; empty outside streams.
    block: &'f str,
    label: String,
    help: String,
    group: String,
    icon: &'static str,
    holds: Holds<'f>,
}

enum Holds<'f> {
    /// One value, in `.value`.
    Value(&'f Field),
    /// Fields, directly in the row.
    Fields(&'f [Field]),
}

impl Draw<'_> {
    /// The rows of a container, and what its picker offers.
    pub(super) fn rows(
        &mut self,
        field: &Field,
        value: &Value,
        name: &str,
        place: &str,
    ) -> Result<(Vec<Row>, Vec<Group>)> {
        let kinds = kinds(field);
        let mut rows = Vec::new();
        for (number, stored) in value.as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
            let block = stored.get("type").and_then(Value::as_str).unwrap_or_default();
            let Some(kind) = kinds.iter().find(|kind| kind.block.is_empty() || kind.block == block) else {
                continue;
            };
            self.around.push(format!("{} {}", kind.label, number + 1));
            let row = self.row(kind, stored, &format!("{name}.{number}"), place)?;
            self.around.pop();
            rows.push(row);
        }
        Ok((rows, groups(&kinds, place)))
    }

    fn row(&mut self, kind: &Kind<'_>, stored: &Value, name: &str, place: &str) -> Result<Row> {
        let before = self.told.len();
        let html = match &kind.holds {
            Holds::Value(field) => {
                let value = stored.get("value").cloned().unwrap_or_else(|| field.initial());
                self.bare = true;
                self.field(field, &value, &format!("{name}.value"), &inner(place, kind))?
            }
            Holds::Fields(fields) => {
                let mut html = String::new();
                for field in fields.iter().filter(|field| field.shape.is_stored()) {
                    let value = stored.get(&field.name).cloned().unwrap_or_else(|| field.initial());
                    let place = format!("{}.{}", inner(place, kind), field.name);
                    html += &self.field(field, &value, &format!("{name}.{}", field.name), &place)?;
                }
                html
            }
        };
        Ok(Row {
            name: name.to_owned(),
            id: stored.get("id").map(id).unwrap_or_default(),
            r#type: kind.block.to_owned(),
            label: kind.label.clone(),
            icon: kind.icon,
            brief: brief(kind, stored),
            folded: false,
            problem: self.told.len() > before,
            html,
        })
    }
}

/// The empty rows of every container of the type, however deep.
pub fn templates(draw: &mut Draw<'_>, declared: &Type) -> Result<Vec<RowTemplate>> {
    let mut templates = Vec::new();
    for field in declared.all_fields().filter(|field| field.shape.is_stored()) {
        collect(draw, field, &field.name, &mut templates)?;
    }
    Ok(templates)
}

fn collect(draw: &mut Draw<'_>, field: &Field, place: &str, templates: &mut Vec<RowTemplate>) -> Result<()> {
    if let Shape::Struct(fields) = &field.shape {
        return fields
            .iter()
            .try_for_each(|part| collect(draw, part, &format!("{place}.{}", part.name), templates));
    }
    for kind in kinds(field) {
        let key = inner(place, &kind);
        let row = draw.row(&kind, &Value::Null, UNNAMED, place)?;
        templates.push(RowTemplate { key: key.clone(), row });
        match kind.holds {
            Holds::Value(field) => collect(draw, field, &key, templates)?,
            Holds::Fields(fields) => {
                for part in fields {
                    collect(draw, part, &format!("{key}.{}", part.name), templates)?;
                }
            }
        }
    }
    Ok(())
}

fn inner(place: &str, kind: &Kind<'_>) -> String {
    format!("{place}:{}", kind.block)
}

fn kinds(field: &Field) -> Vec<Kind<'_>> {
    match &field.shape {
        Shape::Stream(blocks) => blocks
            .iter()
            .map(|block| Kind {
                block: &block.name,
                label: block.field.label.clone(),
                help: block.field.help.clone(),
                group: block.group.clone(),
                icon: icons::known(&block.icon),
                holds: Holds::Value(&block.field),
            })
            .collect(),
        Shape::List(item) => vec![alone(&item.label, Holds::Value(item))],
        Shape::Children { fields, .. } => vec![alone(&singular(&field.label), Holds::Fields(fields))],
        _ => Vec::new(),
    }
}

fn alone<'f>(label: &str, holds: Holds<'f>) -> Kind<'f> {
    let label = if label.is_empty() { "Entry".to_owned() } else { label.to_owned() };
    Kind { block: "", label, help: String::new(), group: String::new(), icon: "list", holds }
}

/// "Authors" holds rows that are called "Author".
fn singular(label: &str) -> String {
    let word = label.strip_suffix('s').filter(|word| !word.ends_with('s'));
    word.unwrap_or(label).to_owned()
}

fn groups(kinds: &[Kind<'_>], place: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for kind in kinds {
        let choice = Choice {
            template: inner(place, kind),
            label: kind.label.clone(),
            help: kind.help.clone(),
            icon: kind.icon,
        };
        match groups.iter_mut().find(|group| group.name == kind.group) {
            Some(group) => group.choices.push(choice),
            None => groups.push(Group { name: kind.group.clone(), choices: vec![choice] }),
        }
    }
    groups
}

fn id(value: &Value) -> String {
    match value {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => String::new(),
    }
}

/// The first words of a row, without markup.
fn brief(kind: &Kind<'_>, stored: &Value) -> String {
    let words = match kind.holds {
        Holds::Value(field) => stored.get("value").and_then(|value| words(field, value)),
        Holds::Fields(fields) => first_words(fields, stored),
    };
    words.map(|words| words.chars().take(BRIEF).collect()).unwrap_or_default()
}

fn first_words(fields: &[Field], values: &Value) -> Option<String> {
    fields.iter().find_map(|field| words(field, values.get(&field.name)?))
}

fn words(field: &Field, value: &Value) -> Option<String> {
    let text = match &field.shape {
        Shape::Text | Shape::Markdown | Shape::Embed => value.as_str()?.to_owned(),
        Shape::RichText => without_tags(value.as_str()?),
        Shape::Struct(fields) => return first_words(fields, value),
        Shape::List(item) => return words(item, value.as_array()?.first()?.get("value")?),
        _ => return None,
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn without_tags(html: &str) -> String {
    let mut is_tag = false;
    let kept = html.chars().map(|character| {
        is_tag = (is_tag || character == '<') && character != '>';
        if is_tag || character == '>' { ' ' } else { character }
    });
    kept.collect()
}
