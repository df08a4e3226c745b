//! What a search found, before it is known how much of it may be seen. It is put in order only where nobody remembers
//! what was left of it.

use std::collections::HashSet;

use twox_hash::XxHash3_128;

use crate::base::Key;
use crate::error::Result;
use crate::store::Conn;
use crate::store::sql;

use super::columns;
use super::order::Rows;
use super::selection::Selection;

/// How many found keys go into a statement; where there are more, what meets the conditions is read instead.
const MOST_BOUND: usize = 10_000;

/// How well an object fits, and which comes first of those that fit alike: the larger one.
pub type Rank = (u32, i64);

/// Objects that were found, in any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    /// What was looked for.
    pub(super) asked: String,
    found: Vec<(Key, Rank)>,
}

impl Finding {
    /// These, with their ranks, for what was looked for.
    pub fn of(asked: impl Into<String>, found: impl IntoIterator<Item = (Key, Rank)>) -> Self {
        Self { asked: asked.into(), found: found.into_iter().collect() }
    }

    /// These, the best first.
    pub fn in_order(keys: impl IntoIterator<Item = Key>) -> Self {
        let ranks = (0..=u32::MAX).rev().map(|rank| (rank, 0));
        Self::of("", keys.into_iter().zip(ranks))
    }

    /// Whether this object is one of them.
    pub(super) fn contains(&self, key: Key) -> bool {
        self.found.iter().any(|(found, _)| *found == key)
    }

    /// What tells it from every other one, ranks and all. They change with whatever the index takes in.
    pub(super) fn told(&self) -> u128 {
        let mut bytes = Vec::with_capacity(self.found.len() * size_of::<(i64, u32, i64)>());
        for (key, (fit, second)) in &self.found {
            bytes.extend_from_slice(&key.0.to_le_bytes());
            bytes.extend_from_slice(&fit.to_le_bytes());
            bytes.extend_from_slice(&second.to_le_bytes());
        }
        XxHash3_128::oneshot(&bytes)
    }

    /// The keys, the best first.
    fn ranked(&self) -> Vec<Key> {
        let mut found = self.found.clone();
        found.sort_unstable_by_key(|(key, rank)| std::cmp::Reverse((*rank, *key)));
        found.into_iter().map(|(key, _)| key).collect()
    }
}

impl Selection {
    /// The keys that a search found and that meet every condition, in order.
    pub(super) async fn among(&self, conn: &mut Conn, finding: &Finding) -> Result<Vec<Key>> {
        let found = finding.ranked();
        if found.is_empty() {
            return Ok(found);
        }
        let mut statement = sql(format!("select o.key from {} where ", columns::tables(&self.family)));
        statement.append(self.condition());
        if found.len() <= MOST_BOUND {
            statement.push(" and o.key in ").push_list(&found);
        }
        self.push_behind(&mut statement, Rows::Objects);
        let is_ordered = self.order.is_some();
        if is_ordered {
            statement.push(" order by ").append(self.order_clause(Rows::Objects));
        }
        let matching = conn.all::<Key>(statement).await?;
        let (outer, inner) = if is_ordered { (matching, found) } else { (found, matching) };
        let inner: HashSet<Key> = inner.into_iter().collect();
        Ok(outer.into_iter().filter(|key| inner.contains(key)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_what_fits_alike_by_the_second_rank() {
        let finding = Finding::of("tit", [(Key(1), (5, 1)), (Key(2), (9, 0)), (Key(3), (5, 7))]);
        assert_eq!(finding.ranked(), [Key(2), Key(3), Key(1)]);
        assert_eq!(Finding::in_order([Key(8), Key(3), Key(9)]).ranked(), [Key(8), Key(3), Key(9)]);
        let other = Finding::of("tit", [(Key(1), (5, 1)), (Key(2), (9, 0)), (Key(3), (6, 7))]);
        assert_ne!(finding.told(), other.told(), "the same objects may come in another order");
        assert!(finding.contains(Key(3)) && !finding.contains(Key(4)));
    }
}
