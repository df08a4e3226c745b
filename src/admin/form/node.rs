//! One field as its template sees it, and the drawing of it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Filled;
use super::Told;
use super::known::{Chosen, ids};
use super::rows::{Group, Row};
use crate::error::Result;
use crate::render::Templates;
use crate::schema::Field;
use crate::schema::Shape;
use crate::schema::Target;

/// The rich-text features of a field that names none.
const USUAL_FEATURES: [&str; 12] =
    ["h2", "h3", "h4", "bold", "italic", "ol", "ul", "hr", "link", "document-link", "image", "embed"];

/// What `fields/<kind>.html` is drawn from.
#[derive(Debug, Serialize)]
pub struct Node {
    kind: String,
    name: String,
    id: String,
    label: String,
    help: String,
    required: bool,
    /// Whether the label is only for those who hear the page: the row around it is called the same.
    bare: bool,
    problems: Vec<String>,
    value: Value,
    options: Map<String, Value>,
    shown_when: Option<ShownWhen>,
    chosen: Vec<Chosen>,
    /// Drawn fields of a struct.
    parts: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct ShownWhen {
    field: String,
    values: String,
}

/// Draws fields and remembers which problems it showed.
pub struct Draw<'a> {
    templates: &'a Templates,
    pub(super) filled: &'a Filled<'a>,
    /// The problems shown so far.
    pub told: Vec<Told>,
    /// The blocks around the field that is being drawn.
    pub(super) around: Vec<String>,
    pub(super) bare: bool,
}

impl<'a> Draw<'a> {
    /// Begins a form.
    pub fn new(templates: &'a Templates, filled: &'a Filled<'a>) -> Self {
        Self { templates, filled, told: Vec::new(), around: Vec::new(), bare: false }
    }

    /// Draws one field. `name` is its path in the form, `place` its place in the models.
    pub fn field(&mut self, field: &Field, value: &Value, name: &str, place: &str) -> Result<String> {
        let mut node = self.node(field, value, name);
        let depth = self.around.len();
        match &field.shape {
            Shape::Struct(fields) => {
                self.around.extend((!node.bare).then(|| field.label.clone()));
                for part in fields.iter().filter(|part| part.shape.is_stored()) {
                    let inner = value.get(&part.name).cloned().unwrap_or_else(|| part.initial());
                    let (name, place) = (format!("{name}.{}", part.name), format!("{place}.{}", part.name));
                    node.parts.push(self.field(part, &inner, &name, &place)?);
                }
                self.around.truncate(depth);
            }
            Shape::Stream(_) | Shape::List(_) | Shape::Children { .. } => {
                self.around.extend((!node.bare).then(|| field.label.clone()));
                (node.rows, node.groups) = self.rows(field, value, name, place)?;
                self.around.truncate(depth);
            }
            _ => {}
        }
        self.component(field, &node)
    }

    /// What is wrong beyond any field, behind what the fields told.
    pub fn finish(self) -> Vec<Told> {
        let mut told = self.told;
        for (path, texts) in self.filled.problems.iter() {
            let shown = |told: &[Told]| texts.iter().all(|text| told.iter().any(|t| t.text == *text));
            if path.is_empty() || !shown(&told) {
                let label = path.rsplit('.').next().unwrap_or_default().replace('_', " ");
                told.extend(texts.iter().map(|text| Told {
                    id: String::new(),
                    label: label.clone(),
                    text: if label.is_empty() { text.clone() } else { format!("{label} {text}") },
                }));
            }
        }
        told
    }

    fn component(&self, field: &Field, node: &Node) -> Result<String> {
        let component = format!("fields.{}", field.kind.name());
        let known = self.templates.current().contains_component(&component);
        let component = if known { component } else { format!("fields.{}", usual(&field.shape)) };
        self.templates.component(&component, &json!({ "f": node }))
    }

    fn node(&mut self, field: &Field, value: &Value, name: &str) -> Node {
        let bare = std::mem::take(&mut self.bare);
        let problems = self.problems(field, name, bare);
        Node {
            kind: field.kind.name().to_owned(),
            id: format!("f-{name}"),
            name: name.to_owned(),
            label: field.label.clone(),
            help: field.help.clone(),
            required: field.required,
            bare,
            value: shown(field, value, !problems.is_empty()),
            options: self.options(field, value),
            problems,
            shown_when: shown_when(field, name),
            chosen: self.chosen(field, value),
            parts: Vec::new(),
            rows: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// The problems at this name; a list's entry is told without the `.value` that its input has.
    fn problems(&mut self, field: &Field, name: &str, bare: bool) -> Vec<String> {
        let all = self.filled.problems;
        let entry = name.strip_suffix(".value").filter(|entry| ends_in_number(entry));
        let mut problems = all.at(name).to_vec();
        problems.extend(entry.map(|entry| all.at(entry)).unwrap_or_default().iter().cloned());
        let own = (!bare).then_some(field.label.as_str());
        let label = self.around.iter().map(String::as_str).chain(own);
        let label = label.collect::<Vec<_>>().join(" › ");
        self.told.extend(problems.iter().map(|problem| Told {
            id: format!("field-{name}"),
            label: label.clone(),
            text: problem.clone(),
        }));
        problems
    }

    fn chosen(&self, field: &Field, value: &Value) -> Vec<Chosen> {
        let (Shape::Link(target) | Shape::Links(target)) = &field.shape else { return Vec::new() };
        let family = target.family().unwrap_or_default();
        ids(value).into_iter().map(|id| self.filled.known.get(family, id)).collect()
    }

    fn options(&self, field: &Field, value: &Value) -> Map<String, Value> {
        let declared = &field.options;
        let mut options = Map::new();
        let mut set = |name: &str, value: Value| drop(options.insert(name.to_owned(), value));
        declared.max_length.iter().for_each(|most| set("max_length", json!(most)));
        declared.min.iter().for_each(|least| set("min", number(*least)));
        declared.max.iter().for_each(|most| set("max", number(*most)));
        set("max_num", json!(declared.max_num.unwrap_or(0)));
        set("choices", json!(declared.choices));
        match &field.shape {
            Shape::RichText => {
                let usual = || USUAL_FEATURES.iter().map(|name| (*name).to_owned()).collect();
                let features: Vec<String> = declared.features.clone().unwrap_or_else(usual);
                set("features", json!(json!(features).to_string()));
            }
            Shape::Table => {
                set("json", json!(if value.is_null() { String::new() } else { value.to_string() }))
            }
            Shape::Link(target) | Shape::Links(target) => {
                let of = match target {
                    Target::Page(labels) | Target::Snippet(labels) => labels.join(","),
                    _ => String::new(),
                };
                set("of", json!(of));
                set("icon", json!(field.kind.name().replace("collection", "folder")));
                set("noun", json!("one"));
                set("many", json!(matches!(field.shape, Shape::Links(_))));
                set("blank", json!(Chosen::default()));
            }
            _ if field.name == "slug" => {
                set("prefix", json!(self.filled.slug.prefix));
                set("follow", json!(self.filled.slug.follow));
            }
            _ if field.name == "title" && self.around.is_empty() => set("display", json!("title")),
            _ => {}
        }
        options
    }
}

fn ends_in_number(path: &str) -> bool {
    path.rsplit('.').next().is_some_and(|step| step.parse::<usize>().is_ok())
}

fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn shown_when(field: &Field, name: &str) -> Option<ShownWhen> {
    let when = field.options.shown_when.as_ref()?;
    let beside = name
        .rsplit_once('.')
        .map_or_else(|| when.field.clone(), |(around, _)| format!("{around}.{}", when.field));
    Some(ShownWhen { field: beside, values: json!(when.values).to_string() })
}

/// A value as its input takes it. One that was refused is shown as it was typed.
fn shown(field: &Field, value: &Value, refused: bool) -> Value {
    match &field.shape {
        Shape::Boolean => json!(*value == json!(true) || *value == json!("true")),
        Shape::Choices | Shape::Tags => match value {
            Value::Array(_) => value.clone(),
            _ => json!([]),
        },
        Shape::Table => {
            if value.is_object() {
                value.clone()
            } else {
                json!({})
            }
        }
        Shape::Json if !refused => match value {
            Value::Null => json!(""),
            other => json!(serde_json::to_string_pretty(other).unwrap_or_default()),
        },
        Shape::DateTime => json!(local(value.as_str().unwrap_or_default())),
        Shape::Struct(_) | Shape::List(_) | Shape::Stream(_) | Shape::Children { .. } => Value::Null,
        Shape::Link(_) | Shape::Links(_) => Value::Null,
        _ => json!(plain(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(repeated) => repeated.last().map(plain).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// A stored moment as `datetime-local` takes it: without zone, without a fraction that is nothing.
pub(super) fn local(stored: &str) -> String {
    let bare = stored.trim_end_matches('Z');
    let short = bare.trim_end_matches('0').trim_end_matches('.');
    if bare.contains('.') { short.to_owned() } else { bare.to_owned() }
}

/// The built-in template for a shape, for kinds from outside that bring none.
fn usual(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text
        | Shape::Rendition { .. }
        | Shape::ChoiceLabel { .. }
        | Shape::Parent
        | Shape::Related { .. }
        | Shape::Address { .. } => "text",
        Shape::RichText => "rich_text",
        Shape::Markdown => "markdown",
        Shape::Integer => "integer",
        Shape::Float => "float",
        Shape::Decimal => "decimal",
        Shape::Boolean => "boolean",
        Shape::Date => "date",
        Shape::Time => "time",
        Shape::DateTime => "datetime",
        Shape::Choice => "choice",
        Shape::Choices => "choices",
        Shape::Tags => "tags",
        Shape::Embed => "embed",
        Shape::Table => "table",
        Shape::Json => "json",
        Shape::Link(target) | Shape::Links(target) => match target {
            Target::Page(_) => "page",
            Target::Image => "image",
            Target::Document => "document",
            Target::Collection => "collection",
            Target::User => "user",
            Target::Snippet(_) => "snippet",
        },
        Shape::Struct(_) => "struct",
        Shape::List(_) => "list",
        Shape::Stream(_) => "stream",
        Shape::Children { .. } => "children",
    }
}
