//! What a text is made of.

/// A block, with how deep it lies in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Block {
    pub kind: BlockKind,
    pub depth: usize,
    pub spans: Vec<Span>,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum BlockKind {
    Paragraph,
    Heading(u8),
    Bullet,
    Number,
    Quote,
    Rule,
    Image { id: String, format: String, alt: String },
    Media { url: String },
}

/// Characters of one style. A link has at least one, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Span {
    pub text: String,
    /// In alphabetical order of Wagtail's names, which is how they are nested.
    pub styles: Vec<Style>,
    /// Which link of the text it belongs to.
    pub link: Option<usize>,
}

/// An inline style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Style {
    Bold,
    Code,
    Italic,
    Strikethrough,
    Subscript,
    Superscript,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Target {
    Page(String),
    Document(String),
    Address(String),
}
