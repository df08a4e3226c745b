//! The courier makes the calls. One receiver gets its deliveries one after the other, under a lease, so that two nodes
//! neither send twice at once nor out of order; other receivers do not wait for a slow one.
//!
//! What the receiver cannot help (no connection, no answer in time, 5xx, 408, 425, 429) is tried again until it works or
//! the receiver is paused; what it refuses (3xx, 4xx) a few times, because the next attempt says the same. Each failure
//! in a row makes the pause before the next attempt longer.

use rand::RngExt;
use tokio::sync::Notify;

use crate::accounts::{Actor, Work};
use crate::base::{Clock, Timestamp, Token};
use crate::config::Webhooks;
use crate::error::Result;
use crate::store::{Db, sql};

use super::client::{Call, Outcome};
use super::delivery::{self, Delivery, State};
use super::{Client, Guard, Webhook, manage, signature};

/// Longer than any call takes: a courier that has not come back by then is believed dead.
const LEASE_SECONDS: i64 = 60;
/// The pause after the first failure; each further one doubles it.
const FIRST_PAUSE_SECONDS: i64 = 10;
/// The longest pause.
const LONGEST_PAUSE_SECONDS: i64 = 3_600;
/// Attempts at a delivery that the receiver refuses.
const REFUSED_ATTEMPTS: i64 = 5;
/// The status that says: do not come back.
const GONE: u16 = 410;

/// Makes the calls of one process.
pub struct Courier {
    db: Db,
    clock: Clock,
    client: Client,
    signing_key: [u8; 32],
    config: Webhooks,
    /// What leases are taken under.
    name: String,
    work: Notify,
}

impl Courier {
    /// A courier of this process.
    ///
    /// # Errors
    /// `Setup` for an entry of `webhooks.allow_private` that makes no sense.
    pub fn new(db: &Db, clock: &Clock, signing_key: [u8; 32], config: &Webhooks) -> Result<Self> {
        let timeout =
            std::time::Duration::from_secs(config.timeout_seconds.clamp(1, LEASE_SECONDS as u64 / 2));
        let client = Client::new(Guard::new(&config.allow_private)?, timeout);
        Ok(Self::with_client(db, clock, signing_key, config, client))
    }

    /// The same with a client of one's own.
    pub fn with_client(
        db: &Db,
        clock: &Clock,
        signing_key: [u8; 32],
        config: &Webhooks,
        client: Client,
    ) -> Self {
        Self {
            db: db.clone(),
            clock: clock.clone(),
            client,
            signing_key,
            config: config.clone(),
            name: Token::random().secret().to_owned(),
            work: Notify::new(),
        }
    }

    /// Who may be called.
    pub fn guard(&self) -> &Guard {
        self.client.guard()
    }

    /// Says that there may be something to do.
    pub fn wake(&self) {
        self.work.notify_one();
    }

    /// Waits until somebody says so.
    pub async fn woken(&self) {
        self.work.notified().await;
    }

    /// The receivers that something waits for and that may be called now.
    pub async fn due(&self) -> Result<Vec<i64>> {
        let now = self.clock.now();
        let text = "select w.id from webhooks w where w.active = 1 and w.paused_at is null \
                    and (w.retry_at is null or w.retry_at <= ?) \
                    and (w.lease is null or w.lease = ? or w.lease_until < ?) \
                    and exists (select 1 from webhook_deliveries d where d.webhook = w.id and d.state = ?) \
                    order by w.id";
        let ask = sql(text).bind(now).bind(&self.name).bind(now).bind(State::Waiting.word());
        self.db.read().await?.all(ask).await
    }

    /// Makes the calls that wait for one receiver, in order, until there is none, one fails, or `goes_on` says no.
    pub async fn deliver(&self, webhook: i64, goes_on: impl Fn() -> bool) -> Result<usize> {
        let mut delivered = 0;
        while goes_on() && self.lease(webhook).await? {
            let mut conn = self.db.read().await?;
            let next = match Delivery::next(&mut conn, webhook).await? {
                Some(delivery) => Some((Webhook::find(&mut conn, webhook).await?, delivery)),
                None => None,
            };
            drop(conn);
            let Some((receiver, delivery)) = next else { break };
            let outcome = self.call(&receiver, &delivery).await;
            let is_delivered = outcome.problem.is_empty();
            if !self.settle(webhook, delivery, outcome).await? || !is_delivered {
                break;
            }
            delivered += 1;
        }
        self.release(webhook).await?;
        Ok(delivered)
    }

    /// Makes a test call now, whatever waits and whether or not the receiver is paused.
    pub async fn try_once(&self, mut delivery: Delivery) -> Result<Delivery> {
        let receiver = Webhook::find(&mut self.db.read().await?, delivery.webhook).await?;
        let outcome = self.call(&receiver, &delivery).await;
        let state = if outcome.problem.is_empty() { State::Delivered } else { State::Failed };
        let mut work = Work::begin(&self.db, &self.clock, Actor::System("webhooks")).await?;
        tried(&mut delivery, &outcome, state, work.now);
        delivery.update(&mut work, State::Failed).await?;
        work.commit().await?;
        Ok(delivery)
    }

    /// Forgets what was delivered long ago, and gives up what has waited too long.
    pub async fn tidy(&self) -> Result<()> {
        let mut work = Work::begin(&self.db, &self.clock, Actor::System("webhooks")).await?;
        let days = i64::from(self.config.keep_days);
        let moment = work.now.plus_seconds(-days * 24 * 60 * 60);
        let words = format!("It waited for {days} days and was given up.");
        delivery::forget_before(&mut work, moment, &words).await?;
        for webhook in Webhook::list(&mut work).await? {
            delivery::forget_beyond(&mut work, webhook.id, self.config.keep_most.into()).await?;
        }
        work.commit().await
    }

    async fn call(&self, webhook: &Webhook, delivery: &Delivery) -> Outcome {
        let now = self.clock.now();
        let secrets = webhook.secrets(&self.signing_key, now);
        let signature = signature::header(&secrets, &delivery.id, now.seconds(), &delivery.body);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Siskin".to_owned()),
            ("siskin-delivery", delivery.id.clone()),
            ("siskin-event", delivery.kind.clone()),
            ("siskin-signature", signature),
        ];
        self.client.call(Call { url: &webhook.url, headers: &headers, body: &delivery.body }).await
    }

    /// Takes the lease of a receiver that may be called, or keeps it.
    async fn lease(&self, webhook: i64) -> Result<bool> {
        let mut work = Work::begin(&self.db, &self.clock, Actor::System("webhooks")).await?;
        let now = work.now;
        let take = sql("update webhooks set lease = ?, lease_until = ? where id = ? and active = 1 \
             and paused_at is null and (retry_at is null or retry_at <= ?) \
             and (lease is null or lease = ? or lease_until < ?)");
        let take = take.bind(&self.name).bind(now.plus_seconds(LEASE_SECONDS)).bind(webhook);
        let taken = work.execute(take.bind(now).bind(&self.name).bind(now)).await? > 0;
        work.commit().await?;
        Ok(taken)
    }

    async fn release(&self, webhook: i64) -> Result<()> {
        let mut work = Work::begin(&self.db, &self.clock, Actor::System("webhooks")).await?;
        let free = sql("update webhooks set lease = null, lease_until = null where id = ? and lease = ?");
        work.execute(free.bind(webhook).bind(&self.name)).await?;
        work.commit().await
    }

    /// Writes down how a call went. A courier whose lease another one has taken meanwhile writes nothing and is told so.
    async fn settle(&self, webhook: i64, mut delivery: Delivery, outcome: Outcome) -> Result<bool> {
        let mut work = Work::begin(&self.db, &self.clock, Actor::System("webhooks")).await?;
        let held = sql("update webhooks set lease_until = ? where id = ? and lease = ?");
        let until = work.now.plus_seconds(LEASE_SECONDS);
        if work.execute(held.bind(until).bind(webhook).bind(&self.name)).await? == 0 {
            return Ok(false);
        }
        let receiver = Webhook::find(&mut work, webhook).await?;
        let next = after(&receiver, &delivery, &outcome, &self.config);
        let retry_at = (next.pause_seconds > 0).then(|| work.now.plus_seconds(jitter(next.pause_seconds)));
        let paused_at = next.paused_why.is_some().then_some(work.now);
        let update =
            sql("update webhooks set failures = ?, retry_at = ?, paused_at = ?, paused_why = ? where id = ?");
        let update = update.bind(next.failures).bind(retry_at).bind(paused_at).bind(next.paused_why.clone());
        work.execute(update.bind(webhook)).await?;
        let now = work.now;
        tried(&mut delivery, &outcome, next.state, now);
        delivery.update(&mut work, State::Waiting).await?;
        if let Some(why) = next.paused_why {
            tracing::warn!(webhook, why, "a webhook is paused");
            work.record(manage::event("webhook.paused", &receiver));
        }
        work.commit().await?;
        Ok(true)
    }
}

fn tried(delivery: &mut Delivery, outcome: &Outcome, state: State, now: Timestamp) {
    delivery.state = state.word().to_owned();
    delivery.attempts += 1;
    delivery.tried_at = Some(now);
    delivery.status = outcome.status.map(i64::from);
    delivery.answer = outcome.answer.clone();
    delivery.problem = outcome.problem.clone();
    delivery.milliseconds = Some(outcome.milliseconds);
}

/// What follows from a call.
#[derive(Debug, PartialEq, Eq)]
struct Next {
    state: State,
    failures: i64,
    pause_seconds: i64,
    paused_why: Option<String>,
}

fn after(webhook: &Webhook, delivery: &Delivery, outcome: &Outcome, config: &Webhooks) -> Next {
    if outcome.problem.is_empty() {
        return Next { state: State::Delivered, failures: 0, pause_seconds: 0, paused_why: None };
    }
    let failures = webhook.failures + 1;
    let is_refused = outcome
        .status
        .is_some_and(|status| (300..500).contains(&status) && !matches!(status, 408 | 425 | 429));
    let gives_up = is_refused && delivery.attempts + 1 >= REFUSED_ATTEMPTS;
    let paused_why = if outcome.status == Some(GONE) {
        Some("The receiver says that it is gone (410).".to_owned())
    } else if failures >= i64::from(config.pause_after.max(1)) {
        Some(format!("{failures} calls in a row failed. The last one: {}", outcome.problem))
    } else {
        None
    };
    Next {
        state: if gives_up { State::Failed } else { State::Waiting },
        failures,
        pause_seconds: pause_after(failures),
        paused_why,
    }
}

/// The pause after so many failures in a row.
fn pause_after(failures: i64) -> i64 {
    // Twenty doublings are far beyond the longest pause.
    let doublings = failures.saturating_sub(1).clamp(0, 20);
    FIRST_PAUSE_SECONDS.saturating_mul(1 << doublings).min(LONGEST_PAUSE_SECONDS)
}

/// Between a half of it and all of it, so that receivers which failed together are not called together.
fn jitter(seconds: i64) -> i64 {
    rand::rng().random_range((seconds / 2).max(1)..=seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        let pauses: Vec<i64> = (1..=12).map(pause_after).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
        assert_eq!(pause_after(i64::MAX), 3600);
        for _ in 0..100 {
            assert!((5..=10).contains(&jitter(10)));
        }
    }
}
