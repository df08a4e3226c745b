//! The program's event handlers: each is told of the log in order, by one process at a time, from a place of its own.
//! One that fails is tried again, later and later, and holds up nobody else; what it cannot deal with however often it is
//! told is set aside for a person to see, and it goes on behind.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::base::{Timestamp, new_uuid};
use crate::cms::{Cms, Handler};
use crate::error::{Error, Result};
use crate::events::handlers::{self, HandlerPlace, Holder};
use crate::events::{self, Event};

/// Events that are read at one time.
const BATCH: i64 = 100;
/// How long a handler may take over one event.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process that has died keeps others from its handlers.
const LEASE: Duration = Duration::from_secs(150);
/// How often the place in the log is written while a batch is under way.
const NOTE_EVERY: Duration = Duration::from_secs(5);
/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How often an event is told before it is set aside: for about a quarter of an hour, in which most of what is broken
/// outside is mended.
const TRIES: i64 = 10;
/// The wait where another process has the handler, or the store did not answer.
const WHILE_BUSY: Duration = Duration::from_secs(5);

/// What came of telling a handler.
enum Told {
    /// It has dealt with all there is.
    Everything,
    /// There is more, or something has moved it.
    More,
    /// Nothing may be told before then.
    Wait(Duration),
    /// It failed at an event.
    Failed(Error),
}

/// One handler, as this process tells it.
struct Teller {
    cms: Arc<Cms>,
    handler: Handler,
    process: String,
    stop: watch::Receiver<bool>,
}

/// Begins to tell every handler of the program.
pub(super) fn start(cms: &Arc<Cms>, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    tellers(cms, stop).into_iter().map(|teller| tokio::spawn(teller.run())).collect()
}

/// Tells every event handler of everything that waits for it, whatever failed before: for tests, and for programs that
/// do not serve.
///
/// # Errors
/// What the first handler that failed said; the others are told all the same.
pub async fn hand_over(cms: &Arc<Cms>) -> Result<()> {
    let (_stopping, stop) = watch::channel(false);
    let mut first = Ok(());
    for teller in tellers(cms, &stop) {
        teller.enrol().await?;
        loop {
            match teller.tell(false).await? {
                Told::More => {}
                Told::Everything => break,
                Told::Wait(_) => {
                    first = first
                        .and(Err(Error::Busy(format!("another process tells `{}`", teller.handler.name))));
                    break;
                }
                Told::Failed(error) => {
                    first = first.and(Err(error));
                    break;
                }
            }
        }
    }
    first
}

/// Tells a handler once more of every event that was set aside for it, in their order; what it deals with is settled.
/// Tells how many that were, and what was wrong with each of the others.
///
/// # Errors
/// `NotFound` when the program has no handler of this name.
pub async fn retry(cms: &Arc<Cms>, name: &str) -> Result<(usize, Vec<(i64, Error)>)> {
    let (_stopping, stop) = watch::channel(false);
    let teller = tellers(cms, &stop).into_iter().find(|teller| teller.handler.name == name);
    let teller =
        teller.ok_or_else(|| Error::not_found(format!("the event handler `{name}` in this program")))?;
    let mut waiting = handlers::all_set_aside(&mut cms.db.read().await?).await?;
    waiting.retain(|one| one.handler == name);
    let (mut settled, mut failed) = (0, Vec::new());
    for one in waiting {
        let event = events::since(&mut cms.db.read().await?, one.event - 1, 1).await?.pop();
        let event = event.filter(|event| event.number == one.event);
        let told = match event {
            Some(event) => teller.tell_one(event).await.unwrap_or(Ok(())),
            None => Err(Error::not_found(format!("event {}", one.event))),
        };
        match told {
            Ok(()) => {
                let mut tx = cms.db.begin().await?;
                handlers::settle(&mut tx, &one).await?;
                tx.commit().await?;
                settled += 1;
            }
            Err(error) => failed.push((one.event, error)),
        }
    }
    Ok((settled, failed))
}

fn tellers(cms: &Arc<Cms>, stop: &watch::Receiver<bool>) -> Vec<Teller> {
    let teller = |handler: &Handler| Teller {
        cms: cms.clone(),
        handler: handler.clone(),
        process: new_uuid(),
        stop: stop.clone(),
    };
    cms.extension.handlers().iter().map(teller).collect()
}

impl Teller {
    async fn run(mut self) {
        let mut followed = self.cms.followed();
        let mut is_enrolled = false;
        while !*self.stop.borrow() {
            let step = async {
                if !is_enrolled {
                    self.enrol().await?;
                }
                self.tell(true).await
            };
            let told = step.await;
            is_enrolled |= told.is_ok();
            let wait = match told {
                Ok(Told::More) => continue,
                Ok(Told::Everything) => None,
                Ok(Told::Wait(wait)) => Some(wait),
                // How long to wait is read from the store with the next step.
                Ok(Told::Failed(_)) => continue,
                Err(error) => {
                    tracing::error!(handler = self.handler.name, %error, "an event handler cannot follow the log");
                    Some(WHILE_BUSY)
                }
            };
            tokio::select! {
                _ = self.stop.changed() => {}
                changed = followed.changed(), if wait.is_none() => if changed.is_err() { return },
                () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    async fn enrol(&self) -> Result<()> {
        let mut tx = self.cms.db.begin().await?;
        handlers::enrol(&mut tx, &self.handler.name).await?;
        tx.commit().await
    }

    fn holder(&self) -> Holder<'_> {
        Holder { handler: &self.handler.name, process: &self.process }
    }

    /// Tells the next events; with `patiently`, not before a failed one is due again.
    async fn tell(&self, patiently: bool) -> Result<Told> {
        let mut conn = self.cms.db.read().await?;
        let place = handlers::place(&mut conn, &self.handler.name).await?;
        let head = events::head(&mut conn).await?;
        if place.position >= head {
            return Ok(Told::Everything);
        }
        let now = self.cms.clock.now();
        let wait = until_due(&place, now).filter(|_| patiently);
        let is_held = place.holder != self.process && place.held_until > now;
        if let Some(wait) = wait.or(is_held.then_some(WHILE_BUSY)) {
            return Ok(Told::Wait(wait));
        }
        let batch = events::since(&mut conn, place.position, BATCH).await?;
        drop(conn);
        let mut tx = self.cms.db.begin().await?;
        if !handlers::claim(&mut tx, self.holder(), now, after(now, LEASE)).await? {
            return Ok(Told::Wait(WHILE_BUSY));
        }
        tx.commit().await?;
        self.tell_all(place.position, batch).await
    }

    async fn tell_all(&self, from: i64, batch: Vec<Event>) -> Result<Told> {
        let (mut noted, mut done) = (from, from);
        let mut noted_at = self.cms.clock.now();
        for event in batch {
            let number = event.number;
            if let Some(told) = self.tell_one(event).await {
                if let Err(error) = told {
                    if done > noted {
                        self.note((noted, done), LEASE).await?;
                    }
                    return self.failed(number, error).await;
                }
                done = number;
            } else {
                break;
            }
            let now = self.cms.clock.now();
            if after(noted_at, NOTE_EVERY) <= now {
                if !self.note((noted, done), LEASE).await? {
                    return Ok(Told::More);
                }
                (noted, noted_at) = (done, now);
            }
        }
        self.note((noted, done), Duration::ZERO).await?;
        Ok(Told::More)
    }

    /// Tells one event; `None` if the program is asked to stop meanwhile. A panic is one more failure.
    async fn tell_one(&self, event: Event) -> Option<Result<()>> {
        let mut stop = self.stop.clone();
        let handler = AssertUnwindSafe(self.handler.tell(self.cms.clone(), event)).catch_unwind();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            told = timeout(PATIENCE, handler) => Some(match told {
                Ok(Ok(told)) => told,
                Ok(Err(_)) => Err(Error::internal("the handler panicked")),
                Err(_) => Err(Error::internal("the handler took longer than a minute")),
            }),
        }
    }

    /// Writes the place in the log; `false` if it is no longer this process's to write.
    async fn note(&self, (from, to): (i64, i64), hold: Duration) -> Result<bool> {
        let until = after(self.cms.clock.now(), hold);
        let mut tx = self.cms.db.begin().await?;
        let is_ours = handlers::advance(&mut tx, self.holder(), (from, to), until).await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    async fn failed(&self, event: i64, error: Error) -> Result<Told> {
        let mut tx = self.cms.db.begin().await?;
        handlers::fail(&mut tx, self.holder(), &error.to_string(), self.cms.clock.now()).await?;
        let name = &self.handler.name;
        let is_enough = handlers::place(&mut tx, name).await?.failures >= TRIES;
        if is_enough {
            handlers::set_aside(&mut tx, self.holder()).await?;
        }
        tx.commit().await?;
        match is_enough {
            true => tracing::error!(
                handler = name,
                event,
                %error,
                "an event handler failed {TRIES} times; the event is set aside: `siskin handlers retry {name}` tells it again"
            ),
            false => {
                tracing::error!(handler = name, event, %error, "an event handler failed; trying again later")
            }
        }
        Ok(Told::Failed(error))
    }
}

/// How long it is until a failed event is tried again.
fn until_due(place: &HandlerPlace, now: Timestamp) -> Option<Duration> {
    let doublings =
        u32::try_from(place.failures.checked_sub(1).filter(|before| *before >= 0)?).unwrap_or(u32::MAX);
    let wait = FIRST_WAIT.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX)).min(LONGEST_WAIT);
    let left = after(place.failed_at, wait).micros() - now.micros();
    u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_micros)
}

fn after(moment: Timestamp, wait: Duration) -> Timestamp {
    Timestamp::from_micros(moment.micros() + i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_five_minutes() {
        let now = Timestamp::from_micros(1_000_000_000);
        for (failures, seconds) in [(0, 0), (1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (70, 300)] {
            let place = HandlerPlace {
                name: "bell".into(),
                position: 0,
                holder: String::new(),
                held_until: Timestamp::from_micros(0),
                failures,
                failed_at: now,
                problem: String::new(),
            };
            let wait = until_due(&place, now).unwrap_or_default();
            assert_eq!(wait.as_secs(), seconds, "{failures}");
            assert_eq!(until_due(&place, after(now, wait)), None, "{failures}");
        }
    }
}
