//! What an object of each type can show: its fields in the order of the answer, what each is made from, and which
//! of them a listing or a nested object shows unasked.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::choices::Choices;
use super::json::Spelt;
use super::source::Source;
use super::source::references;
pub use crate::redirects::REDIRECT;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::Field;
use crate::schema::IMAGE;
use crate::schema::Kind;
use crate::schema::PAGE;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;
use crate::schema::USER;

/// The label of locales, which show nothing but their code.
const LOCALE: &str = "wagtailcore.Locale";
/// The label of tags, which show nothing but their name.
const TAG: &str = "taggit.Tag";

/// Where a field stands in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Directly in the object.
    Body,
    /// Inside `meta`.
    Meta,
}

/// One field of a face.
#[derive(Debug, Clone)]
pub struct FaceField {
    /// Its name.
    pub name: String,
    /// The same as it stands before a value.
    pub spelt: Spelt,
    /// Where it stands.
    pub part: Part,
    /// What it is made from.
    pub source: Source,
    /// Shown by listings unasked.
    pub in_listing: bool,
    /// Shown by nested objects unasked.
    pub in_nested: bool,
    /// Shown by the detail view unasked.
    pub in_detail: bool,
    /// Unknown outside the detail view.
    pub detail_only: bool,
    /// What its brackets choose from.
    pub relation: Option<Relation>,
}

/// What stands at the other end of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The label whose face the brackets choose from.
    pub label: String,
    /// Rows of the object itself, which show everything unasked.
    pub rows: bool,
}

/// What objects of one type can show: body fields, then meta fields.
#[derive(Debug, Clone)]
pub struct Face {
    /// The fields, in the order of the answer.
    pub fields: Vec<Arc<FaceField>>,
}

/// The faces of all types, and the endpoints that serve them.
#[derive(Debug)]
pub struct Faces {
    by_label: HashMap<String, Arc<Face>, RandomState>,
    plain: Arc<Face>,
    referring: HashMap<String, Vec<String>>,
    endpoints: HashMap<String, String, RandomState>,
    /// What was chosen of them lately.
    pub choices: Choices,
}

impl Faces {
    /// The faces of a schema. With one language alone, objects do not show theirs unasked.
    pub fn new(schema: &Schema, languages: usize) -> Self {
        let plain = Arc::new(Builder::generic().face());
        let (by_label, endpoints, referring) = (HashMap::default(), HashMap::default(), referring(schema));
        let mut faces = Self { by_label, plain, referring, endpoints, choices: Choices::default() };
        let many_languages = languages > 1;
        for label in [COLLECTION, USER, LOCALE, TAG] {
            faces.by_label.insert(label.to_owned(), faces.plain.clone());
        }
        faces.add(PAGE, Builder::page(many_languages), Some("pages"));
        faces.add(IMAGE, Builder::image(), Some("images"));
        faces.add(DOCUMENT, Builder::document(), Some("documents"));
        faces.add(REDIRECT, Builder::redirect(), Some("redirects"));
        for declared in schema.types() {
            faces.add_type(declared, many_languages);
        }
        faces
    }

    /// The face of a type; of an unknown one, that of an object with nothing but an id and a type.
    pub fn get(&self, label: &str) -> &Arc<Face> {
        self.by_label.get(label).unwrap_or(&self.plain)
    }

    /// The fields of a type, or of all pages, in which an answer may show what they refer to.
    pub fn referring(&self, label: &str) -> &[String] {
        self.referring.get(label).map_or(&[], Vec::as_slice)
    }

    /// The endpoint that serves a type.
    pub fn endpoint(&self, label: &str) -> Option<&str> {
        self.endpoints.get(label).map(String::as_str)
    }

    /// The type that an endpoint of the site's own serves.
    pub fn snippet_behind(&self, endpoint: &str) -> Option<&str> {
        let own = ["pages", "images", "documents", "redirects"].contains(&endpoint);
        let mut served = self.endpoints.iter().filter(|(_, name)| !own && *name == endpoint);
        served.next().map(|(label, _)| label.as_str())
    }

    fn add(&mut self, label: &str, builder: Builder, endpoint: Option<&str>) {
        self.by_label.insert(label.to_owned(), Arc::new(builder.face()));
        if let Some(endpoint) = endpoint {
            self.endpoints.insert(label.to_owned(), endpoint.to_owned());
        }
    }

    fn add_type(&mut self, declared: &Type, many_languages: bool) {
        let (builder, endpoint) = match declared.kind {
            Kind::Page | Kind::Form => (Builder::page(many_languages), Some("pages")),
            Kind::Image => (Builder::image(), Some("images")),
            Kind::Document => (Builder::document(), Some("documents")),
            Kind::Snippet => (Builder::generic(), declared.endpoint.as_deref()),
            Kind::Setting | Kind::User => return,
        };
        for field in &declared.fields {
            if let Shape::Children { label, fields } = &field.shape {
                self.add(label, Builder::generic().declared(fields, &declared.label), None);
            }
        }
        let exposed = declared.built_in.iter().filter(|field| declared.exposed.contains(&field.name));
        let builder = builder.declared(exposed, &declared.label);
        self.add(&declared.label, builder.declared(&declared.fields, &declared.label), endpoint);
    }
}

fn referring(schema: &Schema) -> HashMap<String, Vec<String>> {
    let mut names: HashMap<String, BTreeSet<String>> = HashMap::new();
    for declared in schema.types() {
        let fields: BTreeSet<String> =
            declared.fields.iter().filter(|field| field.options.api).flat_map(references).collect();
        if declared.is_page() {
            names.entry(PAGE.to_owned()).or_default().extend(fields.iter().cloned());
        }
        names.insert(declared.label.clone(), fields);
    }
    names.into_iter().map(|(label, names)| (label, names.into_iter().collect())).collect()
}

/// Which views show a field unasked, besides the detail view.
#[derive(Clone, Copy)]
enum Shown {
    /// Listings and nested objects.
    Everywhere,
    /// Listings.
    Listed,
    /// The detail view alone.
    Detail,
}

struct Builder {
    body: Vec<FaceField>,
    meta: Vec<FaceField>,
}

impl Builder {
    fn generic() -> Self {
        let mut builder = Self { body: Vec::new(), meta: Vec::new() };
        builder.body("id", Source::Id, Shown::Everywhere);
        builder.meta("type", Source::Type, Shown::Everywhere);
        builder.meta("detail_url", Source::DetailUrl, Shown::Everywhere);
        builder
    }

    fn page(many_languages: bool) -> Self {
        let mut builder = Self::generic();
        builder.body("title", Source::Title, Shown::Everywhere);
        builder.meta("html_url", Source::HtmlUrl, Shown::Listed);
        builder.meta("slug", Source::Slug, Shown::Listed);
        builder.meta("show_in_menus", Source::ShowInMenus, Shown::Detail);
        builder.meta("seo_title", Source::SeoTitle, Shown::Detail);
        builder.meta("search_description", Source::SearchDescription, Shown::Detail);
        builder.meta("first_published_at", Source::FirstPublishedAt, Shown::Listed);
        builder.meta("alias_of", Source::AliasOf, Shown::Detail).relation = relation(PAGE);
        builder.meta("parent", Source::Parent, Shown::Detail).detail_only = true;
        let locale = builder.meta("locale", Source::Locale, Shown::Listed);
        locale.relation = relation(LOCALE);
        locale.in_listing = many_languages;
        locale.in_detail = many_languages;
        builder
    }

    fn image() -> Self {
        let mut builder = Self::document();
        builder.body("width", Source::Width, Shown::Detail);
        builder.body("height", Source::Height, Shown::Detail);
        builder
    }

    fn document() -> Self {
        let mut builder = Self::generic();
        builder.body("title", Source::Title, Shown::Everywhere);
        builder.meta("tags", Source::Tags, Shown::Listed).relation = relation(TAG);
        builder.meta("download_url", Source::DownloadUrl, Shown::Everywhere);
        builder
    }

    fn redirect() -> Self {
        let mut builder = Self::generic();
        builder.body("old_path", Source::OldPath, Shown::Listed);
        builder.body("location", Source::Location, Shown::Listed);
        builder
    }

    /// Adds declared fields that the API shows; `owner` is the type that they, or the rows they stand in, belong to.
    fn declared<'f>(mut self, fields: impl IntoIterator<Item = &'f Field>, owner: &str) -> Self {
        for field in fields.into_iter().filter(|field| field.options.api) {
            let source = match field.name.as_str() {
                "collection" if [IMAGE, DOCUMENT].contains(&owner) => Source::Collection,
                _ => Source::Declared(Arc::new(field.clone())),
            };
            self.body(&field.name, source, Shown::Detail).relation = relation_of(&field.shape, owner);
        }
        self
    }

    fn body(&mut self, name: &str, source: Source, shown: Shown) -> &mut FaceField {
        push(&mut self.body, name, Part::Body, source, shown)
    }

    fn meta(&mut self, name: &str, source: Source, shown: Shown) -> &mut FaceField {
        push(&mut self.meta, name, Part::Meta, source, shown)
    }

    fn face(self) -> Face {
        Face { fields: self.body.into_iter().chain(self.meta).map(Arc::new).collect() }
    }
}

fn push<'f>(
    fields: &'f mut Vec<FaceField>,
    name: &str,
    part: Part,
    source: Source,
    shown: Shown,
) -> &'f mut FaceField {
    // A declared field that takes a built-in one's name takes its place.
    fields.retain(|field| field.name != name);
    fields.push(FaceField {
        name: name.to_owned(),
        spelt: Spelt::of(name),
        part,
        source,
        in_listing: matches!(shown, Shown::Everywhere | Shown::Listed),
        in_nested: matches!(shown, Shown::Everywhere),
        in_detail: true,
        detail_only: false,
        relation: None,
    });
    let last = fields.len() - 1;
    &mut fields[last]
}

fn relation(label: &str) -> Option<Relation> {
    Some(Relation { label: label.to_owned(), rows: false })
}

fn relation_of(shape: &Shape, owner: &str) -> Option<Relation> {
    match shape {
        Shape::Link(target) | Shape::Links(target) => relation(&label_of(target)),
        Shape::Children { label, .. } => Some(Relation { label: label.clone(), rows: true }),
        Shape::Parent => relation(owner),
        Shape::Tags => relation(TAG),
        _ => None,
    }
}

/// The label whose fields brackets may name: for a page of several types, those that all pages have.
fn label_of(target: &Target) -> String {
    match target {
        Target::Page(labels) | Target::Snippet(labels) if labels.len() == 1 => labels[0].clone(),
        Target::Page(_) => PAGE.to_owned(),
        Target::Image => IMAGE.to_owned(),
        Target::Document => DOCUMENT.to_owned(),
        Target::Collection => COLLECTION.to_owned(),
        Target::User => USER.to_owned(),
        Target::Snippet(_) => String::new(),
    }
}
