//! Making text clean.

use html5ever::tokenizer::Tag;

use super::super::entities::escape_html;
use super::super::tokens::Token;
use super::super::tokens::attribute;
use super::super::tokens::read;
use super::anchor;
use super::anchor::Refusal;
use super::features::Features;
use super::outline::Outline;
use super::spelling::is_clean;

/// How many removals are told; who pastes a whole web site does not want to read them all.
const MOST_REMOVALS: usize = 100;

/// A clean text and what was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The text as it may be stored.
    pub html: String,
    /// What it lost, in order; at most a hundred of them.
    pub removals: Vec<Removal>,
}

/// An element that could not stay, in the words of Wagtail's API.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Removal {
    /// The element's name.
    pub tag: String,
    /// `unwrapped` when its content stayed, else `removed`.
    pub action: &'static str,
    /// `feature_disabled`, `unknown_linktype`, `unknown_embedtype`, `missing_attribute` or `unsafe_url`.
    pub reason: &'static str,
    /// Its tag as it was sent, shortened. It comes from outside: escape it wherever it is shown.
    pub detail: String,
}

/// The text with all taken out that is not allowed, spelled as Wagtail spells. A clean text comes back as it is.
pub fn clean(html: &str, features: &Features) -> String {
    clean_and_tell(html, features).html
}

/// Like [`clean`], and tells what was taken out.
pub fn clean_and_tell(html: &str, features: &Features) -> Cleaned {
    if is_clean(html, features) {
        return Cleaned { html: html.to_owned(), removals: Vec::new() };
    }
    respelled(html, features)
}

/// The text cleaned and in our spelling, even if it was clean in another.
pub(super) fn respelled(html: &str, features: &Features) -> Cleaned {
    let mut cleaning =
        Cleaning { outline: Outline::default(), features: *features, removals: Vec::new(), code: 0 };
    read(html, |token| match token {
        Token::Text(text) => cleaning.text(text),
        Token::Start(tag) => cleaning.start(tag),
        Token::End(name) => cleaning.end(name),
        Token::Dropped(tag) => cleaning.tell(tag, "removed", "feature_disabled"),
    });
    Cleaned { html: cleaning.outline.finish(), removals: cleaning.removals }
}

struct Cleaning {
    outline: Outline,
    features: Features,
    removals: Vec<Removal>,
    /// How many `<pre>` are open.
    code: usize,
}

impl Cleaning {
    fn text(&mut self, text: &str) {
        if self.code == 0 {
            return self.outline.text(text);
        }
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.outline.line_break();
            }
            self.outline.text(line);
        }
    }

    fn start(&mut self, tag: &Tag) {
        match &*tag.name {
            "br" => self.outline.line_break(),
            "a" => self.start_link(tag),
            "embed" => self.embed(tag),
            "li" => self.outline.open_item(key(tag)),
            "td" | "th" => self.outline.space(),
            "pre" => self.start_code(tag),
            name => match (style(name), block(name)) {
                (Some(style), _) => self.start_style(style, tag),
                (_, Some(block)) => self.start_block(block, tag),
                _ => self.start_unknown(tag),
            },
        }
    }

    fn start_link(&mut self, tag: &Tag) {
        self.outline.close_style("a");
        match anchor::link(&given(tag), self.features) {
            Ok(attributes) => self.outline.open_style("a", spelled("a", &attributes, ">")),
            Err(Refusal::UnknownType) => self.tell(tag, "unwrapped", "unknown_linktype"),
            Err(refusal) => self.tell(tag, "unwrapped", reason(refusal)),
        }
    }

    fn embed(&mut self, tag: &Tag) {
        match anchor::embed(&given(tag), self.features) {
            Ok(attributes) => self.outline.embed(&spelled("embed", &attributes, "/>")),
            Err(Refusal::UnknownType) => self.tell(tag, "removed", "unknown_embedtype"),
            Err(refusal) => self.tell(tag, "removed", reason(refusal)),
        }
    }

    fn start_code(&mut self, tag: &Tag) {
        self.code += 1;
        self.outline.open_block("p", key(tag));
        self.start_style("code", tag);
    }

    fn start_style(&mut self, style: &'static str, tag: &Tag) {
        if self.features.has_style(style) {
            self.outline.open_style(style, format!("<{style}>"));
        } else {
            self.tell(tag, "unwrapped", "feature_disabled");
        }
    }

    fn start_block(&mut self, block: &'static str, tag: &Tag) {
        if !self.features.has_block(block) {
            self.tell(tag, "unwrapped", "feature_disabled");
            return if block == "hr" {
                self.outline.close_block()
            } else {
                self.outline.open_block("p", key(tag))
            };
        }
        match block {
            "hr" => self.outline.rule(),
            "ul" | "ol" => self.outline.open_list(block),
            "blockquote" => self.outline.open_quote(key(tag)),
            _ => self.outline.open_block(block, key(tag)),
        }
    }

    fn start_unknown(&mut self, tag: &Tag) {
        if is_unknown_block(&tag.name) {
            self.outline.close_block();
        }
        let action = if is_empty_element(&tag.name) { "removed" } else { "unwrapped" };
        self.tell(tag, action, "feature_disabled");
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => self.outline.close_style("a"),
            "li" => self.outline.close_item(),
            "ul" | "ol" => self.outline.close_list(name),
            "blockquote" if self.features.has_block(name) => self.outline.close_quote(),
            "pre" if self.code > 0 => {
                self.code -= 1;
                self.outline.close_style("code");
                self.outline.close_block();
            }
            "hr" => {}
            name => match (style(name), block(name)) {
                (Some(style), _) => self.outline.close_style(style),
                (None, None) if !is_unknown_block(name) => {}
                _ => self.outline.close_block(),
            },
        }
    }

    fn tell(&mut self, tag: &Tag, action: &'static str, reason: &'static str) {
        const LONGEST_DETAIL: usize = 80;
        if self.removals.len() == MOST_REMOVALS {
            return;
        }
        let attributes: String = tag
            .attrs
            .iter()
            .take(8)
            .map(|given| format!(" {}=\"{}\"", given.name.local, given.value))
            .collect();
        let detail = format!("<{}{attributes}>", tag.name).chars().take(LONGEST_DETAIL).collect();
        self.removals.push(Removal { tag: tag.name.to_string(), action, reason, detail });
    }
}

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::FeatureDisabled | Refusal::UnknownType => "feature_disabled",
        Refusal::MissingAttribute => "missing_attribute",
        Refusal::UnsafeUrl => "unsafe_url",
    }
}

/// The attributes of a link or embed.
fn given(tag: &Tag) -> Vec<(&str, &str)> {
    tag.attrs.iter().map(|given| (&*given.name.local, &*given.value)).collect()
}

fn key(tag: &Tag) -> Option<String> {
    attribute(tag, "data-block-key").filter(|key| anchor::is_name(key)).map(str::to_owned)
}

fn spelled(tag: &str, attributes: &[(&str, &str)], end: &str) -> String {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape_value(value))).collect();
    format!("<{tag}{attributes}{end}")
}

/// A value without the controls that no text has.
fn escape_value(value: &str) -> String {
    let kept: String =
        value.chars().filter(|sign| !sign.is_control() || matches!(sign, '\t' | '\n' | '\r')).collect();
    escape_html(&kept).into_owned()
}

/// The permitted style that an element means.
fn style(name: &str) -> Option<&'static str> {
    Some(match name {
        "b" | "strong" => "b",
        "i" | "em" => "i",
        "code" | "tt" | "kbd" | "samp" => "code",
        "s" | "strike" | "del" => "s",
        "sub" => "sub",
        "sup" => "sup",
        _ => return None,
    })
}

/// The permitted block that an element means.
fn block(name: &str) -> Option<&'static str> {
    const BLOCKS: [&str; 11] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr"];
    BLOCKS.into_iter().find(|block| *block == name)
}

/// Elements that part what is around them, though we do not know them.
fn is_unknown_block(name: &str) -> bool {
    const BLOCKS: [&str; 33] = [
        "address",
        "article",
        "aside",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "main",
        "menu",
        "nav",
        "option",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "thead",
        "tr",
    ];
    BLOCKS.contains(&name)
}

fn is_empty_element(name: &str) -> bool {
    const EMPTY: [&str; 13] = [
        "area", "base", "basefont", "col", "frame", "img", "input", "link", "meta", "param", "source",
        "track", "wbr",
    ];
    EMPTY.contains(&name)
}
