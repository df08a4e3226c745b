//! The dump as content: which rows make up one page, snippet or image, and with which values.

use std::collections::HashMap;

use serde_json::Map;
use serde_json::Value;

use super::dump::Dump;
use super::dump::Row;
use super::evidence::content_of;
use super::identity::Identity;
use super::identity::model;
use crate::base::sha256_hex;
use crate::error::Result;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Type;

/// Which rows belong together.
pub struct Source<'d> {
    /// The dump.
    pub dump: &'d Dump,
    /// Its ids.
    pub identity: &'d Identity,
    /// The content types here.
    pub schema: &'d Schema,
    /// The row with a page's own fields, by the page's id.
    typed: HashMap<i64, usize>,
    /// Child rows in order, by their model and the id they belong to.
    children: HashMap<(String, i64), Vec<usize>>,
    /// Names of tags by model and id of what has them.
    tags: HashMap<(String, i64), Vec<String>>,
    tag_names: HashMap<i64, String>,
    /// Revisions by model and id; those of pages under the page's model.
    revisions: HashMap<(String, i64), Vec<usize>>,
    /// Rows that only join others: taggings.
    joins: Vec<usize>,
    /// Revisions whose content cannot be read.
    unreadable: Vec<usize>,
}

/// Columns of pages and snippets that are no fields: state, place and bookkeeping.
pub const MACHINERY: &[&str] = &[
    "pk",
    "path",
    "depth",
    "numchild",
    "translation_key",
    "locale",
    "latest_revision",
    "live",
    "has_unpublished_changes",
    "first_published_at",
    "last_published_at",
    "live_revision",
    "go_live_at",
    "expire_at",
    "expired",
    "locked",
    "locked_at",
    "locked_by",
    "draft_title",
    "content_type",
    "url_path",
    "owner",
    "latest_revision_created_at",
    "alias_of",
    "wagtail_admin_comments",
    "page_ptr",
];

/// Columns that change when something else does; no reason to renew.
const VOLATILE: &[&str] = &["path", "depth", "numchild", "latest_revision_created_at"];

impl<'d> Source<'d> {
    /// Reads the dump's joints.
    pub fn read(dump: &'d Dump, identity: &'d Identity, schema: &'d Schema) -> Result<Self> {
        let mut source = Self {
            dump,
            identity,
            schema,
            typed: HashMap::new(),
            children: HashMap::new(),
            tags: HashMap::new(),
            tag_names: HashMap::new(),
            revisions: HashMap::new(),
            joins: Vec::new(),
            unreadable: Vec::new(),
        };
        source.read_typed()?;
        source.read_children()?;
        source.read_tags()?;
        source.read_revisions()?;
        Ok(source)
    }

    fn read_typed(&mut self) -> Result<()> {
        for declared in self.schema.pages() {
            for row in self.dump.rows(&declared.label.to_lowercase()) {
                let row = row?;
                if let Some(id) = self.identity.id_of(&row) {
                    self.typed.insert(id, row.number);
                }
            }
        }
        Ok(())
    }

    fn read_children(&mut self) -> Result<()> {
        for declared in self.schema.types() {
            for field in &declared.fields {
                let Shape::Children { label, .. } = &field.shape else { continue };
                let model = label.to_lowercase();
                let own: Vec<&str> = field
                    .parts()
                    .iter()
                    .filter(|part| part.shape.is_stored())
                    .map(|p| p.name.as_str())
                    .collect();
                let target =
                    if declared.is_page() { model::PAGE.to_owned() } else { declared.label.to_lowercase() };
                let mut found: HashMap<i64, Vec<(i64, i64, usize)>> = HashMap::new();
                for row in self.dump.rows(&model) {
                    let row = row?;
                    if let Some(owner) = self.owner(&row, &own, &target) {
                        let place =
                            (row.integer("sort_order").unwrap_or(0), self.identity.id_of(&row).unwrap_or(0));
                        found.entry(owner).or_default().push((place.0, place.1, row.number));
                    }
                }
                for (owner, mut rows) in found {
                    rows.sort_unstable();
                    self.children.insert((model.clone(), owner), rows.into_iter().map(|row| row.2).collect());
                }
            }
        }
        Ok(())
    }

    /// What a child row belongs to: the one reference in it that is no field of its own.
    fn owner(&self, row: &Row, own: &[&str], target: &str) -> Option<i64> {
        let others =
            row.fields.iter().filter(|(name, _)| *name != "sort_order" && !own.contains(&name.as_str()));
        let mut owners = others.filter(|(_, value)| value.is_number() || value.is_array());
        owners.find_map(|(_, value)| self.identity.resolve(target, value))
    }

    fn read_tags(&mut self) -> Result<()> {
        for row in self.dump.rows(model::TAG) {
            let row = row?;
            if let Some(id) = self.identity.id_of(&row) {
                self.tag_names.insert(id, row.text("name").to_owned());
            }
        }
        let models: Vec<String> = self.dump.models().map(|(model, _)| model.to_owned()).collect();
        for model in models {
            for row in self.dump.rows(&model) {
                let row = row?;
                let is_tagging = row.fields.contains_key("tag")
                    && (row.fields.contains_key("content_object") || row.fields.contains_key("object_id"));
                if !is_tagging {
                    break;
                }
                self.joins.push(row.number);
                self.tagging(&row);
            }
        }
        for names in self.tags.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        Ok(())
    }

    fn tagging(&mut self, row: &Row) {
        let Some(name) =
            self.identity.resolve(model::TAG, row.get("tag")).and_then(|id| self.tag_names.get(&id))
        else {
            return;
        };
        let object = match self.identity.content_type(row.get("content_type")) {
            Some(model) if row.fields.contains_key("object_id") => {
                let id = self.identity.resolve(&model, row.get("object_id"));
                let family = if self.typed.contains_key(&id.unwrap_or(0)) && self.is_page(&model) {
                    model::PAGE.to_owned()
                } else {
                    model
                };
                id.map(|id| (family, id))
            }
            _ => self
                .identity
                .resolve(model::PAGE, row.get("content_object"))
                .map(|id| (model::PAGE.to_owned(), id)),
        };
        if let Some(object) = object {
            self.tags.entry(object).or_default().push(name.clone());
        }
    }

    fn is_page(&self, model: &str) -> bool {
        self.schema.find(model).is_some_and(|declared| declared.is_page())
    }

    fn read_revisions(&mut self) -> Result<()> {
        for row in self.dump.rows(model::REVISION) {
            let row = row?;
            self.unreadable.extend(content_of(&row).is_empty().then_some(row.number));
            let base = self.identity.content_type(row.get("base_content_type"));
            let Some(model) = base.or_else(|| self.identity.content_type(row.get("content_type"))) else {
                continue;
            };
            if let Some(id) = self.identity.resolve(&model, row.get("object_id")) {
                self.revisions.entry((model, id)).or_default().push(row.number);
            }
        }
        for row in self.dump.rows("wagtailcore.pagerevision") {
            let row = row?;
            self.unreadable.extend(content_of(&row).is_empty().then_some(row.number));
            if let Some(id) = self.identity.resolve(model::PAGE, row.get("page")) {
                self.revisions.entry((model::PAGE.to_owned(), id)).or_default().push(row.number);
            }
        }
        Ok(())
    }

    /// The row with a page's own fields.
    pub fn typed(&self, page: i64) -> Result<Option<Row>> {
        self.typed.get(&page).map(|&number| self.dump.row(number)).transpose()
    }

    /// The revisions of a row, in the order of their numbers.
    pub fn revisions(&self, model: &str, id: i64) -> &[usize] {
        self.revisions.get(&(model.to_owned(), id)).map_or(&[], Vec::as_slice)
    }

    /// The revisions whose content cannot be read.
    pub fn unreadable(&self) -> &[usize] {
        &self.unreadable
    }

    /// The rows that hang tags on things.
    pub fn joins(&self) -> &[usize] {
        &self.joins
    }

    /// The names of all tags that something has.
    pub fn used_tags(&self) -> impl Iterator<Item = &String> {
        self.tags.values().flatten()
    }

    /// All values of an object: its columns, its child rows and its tags. Adds the numbers of the child rows that
    /// went into it to `parts`.
    pub fn values(
        &self,
        declared: &Type,
        rows: &[&Row],
        id: i64,
        parts: &mut Vec<usize>,
    ) -> Result<Map<String, Value>> {
        let mut values = Map::new();
        for row in rows {
            values.extend(row.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let model = if declared.is_page() {
            model::PAGE.to_owned()
        } else {
            rows.first().map_or(String::new(), |row| row.model.clone())
        };
        for field in declared.all_fields() {
            match &field.shape {
                Shape::Children { label, .. } => {
                    let children = self.child_rows(&label.to_lowercase(), id, parts)?;
                    values.insert(field.name.clone(), children);
                }
                Shape::Tags if !values.get(&field.name).is_some_and(Value::is_array) => {
                    let names = self.tags.get(&(model.clone(), id)).cloned().unwrap_or_default();
                    values.insert(field.name.clone(), Value::from(names));
                }
                _ => {}
            }
        }
        Ok(values)
    }

    fn child_rows(&self, model: &str, owner: i64, parts: &mut Vec<usize>) -> Result<Value> {
        let numbers = self.children.get(&(model.to_owned(), owner)).map_or(&[][..], Vec::as_slice);
        let mut rows = Vec::new();
        for &number in numbers {
            let row = self.dump.row(number)?;
            let mut values = row.fields.clone();
            values.insert("pk".to_owned(), self.identity.id_of(&row).map_or(Value::Null, Value::from));
            rows.push(Value::Object(values));
            parts.push(number);
        }
        Ok(Value::Array(rows))
    }

    /// The values of a revision. Its taggings become names.
    pub fn revision_values(&self, declared: &Type, revision: &Row) -> Map<String, Value> {
        let mut content = content_of(revision);
        let is_tagging = |item: &Value| item.get("tag").is_some() && item.get("content_object").is_some();
        let mut names: Vec<String> = Vec::new();
        content.retain(|_, value| {
            let taggings = value.as_array().filter(|items| !items.is_empty() && items.iter().all(is_tagging));
            let tags = taggings.into_iter().flatten().filter_map(|item| item.get("tag")?.as_i64());
            names.extend(tags.filter_map(|tag| self.tag_names.get(&tag).cloned()));
            taggings.is_none()
        });
        names.sort_unstable();
        names.dedup();
        let tagged = declared.all_fields().find(|field| matches!(field.shape, Shape::Tags));
        if let Some(field) = tagged {
            content.entry(field.name.clone()).or_insert(Value::from(names));
        }
        content
    }

    /// Values that no field takes: content of fields that the models here do not have.
    pub fn strays(&self, declared: &Type, values: &Map<String, Value>) -> Vec<(String, Value)> {
        let is_known = |name: &str| {
            let by_field =
                declared.all_fields().any(|f| f.name == name || f.options.was.iter().any(|was| was == name));
            by_field || MACHINERY.contains(&name) || name.ends_with("_ptr")
        };
        let is_joint = |value: &Value| {
            value.as_array().is_some_and(|rows| rows.iter().any(|row| row.get("pk").is_some()))
        };
        let strays = values
            .iter()
            .filter(|(name, value)| !is_known(name) && !is_joint(value) && *name != "tagged_items");
        strays.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The hash of everything that an object is made from.
    pub fn digest(&self, values: &Map<String, Value>, revisions: &[usize]) -> Result<String> {
        let mut text = String::new();
        for (name, value) in values.iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str())) {
            text.push_str(name);
            text.push_str(&value.to_string());
        }
        for &number in revisions {
            let row = self.dump.row(number)?;
            text.push_str(&row.pk_text());
            text.push_str(&sha256_hex(Value::Object(row.fields).to_string().as_bytes()));
        }
        Ok(sha256_hex(text.as_bytes()))
    }
}
