//! The beginning of a text.

use unicode_normalization::char::is_combining_mark;

/// At most `chars` characters of a plain text, whitespace made single spaces, ending at a word and with `…` when
/// something was left out.
pub fn excerpt(plain: &str, chars: usize) -> String {
    let mut words = String::new();
    let mut count = 0;
    for word in plain.split_whitespace() {
        let space = usize::from(!words.is_empty());
        let length = word.chars().count();
        if count + space + length <= chars {
            if space == 1 {
                words.push(' ');
            }
            words.push_str(word);
            count += space + length;
            continue;
        }
        return shortened(words, count, word, chars);
    }
    words
}

/// The words so far and an ellipsis. A single endless word, or a text of a script without spaces, is cut inside.
fn shortened(mut words: String, mut count: usize, next: &str, chars: usize) -> String {
    const ENDLESS: usize = 30;
    if chars == 0 {
        return String::new();
    }
    if words.is_empty() || next.chars().count() > ENDLESS {
        let space = usize::from(!words.is_empty());
        let part = beginning(next, chars.saturating_sub(count + space + 1));
        if !part.is_empty() {
            if space == 1 {
                words.push(' ');
            }
            count += space + part.chars().count();
            words.push_str(part);
        }
    }
    while count >= chars {
        let Some(space) = words.rfind(' ') else { break };
        count -= words[space..].chars().count();
        words.truncate(space);
    }
    if count >= chars {
        words = beginning(&words, chars - 1).to_owned();
    }
    let end = words.trim_end_matches([',', ';', ':', '-', '–', '—', '(', ' ']).len();
    words.truncate(end);
    words.push('…');
    words
}

/// The first characters of a word, never cut between a letter and what belongs to it.
fn beginning(word: &str, chars: usize) -> &str {
    let mut end = word.char_indices().nth(chars).map_or(word.len(), |(index, _)| index);
    while end > 0 && word[end..].chars().next().is_some_and(belongs_to_the_letter_before) {
        end -= word[..end].chars().next_back().map_or(1, char::len_utf8);
    }
    if word[..end].ends_with('\u{200D}') { word[..end].trim_end_matches('\u{200D}') } else { &word[..end] }
}

fn belongs_to_the_letter_before(letter: char) -> bool {
    is_combining_mark(letter)
        || matches!(letter, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_at_a_word() {
        for (text, chars, expected) in [
            ("", 10, ""),
            ("short", 10, "short"),
            ("  a \n b\u{a0}c ", 10, "a b c"),
            ("the quick brown fox", 19, "the quick brown fox"),
            ("the quick brown fox", 18, "the quick brown…"),
            ("the quick brown fox", 10, "the quick…"),
            ("the quick brown fox", 9, "the…"),
            ("bread, butter", 7, "bread…"),
            ("donaudampfschiff", 6, "donau…"),
            ("donau dampfschiff", 5, "dona…"),
            ("x", 0, ""),
            ("xy", 1, "…"),
            ("e\u{301}e\u{301}e\u{301}", 4, "e\u{301}…"),
        ] {
            let short = excerpt(text, chars);
            assert_eq!(short, expected, "{text} to {chars}");
            assert!(short.chars().count() <= chars, "{text} to {chars}");
        }
    }

    #[test]
    fn a_script_without_spaces_is_cut_inside() {
        let text = "吾輩は猫である名前はまだ無いどこで生れたかとんと見当がつかぬ何でも薄暗い";
        assert_eq!(excerpt(text, 10), "吾輩は猫である名前…");
        assert_eq!(excerpt(&format!("題 {text}"), 10), "題 吾輩は猫である…");
    }
}
