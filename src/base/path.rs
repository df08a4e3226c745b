//! Places in an ordered tree, as text whose byte order is the depth-first order.
//!
//! A path is one segment a level, eight base-36 digits each. Siblings leave gaps: a new one goes to the midpoint
//! between its neighbours, and only when a gap is used up are the children of that one parent numbered anew.

/// Digits a segment has.
const WIDTH: usize = 8;
/// One more than the largest segment: 36^8.
const END: u64 = 36u64.pow(8);
/// The gap left between siblings that are appended: room for 2.8 million children a parent.
const GAP: u64 = 1_000_000;

/// A place in an ordered tree; compares in depth-first order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct TreePath(String);

impl TreePath {
    /// The place of the only root.
    pub fn root() -> Self {
        Self(digits(GAP))
    }

    /// A stored path, taken as it is.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many levels deep: 1 for a root.
    pub fn depth(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// The parent's place; `None` for a root.
    pub fn parent(&self) -> Option<Self> {
        (self.depth() > 1).then(|| Self(self.0[..self.0.len() - WIDTH].to_owned()))
    }

    /// The places above, the root first, without this one.
    pub fn ancestors(&self) -> Vec<Self> {
        (1..self.depth()).map(|depth| Self(self.0[..depth * WIDTH].to_owned())).collect()
    }

    /// The places above and this one, the root first, as they are stored.
    pub fn with_ancestors(&self) -> impl Iterator<Item = &str> {
        (1..=self.depth()).filter_map(|depth| self.0.get(..depth * WIDTH))
    }

    /// Whether `other` is this place or beneath it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The first text after everything beneath this place: `path > self and path < self.end()` are its descendants.
    pub fn end(&self) -> String {
        format!("{}~", self.0)
    }

    /// The place of a `number`th child (from 0) when all children of this place are numbered anew, evenly.
    pub fn nth_child(&self, number: usize) -> Self {
        Self(format!("{}{}", self.0, digits((number as u64 + 1) * GAP)))
    }

    /// A place under this one between two of its children; `None` when the gap is used up.
    pub fn child_between(&self, left: Option<&Self>, right: Option<&Self>) -> Option<Self> {
        let low = left.map_or(0, Self::last_segment);
        let segment = match right {
            None if low + GAP < END => low + GAP,
            None => midpoint(low, END)?,
            Some(right) => midpoint(low, right.last_segment())?,
        };
        Some(Self(format!("{}{}", self.0, digits(segment))))
    }

    fn last_segment(&self) -> u64 {
        let start = self.0.len().saturating_sub(WIDTH);
        u64::from_str_radix(self.0.get(start..).unwrap_or_default(), 36).unwrap_or(0)
    }
}

fn midpoint(low: u64, high: u64) -> Option<u64> {
    let middle = low + high.checked_sub(low)? / 2;
    (middle > low).then_some(middle)
}

fn digits(mut number: u64) -> String {
    let mut out = [b'0'; WIDTH];
    for place in out.iter_mut().rev() {
        *place = b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize];
        number /= 36;
    }
    out.iter().map(|&digit| digit as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_keep_their_order_and_gaps_run_out() {
        let root = TreePath::root();
        let first = root.child_between(None, None).unwrap();
        let mut right = root.child_between(Some(&first), None).unwrap();
        assert!(root < first && first < right && root.contains(&right) && !first.contains(&right));
        let mut inserts = 0;
        while let Some(middle) = root.child_between(Some(&first), Some(&right)) {
            assert!(first < middle && middle < right);
            right = middle;
            inserts += 1;
        }
        assert_eq!(inserts, 19);
        assert_eq!(first.parent(), Some(root.clone()));
        assert!(first.as_str() > root.as_str() && *first.as_str() < *root.end());
    }
}
