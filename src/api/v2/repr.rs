//! Texts as Python quotes them, for the messages that quote what was sent.

/// The text in quotes: single ones unless it holds some and no double ones.
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if char == quote => out.extend(['\\', char]),
            _ if char.is_control() => out.push_str(&escaped(char)),
            _ => out.push(char),
        }
    }
    out.push(quote);
    out
}

fn escaped(char: char) -> String {
    let code = u32::from(char);
    if code <= 0xff { format!("\\x{code:02x}") } else { format!("\\u{code:04x}") }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_as_python_does() {
        for (text, repr) in [
            ("abc", "'abc'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("a\0\n\\", "'a\\x00\\n\\\\'"),
            ("é", "'é'"),
        ] {
            assert_eq!(quoted(text), repr);
        }
    }
}
