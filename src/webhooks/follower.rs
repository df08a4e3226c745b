//! From the log to deliveries. The cursor moves in the transaction that writes them, so an event becomes one delivery
//! for each receiver that wants it, whoever follows and however often.

use uuid::Uuid;

use crate::accounts::{Actor, Work};
use crate::base::Clock;
use crate::error::Result;
use crate::events::{self, Event};
use crate::pages::Restriction;
use crate::sites::Sites;
use crate::store::Db;

use super::delivery::{Delivery, State};
use super::payload::{self, Ground};
use super::{Kind, Webhook};

/// The name of the cursor, and of the lock under which it moves.
const NAME: &str = "webhooks";
/// Events that become deliveries in one transaction.
const BATCH: i64 = 200;
/// What ids of deliveries are made in.
const NAMESPACE: Uuid = Uuid::from_u128(0x6e1b_7a52_91d0_4c35_8f0a_52d9_3b7e_10c4);

/// What this process knows of the sites, up to an event.
pub struct Told<'a> {
    /// Sites, locales, roots.
    pub sites: &'a Sites,
    /// Restricted places of the page tree.
    pub restrictions: &'a [Restriction],
    /// The number of the last event that is in them; no further event is dealt with.
    pub followed: i64,
    /// The surrogate keys of the answers that an event drops.
    pub keys: &'a (dyn Fn(&Event) -> Vec<String> + Send + Sync),
}

/// Writes the deliveries of everything that happened since the last time, and tells how many there are.
pub async fn follow(db: &Db, clock: &Clock, told: &Told<'_>) -> Result<usize> {
    let mut written = 0;
    loop {
        let mut conn = db.read().await?;
        let webhooks = Webhook::active(&mut conn).await?;
        let Some(first) = webhooks.iter().map(|webhook| webhook.after_event).min() else { break };
        let position = events::position(&mut conn, NAME).await?;
        if position.max(first) >= told.followed {
            break;
        }
        let mut batch = events::since(&mut conn, position.max(first), BATCH).await?;
        batch.retain(|event| event.number <= told.followed);
        let Some(last) = batch.last().map(|event| event.number) else { break };
        let public = payload::public_pages(&mut conn, &batch).await?;
        drop(conn);
        let ground = Ground { sites: told.sites, restrictions: told.restrictions, public };
        let mut work = Work::begin(db, clock, Actor::System(NAME)).await?;
        work.lock(NAME).await?;
        // Another process may have been here between the look and the lock.
        if events::position(&mut work, NAME).await? == position {
            written += write(&mut work, (&webhooks, told), &ground, &batch).await?;
            events::advance(&mut work, NAME, last).await?;
            work.commit().await?;
        }
    }
    Ok(written)
}

async fn write(
    work: &mut Work,
    (webhooks, told): (&[Webhook], &Told<'_>),
    ground: &Ground<'_>,
    batch: &[Event],
) -> Result<usize> {
    let mut written = 0;
    for event in batch {
        let Some(kind) = Kind::of(event) else { continue };
        let (addresses, keys) = (ground.addresses(event), (told.keys)(event));
        let shows = kind.shows || !keys.is_empty();
        for webhook in webhooks.iter().filter(|webhook| webhook.wants(event, &addresses.sites, shows)) {
            let name = format!("{}:{}:{}", webhook.id, webhook.created_at.micros(), event.number);
            let id = Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string();
            let body = payload::body(&id, (event, kind), &addresses, &keys);
            let delivery = Delivery::new(id, webhook.id, kind.word, body, work.now);
            Delivery { event: Some(event.number), ..delivery }.insert(work).await?;
            written += 1;
        }
    }
    Ok(written)
}

impl Delivery {
    /// A call that waits for its first attempt.
    pub(super) fn new(
        id: String,
        webhook: i64,
        kind: &str,
        body: String,
        created_at: crate::base::Timestamp,
    ) -> Self {
        Self {
            number: 0,
            id,
            webhook,
            event: None,
            kind: kind.to_owned(),
            body,
            state: State::Waiting.word().to_owned(),
            attempts: 0,
            created_at,
            tried_at: None,
            status: None,
            answer: String::new(),
            problem: String::new(),
            milliseconds: None,
        }
    }
}
