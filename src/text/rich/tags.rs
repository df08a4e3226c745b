//! A stored text in pieces.
//!
//! Only the spelling that cleaned text has is read as markup; whatever else begins with `<` is text. So reading is
//! a single pass that never fails and copies nothing.

use std::borrow::Cow;

use super::super::entities::decode;

/// A piece of a stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Characters, still escaped. A `<` that begins no tag comes alone.
    Text(&'a str),
    /// `<b>`, or `<br/>`.
    Open(Tag<'a>),
    /// `</b>`, by its name.
    Close(&'a str),
}

/// An opening or empty tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The element: lower case letters and digits.
    pub name: &'a str,
    /// The attributes as written, each with a space before it.
    attributes: &'a str,
    /// Whether it ends in `/>`.
    pub empty: bool,
    /// The whole tag as written.
    pub source: &'a str,
}

impl<'a> Tag<'a> {
    /// Names and values in the order written, the values still escaped.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (name, value, after) = attribute(rest)?;
            rest = after;
            Some((name, value))
        })
    }

    /// The value of an attribute, read back.
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| decode(value))
    }

    /// Whether it has no attribute.
    pub fn is_bare(&self) -> bool {
        self.attributes.is_empty()
    }
}

/// The pieces of a text; put together they are the text again.
pub(super) fn pieces(html: &str) -> Pieces<'_> {
    Pieces { rest: html }
}

/// See [`pieces`].
#[derive(Clone)]
pub(super) struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Pieces<'a> {
    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        self.rest
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let length = match self.rest.find('<') {
            Some(0) => match tag(self.rest) {
                Some((piece, length)) => {
                    self.rest = &self.rest[length..];
                    return Some(piece);
                }
                None => 1,
            },
            Some(length) => length,
            None => self.rest.len(),
        };
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(Piece::Text(text))
    }
}

/// The tag at the start of the text, with its length.
fn tag(html: &str) -> Option<(Piece<'_>, usize)> {
    let inner = html.strip_prefix('<')?;
    if let Some(inner) = inner.strip_prefix('/') {
        let (name, rest) = name(inner)?;
        let rest = rest.strip_prefix('>')?;
        return Some((Piece::Close(name), html.len() - rest.len()));
    }
    let (name, after_name) = name(inner)?;
    let mut rest = after_name;
    while let Some((_, _, after)) = attribute(rest) {
        rest = after;
    }
    let attributes = &after_name[..after_name.len() - rest.len()];
    let (empty, rest) = match rest.strip_prefix("/>") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix('>')?),
    };
    let length = html.len() - rest.len();
    Some((Piece::Open(Tag { name, attributes, empty, source: &html[..length] }), length))
}

/// ` name="value"`, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = name(text.strip_prefix(' ')?)?;
    let rest = rest.strip_prefix("=\"")?;
    let end = rest.find('"')?;
    Some((name, &rest[..end], &rest[end + 1..]))
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .position(|sign| !(sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-'))
        .unwrap_or(text.len());
    (text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_in_pieces() {
        let text = "<p data-block-key=\"k1\">a &amp; <a id=\"3\" linktype=\"page\">b</a><br/></p>1 < 2";
        let found: Vec<Piece> = pieces(text).collect();
        let Piece::Open(first) = found[0] else { panic!("{found:?}") };
        assert_eq!(first.attributes().collect::<Vec<_>>(), [("data-block-key", "k1")]);
        let Piece::Open(link) = found[2] else { panic!("{found:?}") };
        assert_eq!(link.source, "<a id=\"3\" linktype=\"page\">");
        assert_eq!(link.value("linktype").as_deref(), Some("page"));
        let words: Vec<String> = found
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Open(tag) => format!("{}{}", tag.name, if tag.empty { "/" } else { "" }),
                Piece::Close(name) => format!("/{name}"),
            })
            .collect();
        assert_eq!(words, ["p", "a &amp; ", "a", "b", "/a", "br/", "/p", "1 ", "<", " 2"]);
    }

    #[test]
    fn any_other_spelling_is_text() {
        for odd in [
            "<B>",
            "< b>",
            "<b >",
            "<a href=x>",
            "<a href='x'>",
            "<a  href=\"x\">",
            "<a href=\"x>",
            "<!-- -->",
            "</b >",
            "<",
            "<é>",
        ] {
            assert!(pieces(odd).all(|piece| matches!(piece, Piece::Text(_))), "{odd}");
        }
    }
}
