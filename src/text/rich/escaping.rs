//! Words that Markdown must not take for markup.

/// Escapes a text for Markdown. Signs that only matter at the start of a line are escaped there: after every line
/// ending, and at the start of the text if `at_line_start`.
pub(super) fn escape(text: &str, at_line_start: bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut line_start = at_line_start;
    for line in text.split_inclusive(['\n', '\r']) {
        let words = line.trim_end_matches(['\n', '\r']);
        push_line(&mut escaped, words, line_start);
        escaped.push_str(&line[words.len()..]);
        line_start = true;
    }
    escaped
}

/// Escapes an address for the round brackets of a link.
pub(super) fn escape_destination(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    for sign in url.chars() {
        match sign {
            '\\' | '(' | ')' => escaped.extend(['\\', sign]),
            control if control <= ' ' || control == '\u{7f}' => {
                escaped.push_str(&format!("%{:02X}", u32::from(control)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// A value in the query of an address: everything but letters, digits and `_.-~` percent-encoded.
pub(super) fn escape_parameter(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A code span whose marks are longer than any in the code.
pub(super) fn code_span(code: &str) -> String {
    let longest = code.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{marks}{pad}{code}{pad}{marks}")
}

fn push_line(escaped: &mut String, line: &str, at_line_start: bool) {
    let mut words = line;
    if at_line_start {
        words = line.trim_start_matches(' ');
        escaped.push_str(&line[..line.len() - words.len()]);
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        if words.starts_with(['#', '-', '+', '>', '=', '|', '~']) {
            escaped.push('\\');
        } else if (1..=9).contains(&digits) && words[digits..].starts_with(['.', ')']) {
            escaped.push_str(&words[..digits]);
            escaped.push('\\');
            words = &words[digits..];
        }
    }
    push_words(escaped, words);
}

fn push_words(escaped: &mut String, words: &str) {
    let mut before = None;
    let mut letters = words.char_indices().peekable();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' => escaped.extend(['\\', letter]),
            '_' => {
                let run = words[index..].bytes().take_while(|sign| *sign == b'_').count();
                while letters.next_if(|(_, next)| *next == '_').is_some() {}
                let after = words[index + run..].chars().next();
                let inside = [before, after].into_iter().all(|side| side.is_some_and(char::is_alphanumeric));
                escaped.push_str(&if inside { "_" } else { "\\_" }.repeat(run));
            }
            other => escaped.push(other),
        }
        before = Some(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_escaped_where_they_would_mark() {
        for (text, at_start, inside) in [
            ("plain", "plain", "plain"),
            ("a*b`c[d]e<f>\\", "a\\*b\\`c\\[d\\]e\\<f>\\\\", "a\\*b\\`c\\[d\\]e\\<f>\\\\"),
            ("# x", "\\# x", "# x"),
            ("  - x", "  \\- x", "  - x"),
            ("2024. x", "2024\\. x", "2024. x"),
            ("1) x", "1\\) x", "1) x"),
            ("1234567890. x", "1234567890. x", "1234567890. x"),
            ("a\n+ b\r> c", "a\n\\+ b\r\\> c", "a\n\\+ b\r\\> c"),
            ("a_b __c__ _", "a_b \\_\\_c\\_\\_ \\_", "a_b \\_\\_c\\_\\_ \\_"),
            ("", "", ""),
        ] {
            assert_eq!(escape(text, true), at_start, "{text}");
            assert_eq!(escape(text, false), inside, "{text}");
        }
        assert_eq!(escape_destination("a(b) c\\\u{7f}é"), "a\\(b\\)%20c\\\\%7Fé");
        assert_eq!(escape_parameter("http://x/?a=1&é"), "http%3A%2F%2Fx%2F%3Fa%3D1%26%C3%A9");
        assert_eq!(code_span("a"), "`a`");
        assert_eq!(code_span("`a``b"), "``` `a``b ```");
    }
}
