//! Writing JSON as the original spells it: everything but control characters unescaped, indented by four.

use std::ops::Range;

use serde_json::Value;

use super::escapes::escape;
use super::escapes::is_spelt_alike;
use super::escapes::suspect;

/// How far a level is indented where the client did not say.
pub const INDENT: usize = 4;
/// Bytes that an answer may take without growing; one of many objects, so many for each of the first hundred.
const USUAL_LENGTH: usize = 16 * 1024;
const OBJECT_LENGTH: usize = 2 * 1024;
/// Bytes that short texts are copied by. A copy of a known length is a few instructions, another one a call; what is too
/// much of it is cut off.
const STEP: usize = 32;
/// What stands between two values, and before the first one: a comma, the end of a line, and what the next one begins
/// with.
const NEXT: &str = ",\n                              ";
const FIRST: &str = "\n                               ";

/// The JSON text of a value, `indent` blanks a level; 0 writes one line without any blank.
pub fn write(value: &Value, indent: usize) -> String {
    let mut out = Writer::new(indent);
    out.value(value);
    out.finish()
}

/// The name of a member as it stands before its value.
#[derive(Debug, Clone)]
pub struct Spelt {
    /// With blanks behind it, up to a whole step.
    text: String,
    length: usize,
}

impl Spelt {
    /// Of a name that needs no escape: letters, digits, `_`.
    pub fn of(name: &str) -> Self {
        let text = format!("\"{name}\": ");
        Self { length: text.len(), text: format!("{text:STEP$}") }
    }
}

/// JSON text in the making. Whoever writes says what comes next; commas, line ends and blanks come by themselves.
#[derive(Debug)]
pub struct Writer {
    out: String,
    indent: usize,
    depth: usize,
    /// Whether the object or list that is being written has nothing in it yet.
    is_empty: bool,
}

impl Writer {
    /// An empty text, `indent` blanks a level; with 0 all of it becomes one line without any blank.
    pub fn new(indent: usize) -> Self {
        Self::of_many(0, indent)
    }

    /// The same with room for so many objects.
    pub fn of_many(objects: usize, indent: usize) -> Self {
        let room = USUAL_LENGTH.max(objects.min(100) * OBJECT_LENGTH);
        Self { out: String::with_capacity(room), indent, depth: 0, is_empty: true }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// An object, whose members begin with [`Writer::member`].
    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.between('{', '}', members);
    }

    /// A list, whose items begin with [`Writer::item`].
    pub fn list(&mut self, items: impl FnOnce(&mut Self)) {
        self.between('[', ']', items);
    }

    /// The name of a member that a model or this program gave it: letters, digits, `_`. Its value comes next.
    pub fn member(&mut self, name: &str) -> &mut Self {
        self.next();
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str(if self.indent == 0 { "\":" } else { "\": " });
        self
    }

    /// The same for a name that is spelt already.
    pub fn spelt_member(&mut self, Spelt { text, length }: &Spelt) -> &mut Self {
        self.next();
        let length = length - usize::from(self.indent == 0);
        match text.get(..STEP).filter(|_| length <= STEP) {
            Some(step) => self.step(step, length),
            None => self.out.push_str(&text[..length]),
        }
        self
    }

    /// The same for a name that may be anything.
    fn any_member(&mut self, name: &str) -> &mut Self {
        self.next();
        self.text(name);
        self.out.push_str(if self.indent == 0 { ":" } else { ": " });
        self
    }

    /// Makes way for an item, which comes next.
    pub fn item(&mut self) -> &mut Self {
        self.next();
        self
    }

    /// How much is written, and how deep what comes next stands: what was written in between can be written again where
    /// it stands as deep.
    pub fn place(&self) -> (usize, usize) {
        (self.out.len(), self.depth)
    }

    /// The same value as the one that was written there.
    pub fn again(&mut self, written: Range<usize>) {
        self.out.extend_from_within(written);
        self.is_empty = false;
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.out.reserve(text.len() + 2);
        self.out.push('"');
        self.escaped(text);
        self.out.push('"');
    }

    /// A text as the store keeps it, in JSON of its own. `false`, with nothing written, if it is none, or not spelt as
    /// here.
    pub fn stored_text(&mut self, stored: &str) -> bool {
        let inside = stored.strip_prefix('"').and_then(|stored| stored.strip_suffix('"'));
        let is_alike = inside.is_some_and(|inside| is_spelt_alike(inside.as_bytes()));
        if is_alike {
            self.out.push_str(stored);
        }
        is_alike
    }

    /// A text in several pieces.
    pub fn text_of(&mut self, pieces: &[&str]) {
        self.out.reserve(pieces.iter().map(|piece| piece.len()).sum::<usize>() + 2);
        self.out.push('"');
        for piece in pieces {
            self.escaped(piece);
        }
        self.out.push('"');
    }

    /// A text in pieces in which nothing needs an escape.
    pub fn plain_text(&mut self, pieces: &[&str]) {
        self.out.push('"');
        pieces.iter().for_each(|piece| self.out.push_str(piece));
        self.out.push('"');
    }

    /// A list of texts.
    pub fn texts(&mut self, texts: &[&str]) {
        self.list(|out| texts.iter().for_each(|text| out.item().text(text)));
    }

    /// A text, or nothing.
    pub fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.out.push_str("null");
    }

    /// A value that comes as it is.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => self.list(|out| items.iter().for_each(|item| out.item().value(item))),
            Value::Object(members) => {
                self.object(|out| members.iter().for_each(|(name, value)| out.any_member(name).value(value)));
            }
            Value::Null => self.null(),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => match number.as_i64() {
                Some(int) => self.int(int),
                None => self.out.push_str(&number.to_string()),
            },
        }
    }

    /// A whole number.
    pub fn int(&mut self, int: i64) {
        self.out.push_str(itoa::Buffer::new().format(int));
    }

    /// A whole number, or nothing.
    pub fn int_or_null(&mut self, int: Option<i64>) {
        match int {
            Some(int) => self.int(int),
            None => self.null(),
        }
    }

    fn between(&mut self, open: char, close: char, write: impl FnOnce(&mut Self)) {
        self.out.push(open);
        self.depth += 1;
        self.is_empty = true;
        write(self);
        self.depth -= 1;
        if !self.is_empty {
            self.line(1);
        }
        self.is_empty = false;
        self.out.push(close);
    }

    fn next(&mut self) {
        let is_first = std::mem::replace(&mut self.is_empty, false);
        self.line(usize::from(is_first));
    }

    /// Goes on in a new line, without so much of the comma and the line's end before it.
    fn line(&mut self, less: usize) {
        let blanks = self.indent * self.depth;
        if self.indent == 0 {
            return self.out.push_str(&NEXT[less..1]);
        }
        let text = if less == 0 { NEXT } else { FIRST };
        self.step(&text[..STEP], 2 - less + blanks.min(STEP - 2));
        let mut left = blanks.saturating_sub(STEP - 2);
        while left > 0 {
            let some = left.min(STEP - 2);
            self.out.push_str(&NEXT[2..2 + some]);
            left -= some;
        }
    }

    /// So much of a text that is a step long.
    fn step(&mut self, text: &str, length: usize) {
        let end = self.out.len() + length;
        self.out.push_str(text);
        self.out.truncate(end);
    }

    fn escaped(&mut self, text: &str) {
        let (mut plain, mut from) = (0, 0);
        while let Some(at) = suspect(text.as_bytes(), from) {
            from = at + 1;
            let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
            if let Some(escape) = escape(char) {
                self.out.push_str(&text[plain..at]);
                self.out.push_str(&escape);
                plain = at + char.len_utf8();
            }
        }
        self.out.push_str(&text[plain..]);
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    fn as_serde_writes(value: &Value, indent: &str) -> String {
        let mut out = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn stored_texts_are_written_as_they_stand_if_they_are_spelt_alike() {
        for (text, is_alike) in [
            ("", true),
            ("a \"quote\", a \\ and\na line\tend\r …", true),
            ("a line \u{2028} end", false),
            ("\u{8}\u{c}\u{1}", false),
        ] {
            let mut out = Writer::new(0);
            assert_eq!(out.stored_text(&serde_json::to_string(text).unwrap()), is_alike, "{text}");
            assert_eq!(out.finish(), if is_alike { write(&json!(text), 0) } else { String::new() });
        }
        for stored in
            ["", "\"", "null", "3", "[\"a\"]", r#""\x""#, r#""\""#, r#""a"b""#, "\"\n\"", r#""\u00e9""#]
        {
            assert!(!Writer::new(4).stored_text(stored), "{stored}");
        }
    }

    #[test]
    fn text_is_indented_and_hardly_escaped() {
        let value = json!({"a": [1, 2.5, true, null], "é": "x\u{2028}\u{1}\"\n/ü", "empty": [], "none": {}});
        let four = "{\n    \"a\": [\n        1,\n        2.5,\n        true,\n        null\n    ],\n    \
                    \"é\": \"x\\u2028\\u0001\\\"\\n/ü\",\n    \"empty\": [],\n    \"none\": {}\n}";
        assert_eq!(write(&value, 4), four);
        assert_eq!(write(&json!({"a": [1, {"b": 2}]}), 0), r#"{"a":[1,{"b":2}]}"#);
        for count in 0..70 {
            let (text, a) = (format!("{0}\"{0}…\n", "a".repeat(count)), "a".repeat(count));
            assert_eq!(write(&json!(text), 0), format!("\"{a}\\\"{a}…\\n\""));
        }
        assert_eq!(write(&json!({"a": 350.0}), 2), "{\n  \"a\": 350.0\n}");
        for depth in 0..20 {
            let nested = (0..depth).fold(json!([1]), |value, _| json!([value]));
            assert_eq!(write(&nested, 4), as_serde_writes(&nested, "    "), "{depth}");
        }
        for name in [
            "a",
            "a_name_of_twenty_eight_bytes",
            "a_name_of_twenty_nine_bytes_x",
            "a_name_of_more_than_a_whole_step",
        ] {
            for indent in [0, 4] {
                let mut out = Writer::new(indent);
                out.object(|out| out.spelt_member(&Spelt::of(name)).int(1));
                assert_eq!(out.finish(), write(&json!({ name: 1 }), indent));
            }
        }
        assert_eq!(
            write(&json!([-1, u64::MAX, [[]], {"a": [{}]}]), 0),
            r#"[-1,18446744073709551615,[[]],{"a":[{}]}]"#
        );
    }
}
