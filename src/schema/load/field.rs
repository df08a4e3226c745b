//! One field of the models, from its table.

use std::sync::Arc;

use indexmap::IndexMap;
use regex::Regex;
use serde_json::Value;

use super::build::Build;
use super::node::Entry;
use super::node::Node;
use crate::schema::Block;
use crate::schema::Choice;
use crate::schema::Field;
use crate::schema::Options;
use crate::schema::Shape;
use crate::schema::ShownWhen;

/// What a kind sees of a declaration while it decides the shape.
pub struct Make<'m, 's> {
    build: &'m Build<'s>,
    node: &'m Node<'s>,
    app: &'m str,
}

impl Make<'_, '_> {
    /// Whether an option was given.
    pub fn has(&self, key: &str) -> bool {
        self.node.has(key)
    }

    /// An option that is a text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.node.text(key)
    }

    /// An option that is a list of texts.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.node.texts(key).unwrap_or_default()
    }

    /// An option that is true or false.
    pub fn flag(&self, key: &str) -> bool {
        self.node.flag(key).unwrap_or(false)
    }

    /// The option `fields`.
    pub fn fields(&mut self) -> Vec<Field> {
        if !self.node.has("fields") {
            self.node.error("needs `fields`");
        }
        fields(self.build, self.node, self.app)
    }

    /// The option `item` of a list.
    pub fn item(&mut self) -> Option<Arc<Field>> {
        match self.node.single("item")? {
            Entry::Name(name, start) => {
                self.build.block(&name, self.app, self.node.source, start).map(|b| b.field)
            }
            Entry::Table(node) => {
                node.text("name");
                field(self.build, &node, self.app, "item").map(Arc::new)
            }
            Entry::Wrong => None,
        }
    }

    /// The option `blocks` of a stream.
    pub fn blocks(&mut self) -> Vec<Block> {
        if !self.node.has("blocks") {
            self.node.error("a stream needs its blocks: blocks = [\"heading\", \"base.quote\"]");
        }
        let mut blocks: Vec<Block> = Vec::new();
        for entry in self.node.entries("blocks") {
            let block = match entry {
                Entry::Name(name, start) => self.build.block(&name, self.app, self.node.source, start),
                Entry::Table(node) => inline_block(self.build, &node, self.app),
                Entry::Wrong => None,
            };
            let Some(block) = block else { continue };
            if blocks.iter().any(|earlier| earlier.name == block.name) {
                self.node.error_at("blocks", format!("the block `{}` is listed twice", block.name));
            } else {
                blocks.push(block);
            }
        }
        blocks
    }
}

fn inline_block(build: &Build<'_>, node: &Node<'_>, app: &str) -> Option<Block> {
    let Some(name) = node.text("name") else {
        node.error("a block declared in place needs a `name`");
        return None;
    };
    let (group, icon) = (node.text("group").unwrap_or_default(), node.text("icon").unwrap_or_default());
    let field = field(build, node, app, &name)?;
    Some(Block { name, field: Arc::new(field), group, icon })
}

/// The fields of a type, struct or child row.
pub(super) fn fields<'s>(build: &Build<'s>, node: &Node<'s>, app: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for entry in node.entries("fields") {
        let Entry::Table(node) = entry else {
            node.error_at("fields", "a field is a table: { name = \"title\", type = \"text\" }");
            continue;
        };
        let Some(name) = node.text("name") else {
            node.error("a field needs a `name`");
            continue;
        };
        if !is_name(&name) {
            node.error_at(
                "name",
                format!("`{name}` cannot name a field: lower-case letters, digits and _, a letter first"),
            );
        } else if fields.iter().any(|earlier| earlier.name == name) {
            node.error_at("name", format!("`{name}` is declared twice"));
        } else {
            fields.extend(field(build, &node, app, &name));
        }
    }
    fields
}

/// Words that the API, forms and rows use for themselves.
const RESERVED: [&str; 5] = ["id", "meta", "pk", "type", "fields"];

pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&name)
}

/// A field from its table, `name` already read.
pub(super) fn field<'s>(build: &Build<'s>, node: &Node<'s>, app: &str, name: &str) -> Option<Field> {
    let Some(kind_name) = node.text("type") else {
        node.error(format!("`{name}` needs a `type`, such as \"text\""));
        return None;
    };
    let Some(kind) = build.registry.get(&kind_name).cloned() else {
        node.error_at("type", unknown_kind(build, &kind_name));
        return None;
    };
    let shape = match kind.shape(&mut Make { build, node, app }) {
        Ok(shape) => shape,
        Err(message) => {
            node.error(format!("`{name}` ({kind_name}) {message}"));
            return None;
        }
    };
    let label_is_type = matches!(shape, Shape::Children { .. });
    let label = if label_is_type { node.text("heading") } else { node.text("label") };
    let mut field = Field {
        name: name.to_owned(),
        label: label.unwrap_or_else(|| sentence(name)),
        help: node.text("help").unwrap_or_default(),
        required: node.flag("required").unwrap_or(false),
        default: node.json("default"),
        options: options(node, &shape, kind.options()),
        place: node.place(),
        shape,
        kind: kind.clone(),
    };
    kind.presets(&mut field);
    node.refuse_unknown();
    Some(field)
}

fn unknown_kind(build: &Build<'_>, name: &str) -> String {
    let near =
        build.registry.all().map(|kind| kind.name()).min_by_key(|kind| super::node::distance(kind, name));
    match near {
        Some(near) if super::node::distance(near, name) <= 3 => {
            format!("there is no field kind `{name}`; did you mean `{near}`?")
        }
        _ => {
            let all: Vec<_> = build.registry.all().map(|kind| kind.name()).collect();
            format!("there is no field kind `{name}`; there are {}", all.join(", "))
        }
    }
}

fn options(node: &Node<'_>, shape: &Shape, own: &[(&str, &str)]) -> Options {
    // `name`, `group` and `icon` belong to blocks and are read there.
    for key in ["name", "group", "icon"] {
        node.item(key);
    }
    let own_known = [
        "choices",
        "of",
        "many",
        "fields",
        "item",
        "blocks",
        "block_counts",
        "min_num",
        "max_num",
        "label",
        "spec",
        "field",
    ];
    let extra = own.iter().map(|(key, _)| *key).filter(|key| !own_known.contains(key));
    Options {
        max_length: node.count("max_length"),
        min_length: node.count("min_length"),
        min: node.number("min"),
        max: node.number("max"),
        decimal_places: node.count("decimal_places"),
        pattern: pattern(node),
        unique: node.flag("unique").unwrap_or(false),
        filterable: node.flag("filterable").unwrap_or(shape.is_filterable()) && shape.is_filterable(),
        search: search_boost(node),
        shown_when: shown_when(node),
        api: node.flag("api").unwrap_or(true),
        api_writable: node.flag("api_writable").unwrap_or(true),
        choices: choices(node),
        features: node.texts("features"),
        was: node.texts("was").unwrap_or_default(),
        api_rendition: node.text("api_rendition"),
        min_num: node.count("min_num"),
        max_num: node.count("max_num"),
        block_counts: block_counts(node),
        extra: extra.filter_map(|key| node.json(key).map(|value| (key.to_owned(), value))).collect(),
    }
}

fn pattern(node: &Node<'_>) -> Option<Regex> {
    let text = node.text("pattern")?;
    let regex = Regex::new(&format!("^(?:{text})$"));
    if let Err(error) = &regex {
        node.error_at("pattern", format!("this pattern cannot be read: {error}"));
    }
    regex.ok()
}

fn search_boost(node: &Node<'_>) -> Option<f64> {
    match node.json("search")? {
        Value::Bool(yes) => yes.then_some(1.0),
        Value::Number(boost) if boost.as_f64().is_some_and(|boost| boost > 0.0) => boost.as_f64(),
        _ => {
            node.error_at("search", "`search` is true, or a boost above 0");
            None
        }
    }
}

fn shown_when(node: &Node<'_>) -> Option<ShownWhen> {
    let Entry::Table(inner) = node.single("shown_when")? else {
        node.error_at("shown_when", "`shown_when` is a table: { field = \"kind\", is = \"video\" }");
        return None;
    };
    let field = inner.text("field");
    let is = inner.json("is");
    inner.refuse_unknown();
    let (Some(field), Some(is)) = (field, is) else {
        inner.error("`shown_when` needs `field` and `is`");
        return None;
    };
    let values = if let Value::Array(values) = is { values } else { vec![is] };
    Some(ShownWhen { field, values })
}

fn choices(node: &Node<'_>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for entry in node.entries("choices") {
        let choice = match entry {
            Entry::Name(value, _) => Some(Choice { label: value.clone(), value }),
            Entry::Table(inner) => {
                let (value, label) = (inner.text("value"), inner.text("label"));
                inner.refuse_unknown();
                value.map(|value| Choice { label: label.unwrap_or_else(|| value.clone()), value })
            }
            Entry::Wrong => None,
        };
        match choice {
            Some(choice) if choices.iter().any(|earlier| earlier.value == choice.value) => {
                node.error_at("choices", format!("the choice `{}` is listed twice", choice.value));
            }
            Some(choice) => choices.push(choice),
            None => node.error_at("choices", "a choice is a text, or { value = \"…\", label = \"…\" }"),
        }
    }
    choices
}

fn block_counts(node: &Node<'_>) -> IndexMap<String, (Option<usize>, Option<usize>)> {
    let tables = node.tables("block_counts");
    let counts = tables.into_iter().map(|(name, inner)| {
        let bounds = (inner.count("min"), inner.count("max"));
        inner.refuse_unknown();
        (name, bounds)
    });
    counts.collect()
}

/// `hero_text` as people read it: "Hero text".
pub(super) fn sentence(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
