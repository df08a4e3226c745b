//! Reading HTML as a browser does, one token after the other.
//!
//! Only html5ever's tokenizer is used, not its tree: building a tree repeats open formatting elements in every
//! block, so that a small hostile text could become a huge one. What is made of the tokens is spelled by us, strictly.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::BufferQueue;
use html5ever::tokenizer::Tag;
use html5ever::tokenizer::TagKind;
use html5ever::tokenizer::Token as Html;
use html5ever::tokenizer::TokenSink;
use html5ever::tokenizer::TokenSinkResult;
use html5ever::tokenizer::Tokenizer;
use html5ever::tokenizer::states::RawKind;

/// No tag has so many attributes, nor so much in them.
const MOST_ATTRIBUTES: usize = 4_000;

/// A piece of somebody's HTML, entities decoded.
pub(super) enum Token<'a> {
    /// Characters, without controls.
    Text(&'a str),
    /// The beginning of an element.
    Start(&'a Tag),
    /// The end of an element.
    End(&'a str),
    /// An element that is code, form state or another document, gone with all that is in it.
    Dropped(&'a Tag),
}

/// Reads all of `html`, passing what is found on in order. Comments and declarations are not passed on.
pub(super) fn read(html: &str, take: impl FnMut(Token<'_>)) {
    let html = without_overloaded_tags(html);
    let sink = Sink(RefCell::new(Reading { take, inside: None }));
    let tokenizer = Tokenizer::new(sink, Default::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(&*html));
    // It stops only where a sink asks it to; ours does not.
    let _finished = tokenizer.feed(&input);
    tokenizer.end();
}

/// The HTML without tags of thousands of attributes: each is compared with all before it. Nobody writes these.
fn without_overloaded_tags(html: &str) -> Cow<'_, str> {
    let overloaded = |tag: &str| {
        let signs = tag.bytes().take_while(|sign| *sign != b'>');
        let between =
            signs.filter(|sign| matches!(sign, b' ' | b'\t' | b'\n' | b'\r' | 0xC | b'/' | b'"' | b'\''));
        tag.len() > MOST_ATTRIBUTES
            && tag.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '/')
            && between.take(MOST_ATTRIBUTES).count() == MOST_ATTRIBUTES
    };
    let mut tags = html.split('<');
    let first = tags.next().unwrap_or_default();
    if !tags.clone().any(overloaded) {
        return Cow::Borrowed(html);
    }
    let kept = tags.filter(|tag| !overloaded(tag)).flat_map(|tag| ["<", tag]);
    Cow::Owned(std::iter::once(first).chain(kept).collect())
}

/// The value of an attribute.
pub(super) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

struct Sink<F>(RefCell<Reading<F>>);

struct Reading<F> {
    take: F,
    /// The element whose raw content is being dropped.
    inside: Option<String>,
}

impl<F: FnMut(Token<'_>)> TokenSink for Sink<F> {
    type Handle = ();

    fn process_token(&self, token: Html, _line: u64) -> TokenSinkResult<()> {
        let reading = &mut *self.0.borrow_mut();
        match token {
            Html::CharacterTokens(text) if reading.inside.is_none() => reading.text(&text),
            Html::TagToken(tag) if tag.kind == TagKind::StartTag => return reading.start(&tag),
            Html::TagToken(tag) => reading.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl<F: FnMut(Token<'_>)> Reading<F> {
    fn text(&mut self, text: &str) {
        for part in text.split(|letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')) {
            if !part.is_empty() {
                (self.take)(Token::Text(part));
            }
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        if self.inside.is_some() {
            return TokenSinkResult::Continue;
        }
        let Some(kind) = raw(&tag.name) else {
            (self.take)(Token::Start(tag));
            return TokenSinkResult::Continue;
        };
        (self.take)(Token::Dropped(tag));
        self.inside = Some(tag.name.to_string());
        TokenSinkResult::RawData(kind)
    }

    fn end(&mut self, name: &str) {
        match &self.inside {
            Some(open) if open == name => self.inside = None,
            Some(_) => {}
            None => (self.take)(Token::End(name)),
        }
    }
}

/// How the content of an element is read that holds no markup of its own.
fn raw(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "textarea" | "title" => Some(RawKind::Rcdata),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str) -> String {
        let mut told = String::new();
        read(html, |token| match token {
            Token::Text(text) => told.push_str(text),
            Token::Start(tag) => told.push_str(&format!("[{}]", tag.name)),
            Token::End(name) => told.push_str(&format!("[/{name}]")),
            Token::Dropped(tag) => told.push_str(&format!("(-{})", tag.name)),
        });
        told
    }

    #[test]
    fn a_tag_of_thousands_of_attributes_is_left_out() {
        let many: String = (0..MOST_ATTRIBUTES).map(|number| format!(" a{number}")).collect();
        assert_eq!(told(&format!("x<b>y<p{many}>z</p></b>")), "x[b]y[/p][/b]");
        assert_eq!(told(&format!("x < y{many}")), format!("x < y{many}"));
    }

    #[test]
    fn html_is_read_as_a_browser_reads_it() {
        for (html, expected) in [
            ("a &mdash; <B>b</b>", "a — [b]b[/b]"),
            ("<p title='<script>'>x", "[p]x"),
            ("<script>if (a<b) '</p>'</script>x", "(-script)x"),
            ("<style></p></style>x<!-- <b> --><!doctype html>", "(-style)x"),
            ("<script><!--<script></script>--></script>x", "(-script)x"),
            ("<iframe><b></iframe>x<script>never closed <p>", "(-iframe)x(-script)"),
            ("<textarea></script><b></textarea>x", "(-textarea)x"),
            ("a\0b\u{7}c\u{9}d", "abc\td"),
            ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ] {
            assert_eq!(told(html), expected, "{html}");
        }
    }
}
