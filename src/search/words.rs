//! Text into words: the one way in which documents, questions and excerpts are cut up.
//!
//! A word is a run of letters and digits of any script. Its *exact* form is folded (lower case, no accents); its *stem*
//! is cut by the rules of a language and folded afterwards. Scripts written without blanks give one word a character, so
//! that a run of them is asked for as a phrase.

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, StopWordFilter, TextAnalyzer};
use unicode_normalization::UnicodeNormalization;

/// A word and the bytes of the text that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, accents kept: what a stemmer wants.
    pub lower: String,
    /// Lower case without accents: the exact form.
    pub folded: String,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        if is_ideograph(character) {
            close(text, &mut start, at, &mut found);
            start = Some(at);
            close(text, &mut start, at + character.len_utf8(), &mut found);
        } else if character.is_alphanumeric() || (start.is_some() && is_mark(character)) {
            start.get_or_insert(at);
        } else {
            close(text, &mut start, at, &mut found);
        }
    }
    close(text, &mut start, text.len(), &mut found);
    found
}

fn close(text: &str, start: &mut Option<usize>, end: usize, found: &mut Vec<Word>) {
    let Some(start) = start.take() else { return };
    let lower: String = text[start..end].nfc().collect::<String>().to_lowercase();
    let folded = fold(&lower);
    if !folded.is_empty() {
        found.push(Word { lower, folded, start, end });
    }
}

fn fold(lower: &str) -> String {
    lower.nfkd().filter(|&character| !is_accent(character)).collect()
}

fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// Marks that are accents. Vowel signs of Indic scripts are marks too, but a word is another word without them.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Scripts that leave no blanks between words.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The rules of one language; of none where the language has no stemmer.
pub struct Stems {
    stemmer: Option<TextAnalyzer>,
    stop_words: Option<TextAnalyzer>,
}

impl Stems {
    /// The rules for a locale code: `de-AT` stems as German.
    pub fn of_locale(locale: &str) -> Self {
        let Some(language) = language(locale) else { return Self { stemmer: None, stop_words: None } };
        let raw = || TextAnalyzer::builder(RawTokenizer::default());
        Self {
            stemmer: Some(raw().filter(Stemmer::new(language)).build()),
            stop_words: StopWordFilter::new(language).map(|filter| raw().filter(filter).build()),
        }
    }

    /// The stem of a word; its exact form where there are no rules.
    pub fn stem(&mut self, word: &Word) -> String {
        let Some(stemmer) = &mut self.stemmer else { return word.folded.clone() };
        let mut tokens = stemmer.token_stream(&word.lower);
        tokens.next().map_or_else(|| word.folded.clone(), |token| fold(&token.text))
    }

    /// Whether the word is too common to ask for ("the", "und").
    pub fn is_stop_word(&mut self, word: &Word) -> bool {
        self.stop_words.as_mut().is_some_and(|filter| filter.token_stream(&word.lower).next().is_none())
    }
}

fn language(locale: &str) -> Option<Language> {
    let code = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    Some(match code.as_str() {
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "nl" => Language::Dutch,
        "en" => Language::English,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "de" => Language::German,
        "el" => Language::Greek,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "nb" | "nn" | "no" => Language::Norwegian,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "es" => Language::Spanish,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_folded() {
        for (text, expected) in [
            ("Höfn, a small town", "hofn a small town"),
            ("don't bread,yeast", "don t bread yeast"),
            ("Cafe\u{301} STRASSE ß 12½", "cafe strasse ß 121⁄2"),
            ("ﬁnch ÅNGSTRÖM", "finch angstrom"),
            ("東京 tower", "東 京 tower"),
            ("snake_case -- ", "snake case"),
            ("", ""),
        ] {
            let folded: Vec<_> = words(text).into_iter().map(|word| word.folded).collect();
            assert_eq!(folded.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let found = words("ein Grünfink.");
        assert_eq!((found[1].start, found[1].end, found[1].lower.as_str()), (4, 13, "grünfink"));
    }

    #[test]
    fn stems_follow_the_language() {
        for (locale, word, expected) in [
            ("en", "feeding", "feed"),
            ("en-GB", "Finches", "finch"),
            ("de", "Häusern", "haus"),
            ("pl", "Ptaki", "ptaki"),
        ] {
            assert_eq!(Stems::of_locale(locale).stem(&words(word)[0]), expected, "{locale} {word}");
        }
        assert!(Stems::of_locale("de").is_stop_word(&words("und")[0]));
        assert!(!Stems::of_locale("ja").is_stop_word(&words("und")[0]));
    }
}
