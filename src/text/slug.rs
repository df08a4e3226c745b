//! The part of an address that a title becomes.

use deunicode::deunicode_with_tofu;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most characters a slug has: what the store keeps as a name.
pub const MAX_SLUG: usize = 255;

/// A slug for a title, as Wagtail's editor makes it: lower case, words joined by hyphens, at most [`MAX_SLUG`]
/// characters. With `allow_unicode` words stay in their script, without it they are transliterated.
///
/// A title without any word gives an empty slug; the caller has a better idea what to call the page.
pub fn slugify(title: &str, allow_unicode: bool) -> String {
    // The invisible joint of Persian words.
    let title = title.replace('\u{200C}', "-");
    let title: String = if allow_unicode { title.nfkc().collect() } else { deunicode_with_tofu(&title, " ") };
    let mut slug = String::with_capacity(title.len());
    for letter in title.chars().flat_map(char::to_lowercase) {
        let stands_alone = is_combining_mark(letter) && (slug.is_empty() || slug.ends_with(['-', '_']));
        if is_word(letter) && !stands_alone {
            slug.push(letter);
        } else if parts_words(letter) && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    // Lower case may leave a letter and its mark apart (`İ`).
    let slug: String = if allow_unicode { slug.nfc().collect() } else { slug };
    cut(slug.trim_matches(['-', '_']), MAX_SLUG).to_owned()
}

/// Whether this can be the slug of a page: letters, digits and marks of any script, `-` and `_`, and not too long.
pub fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= MAX_SLUG
        && text.chars().all(|letter| is_word(letter) || letter == '-')
        && text.chars().next().is_some_and(|letter| !is_combining_mark(letter))
}

/// The slug to try when `slug` is taken: `deduplicated("about", 2)` is `about-2`, never longer than a slug may be.
pub fn deduplicated(slug: &str, number: usize) -> String {
    let ending = format!("-{number}");
    format!("{}{ending}", cut(slug, MAX_SLUG - ending.len()))
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Whitespace, dashes and slashes. Other signs are left out: `it's` is `its`.
fn parts_words(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '/')
}

fn cut(slug: &str, most: usize) -> &str {
    let end = slug.char_indices().nth(most).map_or(slug.len(), |(index, _)| index);
    slug[..end].trim_end_matches(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_slug() {
        for (title, ascii, unicode) in [
            ("", "", ""),
            ("Hello, World!", "hello-world", "hello-world"),
            ("  It's   a - test  ", "its-a-test", "its-a-test"),
            ("Über straße", "uber-strasse", "über-straße"),
            ("Ærøskøbing", "aeroskobing", "ærøskøbing"),
            ("Привет, мир", "privet-mir", "привет-мир"),
            ("北京", "bei-jing", "北京"),
            ("हिन्दी में", "hindii-men", "हिन्दी-में"),
            ("می\u{200C}خواهم", "my-khwhm", "می-خواهم"),
            ("a–b—c", "a-b-c", "a-b-c"),
            ("and/or", "and-or", "and-or"),
            ("__init__", "init", "init"),
            ("snake_case", "snake_case", "snake_case"),
            ("!!!", "", ""),
            ("½ price", "1-2-price", "12-price"),
            ("<script>alert(1)</script>", "scriptalert1-script", "scriptalert1-script"),
            ("İstanbul", "istanbul", "i\u{307}stanbul"),
        ] {
            assert_eq!(slugify(title, false), ascii, "{title}");
            assert_eq!(slugify(title, true), unicode, "{title}");
            for slug in [ascii, unicode] {
                assert!(slug.is_empty() || is_slug(slug), "{slug}");
                assert_eq!(slugify(slug, true), slug, "{slug} again");
            }
        }
    }

    #[test]
    fn a_slug_is_never_too_long() {
        let long = slugify(&"word ".repeat(100), false);
        assert_eq!(long.chars().count(), 254, "the hyphen at the cut goes");
        assert!(is_slug(&long));
        assert!(!is_slug(&"x".repeat(MAX_SLUG + 1)));
        assert_eq!(deduplicated(&"x".repeat(MAX_SLUG), 12).len(), MAX_SLUG);
        assert_eq!(deduplicated("about", 2), "about-2");
    }

    #[test]
    fn a_slug_is_one_word_of_an_address() {
        for bad in
            ["", "a b", "a/b", "a.b", "..", "a?b", "a#b", "a%20b", "a\0", "é\u{202e}x", "\u{301}a", "🍞"]
        {
            assert!(!is_slug(bad), "{bad}");
        }
        for good in ["a", "-", "Home", "a_b-c", "2024", "über", "日本", "हिन्दी"] {
            assert!(is_slug(good), "{good}");
        }
    }
}
