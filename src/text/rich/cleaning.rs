//! Making text clean.

use html5ever::tokenizer::Tag;

use super::super::entities::escape_html;
use super::super::tokens::Token;
use super::super::tokens::attribute;
use super::super::tokens::read;
use super::anchor;
use super::anchor::Refusal;
use super::elements::block;
use super::elements::is_empty_element;
use super::elements::is_unknown_block;
use super::elements::style;
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
            return match block {
                "hr" | "ul" | "ol" => self.outline.close_block(),
                _ => self.outline.open_block("p", key(tag)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_become_ours() {
        for (html, cleaned) in [
            ("x", "<p>x</p>"),
            ("a<br>b", "<p>a<br/>b</p>"),
            ("<P CLASS=x>x</P>", "<p>x</p>"),
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<p>a & b &mdash; c&nbsp;d</p>", "<p>a &amp; b — c\u{a0}d</p>"),
            ("<p>\"it's\"<br></p>", "<p>\"it's\"<br/></p>"),
            ("<p><strong>a</strong> <em>b</em> <del>c</del></p>", "<p><b>a</b> <i>b</i> <s>c</s></p>"),
            ("<b>a<p>b</p></b>c", "<p><b>a</b></p><p><b>b</b></p><p>c</p>"),
            ("<p><b>a<i>b</b>c</i></p>", "<p><b>a<i>b</i></b><i>c</i></p>"),
            ("<p><b><b>a</b>b</b>c</p>", "<p><b>ab</b>c</p>"),
            ("<p>a<b></b><br></p>", "<p>a<br/></p>"),
            ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
            ("<p>a</p>\n\n<div> </div><p>b</p>", "<p>a</p><p>b</p>"),
            ("<h2>a</h2>b<h3></h3><hr>", "<h2>a</h2><p>b</p><hr/>"),
            ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
            ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>"),
            ("<ul><li><p>a</p><p>b</p><ul><li>c</ul>d</ul>", "<ul><li>a<br/>b<ul><li>c</li></ul>d</li></ul>"),
            ("<ol>a<li>b</ol>c</ol>", "<ol><li>a</li><li>b</li></ol><p>c</p>"),
            ("<li>a</li>", "<p>a</p>"),
            ("<ul></ul><p>a</p><ul>", "<p>a</p>"),
            (
                "<blockquote><p>a</p><p>b</p></blockquote>c<br>",
                "<blockquote>a</blockquote><blockquote>b</blockquote><p>c<br/></p>",
            ),
            ("<pre>a <b>b</b>\nc</pre>", "<p><code>a <b>b</b><br/>c</code></p>"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "<p>a b</p><p>c</p>"),
            ("<p data-block-key='k1' id=x>a<br>", "<p data-block-key=\"k1\">a<br/></p>"),
            ("<p data-block-key='\"><script>'>a", "<p>a</p>"),
            ("<a id=3 linktype=page title=x>a</a>", "<p><a linktype=\"page\" id=\"3\">a</a></p>"),
            ("<a href=/x>a<a href=/y>b</a>", "<p><a href=\"/x\">a</a><a href=\"/y\">b</a></p>"),
            ("<a href=' /x?a&b '>a</a>", "<p><a href=\"/x?a&amp;b\">a</a></p>"),
            (
                "<p>a<embed format=left embedtype=image id=1 alt='\"x\"'>b</p>",
                "<p>a</p><embed embedtype=\"image\" id=\"1\" format=\"left\" alt=\"&quot;x&quot;\"/><p>b</p>",
            ),
            ("<p><span><br></span></p>", "<p><br/></p>"),
        ] {
            let first = clean(html, &Features::all());
            assert_eq!(first, cleaned, "{html}");
            assert!(is_clean(&first, &Features::all()), "{first}");
        }
    }

    #[test]
    fn nothing_that_runs_stays() {
        for (html, cleaned) in [
            ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
            ("<p>a</p><style>p{}</style><!-- x --><iframe srcdoc='<b>'></iframe>", "<p>a</p>"),
            ("<p onclick=x>a<img src=x onerror=y></p>", "<p>a</p>"),
            ("<p><a href='javascript:x'>a</a></p>", "<p>a</p>"),
            ("<p><a href='&#106;ava&Tab;script:x'>a</a></p>", "<p>a</p>"),
            ("<p><a href='data:text/html,x'>a</a></p>", "<p>a</p>"),
            ("<svg onload=x><a xlink:href='javascript:x'>a</a></svg>", "<p>a</p>"),
            ("<math><mtext><style><img src=x onerror=y></style></mtext></math>a", "<p>a</p>"),
            ("<form action=/x><input name=a><button>a</button></form>", "<p>a</p>"),
            ("<base href=//x><meta http-equiv=refresh><link rel=x>a", "<p>a</p>"),
            ("<embed src=x><embed embedtype=media url='javascript:x'>a", "<p>a</p>"),
            ("<scr<script>ipt>a</script>", "<p>ipt&gt;a</p>"),
            ("&lt;script&gt;<b>", "<p>&lt;script&gt;</p>"),
            ("<p>a\0b\u{1}c</p>", "<p>abc</p>"),
        ] {
            assert_eq!(clean(html, &Features::all()), cleaned, "{html}");
        }
    }

    #[test]
    fn what_goes_is_told() {
        let told = |html: &str, features: &Features| -> Vec<(String, &str, &str)> {
            let removals = clean_and_tell(html, features).removals;
            removals.into_iter().map(|gone| (gone.tag, gone.action, gone.reason)).collect()
        };
        let all = Features::all();
        for (html, tag, action, reason) in [
            ("<script>x</script>", "script", "removed", "feature_disabled"),
            ("<u>x</u>", "u", "unwrapped", "feature_disabled"),
            ("<a href='javascript:x'>x</a>", "a", "unwrapped", "unsafe_url"),
            ("<a linktype=user id=1>x</a>", "a", "unwrapped", "unknown_linktype"),
            ("<a linktype=page>x</a>", "a", "unwrapped", "missing_attribute"),
            ("<embed embedtype=image id=1>", "embed", "removed", "missing_attribute"),
            ("<embed embedtype=x>", "embed", "removed", "unknown_embedtype"),
        ] {
            assert_eq!(told(html, &all), [(tag.to_owned(), action, reason)], "{html}");
        }
        let bold = Features::from_names(["bold"]).unwrap_or_default();
        assert_eq!(told("<h1>a</h1><ul><li><b>b</b></li></ul>", &bold).len(), 2);
        assert_eq!(clean("<h1>a</h1><ul><li><b>b</b></li></ul>", &bold), "<p>a</p><p><b>b</b></p>");
        let long = clean_and_tell(&format!("<u title='{}'>", "x".repeat(200)), &all);
        assert_eq!(long.removals[0].detail.chars().count(), 80);
        assert_eq!(clean_and_tell(&"<u>".repeat(500), &all).removals.len(), MOST_REMOVALS);
    }

    #[test]
    fn a_small_text_stays_small() {
        for hostile in ["<ul><li>x", "<b><p>x", "<blockquote>", "<i><b><s><p>", "<pre>\n", "<a href=/><p>x"] {
            let text = hostile.repeat(5_000);
            let cleaned = clean(&text, &Features::all());
            assert!(cleaned.len() < 12 * text.len(), "{hostile}: {}", cleaned.len());
            assert!(is_clean(&cleaned, &Features::all()), "{hostile}");
        }
    }
}
