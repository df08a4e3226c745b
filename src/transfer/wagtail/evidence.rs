//! Ids that nobody wrote down but that revisions remember.
//!
//! A natural dump calls a page by its address, yet each of its revisions keeps the page's whole row with the number
//! it had, and numbers for everything it refers to. Where both stand side by side, the numbers are known again.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::dump::{Dump, Row};
use super::identity::{Identity, model};
use super::natural::{Named, reference_key};
use crate::error::Result;

/// What the revisions tell.
#[derive(Debug, Default)]
pub struct Evidence {
    by_revision: HashMap<i64, i64>,
    by_translation: HashMap<(String, String), i64>,
    /// Numbers by natural reference; `None` once two revisions disagree.
    by_reference: HashMap<String, Option<i64>>,
}

impl Evidence {
    /// Reads every revision once.
    pub fn from_revisions(dump: &Dump) -> Result<Self> {
        let mut told = Self::default();
        for row in dump.rows(model::REVISION) {
            let row = row?;
            let content = content_of(&row);
            let Some(id) = content.get("pk").and_then(Value::as_i64) else { continue };
            if let Some(number) = row.pk.as_ref().and_then(Value::as_i64) {
                told.by_revision.insert(number, id);
            }
            if let Some(key) = content.get("translation_key").and_then(Value::as_str) {
                let locale = content.get("locale").unwrap_or(&Value::Null).to_string();
                told.by_translation.insert((key.to_owned(), locale), id);
            }
        }
        Ok(told)
    }

    /// The id of a row, if a revision remembers it.
    pub fn id(&self, model: &str, row: &Named) -> Option<i64> {
        if model == model::PAGE {
            let by_revision = row.hints.revisions.iter().find_map(|number| self.by_revision.get(number));
            let by_translation = || self.by_translation.get(row.hints.translation.as_ref()?);
            return by_revision.or_else(by_translation).copied();
        }
        let keys = std::iter::once(&row.key).chain(&row.other_key);
        keys.filter_map(|key| self.by_reference.get(key)).find_map(|id| *id)
    }

    /// Lays the live revisions beside the rows they became, and learns which names mean which numbers.
    pub fn learn_references(&mut self, dump: &Dump, identity: &Identity) -> Result<()> {
        let rows = rows_by_page(dump, identity)?;
        let taggings = taggings_by_page(dump, identity)?;
        for page in dump.rows(model::PAGE) {
            let page = page?;
            let revision = page.get("live_revision");
            let Some(revision) = dump.find(model::REVISION, revision)? else { continue };
            let content = content_of(&revision);
            self.compare(&page.fields, &content);
            let Some(id) = identity.id_of(&page) else { continue };
            if let Some(&number) = rows.get(&id) {
                self.compare(&dump.row(number)?.fields, &content);
            }
            if let Some(tags) = taggings.get(&id) {
                self.compare_tags(tags, &content);
            }
        }
        Ok(())
    }

    fn compare(&mut self, row: &Map<String, Value>, content: &Map<String, Value>) {
        for (field, value) in row {
            let is_name = |part: &Value| part.is_string() || part.is_number();
            if let (Value::Array(parts), Some(number)) = (value, content.get(field).and_then(Value::as_i64))
                && !parts.is_empty()
                && parts.iter().all(is_name)
            {
                self.learn(reference_key(value), number);
            }
        }
    }

    /// A page's tags stand in both in the order of their taggings.
    fn compare_tags(&mut self, tags: &[Value], content: &Map<String, Value>) {
        for list in content.values().filter_map(Value::as_array) {
            let numbers: Vec<i64> = list.iter().filter_map(|item| item.get("tag")?.as_i64()).collect();
            if numbers.len() == list.len() && numbers.len() == tags.len() {
                tags.iter().zip(numbers).for_each(|(tag, number)| self.learn(reference_key(tag), number));
            }
        }
    }

    fn learn(&mut self, key: String, number: i64) {
        let known = self.by_reference.entry(key).or_insert(Some(number));
        if *known != Some(number) {
            *known = None;
        }
    }
}

/// A revision's content: an object, or in old Wagtails its text.
pub fn content_of(revision: &Row) -> Map<String, Value> {
    let written = ["content", "content_json"].into_iter().find_map(|field| revision.fields.get(field));
    match written {
        Some(Value::Object(content)) => content.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Map::new(),
    }
}

/// Gives numbers to the rows that nothing tells, in the rows' order, which is the order of their keys; returns how
/// many are guesses. A run that exactly fills the gap between two known numbers is none.
pub fn fill(ids: &mut [Option<i64>]) -> usize {
    let known: Vec<i64> = ids.iter().flatten().copied().collect();
    let in_order = known.windows(2).all(|pair| pair[0] < pair[1]);
    let mut next_free = known.iter().max().copied().unwrap_or(0) + 1;
    let (mut guessed, mut before, mut at) = (0, 0, 0);
    while at < ids.len() {
        if let Some(id) = ids[at] {
            before = id;
            at += 1;
            continue;
        }
        let run = ids[at..].iter().take_while(|id| id.is_none()).count();
        let room = ids[at..].iter().flatten().next().map(|after| after - before - 1);
        let fits = in_order && room.is_some_and(|room| room >= run as i64);
        guessed += if fits && room == Some(run as i64) { 0 } else { run };
        for id in &mut ids[at..at + run] {
            if fits {
                before += 1;
                *id = Some(before);
            } else {
                *id = Some(next_free);
                next_free += 1;
            }
        }
        at += run;
    }
    guessed
}

/// The row with a page's own fields, by the page's id.
fn rows_by_page(dump: &Dump, identity: &Identity) -> Result<HashMap<i64, usize>> {
    let mut rows = HashMap::new();
    for model in dump.models().map(|(model, _)| model) {
        for row in dump.rows(model) {
            let row = row?;
            if !row.fields.contains_key("page_ptr") {
                break;
            }
            if let Some(id) = identity.id_of(&row) {
                rows.insert(id, row.number);
            }
        }
    }
    Ok(rows)
}

/// The tags of each page as its taggings name them.
fn taggings_by_page(dump: &Dump, identity: &Identity) -> Result<HashMap<i64, Vec<Value>>> {
    let mut taggings: HashMap<i64, Vec<Value>> = HashMap::new();
    for model in dump.models().map(|(model, _)| model) {
        for row in dump.rows(model) {
            let row = row?;
            let (tag, object) = (row.get("tag"), row.get("content_object"));
            if !tag.is_array() || !object.is_array() {
                break;
            }
            if let Some(id) = identity.resolve(model::PAGE, object) {
                taggings.entry(id).or_default().push(tag.clone());
            }
        }
    }
    Ok(taggings)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn numbers_are_filled_in_between_and_only_guesses_count() {
        for (mut given, filled, guesses) in [
            (vec![None, Some(3), Some(4)], vec![1, 3, 4], 1),
            (vec![None, Some(2), None, None, Some(5)], vec![1, 2, 3, 4, 5], 0),
            (vec![Some(7), None, Some(8), None], vec![7, 9, 8, 10], 2),
            (vec![Some(9), None, Some(2)], vec![9, 10, 2], 1),
            (vec![None, None], vec![1, 2], 2),
        ] {
            assert_eq!(fill(&mut given), guesses);
            assert_eq!(given.into_iter().flatten().collect::<Vec<_>>(), filled);
        }
    }
}
