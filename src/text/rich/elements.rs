//! The elements that HTML has, and what they are here.

/// The permitted style that an element means.
pub(super) fn style(name: &str) -> Option<&'static str> {
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
pub(super) fn block(name: &str) -> Option<&'static str> {
    const BLOCKS: [&str; 11] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr"];
    BLOCKS.into_iter().find(|block| *block == name)
}

/// Elements that part what is around them, though we do not know them.
pub(super) fn is_unknown_block(name: &str) -> bool {
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

pub(super) fn is_empty_element(name: &str) -> bool {
    const EMPTY: [&str; 13] = [
        "area", "base", "basefont", "col", "frame", "img", "input", "link", "meta", "param", "source",
        "track", "wbr",
    ];
    EMPTY.contains(&name)
}
