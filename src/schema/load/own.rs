//! What every site has without declaring it: the types of images, documents and users, the fields of every page.

use std::collections::HashSet;

use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::Options;
use crate::schema::PAGE_FIELDS;
use crate::schema::Panel;
use crate::schema::Place;
use crate::schema::Registry;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;

/// The key in a model file, the label and the kind of the types that every site has.
pub(super) const TYPES: [(&str, &str, Kind); 3] = [
    ("images", crate::schema::IMAGE, Kind::Image),
    ("documents", crate::schema::DOCUMENT, Kind::Document),
    ("users", crate::schema::USER, Kind::User),
];

pub(super) fn declared(
    registry: &Registry,
    label: &str,
    kind: Kind,
    fields: Vec<Field>,
    exposed: Vec<String>,
) -> Type {
    let name = match kind {
        Kind::Image => "Image",
        Kind::Document => "Document",
        _ => "User",
    };
    let built_in = built_in(registry, kind);
    let shown = built_in.iter().chain(&fields).map(|field| field.name.clone()).collect();
    Type {
        name: name.to_owned(),
        icon: name.to_lowercase(),
        panels: vec![Panel {
            heading: String::new(),
            tab: "Content".to_owned(),
            fields: shown,
            collapsed: false,
        }],
        built_in,
        fields,
        exposed,
        title_field: Some("title".to_owned()),
        ..Type::bare(label, kind)
    }
}

/// The fields that every object of a kind has.
pub(super) fn built_in(registry: &Registry, kind: Kind) -> Vec<Field> {
    let make =
        |name: &str, kind: &str, shape: Shape, label: &str| own_field(registry, name, kind, shape, label);
    let mut fields = match kind {
        Kind::Page | Kind::Form => vec![
            make("title", "text", Shape::Text, "Title"),
            make("slug", "slug", Shape::Text, "Slug"),
            make("seo_title", "text", Shape::Text, "Title for search engines"),
            make("search_description", "long_text", Shape::Text, "Description for search engines"),
            make("show_in_menus", "boolean", Shape::Boolean, "Show in menus"),
        ],
        Kind::Image => vec![
            make("title", "text", Shape::Text, "Title"),
            make("description", "text", Shape::Text, "Description"),
            make("tags", "tags", Shape::Tags, "Tags"),
            make("collection", "collection", Shape::Link(Target::Collection), "Collection"),
        ],
        Kind::Document => vec![
            make("title", "text", Shape::Text, "Title"),
            make("tags", "tags", Shape::Tags, "Tags"),
            make("collection", "collection", Shape::Link(Target::Collection), "Collection"),
        ],
        _ => Vec::new(),
    };
    for field in &mut fields {
        match field.name.as_str() {
            "title" => {
                (field.required, field.options.search) =
                    (true, Some(if kind == Kind::Page || kind == Kind::Form { 2.0 } else { 10.0 }))
            }
            "slug" => field.help = "The last part of the page's address.".to_owned(),
            "seo_title" => field.help = "Shown in search results instead of the title.".to_owned(),
            "description" => {
                field.help = "What the picture shows, for people who cannot see it.".to_owned();
                field.options.search = Some(1.0);
            }
            "tags" => field.options.search = Some(10.0),
            _ => {}
        }
    }
    fields
}

fn own_field(registry: &Registry, name: &str, kind: &str, shape: Shape, label: &str) -> Field {
    let fallback = super::super::kinds::Registry::default();
    let found = registry.get(kind).or_else(|| fallback.get(kind)).cloned();
    let kind = found.unwrap_or_else(|| unreachable!("the built-in kind {kind} is always registered"));
    let options =
        Options { filterable: shape.is_filterable(), api: true, api_writable: true, ..Options::default() };
    let mut field = Field {
        name: name.to_owned(),
        shape,
        label: label.to_owned(),
        help: String::new(),
        required: false,
        default: None,
        options,
        place: Place::default(),
        kind: kind.clone(),
    };
    kind.presets(&mut field);
    field
}

/// The declared panels, and one for whatever they leave out; a page's own fields stand on tabs of their own.
pub(super) fn complete_panels(mut panels: Vec<Panel>, is_page: bool, fields: &[Field]) -> Vec<Panel> {
    let panel = |heading: &str, tab: &str, fields: Vec<String>| Panel {
        heading: heading.to_owned(),
        tab: tab.to_owned(),
        fields,
        collapsed: false,
    };
    let shown: HashSet<String> = panels.iter().flat_map(|panel| panel.fields.clone()).collect();
    let is_missing = |name: &&String| !shown.contains(*name);
    let rest: Vec<String> = fields
        .iter()
        .filter(|field| field.shape.is_stored())
        .map(|field| &field.name)
        .filter(|name| !is_page || !PAGE_FIELDS.contains(&name.as_str()))
        .filter(is_missing)
        .cloned()
        .collect();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    if !rest.is_empty() {
        panels.push(panel("", "Content", rest));
    }
    if is_page {
        if !shown.contains("title") {
            panels.insert(0, panel("", "Content", names(&["title"])));
        }
        let promote = names(&PAGE_FIELDS[1..]);
        let promote: Vec<String> = promote.iter().filter(is_missing).cloned().collect();
        if !promote.is_empty() {
            panels.push(panel("", "Promote", promote));
        }
    }
    panels
}
