//! Foreign values into documents, by the shape of the field that takes them: the one place where importers decide
//! what a value becomes.

use serde_json::Map;
use serde_json::Value;

use crate::base::Timestamp;
use crate::schema::Block;
use crate::schema::Document;
use crate::schema::Field;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;
use crate::text::rich;
use crate::text::rich::Features;

/// Who knows what a foreign reference means here.
pub trait References {
    /// The public id that a reference means; `None` if it means nothing that is known.
    fn id(&self, target: &Target, reference: &Value) -> Option<i64>;

    /// Rich text with the references inside it as they are here.
    fn rich_text(&self, html: String) -> String {
        html
    }
}

/// Makes documents and remembers what did not fit.
pub struct Mapping<'r> {
    references: &'r dyn References,
    problems: Vec<String>,
}

impl<'r> Mapping<'r> {
    /// A mapping with these references.
    pub fn new(references: &'r dyn References) -> Self {
        Self { references, problems: Vec::new() }
    }

    /// What did not fit, with field paths, since the last time this was asked.
    pub fn problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }

    /// The document of a type from values by field name. Earlier names of a field are known too; values of no field
    /// are left to the caller.
    pub fn document(&mut self, declared: &Type, values: &Map<String, Value>) -> Document {
        let fields = declared.all_fields().filter(|field| field.shape.is_stored());
        fields.map(|field| (field.name.clone(), self.field(field, values, &field.name))).collect()
    }

    fn field(&mut self, field: &Field, values: &Map<String, Value>, path: &str) -> Value {
        let names = std::iter::once(&field.name).chain(&field.options.was);
        let found = names.into_iter().find_map(|name| values.get(name));
        found.map_or_else(|| field.initial(), |value| self.value(field, value, path))
    }

    fn value(&mut self, field: &Field, value: &Value, path: &str) -> Value {
        if value.is_null() {
            return null_of(&field.shape);
        }
        match &field.shape {
            Shape::Link(target) => self.link(target, value, path),
            Shape::Links(target) => self.links(target, value, path),
            Shape::Struct(fields) => self.structure(fields, &parsed(value), path),
            Shape::List(item) => self.list(item, &parsed(value), path),
            Shape::Stream(blocks) => self.stream(blocks, &parsed(value), path),
            Shape::Children { fields, .. } => self.children(fields, &parsed(value), path),
            Shape::Table => parsed(value),
            Shape::Json => typed_table(parsed(value)),
            _ => self.leaf(&field.shape, value, path),
        }
    }

    fn leaf(&mut self, shape: &Shape, value: &Value, path: &str) -> Value {
        let taken = match (shape, value) {
            (Shape::DateTime, Value::String(text)) => {
                Timestamp::parse(text).map(|moment| Value::from(moment.to_string()))
            }
            (Shape::Boolean, Value::Bool(_)) | (Shape::Integer | Shape::Float, Value::Number(_)) => {
                Some(value.clone())
            }
            (Shape::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
            (Shape::Float, Value::String(text)) => text.parse::<f64>().ok().map(Value::from),
            (Shape::Boolean | Shape::Integer | Shape::Float, _) => None,
            (Shape::Tags | Shape::Choices, Value::Array(_)) => Some(value.clone()),
            (Shape::Choices, Value::String(text)) => Some(text.split(',').map(str::trim).collect()),
            (Shape::RichText, Value::String(html)) => Some(Value::from(self.rich_text(html))),
            (_, Value::String(_)) => Some(value.clone()),
            (_, Value::Number(number)) => Some(Value::from(number.to_string())),
            _ => None,
        };
        taken.unwrap_or_else(|| {
            self.problems.push(format!("{path}: {} does not fit here and was left out", shortened(value)));
            null_of(shape)
        })
    }

    /// Cleaned, whatever the source let pass; text as editors write it comes through byte for byte.
    fn rich_text(&self, html: &str) -> String {
        self.references.rich_text(rich::clean(html, &Features::all()))
    }

    fn link(&mut self, target: &Target, value: &Value, path: &str) -> Value {
        let id = self.references.id(target, value);
        if id.is_none() {
            self.problems.push(format!("{path}: {} refers to nothing in the dump", shortened(value)));
        }
        id.map_or(Value::Null, Value::from)
    }

    fn links(&mut self, target: &Target, value: &Value, path: &str) -> Value {
        let references = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let links = references.iter().map(|reference| self.link(target, reference, path));
        Value::Array(links.filter(|link| !link.is_null()).collect())
    }

    /// Parts that the models no longer have stay behind the others: nothing is lost on the way in.
    fn structure(&mut self, fields: &[Field], value: &Value, path: &str) -> Value {
        let Value::Object(values) = value else {
            self.problems.push(format!("{path}: {} has no named parts", shortened(value)));
            return Value::Null;
        };
        let stored = fields.iter().filter(|field| field.shape.is_stored());
        let mut parts: Map<String, Value> = stored
            .map(|field| (field.name.clone(), self.field(field, values, &format!("{path}.{}", field.name))))
            .collect();
        let earlier: Vec<&String> = fields.iter().flat_map(|field| &field.options.was).collect();
        let rest = values.iter().filter(|(name, _)| !earlier.contains(name));
        for (name, value) in rest {
            parts.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Value::Object(parts)
    }

    /// Old Wagtails kept list items bare; since 2.16 they have a wrapper with an id.
    fn list(&mut self, item: &Field, value: &Value, path: &str) -> Value {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let items = items.iter().enumerate().map(|(number, value)| {
            let path = format!("{path}.{number}");
            let wrapped = value.as_object().filter(|o| o.contains_key("value") && o.contains_key("type"));
            let inner = wrapped.and_then(|wrapper| wrapper.get("value")).unwrap_or(value);
            let id = wrapped.and_then(|wrapper| wrapper.get("id")).cloned().unwrap_or(Value::Null);
            serde_json::json!({ "type": "item", "value": self.value(item, inner, &path), "id": id })
        });
        Value::Array(items.collect())
    }

    fn stream(&mut self, blocks: &[Block], value: &Value, path: &str) -> Value {
        let Value::Array(rows) = value else {
            if value.as_str() != Some("") {
                self.problems.push(format!("{path}: {} is no stream of blocks", shortened(value)));
            }
            return Value::Array(Vec::new());
        };
        let rows = rows.iter().enumerate().map(|(number, row)| {
            let name = row.get("type").and_then(Value::as_str).unwrap_or_default();
            let Some(block) = blocks.iter().find(|block| block.name == name) else {
                self.problems
                    .push(format!("{path}.{number}: the models have no block `{name}` here; kept as it is"));
                return row.clone();
            };
            let inner = row.get("value").unwrap_or(&Value::Null);
            let value = self.value(&block.field, inner, &format!("{path}.{number}.value"));
            let id = row.get("id").cloned().unwrap_or(Value::Null);
            serde_json::json!({ "type": name, "value": value, "id": id })
        });
        Value::Array(rows.collect())
    }

    fn children(&mut self, fields: &[Field], value: &Value, path: &str) -> Value {
        let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let rows = rows.iter().enumerate().filter_map(|(number, row)| {
            let values = row.as_object()?;
            let mut child = Map::new();
            let id = values.get("pk").or_else(|| values.get("id")).cloned().unwrap_or(Value::Null);
            child.insert("id".to_owned(), id);
            for field in fields.iter().filter(|field| field.shape.is_stored()) {
                let path = format!("{path}.{number}.{}", field.name);
                child.insert(field.name.clone(), self.field(field, values, &path));
            }
            Some(Value::Object(child))
        });
        Value::Array(rows.collect())
    }
}

/// What null means to a shape: a container without it would not be one.
fn null_of(shape: &Shape) -> Value {
    match shape {
        Shape::Choices
        | Shape::Tags
        | Shape::Links(_)
        | Shape::List(_)
        | Shape::Stream(_)
        | Shape::Children { .. } => Value::Array(Vec::new()),
        Shape::Boolean => Value::from(false),
        _ => Value::Null,
    }
}

/// Wagtail keeps structured values as JSON text in columns, and as themselves inside them.
fn parsed(value: &Value) -> Value {
    let text = value.as_str().filter(|text| text.starts_with(['[', '{']));
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

/// Tables with typed columns got their caption only later; Wagtail shows those without as "".
fn typed_table(mut value: Value) -> Value {
    if let Value::Object(table) = &mut value
        && table.get("columns").is_some_and(Value::is_array)
        && table.get("rows").is_some_and(Value::is_array)
    {
        table.entry("caption").or_insert_with(|| Value::from(""));
    }
    value
}

/// A value in a sentence.
fn shortened(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::Registry;
    use crate::schema::load_texts;

    struct Known;

    impl References for Known {
        fn id(&self, _: &Target, reference: &Value) -> Option<i64> {
            reference.as_i64().filter(|id| *id < 100)
        }
    }

    const MODELS: &str = r#"
[types.Post]
kind = "page"
fields = [
    { name = "lead", type = "text", was = "intro" },
    { name = "at", type = "datetime" },
    { name = "photo", type = "image" },
    { name = "friends", type = "page", many = true },
    { name = "price", type = "decimal" },
    { name = "body", type = "stream", blocks = ["quote", { name = "steps", type = "list", item = { type = "rich_text" } }] },
    { name = "authors", type = "children", label = "blog.Author", fields = [{ name = "name", type = "text" }] },
]
[blocks.quote]
type = "struct"
fields = [{ name = "text", type = "long_text" }, { name = "size", type = "choice", default = "s", choices = ["s", "l"] }]
"#;

    #[test]
    fn values_take_the_form_of_their_fields() {
        let schema = load_texts(&[("blog".to_owned(), MODELS.to_owned())], &Registry::default()).unwrap();
        let source = json!({
            "title": "A", "slug": "a", "intro": "Old", "at": "2019-02-10T16:24:31.388Z", "photo": 400,
            "friends": [3, 400], "price": 2.5,
            "body": "[{\"type\":\"quote\",\"value\":{\"by\":\"B\",\"text\":\"T\"},\"id\":\"x\"},{\"type\":\"steps\",\"value\":[\"<p>one</p>\",{\"type\":\"item\",\"value\":\"<p>two<script>x</script></p>\",\"id\":\"y\"}]},{\"type\":\"gone\",\"value\":1}]",
            "authors": [{ "pk": 7, "sort_order": 0, "name": null }],
        });
        let mut mapping = Mapping::new(&Known);
        let Value::Object(source) = source else { unreachable!() };
        let document = mapping.document(schema.get("blog.Post").unwrap(), &source);
        let expected = json!({
            "title": "A", "slug": "a", "seo_title": "", "search_description": "", "show_in_menus": false,
            "lead": "Old", "at": "2019-02-10T16:24:31.388000Z", "photo": null, "friends": [3], "price": "2.5",
            "body": [
                { "type": "quote", "value": { "text": "T", "size": "s", "by": "B" }, "id": "x" },
                { "type": "steps", "value": [
                    { "type": "item", "value": "<p>one</p>", "id": null }, { "type": "item", "value": "<p>two</p>", "id": "y" },
                ], "id": null },
                { "type": "gone", "value": 1 },
            ],
            "authors": [{ "id": 7, "name": null }],
        });
        assert_eq!(Value::Object(document).to_string(), expected.to_string());
        let told = "photo: 400 refers to nothing in the dump; friends: 400 refers to nothing in the dump; \
                    body.2: the models have no block `gone` here; kept as it is";
        assert_eq!(mapping.problems().join("; "), told);
    }
}
