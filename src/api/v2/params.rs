//! The query string, read as the original reads it: repeated names, `+`, percent signs and bad UTF-8 included.

use memchr::memchr2;

/// A query string's names and values. Where a name is repeated its last value counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, Vec<String>)>);

/// Names and values that a query string may hold; more are no honest question.
const MOST: usize = 1_000;

impl Params {
    /// Whether a query string holds more than is read.
    pub fn is_too_long(query: &str) -> bool {
        query.split('&').count() > MOST
    }

    /// Reads a query string, without its `?`. What is no UTF-8 becomes U+FFFD.
    pub fn parse(query: &str) -> Self {
        let mut params = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            params.add(decode(name), decode(value));
        }
        params
    }

    fn add(&mut self, name: String, value: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name, vec![value])),
        }
    }

    /// The last value given to a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Every name in the order of its first appearance, with its last value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
    }

    /// The query string again, without some names: every value kept, those of one name together.
    pub fn encode_without(&self, left_out: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
        let pairs = kept.flat_map(|(name, values)| values.iter().map(move |value| encode_pair(name, value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn encode_pair(name: &str, value: &str) -> String {
    format!("{}={}", encode(name), encode(value))
}

/// Form encoding: letters, digits and `_.-~` as they are, a blank as `+`.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Form decoding; a percent sign that no two hexadecimal digits follow stands for itself.
fn decode(text: &str) -> String {
    if memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| hex_pair(after)).flatten();
        bytes.push(match (byte, escaped) {
            (_, Some(value)) => value,
            (b'+', None) => b' ',
            _ => byte,
        });
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*bytes.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_escapes_are_read() {
        for (query, name, value) in [
            ("limit=1&limit=2", "limit", Some("2")),
            ("a=1&&b=2", "b", Some("2")),
            ("title=a+b%20c", "title", Some("a b c")),
            ("title=%C3%A9%zz%", "title", Some("é%zz%")),
            ("title=%ff", "title", Some("\u{fffd}")),
            ("slug=a%00b", "slug", Some("a\0b")),
            ("abc", "abc", Some("")),
            ("=x", "", Some("x")),
            ("a=b=c", "a", Some("b=c")),
            ("a;b=1", "b", None),
            ("A=1", "a", None),
        ] {
            assert_eq!(Params::parse(query).get(name), value, "{query}");
        }
    }

    #[test]
    fn what_is_left_is_encoded_again() {
        for (query, kept) in [
            ("html_path=/&fields=a,b(c)", "fields=a%2Cb%28c%29"),
            ("a=1&b=2&a=3&id=9", "a=1&a=3&b=2"),
            ("html_path=/x", ""),
            ("q=a+b&e=", "q=a+b&e="),
        ] {
            assert_eq!(Params::parse(query).encode_without(&["id", "html_path"]), kept, "{query}");
        }
    }
}
