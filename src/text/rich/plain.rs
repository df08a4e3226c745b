//! The words of a stored text.

use super::super::entities::decode;
use super::tags::Piece;
use super::tags::pieces;

/// The text without markup, for search and excerpts: entities read back, blocks and line breaks parting words, all
/// whitespace single spaces.
pub fn plain(db_html: &str) -> String {
    let mut words = String::with_capacity(db_html.len());
    for piece in pieces(db_html) {
        match piece {
            Piece::Text(text) => push_words(&mut words, &decode(text)),
            Piece::Open(tag) if parts_words(tag.name) => push_space(&mut words),
            Piece::Close(name) if parts_words(name) => push_space(&mut words),
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    let end = words.trim_end().len();
    words.truncate(end);
    words
}

fn push_words(words: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_whitespace() { push_space(words) } else { words.push(letter) }
    }
}

fn push_space(words: &mut String) {
    if !words.is_empty() && !words.ends_with(' ') {
        words.push(' ');
    }
}

fn parts_words(tag: &str) -> bool {
    !matches!(tag, "a" | "b" | "i" | "s" | "code" | "sub" | "sup" | "span")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_markup() {
        for (html, words) in [
            ("", ""),
            ("<p></p>", ""),
            ("<h2>A</h2><p>b<b>c</b> d<br/>e</p>", "A bc d e"),
            ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "a b c"),
            ("<p>AT&amp;T &lt;3&nbsp;\u{a0}\n x </p>", "AT&T <3 x"),
            ("<p>a</p><embed embedtype=\"image\" id=\"1\" format=\"left\" alt=\"no\"/><p>b</p>", "a b"),
            ("1 < 2", "1 < 2"),
            ("<p><a href=\"/x\">a</a>, b</p>", "a, b"),
        ] {
            assert_eq!(plain(html), words, "{html}");
        }
    }
}
