//! The content of an object as it was read: most of a document is never asked for, so each value is read when it is.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::schema::Document;
use crate::store::Cell;
use crate::store::Column;

/// A document as it was read.
#[derive(Debug, Clone, Default)]
pub struct RawDocument {
    text: Box<str>,
    members: Vec<Member>,
}

/// Where a name and its value stand in the text; a value that never was text has been read from the beginning.
#[derive(Debug, Clone)]
struct Member {
    name: Range<usize>,
    value: Range<usize>,
    read: OnceLock<Value>,
}

impl RawDocument {
    /// What a JSON object holds.
    ///
    /// # Errors
    /// Where the text is no JSON object.
    pub fn of_text(text: &str) -> serde_json::Result<Self> {
        let Members(found) = serde_json::from_str(text)?;
        let place = |part: &RawValue| {
            let at = part.get().as_ptr() as usize - text.as_ptr() as usize;
            at..at + part.get().len()
        };
        let (mut kept, mut members) = (text.to_owned(), Vec::with_capacity(found.len()));
        for (name, value) in found {
            let is_plain = !name.get().contains('\\');
            let within = place(name).start + 1..place(name).end - 1;
            let name = if is_plain {
                within
            } else {
                behind(&mut kept, &serde_json::from_str::<String>(name.get())?)
            };
            members.push(Member { name, value: place(value), read: OnceLock::new() });
        }
        Ok(Self { text: kept.into(), members })
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let member = self.members.iter().rev().find(|member| self.text(&member.name) == name)?;
        Some(member.read.get_or_init(|| self.read(member)))
    }

    /// All of them, in order.
    pub fn to_document(&self) -> Document {
        let value = |member: &Member| member.read.get().cloned().unwrap_or_else(|| self.read(member));
        self.members.iter().map(|member| (self.text(&member.name).to_owned(), value(member))).collect()
    }

    fn text(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    fn read(&self, member: &Member) -> Value {
        // It was looked through before: what fails yet is a number that is larger than any number can be.
        serde_json::from_str(self.text(&member.value)).unwrap_or_default()
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
            let name = behind(&mut names, &name);
            Member { name, value: 0..0, read: OnceLock::from(value) }
        };
        let members = document.into_iter().map(member).collect();
        Self { text: names.into(), members }
    }
}

/// Puts a name behind what is kept, and tells where it stands.
fn behind(kept: &mut String, name: &str) -> Range<usize> {
    kept.push_str(name);
    kept.len() - name.len()..kept.len()
}

/// The texts of names and values.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Found;
        impl<'de> de::Visitor<'de> for Found {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Found)
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
        ] {
            let document: Document = serde_json::from_str(text).unwrap();
            for values in [RawDocument::of_text(text).unwrap(), RawDocument::from(document.clone())] {
                for (name, value) in &document {
                    assert_eq!(values.get(name), Some(value), "{name} in {text}");
                }
                assert_eq!(values.get("nothing"), None);
                assert_eq!(values.to_document(), document, "{text}");
            }
        }
        for text in ["", "[]", "3", "{\"a\": }", "{\"a\": 1} 2"] {
            assert!(RawDocument::of_text(text).is_err(), "{text}");
        }
        assert_eq!(RawDocument::of_text(r#"{"a": 1e999}"#).unwrap().get("a"), Some(&json!(null)));
    }
}
