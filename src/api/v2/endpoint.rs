//! The endpoints: pages, images, documents, redirects, and one for each snippet type that names its own.

use super::face::Faces;
use super::face::REDIRECT;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE;

/// What an endpoint serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Pages of all types.
    Pages,
    /// Images.
    Images,
    /// Documents (files).
    Documents,
    /// Redirects, those of every site.
    Redirects,
    /// Snippets of the type with this label.
    Snippets(String),
}

impl Endpoint {
    /// The endpoint at this part of an address.
    pub fn at(faces: &Faces, name: &str) -> Option<Self> {
        Some(match name {
            "pages" => Self::Pages,
            "images" => Self::Images,
            "documents" => Self::Documents,
            "redirects" => Self::Redirects,
            _ => Self::Snippets(faces.snippet_behind(name)?.to_owned()),
        })
    }

    /// The label of what it serves.
    pub fn label(&self) -> &str {
        match self {
            Self::Pages => PAGE,
            Self::Images => IMAGE,
            Self::Documents => DOCUMENT,
            Self::Redirects => REDIRECT,
            Self::Snippets(label) => label,
        }
    }

    /// The parameters that it knows besides the names of fields.
    pub fn operations(&self) -> &'static [&'static str] {
        const PAGES: &[&str] = &[
            "limit",
            "offset",
            "fields",
            "order",
            "search",
            "search_operator",
            "rich_text_format",
            "renditions",
            "draft",
            "_",
            "format",
            "cursor",
            "type",
            "child_of",
            "ancestor_of",
            "descendant_of",
            "translation_of",
            "locale",
            "site",
        ];
        /// How many of these lists of redirects take, and how many those of everything else that is no page.
        const OF_REDIRECTS: usize = 11;
        const OF_OBJECTS: usize = 12;
        match self {
            Self::Pages => PAGES,
            Self::Redirects => &PAGES[..OF_REDIRECTS],
            Self::Images | Self::Documents | Self::Snippets(_) => &PAGES[..OF_OBJECTS],
        }
    }

    /// The fields that can be filtered and ordered by while searching.
    pub fn searchable(&self) -> &'static [&'static str] {
        match self {
            Self::Pages => &["title", "id", "first_published_at", "locale", "show_in_menus"],
            Self::Images | Self::Documents => &["title", "id", "collection"],
            Self::Redirects | Self::Snippets(_) => &[],
        }
    }
}
