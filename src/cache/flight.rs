//! One maker for an answer, however many ask.
//!
//! Whoever asks first makes; the others wait and take what came of it, if it is fresh for them. A maker that fails or
//! goes away lets the next one try; an answer that is not to be kept lets everybody make their own.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tokio::sync::MutexGuard;

use super::kept::Kept;

/// The answers that are being made, by key.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<String, Arc<Flight>>>);

/// One answer that is being made.
#[derive(Debug, Default)]
pub(super) struct Flight {
    made: tokio::sync::Mutex<Option<Arc<Kept>>>,
    is_open: AtomicBool,
}

/// A part in a flight; the last one to go takes it off the list.
pub(super) struct Part<'f> {
    flights: &'f Flights,
    flight: Arc<Flight>,
    key: &'f str,
}

impl Flights {
    pub fn join<'f>(&'f self, key: &'f str) -> Part<'f> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let flight = match flights.get(key) {
            Some(flight) => flight.clone(),
            None => flights.entry(key.to_owned()).or_default().clone(),
        };
        Part { flights: self, flight, key }
    }
}

impl Part<'_> {
    /// Waits until nobody else makes it. What the one before made is in there; `None` if everybody makes their own.
    pub async fn turn(&self) -> Option<MutexGuard<'_, Option<Arc<Kept>>>> {
        let turn = self.flight.made.lock().await;
        (!self.flight.is_open.load(Ordering::Acquire)).then_some(turn)
    }

    /// Nobody waits any longer.
    pub fn open(&self) {
        self.flight.is_open.store(true, Ordering::Release);
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The list's and this part's own.
        if Arc::strong_count(&self.flight) <= 2 {
            flights.remove(self.key);
        }
    }
}
