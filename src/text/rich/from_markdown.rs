//! Rich text from Markdown, the other way of [`to_markdown`](super::to_markdown).

use std::borrow::Cow;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::super::entities::escape_html;
use super::cleaning::Cleaned;
use super::cleaning::respelled;
use super::features::Features;
use super::tags::Piece;
use super::tags::pieces;
use crate::error::Error;
use crate::error::Result;

/// How our things are named in Markdown.
const SCHEME: &str = "wagtail://";

/// Rich text that says what the Markdown says, cleaned for the field's features. `wagtail://page?id=3` becomes a page
/// link, `![..](wagtail://image?id=5&format=left)` an image. A name without a proper id is an error.
pub fn from_markdown(markdown: &str, features: &Features) -> Result<Cleaned> {
    let mut wrong = None;
    let mut alt = None;
    let events = Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH)
        .filter_map(|event| translated(event, &mut alt, &mut wrong));
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    match wrong {
        Some(name) => {
            Err(Error::Bad(format!("the Markdown names `{name}`, which needs a known kind and an id")))
        }
        None => Ok(respelled(&html.replace('\n', ""), features)),
    }
}

/// An image being read: the tag to write and the words that become its `alt`.
struct Alt {
    tag: String,
    words: String,
    depth: usize,
}

fn translated<'a>(event: Event<'a>, alt: &mut Option<Alt>, wrong: &mut Option<String>) -> Option<Event<'a>> {
    if let Some(image) = alt {
        let done = read_alt(image, &event);
        return done.then(|| alt.take()).flatten().map(|image| {
            let tag = image.tag.replacen("alt=\"\"", &format!("alt=\"{}\"", escape_html(&image.words)), 1);
            Event::InlineHtml(tag.into())
        });
    }
    match event {
        Event::Start(Tag::Link { ref dest_url, .. }) if dest_url.starts_with(SCHEME) => {
            Some(Event::InlineHtml(named(dest_url, wrong).into()))
        }
        Event::Start(Tag::Image { ref dest_url, .. }) if dest_url.starts_with(SCHEME) => {
            *alt = Some(Alt { tag: named(dest_url, wrong), words: String::new(), depth: 0 });
            None
        }
        Event::SoftBreak => Some(Event::Text(" ".into())),
        Event::HardBreak => Some(Event::InlineHtml("<br/>".into())),
        Event::Html(html) => Some(Event::Html(html.replace('\n', " ").into())),
        Event::InlineHtml(html) => Some(Event::InlineHtml(html.replace('\n', " ").into())),
        // A line of code; no other text has line endings.
        Event::Text(words) if words.contains('\n') => {
            Some(Event::InlineHtml(escape_html(words.trim_end_matches('\n')).replace('\n', "<br/>").into()))
        }
        other => Some(other),
    }
}

/// Takes the words of an image's description; true when it ends.
fn read_alt(image: &mut Alt, event: &Event<'_>) -> bool {
    match event {
        Event::Text(words) | Event::Code(words) => image.words.push_str(words),
        Event::SoftBreak | Event::HardBreak => image.words.push(' '),
        Event::Start(Tag::Image { .. }) => image.depth += 1,
        Event::End(TagEnd::Image) if image.depth == 0 => return true,
        Event::End(TagEnd::Image) => image.depth -= 1,
        _ => {}
    }
    false
}

/// The tag for a name such as `wagtail://page?id=3`.
fn named(name: &str, wrong: &mut Option<String>) -> String {
    let (kind, query) = name[SCHEME.len()..].split_once('?').unwrap_or((&name[SCHEME.len()..], ""));
    let parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        url::form_urlencoded::parse(query.as_bytes()).collect();
    let value = |wanted: &str| {
        let found = parameters.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| escape_html(value)).unwrap_or_default()
    };
    let tag = match kind {
        "page" | "document" => format!("<a linktype=\"{kind}\" id=\"{}\">", value("id")),
        "image" => format!(
            "<embed embedtype=\"image\" id=\"{}\" format=\"{}\" alt=\"\"/>",
            value("id"),
            value("format")
        ),
        "media" => return format!("<embed embedtype=\"media\" url=\"{}\"/>", value("url")),
        _ => String::new(),
    };
    let has_id = pieces(&tag).any(|piece| match piece {
        Piece::Open(tag) => tag.value("id").is_some_and(|id| super::anchor::is_id(&id)),
        _ => false,
    });
    if !has_id {
        wrong.get_or_insert_with(|| name.to_owned());
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::super::to_markdown;
    use super::*;

    #[test]
    fn markdown_becomes_rich_text() -> Result<()> {
        for (markdown, html) in [
            ("", ""),
            (
                "# Title\n\nSome *words*\nand **more**.",
                "<h1>Title</h1><p>Some <i>words</i> and <b>more</b>.</p>",
            ),
            ("[home](wagtail://page?id=2)", "<p><a linktype=\"page\" id=\"2\">home</a></p>"),
            ("[a *b*](wagtail://document?id=2)", "<p><a linktype=\"document\" id=\"2\">a <i>b</i></a></p>"),
            ("[x](https://example.com/?a&b)", "<p><a href=\"https://example.com/?a&amp;b\">x</a></p>"),
            (
                "a\n\n![A \"b\" *c*](wagtail://image?id=5&format=left)",
                "<p>a</p><embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"A &quot;b&quot; c\"/>",
            ),
            (
                "![v](wagtail://media?url=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2)",
                "<embed embedtype=\"media\" url=\"https://example.com/?a=1&amp;b=2\"/>",
            ),
            ("- a\n  1. b\n- c", "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>"),
            ("> a\n>\n> b", "<blockquote>a</blockquote><blockquote>b</blockquote>"),
            ("a\\\nb ~~c~~ `d<` H<sub>2</sub>O", "<p>a<br/>b <s>c</s> <code>d&lt;</code> H<sub>2</sub>O</p>"),
            ("```\na <b\nc\n```", "<p><code>a &lt;b<br/>c</code></p>"),
            ("x <script>alert(1)</script>[y](javascript:alert)", "<p>x y</p>"),
            ("![a](wagtail://image?id=1&format=)", "<p></p>"),
        ] {
            let cleaned = from_markdown(markdown, &Features::all())?;
            assert_eq!(cleaned.html, html, "{markdown}");
        }
        Ok(())
    }

    #[test]
    fn a_name_needs_an_id() {
        for bad in [
            "[x](wagtail://page)",
            "[x](wagtail://page?id=abc)",
            "[x](wagtail://user?id=1)",
            "![x](wagtail://image?format=left)",
        ] {
            let error = from_markdown(bad, &Features::all()).map_err(|error| error.to_string());
            assert!(error.is_err_and(|text| text.contains("wagtail://")), "{bad}");
        }
    }

    #[test]
    fn there_and_back_again() -> Result<()> {
        for html in [
            "<h2>A <i>b</i></h2><p>c_d *e* [f] &lt;g&gt; \\h 1. x</p><p># i</p><p>- j</p>",
            "<p>a<br/>b <b>c</b> <s>d</s> <code>e`f</code> H<sub>2</sub>O</p><hr/><p>x</p>",
            "<ul><li>a<ul><li>b<ol><li>c</li><li>d</li></ol></li></ul></li><li>e</li></ul>",
            "<p><a linktype=\"page\" id=\"3\">x <b>y</b></a> <a href=\"https://example.com/a_(b)?c&amp;d\">z</a></p>",
            "<p>a</p><embed embedtype=\"image\" id=\"5\" format=\"left\" alt=\"a [b] &quot;c&quot;\"/><p>b</p>",
            "<blockquote>a</blockquote><blockquote>b</blockquote><p>c</p>",
        ] {
            let markdown = to_markdown(html, None);
            let cleaned = from_markdown(&markdown, &Features::all())?;
            assert_eq!(cleaned.html, html, "{markdown}");
            assert_eq!(cleaned.removals, []);
        }
        Ok(())
    }
}
