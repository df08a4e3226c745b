//! A page or another object as templates see it: what every object has, and its declared fields.

use serde_json::Map;
use serde_json::Value;

use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::content::Object;
use crate::query::Item;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;
use crate::schema::walk;
use crate::sites::Sites;

/// A page that is shown: as readers have it, or as a draft has it in a preview.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The store's key.
    pub key: Key,
    /// The public id.
    pub id: i64,
    /// The type's label.
    pub label: String,
    /// The language code.
    pub locale: String,
    /// What its translations share.
    pub translation_key: String,
    /// The place in the tree.
    pub path: Option<TreePath>,
    /// The stored URL path.
    pub url_path: String,
    /// When it first went live.
    pub first_published_at: Option<Timestamp>,
    /// When its live side last changed.
    pub last_published_at: Option<Timestamp>,
    /// The content.
    pub document: Document,
}

impl From<Item> for Shown {
    fn from(item: Item) -> Self {
        let columns = item.columns;
        let rest = columns.rest.map(|rest| *rest).unwrap_or_default();
        Self {
            key: columns.key,
            id: columns.id,
            label: columns.type_,
            locale: columns.locale.unwrap_or_default(),
            translation_key: rest.translation_key.unwrap_or_default(),
            path: columns.path,
            url_path: columns.url_path.unwrap_or_default(),
            first_published_at: columns.first_published_at,
            last_published_at: rest.last_published_at,
            document: item.doc.to_document(),
        }
    }
}

impl Shown {
    /// An object with content of its choosing: the live one, or a draft's.
    pub fn of(object: &Object, document: Document) -> Self {
        Self {
            key: object.key,
            id: object.id,
            label: object.label.clone(),
            locale: object.locale.clone(),
            translation_key: object.translation_key.clone(),
            path: object.path.clone(),
            url_path: object.url_path.clone(),
            first_published_at: object.first_published_at,
            last_published_at: object.last_published_at,
            document,
        }
    }

    /// The view of a page: its declared fields, then what every page has.
    pub(super) fn page(&self, schema: &Schema, sites: &Sites, site: i64) -> Value {
        let mut view = self.fields(schema.get(&self.label).map(|declared| &**declared));
        let address = sites.address_of(&self.url_path, Some(site));
        let full = address.as_ref().map(|address| address.url()).unwrap_or_default();
        let url = address.map(|address| address.seen_from(site)).unwrap_or_default();
        view.insert("feed_url".into(), format!("{url}feed.xml").into());
        view.insert("url".into(), url.into());
        view.insert("full_url".into(), full.into());
        view.insert("url_path".into(), self.url_path.as_str().into());
        view.insert("first_published_at".into(), moment(self.first_published_at));
        view.insert("last_published_at".into(), moment(self.last_published_at));
        Value::Object(view)
    }

    /// The view of anything else.
    pub(super) fn object(&self, declared: &Type) -> Value {
        Value::Object(self.fields(Some(declared)))
    }

    fn fields(&self, declared: Option<&Type>) -> Map<String, Value> {
        let mut view = Map::new();
        for field in declared.into_iter().flat_map(Type::all_fields).filter(|field| field.shape.is_stored()) {
            let value = self.document.get(&field.name).cloned();
            view.insert(field.name.clone(), value.unwrap_or_else(|| field.empty()));
        }
        // A type that the models no longer have is shown by what its document has.
        if declared.is_none() {
            view.extend(self.document.clone());
        }
        view.insert("id".into(), self.id.into());
        view.insert("type".into(), self.label.as_str().into());
        view.insert("locale".into(), self.locale.as_str().into());
        view
    }

    /// The images that its content names.
    pub(super) fn images(&self, schema: &Schema) -> Vec<i64> {
        let mut found = Vec::new();
        let Some(declared) = schema.get(&self.label) else { return found };
        walk(declared, &self.document, &mut |leaf| match &leaf.field.shape {
            Shape::Link(Target::Image) => found.extend(leaf.value.as_i64()),
            Shape::Links(Target::Image) => {
                found.extend(leaf.value.as_array().into_iter().flatten().filter_map(Value::as_i64));
            }
            _ => {}
        });
        found
    }
}

fn moment(moment: Option<Timestamp>) -> Value {
    moment.map_or(Value::Null, |moment| moment.to_string().into())
}
