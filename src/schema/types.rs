//! A content type, and the schema: all of them, read-only once loaded.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::Document;
use super::Field;
use super::Shape;
use super::field::Place;

/// What kind of content a type declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A node of the page tree.
    Page,
    /// A page with a form that readers fill in.
    Form,
    /// Content beside the tree.
    Snippet,
    /// One object a site, or one in all.
    Setting,
    /// The one type of images.
    Image,
    /// The one type of documents.
    Document,
    /// The one type of users.
    User,
}

/// Whether a setting exists once, or once a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WhichSite {
    /// One for every site.
    Site,
    /// One for all.
    Global,
}

/// A group of fields in the editing form.
#[derive(Debug, Clone)]
pub struct Panel {
    /// What stands above it; may be empty.
    pub heading: String,
    /// The tab that it stands on.
    pub tab: String,
    /// The fields, in order.
    pub fields: Vec<String>,
    /// Whether it starts folded.
    pub collapsed: bool,
}

/// A declared kind of content.
#[derive(Debug, Clone)]
pub struct Type {
    /// `app.Name`: what the API calls it.
    pub label: String,
    /// Page, snippet, setting...
    pub kind: Kind,
    /// What people read: "Blog page".
    pub name: String,
    /// A sentence for whoever chooses a type.
    pub description: String,
    /// An icon's name.
    pub icon: String,
    /// Fields that every object of this kind has: a page's title and slug, an image's description.
    pub built_in: Vec<Field>,
    /// The declared fields.
    pub fields: Vec<Field>,
    /// Built-in fields that the API shows beside those it always shows, such as an image's collection.
    pub exposed: Vec<String>,
    /// The editing form.
    pub panels: Vec<Panel>,
    /// Types that may stand above it; `None` is any.
    pub parents: Option<Vec<String>>,
    /// Types that may stand beneath it; `None` is any.
    pub children: Option<Vec<String>>,
    /// Most objects in the whole store.
    pub max_count: Option<u64>,
    /// Most objects beneath one parent.
    pub max_count_per_parent: Option<u64>,
    /// Whether drafts and revisions are kept apart from what readers see.
    pub drafts: bool,
    /// Whether it exists in several languages.
    pub locales: bool,
    /// For a setting: one a site, or one in all.
    pub per: WhichSite,
    /// For a snippet: the name of its endpoint in the API.
    pub endpoint: Option<String>,
    /// The order in which references list it: field names, `-` before a descending one.
    pub order: Vec<String>,
    /// For a snippet: the field that names an object of it; the first text by default.
    pub title_field: Option<String>,
    /// The theme's template; by default derived from the label.
    pub template: Option<String>,
    /// For a page: the paths beneath its own that it answers itself, as `tags/*`, where `*` is any one part.
    pub routes: Vec<String>,
    /// Earlier labels.
    pub was: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

impl Type {
    /// A type that nobody declared: no fields, no rules.
    pub fn bare(label: &str, kind: Kind) -> Self {
        let is_page = matches!(kind, Kind::Page | Kind::Form);
        Self {
            label: label.to_owned(),
            kind,
            name: label.rsplit('.').next().unwrap_or(label).to_owned(),
            description: String::new(),
            icon: String::new(),
            built_in: Vec::new(),
            fields: Vec::new(),
            exposed: Vec::new(),
            panels: Vec::new(),
            parents: None,
            children: None,
            max_count: None,
            max_count_per_parent: None,
            drafts: is_page,
            locales: is_page,
            per: WhichSite::Global,
            endpoint: None,
            order: Vec::new(),
            title_field: None,
            template: None,
            routes: Vec::new(),
            was: Vec::new(),
            place: Place::default(),
        }
    }

    /// Built-in and declared fields, in document order.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.built_in.iter().chain(&self.fields)
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.all_fields().find(|field| field.name == name)
    }

    /// Whether its objects are nodes of the page tree.
    pub fn is_page(&self) -> bool {
        matches!(self.kind, Kind::Page | Kind::Form)
    }

    /// Whether a page answers the path made of these parts beneath its own.
    pub fn answers(&self, parts: &[&str]) -> bool {
        self.routes.iter().any(|route| {
            let wanted: Vec<&str> = route.split('/').filter(|part| !part.is_empty()).collect();
            let fits = |(wanted, part): (&&str, &&str)| *wanted == "*" || wanted == part;
            wanted.len() == parts.len() && wanted.iter().zip(parts).all(fits)
        })
    }

    /// The family that its ids are counted in.
    pub fn family(&self) -> &str {
        if self.is_page() { super::PAGE_FAMILY } else { &self.label }
    }

    /// The part of the label before the dot.
    pub fn app(&self) -> &str {
        self.label.split('.').next().unwrap_or_default()
    }

    /// The content of a new object: defaults and empty values, in order.
    pub fn initial(&self) -> Document {
        self.all_fields()
            .filter(|field| field.shape.is_stored())
            .map(|field| (field.name.clone(), field.initial()))
            .collect()
    }

    /// What an object with this content is called in lists.
    pub fn title_of(&self, document: &Document) -> String {
        let text =
            |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if let Some(template) = &self.title_field {
            let names = template.split_whitespace();
            return names.map(text).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        }
        let guesses = ["title", "name", "heading", "label"].map(str::to_owned);
        let texts = self
            .fields
            .iter()
            .filter(|field| matches!(field.shape, super::Shape::Text))
            .map(|f| f.name.clone());
        let mut named = guesses.into_iter().chain(texts).map(|name| text(&name));
        named.find(|title| !title.is_empty()).unwrap_or_default()
    }

    /// Whether a page of this type may stand beneath one of `parent`'s type, as both declare it.
    pub fn may_stand_under(&self, parent: &Type) -> bool {
        let by_child = self.parents.as_ref().is_none_or(|parents| parents.contains(&parent.label));
        let by_parent = parent.children.as_ref().is_none_or(|children| children.contains(&self.label));
        self.is_page() && by_child && by_parent
    }
}

/// All content types of a site.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(super) types: IndexMap<String, Arc<Type>>,
}

impl Schema {
    /// The type with this label.
    pub fn get(&self, label: &str) -> Option<&Arc<Type>> {
        self.types.get(label)
    }

    /// The type with this label, or the words for its being gone from the models.
    pub fn require(&self, label: &str) -> crate::error::Result<&Arc<Type>> {
        self.get(label).ok_or_else(|| crate::error::Error::not_found(format!("the content type {label}")))
    }

    /// The type of this label, whatever the letter case of the part after the dot (as Wagtail takes it in `type=`).
    pub fn find(&self, label: &str) -> Option<&Arc<Type>> {
        let (app, name) = label.split_once('.')?;
        self.types.values().find(|candidate| {
            candidate.label.split_once('.').is_some_and(|(a, n)| a == app && n.eq_ignore_ascii_case(name))
        })
    }

    /// Every type, in order of declaration (files by name).
    pub fn types(&self) -> impl Iterator<Item = &Arc<Type>> {
        self.types.values()
    }

    /// The types of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Type>> {
        self.types.values().filter(move |candidate| candidate.kind == kind)
    }

    /// The page types.
    pub fn pages(&self) -> impl Iterator<Item = &Arc<Type>> {
        self.types.values().filter(|candidate| candidate.is_page())
    }

    /// Every rendition spec that the models name, with its place: the ones that need no signature.
    pub fn rendition_specs(&self) -> Vec<(Place, String)> {
        let mut found = Vec::new();
        for declared in self.types() {
            declared.all_fields().for_each(|field| specs(field, &mut found));
        }
        found
    }
}

fn specs(field: &Field, found: &mut Vec<(Place, String)>) {
    found.extend(field.options.api_rendition.iter().map(|spec| (field.place.clone(), spec.clone())));
    match &field.shape {
        Shape::Rendition { spec, .. } => found.push((field.place.clone(), spec.clone())),
        Shape::Struct(fields) | Shape::Children { fields, .. } => {
            fields.iter().for_each(|part| specs(part, found))
        }
        Shape::List(item) => specs(item, found),
        Shape::Stream(blocks) => blocks.iter().for_each(|block| specs(&block.field, found)),
        _ => {}
    }
}
