//! What a stored text names by id.

use std::borrow::Cow;
use std::collections::HashSet;

use super::tags::Piece;
use super::tags::Tag;
use super::tags::pieces;
use super::to_html::number;

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

/// One thing that a text names: its kind and its id.
pub type Reference = (Kind, i64);

/// The things that a text names, each once, in the order of the text.
pub fn references(db_html: &str) -> Vec<Reference> {
    let mut seen = HashSet::new();
    let tags = pieces(db_html).filter_map(|piece| match piece {
        Piece::Open(tag) => reference(&tag),
        Piece::Text(_) | Piece::Close(_) => None,
    });
    tags.filter(|reference| seen.insert(*reference)).collect()
}

/// The text with other ids in the place of its own, as when content moves to another site. `new_id` gives the new id
/// of a thing, or `None` to leave it.
pub fn rewrite<'a>(db_html: &'a str, mut new_id: impl FnMut(Kind, i64) -> Option<i64>) -> Cow<'a, str> {
    let mut rewritten = String::new();
    let mut unread = db_html;
    let mut all = pieces(db_html);
    while let Some(piece) = all.next() {
        let Piece::Open(tag) = piece else { continue };
        let Some((kind, old)) = reference(&tag) else { continue };
        let Some(new) = new_id(kind, old).filter(|new| *new != old) else { continue };
        let before = unread.len() - all.rest().len() - tag.source.len();
        rewritten.push_str(&unread[..before]);
        rewritten.push_str(&with_id(&tag, new));
        unread = all.rest();
    }
    if rewritten.is_empty() {
        return Cow::Borrowed(db_html);
    }
    rewritten.push_str(unread);
    Cow::Owned(rewritten)
}

fn reference(tag: &Tag<'_>) -> Option<Reference> {
    let kind = match tag.name {
        "a" => match &*tag.value("linktype")? {
            "page" => Kind::Page,
            "document" => Kind::Document,
            _ => return None,
        },
        "embed" if tag.value("embedtype")? == "image" => Kind::Image,
        _ => return None,
    };
    Some((kind, number(tag)?))
}

fn with_id(tag: &Tag<'_>, id: i64) -> String {
    let mut spelled = format!("<{}", tag.name);
    for (name, value) in tag.attributes() {
        let value = if name == "id" { Cow::Owned(id.to_string()) } else { Cow::Borrowed(value) };
        spelled.extend([" ", name, "=\"", &value, "\""]);
    }
    spelled.push_str(if tag.empty { "/>" } else { ">" });
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<p>x <a linktype=\"page\" id=\"3\">a</a> <a id=\"3\" linktype=\"document\">b</a> \
         <a href=\"/3/\">c</a> <a linktype=\"page\" id=\"3\">d</a></p>\
         <embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"&quot;\"/>\
         <embed embedtype=\"media\" url=\"https://example.com/\"/><p>id=\"3\"</p>";

    #[test]
    fn each_thing_is_told_once() {
        assert_eq!(references(TEXT), [(Kind::Page, 3), (Kind::Document, 3), (Kind::Image, 5)]);
        assert_eq!(references("<p>none</p>"), []);
    }

    #[test]
    fn only_the_ids_are_rewritten() {
        let moved = rewrite(TEXT, |kind, id| (kind != Kind::Document).then_some(id + 100));
        assert_eq!(references(&moved), [(Kind::Page, 103), (Kind::Document, 3), (Kind::Image, 105)]);
        assert_eq!(moved.replace("\"103\"", "\"3\"").replace("\"105\"", "\"5\""), TEXT);
        assert!(matches!(rewrite(TEXT, |_, _| None), Cow::Borrowed(_)));
    }
}
