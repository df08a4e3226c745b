//! Writing a clean text: paragraphs, headings, quotes and lists one after the other, styles within.
//!
//! Whatever it is told and in whichever order, what it writes is well-formed and passes [`is_clean`](super::is_clean):
//! blocks are closed before others begin, styles are opened when there is something to style, and content that stands
//! nowhere gets a paragraph.

mod lists;

use crate::text::entities::escape_content;
use crate::text::entities::escape_html;

/// The text being written and what is open in it.
#[derive(Default)]
pub(super) struct Outline {
    html: String,
    lists: Vec<List>,
    /// How many lists deeper than allowed we are in; their items join the deepest one.
    too_deep: usize,
    quotes: usize,
    block: Option<Block>,
    /// Styles that hold, outermost first; the first `styled` of them are open in `html`.
    styles: Vec<Style>,
    styled: usize,
}

struct Block {
    tag: &'static str,
    key: Option<String>,
    begun: bool,
    /// Somebody wrote it, so it stays even when empty.
    meant: bool,
}

struct List {
    tag: &'static str,
    begun: bool,
    item: Option<Item>,
}

#[derive(Default)]
struct Item {
    begun: bool,
    /// A block ended inside; what follows goes on a new line.
    gap: bool,
}

struct Style {
    tag: &'static str,
    open: String,
    /// How often it was begun inside itself.
    again: usize,
}

impl Outline {
    /// Characters. Space between blocks is not kept.
    pub(super) fn text(&mut self, text: &str) {
        if self.is_between() && text.chars().all(|sign| sign.is_ascii_whitespace()) {
            return;
        }
        self.begin();
        self.html.push_str(&escape_content(text));
    }

    /// A space, if something stands before it in the block.
    pub(super) fn space(&mut self) {
        let standing = self.item().is_some_and(|item| item.begun)
            || self.block.as_ref().is_some_and(|block| block.begun);
        if standing && !self.html.ends_with(' ') {
            self.html.push(' ');
        }
    }

    /// A line break.
    pub(super) fn line_break(&mut self) {
        if self.is_between() {
            return;
        }
        if let Some(item) = self.item_mut() {
            item.gap = false;
        }
        self.begin();
        self.html.push_str("<br/>");
    }

    /// A paragraph or heading begins.
    pub(super) fn open_block(&mut self, tag: &'static str, key: Option<String>) {
        self.close_block();
        if self.item().is_some() {
            return;
        }
        if !self.lists.is_empty() {
            return self.open_item(key);
        }
        let quoted = self.quotes > 0 && tag == "p";
        let tag = if quoted { "blockquote" } else { tag };
        self.block = Some(Block { tag, key, begun: false, meant: tag == "p" });
    }

    /// Whatever block is open ends.
    pub(super) fn close_block(&mut self) {
        self.close_styles();
        if let Some(item) = self.item_mut() {
            item.gap = item.begun;
        }
        let Some(block) = self.block.take() else { return };
        if block.begun || block.meant {
            if !block.begun {
                self.open_tag(block.tag, block.key.as_deref());
            }
            self.close_tag(block.tag);
        }
    }

    /// A quotation begins; its paragraphs are quotes.
    pub(super) fn open_quote(&mut self, key: Option<String>) {
        self.close_block();
        if self.lists.is_empty() {
            self.block = Some(Block { tag: "blockquote", key, begun: false, meant: false });
        }
        self.quotes += 1;
    }

    /// A quotation ends.
    pub(super) fn close_quote(&mut self) {
        self.close_block();
        self.quotes = self.quotes.saturating_sub(1);
    }

    /// A horizontal rule.
    pub(super) fn rule(&mut self) {
        self.interrupt();
        if self.lists.is_empty() {
            self.html.push_str("<hr/>");
        }
    }

    /// An image or a medium, already spelled. It stands between blocks, or in a list item.
    pub(super) fn embed(&mut self, tag: &str) {
        if self.lists.is_empty() {
            self.interrupt();
        } else {
            self.begin();
        }
        self.html.push_str(tag);
    }

    /// A style or link begins; `open` is its tag as spelled.
    pub(super) fn open_style(&mut self, tag: &'static str, open: String) {
        match self.styles.iter_mut().find(|style| style.tag == tag) {
            Some(style) => style.again += 1,
            None => self.styles.push(Style { tag, open, again: 0 }),
        }
    }

    /// A style ends; the styles in it go on.
    pub(super) fn close_style(&mut self, tag: &str) {
        let Some(position) = self.styles.iter().position(|style| style.tag == tag) else { return };
        if self.styles[position].again > 0 {
            self.styles[position].again -= 1;
            return;
        }
        self.close_styles_from(position);
        self.styles.remove(position);
    }

    /// The text, with everything closed.
    pub(super) fn finish(mut self) -> String {
        self.close_block();
        while let Some(list) = self.lists.last() {
            let tag = list.tag;
            self.too_deep = 0;
            self.close_list(tag);
        }
        self.html
    }

    /// Whether neither a block nor an item is open.
    fn is_between(&self) -> bool {
        self.block.is_none() && self.item().is_none()
    }

    fn item(&self) -> Option<&Item> {
        self.lists.last().and_then(|list| list.item.as_ref())
    }

    fn item_mut(&mut self) -> Option<&mut Item> {
        self.lists.last_mut().and_then(|list| list.item.as_mut())
    }

    /// Ends the block for something that cannot stand in it. One that is still empty was only the place for it.
    fn interrupt(&mut self) {
        if self.block.as_ref().is_some_and(|block| !block.begun) {
            self.block = None;
        }
        self.close_block();
    }

    /// Sees to it that content can be written: a block or item, and the styles that hold.
    fn begin(&mut self) {
        if self.lists.is_empty() {
            self.begin_block()
        } else {
            self.begin_item()
        }
        for style in &self.styles[self.styled..] {
            self.html.push_str(&style.open);
        }
        self.styled = self.styles.len();
    }

    fn begin_block(&mut self) {
        let tag = if self.quotes > 0 { "blockquote" } else { "p" };
        let block = self.block.get_or_insert(Block { tag, key: None, begun: false, meant: false });
        if !std::mem::replace(&mut block.begun, true) {
            let (tag, key) = (block.tag, block.key.take());
            self.open_tag(tag, key.as_deref());
        }
    }

    fn begin_item(&mut self) {
        if self.item().is_none() {
            self.open_item(None);
        }
        let Some(item) = self.item_mut() else { return };
        item.begun = true;
        if std::mem::take(&mut item.gap) {
            self.html.push_str("<br/>");
        }
    }

    fn close_styles(&mut self) {
        self.close_styles_from(0);
    }

    fn close_styles_from(&mut self, position: usize) {
        while self.styled > position {
            self.styled -= 1;
            self.close_tag(self.styles[self.styled].tag);
        }
    }

    fn open_tag(&mut self, tag: &str, key: Option<&str>) {
        self.html.push('<');
        self.html.push_str(tag);
        if let Some(key) = key {
            self.html.push_str(&format!(" data-block-key=\"{}\"", escape_html(key)));
        }
        self.html.push('>');
    }

    fn close_tag(&mut self, tag: &str) {
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
    }
}
