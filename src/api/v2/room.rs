//! What an answer has room for, and what of it can be written again: brackets could ask for any number of objects, each
//! of any length.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::ptr;

use foldhash::fast::RandomState;

use super::choice::Choice;
use super::json::Writer;
use crate::base::Key;
use crate::error::Error;
use crate::error::Result;

/// Objects in one answer at most, nested ones included.
pub const MOST_OBJECTS: usize = 20_000;
/// Bytes behind which no object begins.
const MOST_BYTES: usize = 64 << 20;

/// The room of one answer.
#[derive(Default)]
pub struct Room {
    objects: Cell<usize>,
    is_too_long: Cell<bool>,
    written: RefCell<Written>,
}

/// Where objects at the other end of references stand in the answer, by the choice (its address) and how deep; and how
/// many objects that are.
type Written = HashMap<(Key, usize, usize), (Range<usize>, usize), RandomState>;

impl Room {
    /// Counts an object in that begins here; `false` if the answer is full.
    pub fn takes_one_more(&self, out: &Writer) -> bool {
        self.objects.set(self.objects.get() + 1);
        self.is_too_long.set(self.is_too_long.get() || out.place().0 > MOST_BYTES);
        self.objects.get() <= MOST_OBJECTS && !self.is_too_long.get()
    }

    /// How many objects were counted in.
    pub fn objects(&self) -> usize {
        self.objects.get()
    }

    /// Whether all that was asked for has found room.
    ///
    /// # Errors
    /// `Bad` if not.
    pub fn is_enough(&self) -> Result<()> {
        let asked = match (self.objects.get() > MOST_OBJECTS, self.is_too_long.get()) {
            (false, false) => return Ok(()),
            (true, _) => format!("{MOST_OBJECTS} objects"),
            (false, true) => format!("{} MiB", MOST_BYTES >> 20),
        };
        Err(Error::Bad(format!("fields asks for more than {asked}: nest less, or lower the limit")))
    }

    /// Where this much of an object stands already, as deep; what is copied from there is counted in. `None` also where
    /// the answer has no room for as much again: else every level of brackets could double its text.
    pub fn written(&self, out: &Writer, (key, choice): (Key, &Choice)) -> Option<Range<usize>> {
        let (length, depth) = out.place();
        let known = self.written.borrow().get(&(key, ptr::from_ref(choice).addr(), depth)).cloned();
        let (written, objects) = known.filter(|(written, _)| length + written.len() <= MOST_BYTES)?;
        let objects = Some(self.objects.get() + objects).filter(|objects| *objects <= MOST_OBJECTS)?;
        self.objects.set(objects);
        Some(written)
    }

    /// Notes where this much of an object was written, when `before` objects had been counted in.
    pub fn remember(
        &self,
        (key, choice, depth): (Key, &Choice, usize),
        written: Range<usize>,
        before: usize,
    ) {
        let objects = self.objects.get() - before;
        self.written.borrow_mut().insert((key, ptr::from_ref(choice).addr(), depth), (written, objects));
    }
}
