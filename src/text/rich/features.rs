//! What a rich text field allows, by Wagtail's names.

use crate::error::Error;
use crate::error::Result;

/// Every feature, in the order in which editors and schemas list them.
const KNOWN: [(&str, u32); 20] = [
    ("h1", Features::H1),
    ("h2", Features::H1 << 1),
    ("h3", Features::H1 << 2),
    ("h4", Features::H1 << 3),
    ("h5", Features::H1 << 4),
    ("h6", Features::H1 << 5),
    ("bold", Features::BOLD),
    ("italic", Features::ITALIC),
    ("ol", Features::OL),
    ("ul", Features::UL),
    ("hr", Features::HR),
    ("link", Features::LINK),
    ("document-link", Features::DOCUMENT_LINK),
    ("image", Features::IMAGE),
    ("embed", Features::EMBED),
    ("code", Features::CODE),
    ("superscript", Features::SUPERSCRIPT),
    ("subscript", Features::SUBSCRIPT),
    ("strikethrough", Features::STRIKETHROUGH),
    ("blockquote", Features::BLOCKQUOTE),
];

/// What a site gets that names no features: Wagtail's own choice.
const DEFAULT: [&str; 12] =
    ["h2", "h3", "h4", "bold", "italic", "ol", "ul", "hr", "link", "document-link", "image", "embed"];

/// A set of rich text features. Paragraphs and line breaks need none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Features(u32);

impl Features {
    pub(super) const BOLD: u32 = 1;
    pub(super) const ITALIC: u32 = 1 << 1;
    pub(super) const OL: u32 = 1 << 2;
    pub(super) const UL: u32 = 1 << 3;
    pub(super) const HR: u32 = 1 << 4;
    pub(super) const LINK: u32 = 1 << 5;
    pub(super) const DOCUMENT_LINK: u32 = 1 << 6;
    pub(super) const IMAGE: u32 = 1 << 7;
    pub(super) const EMBED: u32 = 1 << 8;
    pub(super) const CODE: u32 = 1 << 9;
    pub(super) const SUPERSCRIPT: u32 = 1 << 10;
    pub(super) const SUBSCRIPT: u32 = 1 << 11;
    pub(super) const STRIKETHROUGH: u32 = 1 << 12;
    pub(super) const BLOCKQUOTE: u32 = 1 << 13;
    const H1: u32 = 1 << 14;

    /// The set of these names; a name that nobody knows is an error that lists the known ones.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut set = 0;
        for name in names {
            let Some((_, feature)) = KNOWN.iter().find(|(known, _)| *known == name) else {
                let known: Vec<&str> = KNOWN.iter().map(|(known, _)| *known).collect();
                return Err(Error::Bad(format!(
                    "there is no rich text feature `{name}`; the features are {}",
                    known.join(", ")
                )));
            };
            set |= feature;
        }
        Ok(Self(set))
    }

    /// Every feature there is.
    pub fn all() -> Self {
        Self(KNOWN.iter().fold(0, |set, (_, feature)| set | feature))
    }

    /// The names of this set, in the order of the reference.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        KNOWN.iter().filter(move |(_, feature)| self.has(*feature)).map(|(name, _)| *name)
    }

    /// Whether a feature of this name is in the set.
    pub fn allows(self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    pub(super) fn has(self, feature: u32) -> bool {
        self.0 & feature != 0
    }

    /// Whether the block element of this name is allowed; paragraphs always are.
    pub(super) fn has_block(self, tag: &str) -> bool {
        match tag {
            "p" => true,
            "blockquote" => self.has(Self::BLOCKQUOTE),
            "hr" => self.has(Self::HR),
            "ol" => self.has(Self::OL),
            "ul" => self.has(Self::UL),
            _ => heading(tag).is_some_and(|level| self.has(Self::H1 << (level - 1))),
        }
    }

    /// Whether the inline element of this name is allowed, links aside.
    pub(super) fn has_style(self, tag: &str) -> bool {
        match tag {
            "b" => self.has(Self::BOLD),
            "i" => self.has(Self::ITALIC),
            "code" => self.has(Self::CODE),
            "s" => self.has(Self::STRIKETHROUGH),
            "sub" => self.has(Self::SUBSCRIPT),
            "sup" => self.has(Self::SUPERSCRIPT),
            _ => false,
        }
    }
}

impl Default for Features {
    fn default() -> Self {
        Self(KNOWN.iter().filter(|(name, _)| DEFAULT.contains(name)).fold(0, |set, (_, bit)| set | bit))
    }
}

/// The level of a heading element: 2 for `h2`.
pub(super) fn heading(tag: &str) -> Option<u8> {
    match tag.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_go_by_their_names() -> Result<()> {
        assert_eq!(Features::from_names(["bold", "h2", "bold"])?.names().collect::<Vec<_>>(), ["h2", "bold"]);
        assert_eq!(Features::from_names(DEFAULT)?, Features::default());
        assert_eq!(Features::from_names(KNOWN.map(|(name, _)| name))?, Features::all());
        assert_eq!(
            KNOWN.iter().map(|(_, bit)| bit).sum::<u32>(),
            Features::all().0,
            "each has a bit of its own"
        );
        let error = Features::from_names(["bold", "tables"]).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("`tables`") && text.contains("h1, h2")));
        Ok(())
    }
}
