//! How many a selection has, remembered until something that it could hold changes: the log tells.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::base::Key;
use crate::cache::{Cache, Tag};
use crate::error::Result;

use super::counting::Counted;

/// Bytes of what is remembered at most, about.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// Longer questions are answered and forgotten.
const LONGEST: usize = 16 * 1024;
/// Bytes that an entry costs besides its question.
const OVERHEAD: usize = 200;
/// Locks among which questions are spread: whoever asks the same at the same time waits for the first one's answer.
const LOCKS: usize = 32;

/// What the selections of one process came to.
#[derive(Debug)]
pub struct Totals {
    kept: moka::future::Cache<String, Remembered>,
    locks: [Mutex<()>; LOCKS],
}

/// What a question came to, and the last event that is surely in it.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub outcome: Outcome,
    pub made_at: i64,
    /// What tells apart what a search had found then: each commit of the index changes it, and what was made of it.
    pub finding: Option<u128>,
}

/// What a selection came to.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// So many.
    Total(i64),
    /// These, in order: what a search found and the conditions left.
    Keys(Arc<[Key]>),
}

/// The totals with what decides whether they still hold.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// What is remembered.
    pub totals: &'a Totals,
    /// What has followed the log.
    pub cache: &'a Cache,
    /// The last event that is known: the store that is asked holds it.
    pub head: i64,
}

impl Remembered {
    /// The number, if it is one.
    pub(super) fn counted(self) -> Option<Counted> {
        match self.outcome {
            Outcome::Total(total) => Some(Counted { total, at: self.made_at }),
            Outcome::Keys(_) => None,
        }
    }
}

impl From<Counted> for Remembered {
    fn from(counted: Counted) -> Self {
        Self { outcome: Outcome::Total(counted.total), made_at: counted.at, finding: None }
    }
}

impl Default for Totals {
    fn default() -> Self {
        let weigh = |question: &String, kept: &Remembered| {
            let keys = if let Outcome::Keys(keys) = &kept.outcome { size_of_val(&**keys) } else { 0 };
            u32::try_from(question.len() + keys + OVERHEAD).unwrap_or(u32::MAX)
        };
        let kept = moka::future::Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).build();
        Self { kept, locks: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Memory<'_> {
    /// What this question came to before, if a search found the same as now and nothing with these tags was touched since;
    /// else what `ask` says, who hears what it came to then.
    pub(super) async fn of<F: Future<Output = Result<Remembered>>>(
        &self,
        (question, finding): (String, Option<u128>),
        tags: &[Tag],
        ask: impl FnOnce(Option<Remembered>) -> F,
    ) -> Result<Outcome> {
        if question.len() > LONGEST {
            return Ok(ask(None).await?.outcome);
        }
        if let Some(known) = self.known((&question, finding), tags).await {
            return Ok(known);
        }
        let _turn = self.totals.lock(&question).lock().await;
        if let Some(known) = self.known((&question, finding), tags).await {
            return Ok(known);
        }
        let made = ask(self.totals.kept.get(&question).await).await?;
        self.totals.kept.insert(question, made.clone()).await;
        Ok(made.outcome)
    }

    async fn known(&self, (question, finding): (&str, Option<u128>), tags: &[Tag]) -> Option<Outcome> {
        let kept = self.totals.kept.get(question).await.filter(|kept| kept.finding == finding)?;
        self.cache.is_untouched(tags, kept.made_at, self.head).then_some(kept.outcome)
    }
}

impl Totals {
    /// How many questions are remembered.
    pub async fn questions(&self) -> u64 {
        self.kept.run_pending_tasks().await;
        self.kept.entry_count()
    }

    fn lock(&self, question: &str) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        question.hash(&mut hasher);
        &self.locks[usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or_default()]
    }
}
