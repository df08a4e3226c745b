//! The HTML of a Markdown text, made safe.
//!
//! Everything is written anew: only elements and attributes of the allow list, quoted and escaped, every element
//! closed in order. Nothing on the list has content that is read by other rules (`style`, `svg`), so a browser finds
//! exactly what is written here. It takes one pass. A tree of the whole text would take the square of its length for
//! texts with many nested elements or many entities.

use std::borrow::Cow;
use std::collections::HashMap;

use html5ever::tokenizer::Tag;

use super::super::entities::escape_content;
use super::super::entities::escape_html;
use super::super::is_slug;
use super::super::rich::is_safe_url;
use super::super::tokens::Token;
use super::super::tokens::attribute;
use super::super::tokens::read;

/// How deep elements may lie in each other.
const DEEPEST: usize = 64;

/// Elements that stand in a line of text.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strong", "sub", "sup", "u",
];

/// Elements that are lines or boxes of their own.
const BLOCKS: [&str; 29] = [
    "blockquote",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements without content.
const EMPTY: [&str; 5] = ["br", "hr", "img", "input", "wbr"];

/// Classes that our own Markdown has; code has its language besides.
const CLASSES: [&str; 3] = ["footnote-reference", "footnote-definition", "footnote-definition-label"];

/// The same HTML with only what can do no harm.
pub(super) fn safe(html: &str) -> String {
    let mut writing =
        Writing { html: String::with_capacity(html.len()), open: Vec::new(), skipped: HashMap::new() };
    read(html, |token| match token {
        Token::Text(text) => writing.html.push_str(&escape_content(text)),
        Token::Start(tag) => writing.start(tag),
        Token::End(name) => writing.end(name),
        Token::Dropped(_) => {}
    });
    writing.close_to(0);
    writing.html
}

struct Writing {
    html: String,
    open: Vec<&'static str>,
    /// How many elements of a name were too deep to be written and have not ended.
    skipped: HashMap<&'static str, usize>,
}

impl Writing {
    fn start(&mut self, tag: &Tag) {
        if let Some(name) = known(&EMPTY, &tag.name) {
            if name != "input" || is_task(tag) {
                self.write(name, tag);
            }
            return;
        }
        let block = known(&BLOCKS, &tag.name);
        let Some(name) = block.or_else(|| known(&INLINE, &tag.name)) else { return };
        if block.is_some() {
            self.make_room(name);
        }
        if self.open.len() == DEEPEST {
            *self.skipped.entry(name).or_default() += 1;
            return;
        }
        self.write(name, tag);
        self.open.push(name);
    }

    fn end(&mut self, name: &str) {
        if let Some(skipped) = self.skipped.get_mut(name).filter(|skipped| **skipped > 0) {
            *skipped -= 1;
        } else if let Some(position) = self.open.iter().rposition(|open| *open == name) {
            self.close_to(position);
        }
    }

    /// Closes what cannot hold a block: styles, a paragraph, and a sibling whose end is often left out.
    fn make_room(&mut self, name: &str) {
        while self.open.last().is_some_and(|open| *open == "p" || INLINE.contains(open)) {
            self.close_to(self.open.len() - 1);
        }
        let siblings: &[&str] = match name {
            "li" => &["li"],
            "dt" | "dd" => &["dt", "dd"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            _ => &[],
        };
        while self.open.last().is_some_and(|open| siblings.contains(open)) {
            self.close_to(self.open.len() - 1);
        }
    }

    fn write(&mut self, name: &str, tag: &Tag) {
        self.html.extend(["<", name]);
        for given in &tag.attrs {
            if let Some((attribute, value)) = allowed(name, &given.name.local, &given.value) {
                self.html.extend([" ", attribute, "=\"", &escape_html(&value), "\""]);
            }
        }
        self.html.push('>');
    }

    fn close_to(&mut self, length: usize) {
        for name in self.open.drain(length..).rev() {
            self.html.extend(["</", name, ">"]);
        }
    }
}

/// The attribute as it may be written.
fn allowed<'a>(element: &str, attribute: &str, value: &'a str) -> Option<(&'static str, Cow<'a, str>)> {
    let name = match (element, attribute) {
        // Only a slug: it shadows nothing that scripts ask the document for.
        (_, "id") => is_slug(value).then_some("id"),
        (_, "title") => Some("title"),
        (_, "lang") => Some("lang"),
        (_, "dir") => Some("dir"),
        (_, "class") => is_our_class(element, value).then_some("class"),
        ("a", "href") => is_safe_url(value.trim()).then_some("href"),
        ("img", "src") => is_safe_url(value.trim()).then_some("src"),
        ("img", "alt") => Some("alt"),
        ("img", "width") => is_number(value).then_some("width"),
        ("img", "height") => is_number(value).then_some("height"),
        ("ol", "start") => is_number(value).then_some("start"),
        ("details", "open") => Some("open"),
        ("input", "type") => Some("type"),
        ("input", "checked") => Some("checked"),
        ("input", "disabled") => Some("disabled"),
        ("td" | "th", "align") => is_side(&value).then_some("align"),
        // A style attribute would need a weaker content security policy.
        ("td" | "th", "style") => {
            return Some(("align", value.strip_prefix("text-align: ").filter(is_side)?.into()));
        }
        _ => None,
    };
    let kept = value.chars().filter(|sign| !sign.is_control() || matches!(sign, '\t' | '\n'));
    name.map(|name| (name, if value.chars().any(char::is_control) { kept.collect() } else { value.into() }))
}

fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().find(|known| **known == name).copied()
}

fn is_our_class(element: &str, class: &str) -> bool {
    CLASSES.contains(&class)
        || (element == "code" && class.strip_prefix("language-").is_some_and(is_language))
}

fn is_language(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_' | b'+' | b'#' | b'.'))
}

fn is_number(value: &str) -> bool {
    (1..=9).contains(&value.len()) && value.bytes().all(|sign| sign.is_ascii_digit())
}

fn is_side(side: &&str) -> bool {
    matches!(*side, "left" | "center" | "right")
}

/// Whether this is the box of a task, which is all that a text needs inputs for.
fn is_task(tag: &Tag) -> bool {
    attribute(tag, "type") == Some("checkbox") && attribute(tag, "disabled").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_allowed_is_written_and_in_order() {
        for (html, expected) in [
            ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
            ("<p><b>a</p><p>b</p>", "<p><b>a</b></p><p>b</p>"),
            ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
            ("<em>a<em>b</em>c</em>", "<em>a<em>b</em>c</em>"),
            ("<ul><li>a<li>b</ul>c</div>", "<ul><li>a</li><li>b</li></ul>c"),
            ("<p>a<div>b<br/></div>", "<p>a</p><div>b<br></div>"),
            ("<i title='\"<'>a &amp; b", "<i title=\"&quot;&lt;\">a &amp; b</i>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>",
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            ),
            ("<td style=\"text-align: right\">a</td>", "<td align=\"right\">a</td>"),
            ("<td style=\"text-align: right;x\" class=x>a</td>", "<td>a</td>"),
            ("<a href=\"javascript:x\" onclick=x>a</a>", "<a>a</a>"),
            ("<svg><style><b title=\"</style><img src=x onerror=y>\">", "<img src=\"x\">\"&gt;"),
            ("<img src=/a width=\"1e9\" height=5 style=x>", "<img src=\"/a\" height=\"5\">"),
            (
                "<code class=\"language-c++\">a</code><code class=\"x\">",
                "<code class=\"language-c++\">a</code><code></code>",
            ),
            ("<input><input type=checkbox disabled>", "<input type=\"checkbox\" disabled=\"\">"),
            ("<i id=x id=y title=\"a\u{1}b\"><b id='a b'>", "<i id=\"x\" title=\"ab\"><b></b></i>"),
        ] {
            assert_eq!(safe(html), expected, "{html}");
            assert_eq!(safe(expected), expected, "{html} twice");
        }
    }

    #[test]
    fn what_is_too_deep_is_left_out() {
        let deep = format!("{}x{}y", "<div>".repeat(100), "</div>".repeat(100));
        assert_eq!(safe(&deep), format!("{}x{}y", "<div>".repeat(DEEPEST), "</div>".repeat(DEEPEST)));
    }
}
