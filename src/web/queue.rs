//! Bounded work: so many requests at once, so many more that wait for a while, and 503 for the rest. Readers, files
//! and editors queue apart, so that a flood of one leaves the others at work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config;

use super::door::Door;

/// One queue for each kind of work.
pub struct Queues {
    reads: Queue,
    media: Queue,
    admin: Queue,
}

impl Queues {
    /// As configured.
    pub fn new(config: &config::Load) -> Self {
        let patience = Duration::from_secs(config.wait_seconds);
        Self {
            reads: Queue::new(config.reads_at_once, config.reads_waiting, patience),
            media: Queue::new(config.media_at_once, config.media_waiting, patience),
            admin: Queue::new(config.admin_at_once, config.admin_waiting, patience),
        }
    }

    /// The queue in front of a door.
    pub fn of(&self, door: Door) -> &Queue {
        match door {
            Door::Api | Door::Pages | Door::Forms => &self.reads,
            Door::Media => &self.media,
            Door::Admin => &self.admin,
        }
    }

    /// Every queue with its name.
    pub fn all(&self) -> [(&'static str, &Queue); 3] {
        [("reads", &self.reads), ("media", &self.media), ("admin", &self.admin)]
    }
}

/// Places for work, and for those who wait for one.
pub struct Queue {
    places: Semaphore,
    at_once: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
}

/// Counts one who waits, for as long as they do.
struct Waiting<'q>(&'q AtomicUsize);

impl Queue {
    fn new(at_once: usize, most_waiting: usize, patience: Duration) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        let places = Semaphore::new(at_once);
        Self { places, at_once, waiting: AtomicUsize::new(0), most_waiting, patience }
    }

    /// A place to work, at once or after waiting; `None` if too many wait already, or it took too long.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return None;
        }
        tokio::time::timeout(self.patience, self.places.acquire()).await.ok()?.ok()
    }

    /// How many are at work.
    pub fn at_work(&self) -> usize {
        self.at_once.saturating_sub(self.places.available_permits())
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_work_so_many_wait_and_the_rest_are_told() {
        let queue = Queue::new(1, 1, Duration::from_secs(60));
        let first = queue.enter().await;
        let mut second = std::pin::pin!(queue.enter());
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        assert_eq!((queue.at_work(), queue.waiting()), (1, 1));
        assert!(queue.enter().await.is_none());
        drop(first);
        assert!(second.await.is_some());
        assert_eq!((queue.at_work(), queue.waiting()), (0, 0), "nobody is counted twice");
        let hasty = Queue::new(1, 1, Duration::ZERO);
        let _place = hasty.enter().await;
        assert!(hasty.enter().await.is_none());
    }
}
