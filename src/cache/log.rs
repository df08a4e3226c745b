//! What was touched, and when.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::base::Timestamp;
use crate::events::Event;

use super::touch::Touched;

/// Marks that are remembered; beyond it they are forgotten, and with them every older answer.
const MOST_MARKS: usize = 100_000;

/// A number in the log, and when it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub number: i64,
    pub at: Timestamp,
}

/// The marks that events left, with the last one that did.
#[derive(Debug)]
pub(super) struct Log {
    /// The last event that was followed.
    pub followed: i64,
    marks: HashMap<u64, Moment, RandomState>,
    /// Answers made before this are stale whatever their marks.
    all: Moment,
}

impl Log {
    /// One that begins after an event, at a moment before which nothing is known.
    pub fn begin(followed: i64, now: Timestamp) -> Self {
        Self { followed, marks: HashMap::default(), all: Moment { number: followed, at: now } }
    }

    pub fn follow(&mut self, event: &Event, touched: &Touched) {
        self.followed = self.followed.max(event.number);
        match touched {
            Touched::Everything => self.forget(event.at),
            Touched::Marks(marks) => self.leave(marks, Moment { number: event.number, at: event.at }),
        }
    }

    fn leave(&mut self, marks: &[u64], moment: Moment) {
        self.marks.extend(marks.iter().map(|mark| (*mark, moment)));
        if self.marks.len() > MOST_MARKS {
            self.forget(moment.at);
        }
    }

    /// Everything that was made up to now is stale.
    fn forget(&mut self, at: Timestamp) {
        self.all = Moment { number: self.followed, at };
        self.marks.clear();
    }

    /// Whether nothing with these marks was touched after event `made_at`.
    pub fn is_fresh(&self, marks: &[u64], made_at: i64) -> bool {
        let untouched = |mark: &u64| self.marks.get(mark).is_none_or(|last| last.number <= made_at);
        made_at >= self.all.number && marks.iter().all(untouched)
    }

    /// When anything with these marks last changed, as far as is known: not later than this.
    pub fn last_touched(&self, marks: &[u64]) -> Timestamp {
        let last = marks.iter().filter_map(|mark| self.marks.get(mark)).map(|last| last.at).max();
        last.map_or(self.all.at, |last| last.max(self.all.at))
    }
}
