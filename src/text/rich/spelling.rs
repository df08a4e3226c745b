//! Whether a text is spelled as cleaned text is.
//!
//! Most texts that are written have been cleaned before: they came from our editor, or from Wagtail's. They are
//! recognised in one pass and stay byte for byte, whichever of the permitted spellings they use.

use std::borrow::Cow;

use super::super::entities::decode;
use super::super::entities::reference;
use super::anchor;
use super::anchor::Attributes;
use super::anchor::Refusal;
use super::features::Features;
use super::features::heading;
use super::tags::Piece;
use super::tags::Tag;
use super::tags::pieces;

/// How deep lists may lie in lists.
pub(super) const DEEPEST_LIST: usize = 16;

/// Inline elements. `span` means nothing; old editors left it behind, and cleaning writes none.
const INLINE: [&str; 8] = ["a", "b", "i", "code", "s", "sub", "sup", "span"];

/// Whether [`clean`](super::clean) would leave the text as it is.
pub fn is_clean(html: &str, features: &Features) -> bool {
    let mut open = Open { stack: Vec::new(), lists: 0, features: *features };
    pieces(html).all(|piece| match piece {
        Piece::Text(text) => open.permits_text(text),
        Piece::Open(tag) => open.permits(&tag),
        Piece::Close(name) => open.closes(name),
    }) && open.stack.is_empty()
}

struct Open<'a> {
    stack: Vec<&'a str>,
    lists: usize,
    features: Features,
}

impl<'a> Open<'a> {
    fn permits_text(&self, text: &str) -> bool {
        is_clean_text(text)
            && (!matches!(self.stack.last(), None | Some(&("ul" | "ol")))
                || text.bytes().all(|sign| matches!(sign, b' ' | b'\t' | b'\n' | b'\r')))
    }

    fn permits(&mut self, tag: &Tag<'a>) -> bool {
        let permitted = match tag.name {
            "br" => tag.empty && tag.is_bare() && !self.in_list(),
            "hr" => tag.empty && tag.is_bare() && self.stack.is_empty() && self.features.has_block("hr"),
            "embed" => tag.empty && !self.in_list() && self.permits_embed(tag),
            _ if tag.empty => false,
            "ul" | "ol" => tag.is_bare() && self.permits_list(tag.name),
            "li" => self.in_list() && has_key_only(tag),
            name if INLINE.contains(&name) => self.permits_inline(tag),
            name => self.permits_block(name) && has_key_only(tag),
        };
        if permitted && !tag.empty {
            self.lists += usize::from(is_list(tag.name));
            self.stack.push(tag.name);
        }
        permitted
    }

    fn closes(&mut self, name: &str) -> bool {
        self.lists -= usize::from(is_list(name) && self.stack.last() == Some(&name));
        self.stack.pop() == Some(name)
    }

    fn in_list(&self) -> bool {
        self.stack.last().is_some_and(|name| is_list(name))
    }

    fn permits_list(&self, name: &str) -> bool {
        matches!(self.stack.last(), None | Some(&("li" | "blockquote")))
            && self.lists < DEEPEST_LIST
            && self.features.has_block(name)
    }

    fn permits_block(&self, name: &str) -> bool {
        let place = match self.stack.last() {
            None => name == "p" || name == "blockquote" || heading(name).is_some(),
            Some(&("li" | "blockquote")) => name == "p",
            Some(_) => false,
        };
        place && self.features.has_block(name)
    }

    fn permits_inline(&self, tag: &Tag<'_>) -> bool {
        let around = self.stack.iter().rev().take_while(|name| INLINE.contains(name));
        if self.stack.is_empty() || self.in_list() || around.into_iter().any(|name| *name == tag.name) {
            return false;
        }
        match tag.name {
            "a" => self.permits_link(tag),
            "span" => tag.is_bare(),
            name => tag.is_bare() && self.features.has_style(name),
        }
    }

    fn permits_link(&self, tag: &Tag<'_>) -> bool {
        as_permitted(tag, |given| anchor::link(given, self.features))
    }

    fn permits_embed(&self, tag: &Tag<'_>) -> bool {
        as_permitted(tag, |given| anchor::embed(given, self.features))
    }
}

fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol")
}

/// Whether the tag has just the attributes that are permitted, each once, in any order. Only `alt` may be missing.
fn as_permitted(
    tag: &Tag<'_>,
    permitted: impl for<'v> Fn(&[(&str, &'v str)]) -> Result<Attributes<'v>, Refusal>,
) -> bool {
    if !tag.attributes().all(|(_, value)| is_clean_text(value) && !value.contains('>')) {
        return false;
    }
    let decoded: Vec<(&str, Cow<'_, str>)> =
        tag.attributes().map(|(name, value)| (name, decode(value))).collect();
    let given: Vec<(&str, &str)> = decoded.iter().map(|(name, value)| (*name, &**value)).collect();
    let Ok(wanted) = permitted(&given) else { return false };
    let found = wanted.iter().filter(|attribute| given.contains(attribute)).count();
    let missing = wanted.iter().filter(|attribute| !given.contains(attribute));
    found == given.len() && missing.into_iter().all(|(name, value)| *name == "alt" && value.is_empty())
}

fn has_key_only(tag: &Tag<'_>) -> bool {
    let mut attributes = tag.attributes();
    match attributes.next() {
        None => true,
        Some((name, value)) => {
            name == "data-block-key" && anchor::is_name(value) && attributes.next().is_none()
        }
    }
}

/// Text and attribute values without controls, whose every `&` begins a reference that we read back.
fn is_clean_text(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, sign)| match sign {
        b'&' => reference(&text[index..]).is_some(),
        b'<' => false,
        b'\t' | b'\n' | b'\r' => true,
        control => control >= b' ' && control != 0x7f,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_spellings_are_recognised() {
        let all = Features::all();
        for clean in [
            "",
            "<p></p>",
            "<p data-block-key=\"a1-_Z\">x</p>\n<p>y</p>",
            "<p>\"it's\" &quot;it&#x27;s&quot; &amp; 1 > 0 \u{a0}&nbsp;</p>",
            "<br/><p>a<br/>b</p><hr/>",
            "<h1>a</h1><h6><i>b</i></h6>",
            "<p><b>a<i>b</i></b><s>c</s><sub>d</sub><sup>e</sup><code>f</code><span>g</span></p>",
            "<ul><li data-block-key=\"x\">a<ol><li>b</li></ol></li>\n<li><p>c</p></li></ul>",
            "<blockquote>a</blockquote><blockquote><p>b</p></blockquote>",
            "<p><a linktype=\"page\" id=\"3\">a</a><a id=\"3\" linktype=\"document\">b</a></p>",
            "<p><a href=\"https://example.com/?a=1&amp;b=2\"><b>x</b></a><a href=\"#y\">y</a></p>",
            "<p><embed alt=\"x\" embedtype=\"image\" format=\"left\" id=\"1\"/><br/></p>",
            "<embed embedtype=\"image\" id=\"1\" format=\"left\"/>",
            "<embed embedtype=\"media\" url=\"https://example.com/v?a=1&amp;b\"/>"
                .replace("&amp;b", "&amp;b=2")
                .as_str(),
        ] {
            assert!(is_clean(clean, &all), "{clean}");
        }
    }

    #[test]
    fn every_other_spelling_is_cleaned() {
        let all = Features::all();
        for unclean in [
            "x",
            "<b>x</b>",
            "<p>a & b</p>",
            "<p>a < b</p>",
            "<p>&mdash;</p>",
            "<p>\u{0}</p>",
            "<p>x",
            "x</p>",
            "<p><b>x</p></b>",
            "<p><b><b>x</b></b></p>",
            "<p><p>x</p></p>",
            "<p>a<br>b</p>",
            "<p>a<br /></p>",
            "<P>x</P>",
            "<p class=\"x\">x</p>",
            "<p data-block-key=\"a b\">x</p>",
            "<p data-block-key=\"a\" data-block-key=\"b\">x</p>",
            "<b onclick=\"x\">x</b>",
            "<ul>x</ul>",
            "<li>x</li>",
            "<ul><ul><li>x</li></ul></ul>",
            "<p><ul><li>x</li></ul></p>",
            "<p>a<hr/></p>",
            "<div>x</div>",
            "<script>x</script>",
            "<p><a>x</a></p>",
            "<p><a href=\"javascript:x\">x</a></p>",
            "<p><a href=\"&#106;avascript:x\">x</a></p>",
            "<p><a href=\" /x\">x</a></p>",
            "<p><a href=\"/x\" title=\"y\">x</a></p>",
            "<p><a href=\"/x\" href=\"/y\">x</a></p>",
            "<p><a href=\"/x\"><a href=\"/y\">x</a></a></p>",
            "<p><a linktype=\"page\" id=\"x\">x</a></p>",
            "<p><a linktype=\"user\" id=\"1\">x</a></p>",
            "<embed embedtype=\"image\" id=\"1\"/>",
            "<embed embedtype=\"image\" id=\"1\" format=\"left\" alt=\"a>b\"/>",
            "<embed embedtype=\"image\" id=\"1\" format=\"left\">",
            "<embed embedtype=\"media\" url=\"javascript:x\"/>",
            "<embed src=\"x\"/>",
        ] {
            assert!(!is_clean(unclean, &all), "{unclean}");
        }
        assert!(!is_clean(&"<ul><li>".repeat(40), &all));
    }

    #[test]
    fn what_the_field_does_not_allow_is_not_clean() {
        let none = Features::from_names([]).unwrap_or_default();
        for (name, html) in [
            ("h2", "<h2>x</h2>"),
            ("bold", "<p><b>x</b></p>"),
            ("ul", "<ul><li>x</li></ul>"),
            ("hr", "<hr/>"),
            ("link", "<p><a href=\"/x/\">x</a></p>"),
            ("link", "<p><a linktype=\"page\" id=\"1\">x</a></p>"),
            ("document-link", "<p><a linktype=\"document\" id=\"1\">x</a></p>"),
            ("image", "<embed embedtype=\"image\" id=\"1\" format=\"left\"/>"),
            ("embed", "<embed embedtype=\"media\" url=\"https://example.com/\"/>"),
        ] {
            assert!(!is_clean(html, &none), "{html}");
            assert!(Features::from_names([name]).is_ok_and(|one| is_clean(html, &one)), "{html}");
        }
    }
}
