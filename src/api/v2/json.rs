//! Writing JSON as the original spells it: everything but control characters unescaped, indented by four.

use serde_json::Value;

/// How far a level is indented where the client did not say.
pub const INDENT: usize = 4;

/// JSON text, `indent` blanks a level; 0 writes one line without any blank.
pub fn write(value: &Value, indent: usize) -> String {
    let mut out = String::with_capacity(1024);
    Writer { out: &mut out, indent, depth: 0 }.value(value);
    out
}

struct Writer<'o> {
    out: &'o mut String,
    indent: usize,
    depth: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Value::Object(members) if members.is_empty() => self.out.push_str("{}"),
            Value::Array(items) => self.between('[', ']', items.iter(), |writer, item| writer.value(item)),
            Value::Object(members) => self.between('{', '}', members.iter(), |writer, (name, member)| {
                writer.text(name);
                writer.out.push_str(if writer.indent == 0 { ":" } else { ": " });
                writer.value(member);
            }),
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn between<T>(
        &mut self,
        open: char,
        close: char,
        items: impl Iterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) {
        self.out.push(open);
        self.depth += 1;
        for (number, item) in items.enumerate() {
            if number > 0 {
                self.out.push(',');
            }
            self.line();
            write(self, item);
        }
        self.depth -= 1;
        self.line();
        self.out.push(close);
    }

    fn line(&mut self) {
        if self.indent > 0 {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', self.indent * self.depth));
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        let mut plain = 0;
        for (at, char) in text.char_indices() {
            if let Some(escape) = escape(char) {
                self.out.push_str(&text[plain..at]);
                self.out.push_str(&escape);
                plain = at + char.len_utf8();
            }
        }
        self.out.push_str(&text[plain..]);
        self.out.push('"');
    }
}

/// U+2028 and U+2029 too, which older JavaScript takes for line ends inside a literal.
fn escape(char: char) -> Option<std::borrow::Cow<'static, str>> {
    Some(match char {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(char)).into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_indented_and_hardly_escaped() {
        let value = json!({"a": [1, 2.5, true, null], "é": "x\u{2028}\u{1}\"\n/ü", "empty": [], "none": {}});
        let four = "{\n    \"a\": [\n        1,\n        2.5,\n        true,\n        null\n    ],\n    \
                    \"é\": \"x\\u2028\\u0001\\\"\\n/ü\",\n    \"empty\": [],\n    \"none\": {}\n}";
        assert_eq!(write(&value, 4), four);
        assert_eq!(write(&json!({"a": [1, {"b": 2}]}), 0), r#"{"a":[1,{"b":2}]}"#);
        assert_eq!(write(&json!({"a": 350.0}), 2), "{\n  \"a\": 350.0\n}");
    }
}
