//! The content of an object as it was read: most of a document is never asked for, so each value is read when it is.

use std::error::Error;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::memchr2;
use serde_json::Value;

use crate::content::LEFT_OUT;
use crate::schema::Document;
use crate::store::Cell;
use crate::store::Column;
use crate::text::eight::any;
use crate::text::eight::first;

/// Eight bytes each that are looked through for the end of a string before a search is begun.
const WORDS: usize = 4;

/// A document as it was read.
#[derive(Debug, Clone, Default)]
pub struct RawDocument {
    text: Box<str>,
    members: Vec<Member>,
}

/// Where a name and its value stand in the text; a value that never was text has been read from the beginning. Small,
/// since many are looked through for each that is read.
#[derive(Debug, Clone)]
struct Member {
    name: Place,
    value: Place,
    read: OnceLock<Box<Value>>,
}

/// From where to where.
#[derive(Debug, Clone, Copy)]
struct Place(u32, u32);

impl Place {
    /// `None` where no document is as long.
    fn of(range: Range<usize>) -> Option<Self> {
        Some(Self(u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?))
    }

    fn len(self) -> usize {
        (self.1 - self.0) as usize
    }

    fn range(self) -> Range<usize> {
        self.0 as usize..self.1 as usize
    }
}

impl RawDocument {
    /// What a JSON object holds. A value is looked at when it is asked for: what is none is nothing, and told in the log.
    ///
    /// # Errors
    /// Where the text is no JSON object.
    pub fn of_text(text: &str) -> Result<Self, NoObject> {
        let mut scan = Scan { text, at: 0, escapes_in_names: false };
        let mut members = scan.object().ok_or(NoObject)?;
        let mut kept = text.to_owned();
        for Member { name, .. } in members.iter_mut().filter(|_| scan.escapes_in_names) {
            let Range { start, end } = name.range();
            let spelt = serde_json::from_str::<String>(&text[start - 1..=end]).map_err(|_| NoObject)?;
            *name = behind(&mut kept, &spelt).ok_or(NoObject)?;
        }
        Ok(Self { text: kept.into(), members })
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.member(name).map(|member| self.value(member))
    }

    /// The whole number of this name: `Some(None)` if the value is none. References are most of what is read of a list,
    /// and need no parser.
    pub fn int(&self, name: &str) -> Option<Option<i64>> {
        let member = self.member(name)?;
        let text = self.text(member.value);
        let is_plain = text.as_bytes().first().is_some_and(|byte| matches!(byte, b'1'..=b'9'));
        let plain = text.parse().ok().filter(|_| is_plain);
        Some(plain.or_else(|| self.value(member).as_i64()))
    }

    /// The value of this name as it is kept, in JSON; nothing of one that never was.
    pub fn json(&self, name: &str) -> Option<&str> {
        self.member(name).map(|member| self.text(member.value))
    }

    /// The texts in the list of this name, if they stand here as they are.
    pub fn strings(&self, name: &str) -> Option<Vec<&str>> {
        strings(self.text(self.member(name)?.value))
    }

    /// The names whose values a brief one is without, as a list in JSON; it may lack [`PAGE_FIELDS`], too. `None` of a
    /// whole one.
    ///
    /// [`PAGE_FIELDS`]: crate::schema::PAGE_FIELDS
    pub fn left_out(&self) -> Option<&str> {
        let last = self.members.last().filter(|member| self.text(member.name) == LEFT_OUT)?;
        Some(self.text(last.value))
    }

    /// All of them, in order.
    pub fn to_document(&self) -> Document {
        let read = |member: &Member| member.read.get().map(|value| Value::clone(value));
        let value = |member: &Member| read(member).unwrap_or_else(|| self.read(member));
        self.members.iter().map(|member| (self.text(member.name).to_owned(), value(member))).collect()
    }

    fn member(&self, name: &str) -> Option<&Member> {
        // Most names differ in length, which is told without a look at the text.
        let is_it = |member: &&Member| member.name.len() == name.len() && self.text(member.name) == name;
        self.members.iter().rev().find(is_it)
    }

    fn value<'m>(&self, member: &'m Member) -> &'m Value {
        member.read.get_or_init(|| Box::new(self.read(member)))
    }

    fn text(&self, place: Place) -> &str {
        self.text.get(place.range()).unwrap_or_default()
    }

    fn read(&self, member: &Member) -> Value {
        let text = self.text(member.value);
        if let Some(plain) = plain(text).map(Value::from).or_else(|| strings(text).map(Value::from)) {
            return plain;
        }
        serde_json::from_str(text).unwrap_or_else(|error| {
            tracing::error!(name = self.text(member.name), %error, "a stored value cannot be read");
            Value::Null
        })
    }
}

impl Column for Option<RawDocument> {
    fn read(cell: Cell<'_>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(cell.text()?.map(RawDocument::of_text).transpose()?)
    }
}

impl From<Document> for RawDocument {
    fn from(document: Document) -> Self {
        let mut names = String::new();
        let member = |(name, value): (String, Value)| {
            let name = behind(&mut names, &name)?;
            Some(Member { name, value: Place(0, 0), read: OnceLock::from(Box::new(value)) })
        };
        let members = document.into_iter().filter_map(member).collect();
        Self { text: names.into(), members }
    }
}

/// Puts a name behind what is kept, and tells where it stands.
fn behind(kept: &mut String, name: &str) -> Option<Place> {
    kept.push_str(name);
    Place::of(kept.len() - name.len()..kept.len())
}

/// Where the first quote or backslash stands.
fn end_of_plain(text: &[u8]) -> Option<usize> {
    // Most strings are short: no search is begun for those.
    let (words, _) = text.as_chunks();
    for (place, eight) in words.iter().take(WORDS).enumerate() {
        let eight = u64::from_le_bytes(*eight);
        if let Some(found) = first(any(eight, b'"') | any(eight, b'\\')) {
            return Some(place * size_of::<u64>() + found);
        }
    }
    let passed = words.len().min(WORDS) * size_of::<u64>();
    memchr2(b'"', b'\\', &text[passed..]).map(|found| passed + found)
}

/// What stands between the quotes of a string in which nothing is told by an escape.
fn plain(text: &str) -> Option<&str> {
    let inside = between(text, b'"', b'"')?;
    memchr2(b'"', b'\\', inside.as_bytes()).is_none().then_some(inside)
}

/// The same of each string in a list of such.
fn strings(text: &str) -> Option<Vec<&str>> {
    let mut rest = between(text, b'[', b']')?;
    let mut strings = Vec::with_capacity(4);
    loop {
        let string = behind_byte(rest, b'"')?;
        let (string, behind) = string.split_at(end_of_plain(string.as_bytes())?);
        strings.push(string);
        rest = behind_byte(behind, b'"')?;
        if rest.is_empty() {
            return Some(strings);
        }
        rest = behind_byte(rest, b',')?;
    }
}

/// What follows an ASCII byte with which a text begins.
fn behind_byte(text: &str, byte: u8) -> Option<&str> {
    text.get(1..).filter(|_| text.as_bytes()[0] == byte)
}

/// What stands between two ASCII bytes with which a text begins and ends.
fn between(text: &str, first: u8, last: u8) -> Option<&str> {
    let inside = behind_byte(text, first)?;
    inside.get(..inside.len().checked_sub(1)?).filter(|inside| text.as_bytes()[1 + inside.len()] == last)
}

/// A text that is no JSON object.
#[derive(Debug, thiserror::Error)]
#[error("a document is no JSON object")]
pub struct NoObject;

/// Finds where the members of an object stand. Documents are long and little of them is shown, so what is between a
/// value's ends is passed over, not understood.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Whether a name of a member has a character that is told by an escape.
    escapes_in_names: bool,
}

impl Scan<'_> {
    /// Where the names and values of the one object are that the text holds.
    fn object(&mut self) -> Option<Vec<Member>> {
        let mut members = Vec::with_capacity(16);
        self.expect(b'{')?;
        if self.next()? == b'}' {
            self.at += 1;
        } else {
            loop {
                let (name, has_escapes) = self.string()?;
                self.escapes_in_names |= has_escapes;
                self.expect(b':')?;
                let name = Place::of(name.start + 1..name.end - 1)?;
                members.push(Member { name, value: Place::of(self.value()?)?, read: OnceLock::new() });
                self.at += 1;
                match self.text.as_bytes()[self.at - 1] {
                    b',' => {}
                    _ => break,
                }
            }
        }
        Some(members).filter(|_| self.next().is_none())
    }

    /// The byte that comes next, behind any blanks.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                byte => return byte.copied(),
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        let is_there = self.next()? == byte;
        self.at += 1;
        is_there.then_some(())
    }

    /// A string with its quotes, and whether anything in it is told by an escape.
    fn string(&mut self) -> Option<(Range<usize>, bool)> {
        self.expect(b'"')?;
        let (start, mut has_escapes) = (self.at - 1, false);
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let found = end_of_plain(rest)?;
            self.at += found + 1;
            if rest[found] == b'"' {
                return Some((start..self.at, has_escapes));
            }
            has_escapes = true;
            self.at += 1;
        }
    }

    /// A value; behind it stands the comma, or the end of the object.
    fn value(&mut self) -> Option<Range<usize>> {
        let byte = self.next()?;
        let start = self.at;
        let end = match byte {
            b'"' => self.string()?.0.end,
            b'{' | b'[' => self.nested()?,
            _ => {
                self.at += self.text.as_bytes()[start..].iter().position(|byte| b",}".contains(byte))?;
                start + self.text.get(start..self.at)?.trim_end().len()
            }
        };
        let value = start..end;
        matches!(self.next()?, b',' | b'}').then_some(value).filter(|value| !value.is_empty())
    }

    /// An object or a list: up to where as much has ended as has begun, which is told.
    fn nested(&mut self) -> Option<usize> {
        let mut depth = 0_usize;
        loop {
            match self.text.as_bytes().get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_of_the_document_wherever_they_come_from() {
        for text in [
            "{}",
            r#"{"a": 1, "b": "x\"y\\", "c": [1, {"d": "}"}], "é\u0041": null}"#,
            "\n{ \"a\" : \"\\u00e9\" ,\t\"b\":{ } }\n",
            r#"{"twice": 1, "twice": 2}"#,
            r#"{"ints":-3,"zero":0,"long":12345678901234567890,"real":1.5,"power":1e3,"text":"7", "blank" : 8 ,"last":[9]}"#,
            r#"{"quote eight bytes away":"1234567890123456789012345678901\"","and":"12345678901234567890123456789012","far":"123456789012345678901234567890123456\\"}"#,
            r#"{"list":["a","","b c"],"commas":["a,b",",","\",\""],"quotes":["\"","x"],"none":[],"one":["é"],"mixed":["a",1]}"#,
            r#"{"seven77":"1234567","eight888":"12345678","nine99999":"123456789","a\\longer\"name":"a\\\\longer\\\"text"}"#,
        ] {
            let document: Document = serde_json::from_str(text).unwrap();
            for values in [RawDocument::of_text(text).unwrap(), RawDocument::from(document.clone())] {
                for (name, value) in &document {
                    assert_eq!(values.int(name), Some(value.as_i64()), "{name} in {text}");
                    assert_eq!(values.get(name), Some(value), "{name} in {text}");
                    let (json, strings) = (values.json(name).unwrap(), values.strings(name));
                    let read = || serde_json::from_str::<Value>(json).unwrap();
                    assert!(json.is_empty() || read() == *value, "{name} in {text}");
                    assert!(strings.is_none_or(|strings| *value == json!(strings)), "{name} in {text}");
                }
                assert_eq!(values.get("nothing"), None);
                assert_eq!(values.to_document(), document, "{text}");
            }
        }
        for text in [
            "",
            "[]",
            "3",
            "{",
            "{\"a\": }",
            "{\"a\": 1} 2",
            "{\"a\"}",
            "{\"a\": \"",
            "{\"a\": 1,}",
            "{\"a\": [}",
            "{a: 1}",
        ] {
            assert!(RawDocument::of_text(text).is_err(), "{text}");
        }
        for unreadable in ["1e999", "nothing", "1 2", "\"\\x\""] {
            let read = RawDocument::of_text(&format!(r#"{{"a": {unreadable}, "b": 1}}"#)).unwrap();
            assert_eq!((read.get("a"), read.get("b")), (Some(&json!(null)), Some(&json!(1))), "{unreadable}");
        }
    }
}
