//! Where the time comes from: the machine, or a test's hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::Timestamp;

/// A source of moments. Cloned clocks tell the same time, so a test can move the clock of a running server.
#[derive(Debug, Clone)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until [`Clock::set`] moves it.
    pub fn standing_at(moment: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(moment.micros()))))
    }

    /// The moment it is.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(hand) => Timestamp::from_micros(hand.load(Ordering::SeqCst)),
            None => system_now(),
        }
    }

    /// Moves a standing clock; the machine's own cannot be moved and stays as it is.
    pub fn set(&self, moment: Timestamp) {
        if let Some(hand) = &self.0 {
            hand.store(moment.micros(), Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    Timestamp::from_micros(chrono::Utc::now().timestamp_micros())
}
