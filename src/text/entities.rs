//! Signs that HTML writes otherwise.

use std::borrow::Cow;

/// Text made safe for HTML, in content and in quoted attributes alike.
pub fn escape_html(text: &str) -> Cow<'_, str> {
    escaped(text, |sign| match sign {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#x27;"),
        _ => None,
    })
}

/// Text escaped as rich text spells content: quotes stay.
pub(super) fn escape_content(text: &str) -> Cow<'_, str> {
    escaped(text, |sign| match sign {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    })
}

fn escaped(text: &str, spelling: impl Fn(u8) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|sign| spelling(sign).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut safe = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for (index, sign) in text.bytes().enumerate().skip(first) {
        if let Some(spelled) = spelling(sign) {
            safe.push_str(&text[from..index]);
            safe.push_str(spelled);
            from = index + 1;
        }
    }
    safe.push_str(&text[from..]);
    Cow::Owned(safe)
}

/// Reads back what rich text escapes. An `&` that begins none of the references we know stays as it is.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(next) = rest.find('&') {
        plain.push_str(&rest[..next]);
        rest = &rest[next..];
        let (letter, length) = reference(rest).unwrap_or(('&', 1));
        plain.push(letter);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character that a reference at the start of the text means, and the length of the reference.
///
/// These few are all that rich text is stored with; anything else that HTML knows is decoded when text is cleaned.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|sign| sign == b';')?;
    let letter = match text.get(1..end)? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        number => numbered(number.strip_prefix('#')?)?,
    };
    Some((letter, end + 1))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    let letter = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    (!letter.is_control() || matches!(letter, '\t' | '\n' | '\r')).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_and_reading_back() {
        for (text, html) in [
            ("plain", "plain"),
            ("a & b", "a &amp; b"),
            ("<b>\"it's\"</b>", "&lt;b&gt;&quot;it&#x27;s&quot;&lt;/b&gt;"),
            ("ünï & 🍞", "ünï &amp; 🍞"),
        ] {
            assert_eq!(escape_html(text), html);
            assert_eq!(decode(html), text);
        }
        assert_eq!(escape_content("\"it's\" <b>"), "\"it's\" &lt;b&gt;");
    }

    #[test]
    fn references_are_read_once_and_only_when_known() {
        for (html, text) in [
            ("a&nbsp;b", "a\u{a0}b"),
            ("&#39;&#x2F;&#128512;", "'/😀"),
            ("&amp;lt;", "&lt;"),
            ("AT&T", "AT&T"),
            ("a &mdash; b", "a &mdash; b"),
            ("&#0;&#xD800;&#x110000;&#;&#+1;", "&#0;&#xD800;&#x110000;&#;&#+1;"),
            ("&", "&"),
            ("&é;", "&é;"),
        ] {
            assert_eq!(decode(html), text, "{html}");
        }
    }
}
