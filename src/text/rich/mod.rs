//! Rich text as Wagtail stores it: restricted HTML in which pages, documents and images are named by id.

use regex::Regex;

/// The kinds of things that rich text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A page that a link leads to.
    Page,
    /// A document that a link leads to.
    Document,
    /// An image that is shown.
    Image,
}

/// The things that a text names.
pub fn references(db_html: &str) -> Vec<(Kind, i64)> {
    let Ok(tag) = Regex::new(r#"<(?:a|embed)\b[^>]*?(?:linktype|embedtype)="(page|document|image)"[^>]*>"#)
    else {
        return Vec::new();
    };
    let Ok(id) = Regex::new(r#"\bid="(\d+)""#) else { return Vec::new() };
    let found = tag.captures_iter(db_html).filter_map(|tag| {
        let kind = match &tag[1] {
            "page" => Kind::Page,
            "document" => Kind::Document,
            _ => Kind::Image,
        };
        Some((kind, id.captures(&tag[0])?[1].parse().ok()?))
    });
    found.collect()
}

/// The text without markup.
pub fn plain(db_html: &str) -> String {
    Regex::new("<[^>]*>")
        .map_or_else(|_| db_html.to_owned(), |tags| tags.replace_all(db_html, " ").into_owned())
}
