//! The part of a text that a reader looked for, with the words marked.

use super::words::Word;
use super::words::words;

/// How long an excerpt is, in bytes, before it is widened to whole words.
const LENGTH: usize = 200;

/// A stretch of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// The text, not escaped.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub marked: bool,
}

/// The stretch of `text` with the most looked-for words, cut into pieces. Without any it is the beginning.
pub fn excerpt(text: &str, mut is_wanted: impl FnMut(&Word) -> bool) -> Vec<Piece> {
    let found = words(text);
    let wanted: Vec<bool> = found.iter().map(&mut is_wanted).collect();
    let first = densest(&found, &wanted);
    let start = found.get(first).map_or(0, |word| word.start);
    let last = found.iter().rposition(|word| word.start < start + LENGTH).unwrap_or(0);
    let end = if last + 1 >= found.len() { text.trim_end().len() } else { found[last].end };
    let start = if first == 0 { 0 } else { start };
    let mut pieces = Vec::new();
    push(&mut pieces, if start > 0 { "… " } else { "" }, false);
    let mut at = start;
    for (word, _) in
        found.iter().zip(&wanted).filter(|(word, wanted)| **wanted && word.start >= start && word.end <= end)
    {
        push(&mut pieces, &text[at..word.start], false);
        push(&mut pieces, &text[word.start..word.end], true);
        at = word.end;
    }
    push(&mut pieces, text.get(at..end).unwrap_or_default(), false);
    push(&mut pieces, if end < text.trim_end().len() { " …" } else { "" }, false);
    pieces
}

/// The word with which the best stretch begins: a few words before the first hit of the stretch with most hits.
fn densest(found: &[Word], wanted: &[bool]) -> usize {
    const BEFORE: usize = 5;
    let hits: Vec<usize> =
        wanted.iter().enumerate().filter_map(|(at, &wanted)| wanted.then_some(at)).collect();
    let within = |first: usize| {
        hits.iter().filter(|&&at| at >= first && found[at].end <= found[first].start + LENGTH).count()
    };
    let best = hits.iter().copied().max_by_key(|&first| (within(first), std::cmp::Reverse(first)));
    best.map_or(0, |first| first.saturating_sub(BEFORE))
}

fn push(pieces: &mut Vec<Piece>, text: &str, marked: bool) {
    let text = if marked { text.to_owned() } else { collapse(text) };
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.marked == marked => last.text.push_str(&text),
        _ => pieces.push(Piece { text, marked }),
    }
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if character != ' ' || !out.ends_with(' ') {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, word: &str) -> String {
        let pieces = excerpt(text, |found| found.folded == word);
        pieces
            .iter()
            .map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect()
    }

    #[test]
    fn shows_the_place_and_marks_the_words() {
        assert_eq!(shown("A  finch\nsings.", "finch"), "A [finch] sings.");
        assert_eq!(shown("Nothing here.", "finch"), "Nothing here.");
        assert_eq!(shown("", "finch"), "");
        let long = format!("{} The Grünfink and the finch sing. {}", "word ".repeat(80), "more ".repeat(80));
        let found = shown(&long, "finch");
        assert!(found.starts_with("… word The Grünfink and the [finch] sing. more"), "{found}");
        assert!(found.ends_with("more …") && found.len() < 260, "{found}");
    }
}
