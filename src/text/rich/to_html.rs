//! A stored text as readers get it: ids become addresses, images and media.

use std::borrow::Cow;

use super::super::entities::escape_html;
use super::tags::Piece;
use super::tags::Tag;
use super::tags::pieces;

/// An image as rich text shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RichImage {
    /// Where its rendition is.
    pub url: String,
    /// The rendition's width in pixels.
    pub width: u32,
    /// The rendition's height in pixels.
    pub height: u32,
}

/// Where the things are that a text names by id. What is not there, or not for this reader, is `None`.
pub trait Links {
    /// The address of a page.
    fn page_url(&self, id: i64) -> Option<String>;
    /// The address of a document.
    fn document_url(&self, id: i64) -> Option<String>;
    /// The rendition of an image for a format of rich text: `left`, `right` (500 wide) or `fullwidth` (800 wide).
    fn image(&self, id: i64, format: &str) -> Option<RichImage>;
    /// The HTML by which a provider shows a medium. It is taken as it is: it must have been cleaned.
    fn embed_html(&self, url: &str) -> Option<String>;
}

/// The text with addresses in the place of ids. A text without links and embeds is only looked over, not copied.
pub fn to_html<'a>(db_html: &'a str, links: &dyn Links) -> Cow<'a, str> {
    if !db_html.contains(" linktype=\"") && !db_html.contains("<embed") {
        return Cow::Borrowed(db_html);
    }
    let mut html = String::with_capacity(db_html.len() + db_html.len() / 4);
    for piece in pieces(db_html) {
        match piece {
            Piece::Open(tag) if tag.name == "embed" => push_embed(&mut html, &tag, links),
            Piece::Open(tag) if tag.name == "a" => push_link(&mut html, &tag, links),
            Piece::Open(tag) => html.push_str(tag.source),
            Piece::Text(text) => html.push_str(text),
            Piece::Close(name) => html.extend(["</", name, ">"]),
        }
    }
    Cow::Owned(html)
}

fn push_link(html: &mut String, tag: &Tag<'_>, links: &dyn Links) {
    let Some(linktype) = tag.value("linktype") else { return html.push_str(tag.source) };
    let url = number(tag).and_then(|id| match &*linktype {
        "page" => links.page_url(id),
        "document" => links.document_url(id),
        _ => None,
    });
    match url {
        Some(url) => html.extend(["<a href=\"", &escape_html(&url), "\">"]),
        None => html.push_str("<a>"),
    }
}

fn push_embed(html: &mut String, tag: &Tag<'_>, links: &dyn Links) {
    match tag.value("embedtype").as_deref() {
        Some("image") => push_image(html, tag, links),
        Some("media") => {
            if let Some(embed) = tag.value("url").and_then(|url| links.embed_html(&url)) {
                html.extend(["<div>\n    ", &embed, "\n</div>\n"]);
            }
        }
        _ => {}
    }
}

fn push_image(html: &mut String, tag: &Tag<'_>, links: &dyn Links) {
    let format = tag.value("format").unwrap_or_default();
    let found = class(&format).zip(number(tag).and_then(|id| links.image(id, &format)));
    let Some((class, image)) = found else { return html.push_str("<img alt=\"\">") };
    let alt = tag.value("alt").unwrap_or_default();
    html.push_str(&format!(
        "<img alt=\"{}\" class=\"richtext-image {class}\" height=\"{}\" src=\"{}\" width=\"{}\">",
        escape_html(&alt),
        image.height,
        escape_html(&image.url),
        image.width
    ));
}

fn class(format: &str) -> Option<&'static str> {
    match format {
        "left" => Some("left"),
        "right" => Some("right"),
        "fullwidth" => Some("full-width"),
        _ => None,
    }
}

/// The id that a tag names.
pub(super) fn number(tag: &Tag<'_>) -> Option<i64> {
    tag.value("id")?.parse().ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A site with page 3, document 4, image 5 and one video.
    pub(in super::super) struct Small;

    impl Links for Small {
        fn page_url(&self, id: i64) -> Option<String> {
            (id == 3).then(|| "http://localhost/bread/?a&b".to_owned())
        }
        fn document_url(&self, id: i64) -> Option<String> {
            (id == 4).then(|| "/documents/4/a(1).pdf".to_owned())
        }
        fn image(&self, id: i64, format: &str) -> Option<RichImage> {
            (id == 5).then(|| RichImage { url: format!("/media/rye.{format}.jpg"), width: 500, height: 322 })
        }
        fn embed_html(&self, url: &str) -> Option<String> {
            url.ends_with("v=1").then(|| "<iframe src=\"x\"></iframe>".to_owned())
        }
    }

    #[test]
    fn ids_become_addresses() {
        for (stored, html) in [
            (
                "<p>A <a linktype=\"page\" id=\"3\">b</a></p>",
                "<p>A <a href=\"http://localhost/bread/?a&amp;b\">b</a></p>",
            ),
            ("<a id=\"3\" linktype=\"page\">b</a>", "<a href=\"http://localhost/bread/?a&amp;b\">b</a>"),
            ("<a linktype=\"page\" id=\"99\">gone</a>", "<a>gone</a>"),
            ("<a linktype=\"document\" id=\"4\">d</a>", "<a href=\"/documents/4/a(1).pdf\">d</a>"),
            ("<a linktype=\"user\" id=\"3\">u</a>", "<a>u</a>"),
            (
                "<a linktype=\"page\" id=\"9\">x</a><a href=\"/x/\" title=\"&quot;\">y</a>",
                "<a>x</a><a href=\"/x/\" title=\"&quot;\">y</a>",
            ),
            (
                "<embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"a &quot;b&quot; &#x27;c&#x27;\"/>",
                "<img alt=\"a &quot;b&quot; &#x27;c&#x27;\" class=\"richtext-image left\" height=\"322\" src=\"/media/rye.left.jpg\" width=\"500\">",
            ),
            (
                "<embed embedtype=\"image\" id=\"5\" format=\"fullwidth\"/>",
                "<img alt=\"\" class=\"richtext-image full-width\" height=\"322\" src=\"/media/rye.fullwidth.jpg\" width=\"500\">",
            ),
            ("<embed embedtype=\"image\" id=\"9\" format=\"left\" alt=\"gone\"/>", "<img alt=\"\">"),
            ("<embed embedtype=\"image\" id=\"5\" format=\"huge\" alt=\"x\"/>", "<img alt=\"\">"),
            (
                "<p>v</p><embed embedtype=\"media\" url=\"https://example.com/?a&amp;v=1\"/>",
                "<p>v</p><div>\n    <iframe src=\"x\"></iframe>\n</div>\n",
            ),
            ("<embed embedtype=\"media\" url=\"https://example.com/\"/>x", "x"),
            ("<embed embedtype=\"other\"/>x", "x"),
        ] {
            assert_eq!(to_html(stored, &Small), html);
        }
    }

    #[test]
    fn a_text_without_ids_is_not_copied() {
        let text = "<p data-block-key=\"a\">x <a href=\"https://example.com/\">y</a><br/></p>";
        assert!(matches!(to_html(text, &Small), Cow::Borrowed(same) if same == text));
    }
}
