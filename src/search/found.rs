//! Everything that a question finds, best first, at a price that follows from how much that is.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::columnar::Column;
use tantivy::index::SegmentId;

use crate::base::Key;

/// The most objects that one question finds; beyond it the least fitting are left out.
pub const MOST: usize = 100_000;
/// Documents whose columns are read together.
const AT_ONCE: usize = 64;

/// Collects all of it, at most [`MOST`], in any order. tantivy's own collector of the best makes room for twice
/// as many as it may find, in every segment, before it looks for the first.
pub(super) struct Everything<'i>(pub &'i Columns);

/// The columns of each segment that questions looked into: to find one by its name takes a fifth of a question.
#[derive(Default)]
pub(super) struct Columns(Mutex<HashMap<SegmentId, KeysAndIds>>);

/// The store's keys, and the public ids.
type KeysAndIds = (Column<i64>, Column<i64>);

impl Columns {
    fn of(&self, segment: &SegmentReader) -> tantivy::Result<KeysAndIds> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(columns) = known.get(&segment.segment_id()) {
            return Ok(columns.clone());
        }
        let named = segment.fast_fields();
        let columns = (named.i64("key")?, named.i64("id")?);
        known.insert(segment.segment_id(), columns.clone());
        Ok(columns)
    }

    /// Forgets them all: a commit leaves segments behind that nobody looks into again.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// An object that was found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// The object.
    pub key: Key,
    score: Score,
    id: i64,
}

impl Found {
    /// How well it fits, and which comes first of those that fit alike: the larger one. Scores are not negative, so their
    /// bits have their order.
    pub fn rank(&self) -> (u32, i64) {
        (self.score.max(0.0).to_bits(), self.id)
    }

    fn by_rank(&self, other: &Self) -> Ordering {
        (other.rank(), other.key).cmp(&(self.rank(), self.key))
    }
}

/// What is found in a segment. Columns are read for many documents at once: each look at one has its price.
pub(super) struct InSegment {
    keys: Column<i64>,
    ids: Column<i64>,
    found: Vec<Found>,
    /// Documents whose columns are still to be read, with their scores.
    documents: Vec<DocId>,
    scores: Vec<Score>,
}

impl InSegment {
    fn read(&mut self) {
        let (mut keys, mut ids) = ([None; AT_ONCE], [None; AT_ONCE]);
        let count = self.documents.len();
        self.keys.first_vals(&self.documents, &mut keys[..count]);
        self.ids.first_vals(&self.documents, &mut ids[..count]);
        for ((key, id), score) in keys.into_iter().zip(ids).zip(self.scores.drain(..)) {
            if let (Some(key), Some(id)) = (key, id) {
                self.found.push(Found { key: Key(key), score, id });
            }
        }
        self.documents.clear();
        if self.found.len() >= 2 * MOST {
            keep_best(&mut self.found, MOST);
        }
    }
}

impl Collector for Everything<'_> {
    type Fruit = Vec<Found>;
    type Child = InSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<InSegment> {
        let (keys, ids) = self.0.of(segment)?;
        let (documents, scores) = (Vec::with_capacity(AT_ONCE), Vec::with_capacity(AT_ONCE));
        Ok(InSegment { keys, ids, found: Vec::with_capacity(AT_ONCE), documents, scores })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, found: Vec<Vec<Found>>) -> tantivy::Result<Vec<Found>> {
        let mut found: Vec<Found> = found.into_iter().flatten().collect();
        keep_best(&mut found, MOST);
        Ok(found)
    }
}

impl SegmentCollector for InSegment {
    type Fruit = Vec<Found>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.documents.push(doc);
        self.scores.push(score);
        if self.documents.len() == AT_ONCE {
            self.read();
        }
    }

    fn harvest(mut self) -> Vec<Found> {
        self.read();
        self.found
    }
}

/// Leaves the best, in no order.
fn keep_best(found: &mut Vec<Found>, most: usize) {
    if found.len() > most {
        found.select_nth_unstable_by(most, Found::by_rank);
        found.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_fitting_are_left_out() {
        for (most, best) in [(0, ""), (1, "7"), (2, "7 9"), (3, "7 9 4"), (5, "7 9 4 2 1"), (9, "7 9 4 2 1")]
        {
            let scored = [(1, 0.5), (2, 1.0), (4, 1.0), (7, 3.5), (9, 2.0)];
            let mut found: Vec<Found> =
                scored.map(|(id, score)| Found { key: Key(id), score, id }).into_iter().collect();
            keep_best(&mut found, most);
            found.sort_by(Found::by_rank);
            let left: Vec<String> = found.iter().map(|found| found.id.to_string()).collect();
            assert_eq!(left.join(" "), best, "{most}");
        }
    }
}
