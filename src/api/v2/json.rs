//! What an answer shows, and writing it as the original spells JSON: everything but control characters unescaped,
//! indented by four.

use std::sync::Arc;

use serde_json::Value;

use super::face::FaceField;

/// How far a level is indented where the client did not say.
pub const INDENT: usize = 4;
/// Bytes that an answer may take without growing.
const USUAL_LENGTH: usize = 16 * 1024;
/// The first byte of U+2028 and U+2029.
const FIRST_OF_LINE_ENDS: u8 = 0xe2;
/// What lines begin with.
const BLANKS: &str = "                                ";

/// A value of an answer, which costs little to make, since nobody looks anything up in it.
#[derive(Debug)]
pub enum Json {
    /// One that comes as it is.
    Value(Value),
    /// Members in the order of the answer.
    Object(Vec<(Name, Json)>),
    /// Items in the order of the answer.
    List(Vec<Json>),
}

/// The name of a member.
#[derive(Debug)]
pub enum Name {
    /// One that every such object has.
    Fixed(&'static str),
    /// That of a field.
    Of(Arc<FaceField>),
    /// One that content decides.
    Own(String),
}

impl Name {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Of(field) => &field.name,
            Self::Own(name) => name,
        }
    }
}

impl Json {
    /// Nothing.
    pub const NULL: Self = Self::Value(Value::Null);

    /// An object of these members.
    pub fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, shown)| (Name::Fixed(name), shown)).collect())
    }
}

impl<V: Into<Value>> From<V> for Json {
    fn from(value: V) -> Self {
        Self::Value(value.into())
    }
}

/// JSON text, `indent` blanks a level; 0 writes one line without any blank.
pub fn write(shown: &Json, indent: usize) -> String {
    let mut out = String::with_capacity(USUAL_LENGTH);
    Writer { out: &mut out, indent, depth: 0 }.shown(shown);
    out
}

struct Writer<'o> {
    out: &'o mut String,
    indent: usize,
    depth: usize,
}

impl Writer<'_> {
    fn shown(&mut self, shown: &Json) {
        match shown {
            Json::Value(value) => self.value(value),
            Json::List(items) if items.is_empty() => self.out.push_str("[]"),
            Json::Object(members) if members.is_empty() => self.out.push_str("{}"),
            Json::List(items) => self.between('[', ']', items.iter(), |writer, item| writer.shown(item)),
            Json::Object(members) => self.between('{', '}', members.iter(), |writer, (name, member)| {
                writer.name(name.as_str());
                writer.shown(member);
            }),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Value::Object(members) if members.is_empty() => self.out.push_str("{}"),
            Value::Array(items) => self.between('[', ']', items.iter(), |writer, item| writer.value(item)),
            Value::Object(members) => self.between('{', '}', members.iter(), |writer, (name, member)| {
                writer.name(name);
                writer.value(member);
            }),
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.out.push_str(&number.to_string()),
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
            let mut blanks = self.indent * self.depth;
            while blanks > 0 {
                let some = blanks.min(BLANKS.len());
                self.out.push_str(&BLANKS[..some]);
                blanks -= some;
            }
        }
    }

    fn name(&mut self, name: &str) {
        self.text(name);
        self.out.push_str(if self.indent == 0 { ":" } else { ": " });
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        let mut plain = 0;
        for at in suspects(text.as_bytes()) {
            let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
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

/// Where a character begins that may need an escape. Most texts have none, so several bytes are looked at in one step.
fn suspects(text: &[u8]) -> impl Iterator<Item = usize> {
    const STEP: usize = 32;
    let is_suspect = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\' || byte == FIRST_OF_LINE_ENDS;
    let some = text.chunks(STEP).enumerate();
    let some = some.filter(move |(_, some)| some.iter().fold(false, |found, byte| found | is_suspect(*byte)));
    some.flat_map(move |(number, some)| {
        let bytes = some.iter().enumerate().filter(move |(_, byte)| is_suspect(**byte));
        bytes.map(move |(at, _)| number * STEP + at)
    })
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
        assert_eq!(write(&value.into(), 4), four);
        assert_eq!(write(&json!({"a": [1, {"b": 2}]}).into(), 0), r#"{"a":[1,{"b":2}]}"#);
        assert_eq!(write(&json!({"a": 350.0}).into(), 2), "{\n  \"a\": 350.0\n}");
    }
}
