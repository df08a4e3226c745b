//! A stored text as a flat row of blocks, the way Wagtail's editor holds it.
//!
//! Markdown is written from these. Whitespace is what a reader would see: runs are one space, none at the edges.

mod model;

pub(super) use model::Block;
pub(super) use model::BlockKind;
pub(super) use model::Span;
pub(super) use model::Style;
pub(super) use model::Target;

use super::features::heading;
use super::spelling::DEEPEST_LIST;
use super::tags::Piece;
use super::tags::Tag;
use super::tags::pieces;
use crate::text::entities::decode;

/// The blocks of a text and the links in them.
pub(super) fn blocks(db_html: &str) -> (Vec<Block>, Vec<Target>) {
    let mut reading = Reading::default();
    for piece in pieces(db_html) {
        match piece {
            Piece::Text(text) => reading.text(&decode(text)),
            Piece::Open(tag) => reading.open(&tag),
            Piece::Close(name) => reading.close(name),
        }
    }
    (reading.blocks, reading.links)
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    links: Vec<Target>,
    /// Whether the last block takes no text, so that another such needs a paragraph between.
    after_atom: bool,
    place: Place,
    lists: Vec<Place>,
    /// The styles that hold, each with the number of the element that began it.
    styles: Vec<(Style, usize)>,
    link: Option<usize>,
    /// How many inline elements there were.
    elements: usize,
    /// The styles of the last span: one element's characters are one span, two elements' are two.
    last: Vec<(Style, usize)>,
    in_quote: bool,
}

/// Where text goes.
#[derive(Default, Clone)]
struct Place {
    block: Option<usize>,
    lead: Lead,
    list: Option<BlockKind>,
    depth: usize,
}

/// What becomes of whitespace before the next characters.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Lead {
    #[default]
    Strip,
    Keep,
    Force,
}

impl Reading {
    fn text(&mut self, text: &str) {
        let text = one_space(text);
        if text == " " {
            if self.place.block.is_some() && self.place.lead == Lead::Keep {
                self.place.lead = Lead::Force;
            }
            return;
        }
        let mut words = text.as_str();
        if words.is_empty() {
            return;
        }
        self.place_for_text();
        match self.place.lead {
            Lead::Strip => words = words.trim_start(),
            Lead::Force if !words.starts_with(' ') => self.push(" "),
            Lead::Force | Lead::Keep => {}
        }
        let ends = words.ends_with(' ');
        self.place.lead = if ends { Lead::Force } else { Lead::Keep };
        self.push(if ends { words.trim_end() } else { words });
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "br" => {
                if self.place.block.is_some() {
                    self.push("\n");
                }
            }
            "hr" => self.atom(BlockKind::Rule),
            "embed" => self.open_embed(tag),
            "ul" => self.open_list(BlockKind::Bullet),
            "ol" => self.open_list(BlockKind::Number),
            "li" => self.open_block(self.place.list.clone().unwrap_or(BlockKind::Bullet)),
            "blockquote" => {
                self.in_quote = true;
                self.open_block(BlockKind::Quote);
            }
            "p" if self.is_in_empty_block() => {}
            "p" if self.in_quote => self.open_block(BlockKind::Quote),
            "p" => self.open_block(BlockKind::Paragraph),
            "a" => self.open_link(tag),
            name => match (heading(name), style(name)) {
                (Some(level), _) => self.open_block(BlockKind::Heading(level)),
                (_, Some(style)) => self.open_style(style),
                _ => {}
            },
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "ul" | "ol" => self.place = self.lists.pop().unwrap_or_default(),
            "a" => self.close_link(),
            "blockquote" => {
                self.in_quote = false;
                self.place.block = None;
            }
            "p" | "li" => self.place.block = None,
            name if heading(name).is_some() => self.place.block = None,
            name => {
                if let Some(style) = style(name) {
                    self.styles.retain(|(open, _)| *open != style);
                }
            }
        }
    }

    fn open_list(&mut self, kind: BlockKind) {
        let depth = (self.place.depth + usize::from(self.place.list.is_some())).min(DEEPEST_LIST);
        let inner = Place { list: Some(kind), depth, ..self.place.clone() };
        self.lists.push(std::mem::replace(&mut self.place, inner));
    }

    fn open_block(&mut self, kind: BlockKind) {
        self.blocks.push(Block { kind, depth: self.place.depth, spans: Vec::new() });
        self.place.block = Some(self.blocks.len() - 1);
        self.place.lead = Lead::Strip;
        self.after_atom = false;
    }

    fn open_style(&mut self, style: Style) {
        self.before_inline();
        if self.styles.iter().any(|(open, _)| *open == style) {
            return;
        }
        self.elements += 1;
        self.styles.push((style, self.elements));
        self.styles.sort_unstable();
    }

    fn open_link(&mut self, tag: &Tag<'_>) {
        let id = || tag.value("id").unwrap_or_default().into_owned();
        let target = match tag.value("linktype").as_deref() {
            Some("page") => Target::Page(id()),
            Some("document") => Target::Document(id()),
            Some(_) => return,
            None => match tag.value("href") {
                Some(href) => Target::Address(href.into_owned()),
                None => return,
            },
        };
        self.before_inline();
        self.links.push(target);
        self.link = Some(self.links.len() - 1);
    }

    fn close_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let spans = self.place.block.map(|block| &mut self.blocks[block].spans);
        if let Some(spans) = spans
            && !spans.iter().any(|span| span.link == Some(link))
        {
            spans.push(Span { text: String::new(), styles: Vec::new(), link: Some(link) });
        }
    }

    fn open_embed(&mut self, tag: &Tag<'_>) {
        let value = |name: &str| tag.value(name).unwrap_or_default().into_owned();
        match tag.value("embedtype").as_deref() {
            Some("image") => {
                self.atom(BlockKind::Image { id: value("id"), format: value("format"), alt: value("alt") });
            }
            Some("media") => self.atom(BlockKind::Media { url: value("url") }),
            _ => {}
        }
    }

    /// A block that takes no text. The block it stands in goes on after it.
    fn atom(&mut self, kind: BlockKind) {
        let around = self.place.block.map(|block| self.blocks[block].kind.clone());
        if self.after_atom || self.blocks.is_empty() {
            self.open_block(BlockKind::Paragraph);
        }
        self.blocks.push(Block { kind, depth: self.place.depth, spans: Vec::new() });
        self.place.block = None;
        self.after_atom = true;
        if let Some(around) = around {
            self.open_block(around);
        }
    }

    fn is_in_empty_block(&self) -> bool {
        self.place.block.is_some_and(|block| self.blocks[block].spans.is_empty())
    }

    fn place_for_text(&mut self) {
        if self.place.block.is_none() {
            self.open_block(if self.in_quote { BlockKind::Quote } else { BlockKind::Paragraph });
        }
    }

    /// An element that goes with the text begins: whitespace that waited is written before it.
    fn before_inline(&mut self) {
        self.place_for_text();
        if self.place.lead == Lead::Force {
            self.push(" ");
            self.place.lead = Lead::Strip;
        }
    }

    fn push(&mut self, text: &str) {
        let Some(block) = self.place.block.filter(|_| !text.is_empty()) else { return };
        let spans = &mut self.blocks[block].spans;
        match spans.last_mut() {
            Some(span) if self.last == self.styles && span.link == self.link => span.text.push_str(text),
            _ => {
                let styles = self.styles.iter().map(|(style, _)| *style).collect();
                spans.push(Span { text: text.to_owned(), styles, link: self.link });
                self.last.clone_from(&self.styles);
            }
        }
    }
}

/// Spaces, tabs and line endings in a row are one space.
fn one_space(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for sign in text.chars() {
        if !matches!(sign, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            words.push(sign);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words
}

fn style(name: &str) -> Option<Style> {
    Some(match name {
        "b" => Style::Bold,
        "i" => Style::Italic,
        "code" => Style::Code,
        "s" => Style::Strikethrough,
        "sub" => Style::Subscript,
        "sup" => Style::Superscript,
        _ => return None,
    })
}
