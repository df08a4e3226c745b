//! Markdown fields.

mod safe;

use std::collections::HashMap;

use pulldown_cmark::CowStr;
use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::deduplicated;
use super::slugify;

/// HTML for Markdown: CommonMark with tables, footnotes, strikethrough, task lists and an `id` for each heading.
/// Raw HTML is kept as far as it can do no harm; whatever could run is gone.
pub fn to_html(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, options()).collect();
    give_headings_ids(&mut events);
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    safe::safe(&html)
}

/// The words of a Markdown text, without markup and raw HTML, all whitespace single spaces.
pub fn plain(markdown: &str) -> String {
    let mut words = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::InlineHtml(tag) if tag.starts_with("<br") => words.push(' '),
            Event::SoftBreak | Event::HardBreak | Event::Rule => words.push(' '),
            Event::End(end) if !is_inline(&end) => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
}

fn is_inline(end: &TagEnd) -> bool {
    matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// Names each heading by its words, or by the `{#name}` that its author gave; the second of a name is `name-2`.
fn give_headings_ids(events: &mut [Event<'_>]) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut start = 0;
    let mut words = String::new();
    for index in 0..events.len() {
        match &events[index] {
            Event::Start(Tag::Heading { .. }) => {
                start = index;
                words.clear();
            }
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            Event::End(TagEnd::Heading(_)) => {
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                    let wanted = slugify(id.as_deref().unwrap_or(&words), true);
                    *id = unique(wanted, &mut taken).map(CowStr::from);
                }
            }
            _ => {}
        }
    }
}

fn unique(name: String, taken: &mut HashMap<String, usize>) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let Some(times) = taken.get_mut(&name) else {
        taken.insert(name.clone(), 1);
        return Some(name);
    };
    *times += 1;
    let another = deduplicated(&name, *times);
    if taken.contains_key(&another) {
        return unique(name, taken);
    }
    taken.insert(another.clone(), 1);
    Some(another)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        for (markdown, html) in [
            ("", ""),
            ("Some *words*\nand **more**.", "<p>Some <em>words</em>\nand <strong>more</strong>.</p>\n"),
            ("# A *title*", "<h1 id=\"a-title\">A <em>title</em></h1>\n"),
            (
                "## Für alle {#all}\n## Same\n## Same 2\n## Same",
                "<h2 id=\"all\">Für alle</h2>\n<h2 id=\"same\">Same</h2>\n<h2 id=\"same-2\">Same 2</h2>\n<h2 id=\"same-3\">Same</h2>\n",
            ),
            ("~~a~~ <kbd>b</kbd>", "<p><del>a</del> <kbd>b</kbd></p>\n"),
            (
                "| a |\n|:-:|\n| b |",
                "<table><thead><tr><th align=\"center\">a</th></tr></thead><tbody>\n<tr><td align=\"center\">b</td></tr>\n</tbody></table>\n",
            ),
            (
                "- [x] a\n- [ ] b",
                "<ul>\n<li><input disabled=\"\" type=\"checkbox\" checked=\"\">\na</li>\n\
                 <li><input disabled=\"\" type=\"checkbox\">\nb</li>\n</ul>\n",
            ),
            ("```rust\na < b\n```", "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n"),
            (
                "a[^1]\n\n[^1]: b",
                "<p>a<sup class=\"footnote-reference\"><a href=\"#1\">1</a></sup></p>\n\
                 <div class=\"footnote-definition\" id=\"1\"><sup class=\"footnote-definition-label\">1</sup>\n<p>b</p>\n</div>\n",
            ),
            (
                "[a](https://example.com/?b&c \"d\")",
                "<p><a href=\"https://example.com/?b&amp;c\" title=\"d\">a</a></p>\n",
            ),
            ("![a](/b.png)", "<p><img src=\"/b.png\" alt=\"a\"></p>\n"),
        ] {
            assert_eq!(to_html(markdown), html, "{markdown}");
        }
    }

    #[test]
    fn nothing_in_markdown_runs() {
        for (markdown, html) in [
            ("a<script>alert(1)</script>b", "<p>ab</p>\n"),
            ("<script>\nalert(1)\n</script>\n\nb", "\n<p>b</p>\n"),
            ("[a](javascript:alert(1)) ![b](data:image/png;base64,AA)", "<p><a>a</a> <img alt=\"b\"></p>\n"),
            ("<javascript:alert(1)>", "<p><a>javascript:alert(1)</a></p>\n"),
            ("<b onclick=\"x\">a", "<p><b>a</b></p>\n"),
            ("# a {#b onclick=x}", "<h1 id=\"b\">a</h1>\n"),
            ("# a {#\"onclick=x .c}", "<h1 id=\"onclickx\">a</h1>\n"),
            (
                "| <img src=x onerror=y> |\n|-|",
                "<table><thead><tr><th><img src=\"x\"></th></tr></thead><tbody>\n</tbody></table>\n",
            ),
            ("a <input type=text value=b>", "<p>a </p>"),
            ("<form action=/x><button>a</button></form>", "a"),
        ] {
            let cleaned = to_html(markdown);
            assert_eq!(cleaned.trim(), html.trim(), "{markdown}");
        }
    }

    #[test]
    fn a_small_text_stays_small() {
        let styles: String = (0..2_000).map(|number| format!("<b title={number}>")).collect();
        let hostile = format!("<p>{styles}</p>{}", "<p>x</p>".repeat(2_000));
        assert!(to_html(&hostile).len() < 2 * hostile.len());
        let deep = "<div>".repeat(20_000);
        assert!(to_html(&deep).len() < deep.len());
    }

    #[test]
    fn words_of_markdown() {
        for (markdown, words) in [
            ("# A *b*\n\nc**d** `e`\nf", "A b cd e f"),
            ("- a\n- b\n\n> c", "a b c"),
            ("[a](/b) ![c](/d) <b>e</b>", "a c e"),
            ("a<br>b<i>c</i>", "a bc"),
        ] {
            assert_eq!(plain(markdown), words, "{markdown}");
        }
    }
}
