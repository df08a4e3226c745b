//! One spelling for words that people take for the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case, without marks and in compatibility form: `Höfn` and `HOFN` fold alike.
///
/// For looking things up. It is no identity: two accounts or tokens must never be held equal by it.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            mark if is_combining_mark(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_alike_fold_alike() {
        for (text, folded) in [
            ("", ""),
            ("Bread", "bread"),
            ("Höfn", "hofn"),
            ("CAFÉ", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("Straße", "strasse"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ﬁne", "fine"),
            ("ＦＵＬＬ", "full"),
            ("İstanbul", "istanbul"),
            ("パン", "ハン"),
            ("Ёж", "еж"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(&fold(text)), folded, "{text} folded twice");
        }
    }
}
