//! What lists read of a document: all but its long values, and what stands in columns. Twenty articles are then not
//! copied out of the store to show twenty titles.

use std::collections::HashMap;

use super::Object;
use crate::accounts::Work;
use crate::base::Key;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::PAGE_FAMILY;
use crate::schema::PAGE_FIELDS;
use crate::store::Conn;
use crate::store::sql;

/// Bytes of JSON that a value has at most; longer ones are left out.
const LONGEST: usize = 1024;

/// The last member of a brief document: the names of what is left out for its length. No field has this name.
pub const LEFT_OUT: &str = "";

/// Whether the brief document of an object `o` is that of its last publication. Of what an import brought nobody may know
/// when that was.
pub const BRIEF_IS_GOOD: &str = "o.brief_of = coalesce(o.last_published_at, 0)";

/// A document as it is stored.
pub(super) struct Texts {
    /// All of it.
    pub whole: String,
    /// The same without what is long; `None` where nothing is.
    pub brief: Option<String>,
}

impl Texts {
    /// Those of an object of a family.
    pub fn of(family: &str, document: &Document) -> Result<Self> {
        let (mut brief, mut left_out) = (Document::new(), Vec::new());
        let is_in_column = |name: &str| family == PAGE_FAMILY && PAGE_FIELDS.contains(&name);
        for (name, value) in document.iter().filter(|(name, _)| !is_in_column(name)) {
            match serde_json::to_string(value)?.len() > LONGEST {
                true => left_out.push(name.as_str()),
                false => drop(brief.insert(name.clone(), value.clone())),
            }
        }
        let has_more = !left_out.is_empty();
        brief.insert(LEFT_OUT.to_owned(), left_out.into());
        let brief = has_more.then(|| serde_json::to_string(&brief)).transpose()?;
        Ok(Self { whole: serde_json::to_string(document)?, brief })
    }
}

/// The brief documents of these objects, as far as they are good.
pub(super) async fn of(conn: &mut Conn, objects: &[Object]) -> Result<HashMap<Key, String>> {
    let text = format!(
        "select o.key, o.brief from objects o where o.brief is not null and {BRIEF_IS_GOOD} and o.key in "
    );
    let keys = objects.iter().map(|object| object.key);
    Ok(conn.all::<(Key, String)>(sql(text).bind_list(keys)).await?.into_iter().collect())
}

/// Whether an object that readers may see has the brief document that follows from its whole one.
pub(super) fn fits(object: &Object, briefs: &HashMap<Key, String>) -> Result<bool> {
    Ok(!object.live
        || briefs.get(&object.key) == Texts::of(&object.family, &object.live_document()?)?.brief.as_ref())
}

/// Makes the brief document of an object anew.
pub(super) async fn renew(work: &mut Work, object: &Object) -> Result<()> {
    let brief = Texts::of(&object.family, &object.live_document()?)?.brief;
    let update = sql("update objects set brief = ?, brief_of = coalesce(last_published_at, 0) where key = ?");
    work.execute(update.bind(brief).bind(object.key)).await.map(drop)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_long_is_left_out_and_named() {
        let letters = |count: usize| "a".repeat(count);
        for (document, brief) in [
            (json!({}), None),
            (json!({"title": letters(LONGEST - 2), "n": null}), None),
            (
                json!({"a": 1, "body": letters(LONGEST - 1), "b": [2]}),
                Some(json!({"a": 1, "b": [2], "": ["body"]})),
            ),
            (
                json!({"x": [letters(600), letters(600)], "y": {"z": letters(2000)}}),
                Some(json!({"": ["x", "y"]})),
            ),
        ] {
            let texts = Texts::of("base.Person", document.as_object().unwrap()).unwrap();
            assert_eq!(texts.whole, document.to_string());
            assert_eq!(texts.brief, brief.as_ref().map(ToString::to_string), "{brief:?}");
            assert!(texts.brief.is_none_or(|text| text.ends_with("]}") && text.contains("\"\":[")));
        }
    }

    #[test]
    fn what_stands_in_columns_is_left_out_of_pages_alone() {
        let document = json!({ "title": "Rye", "intro": "", "slug": "rye", "body": "a".repeat(LONGEST) });
        let brief = |family| Texts::of(family, document.as_object().unwrap()).unwrap().brief.unwrap();
        assert_eq!(brief(PAGE_FAMILY), r#"{"intro":"","":["body"]}"#);
        assert_eq!(brief("base.Person"), r#"{"title":"Rye","intro":"","slug":"rye","":["body"]}"#);
    }
}
