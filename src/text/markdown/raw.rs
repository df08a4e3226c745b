//! Raw HTML in Markdown, made well-formed.
//!
//! A browser's rules for HTML that is not well-formed repeat open styles in every block after, and search all open
//! elements again and again, so that a small hostile text costs much time and memory. Here elements are closed where
//! they end, styles at the latest with their block, and what lies too deep goes.

use html5ever::tokenizer::Tag;

use super::super::entities::escape_content;
use super::super::entities::escape_html;
use super::super::tokens::Token;
use super::super::tokens::attribute;
use super::super::tokens::read;

/// How deep elements may lie in each other.
const DEEPEST: usize = 64;

/// The same HTML with every element closed in order, without the elements that hold code.
pub(super) fn balanced(html: &str) -> String {
    let mut balance = Balance { html: String::with_capacity(html.len()), open: Vec::new() };
    read(html, |token| match token {
        Token::Text(text) => balance.html.push_str(&escape_content(text)),
        Token::Start(tag) => balance.start(tag),
        Token::End(name) => balance.end(name),
        Token::Dropped(_) => {}
    });
    balance.close_to(0);
    balance.html
}

struct Balance {
    html: String,
    open: Vec<String>,
}

impl Balance {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if name == "input" && !is_task(tag) {
            return;
        }
        if is_empty(name) {
            return self.write(tag);
        }
        if is_inline(name) {
            if self.open.iter().any(|open| open == name) {
                return;
            }
        } else {
            self.make_room(name);
        }
        if self.open.len() < DEEPEST {
            self.write(tag);
            self.open.push(name.to_owned());
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(position) = self.open.iter().rposition(|open| open == name) {
            self.close_to(position);
        }
    }

    /// Closes what cannot hold a block: styles, a paragraph, and a sibling whose end is often left out.
    fn make_room(&mut self, name: &str) {
        while self.open.last().is_some_and(|open| is_inline(open) || open == "p") {
            self.close_to(self.open.len() - 1);
        }
        let siblings: &[&str] = match name {
            "li" => &["li"],
            "dt" | "dd" => &["dt", "dd"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            _ => &[],
        };
        while self.open.last().is_some_and(|open| siblings.contains(&open.as_str())) {
            self.close_to(self.open.len() - 1);
        }
    }

    fn write(&mut self, tag: &Tag) {
        self.html.extend(["<", &tag.name]);
        for attribute in &tag.attrs {
            self.html.extend([" ", &attribute.name.local, "=\"", &escape_html(&attribute.value), "\""]);
        }
        self.html.push('>');
    }

    fn close_to(&mut self, length: usize) {
        while self.open.len() > length {
            if let Some(name) = self.open.pop() {
                self.html.extend(["</", &name, ">"]);
            }
        }
    }
}

/// Whether this is the box of a task, which is all that a text needs inputs for.
fn is_task(tag: &Tag) -> bool {
    attribute(tag, "type") == Some("checkbox") && attribute(tag, "disabled").is_some()
}

fn is_empty(name: &str) -> bool {
    const EMPTY: [&str; 13] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ];
    EMPTY.contains(&name)
}

fn is_inline(name: &str) -> bool {
    const INLINE: [&str; 33] = [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
        "i", "ins", "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
        "sup", "time", "tt", "u", "var", "label",
    ];
    INLINE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_closed_in_order() {
        for (html, expected) in [
            ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
            ("<p><b>a</p><p>b</p>", "<p><b>a</b></p><p>b</p>"),
            ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
            ("<ul><li>a<li>b</ul>c</div>", "<ul><li>a</li><li>b</li></ul>c"),
            ("<p>a<div>b<br/></div>", "<p>a</p><div>b<br></div>"),
            ("<i title='\"<'>a &amp; b", "<i title=\"&quot;&lt;\">a &amp; b</i>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>",
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            ),
        ] {
            assert_eq!(balanced(html), expected, "{html}");
        }
    }
}
