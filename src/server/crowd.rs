//! How many may be connected at once: all together, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config;
use crate::web::Neighbourhood;

/// The connections that are open.
pub struct Crowd {
    places: Arc<Semaphore>,
    most: u32,
    by_address: Arc<ByAddress>,
}

/// How many connections each address has.
struct ByAddress {
    counts: Mutex<HashMap<IpAddr, usize>>,
    most: usize,
    neighbourhood: Neighbourhood,
}

/// One connection's place; it is free again when this is dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    address: IpAddr,
    by_address: Arc<ByAddress>,
}

impl Crowd {
    /// Nobody yet.
    pub fn new(config: &config::Server) -> Self {
        let most = config.max_connections.max(1);
        let by_address = ByAddress {
            counts: Mutex::default(),
            most: config.max_connections_by_address,
            neighbourhood: Neighbourhood::of(config),
        };
        let places = Arc::new(Semaphore::new(most as usize));
        Self { places, most, by_address: Arc::new(by_address) }
    }

    /// A place for one more connection from this address, if there is one.
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let permit = self.places.clone().try_acquire_owned().ok()?;
        let address = self.by_address.neighbourhood.name(address);
        self.by_address.enter(address).then(|| Place {
            _permit: permit,
            address,
            by_address: self.by_address.clone(),
        })
    }

    /// Waits until nobody is left; `false` if that takes longer than this.
    pub async fn gone_within(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.places.acquire_many(self.most)).await.is_ok()
    }
}

impl ByAddress {
    fn enter(&self, address: IpAddr) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if self.most > 0 && *count >= self.most {
            return false;
        }
        *count += 1;
        true
    }

    fn leave(&self, address: IpAddr) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.by_address.leave(self.address);
    }
}
