//! Webhooks while the program runs: what happened becomes deliveries, and each receiver that has one waiting is called
//! in a task of its own, so that a slow one holds up no other.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::cms::Cms;
use crate::error::Result;

/// How soon a receiver is called whose pause is over, or to which another process wrote something.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often old deliveries are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Receivers that are called at one time.
const MOST: usize = 16;

/// Follows the log for webhooks and makes their calls until the program stops.
pub async fn call(cms: Arc<Cms>, mut stop: watch::Receiver<bool>) {
    let mut followed = cms.followed();
    followed.mark_changed();
    let (mut look, mut tidy) = (interval(LOOK_EVERY), interval(TIDY_EVERY));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut callers = Callers { at_work: HashSet::new(), tasks: JoinSet::new() };
    loop {
        let is_tidying = tokio::select! {
            _ = stop.changed() => break,
            changed = followed.changed() => if changed.is_err() { break } else { false },
            Some(done) = callers.tasks.join_next() => { callers.ended(done); false }
            () = cms.courier.woken() => false,
            _ = look.tick() => false,
            _ = tidy.tick() => true,
        };
        if let Err(error) = step(&cms, &mut callers, &stop, is_tidying).await {
            // The next look tries again.
            tracing::error!(%error, "the webhooks could not go on");
        }
    }
    // Each ends after the call that it is making.
    while let Some(done) = callers.tasks.join_next().await {
        callers.ended(done);
    }
}

struct Callers {
    at_work: HashSet<i64>,
    tasks: JoinSet<i64>,
}

impl Callers {
    fn ended(&mut self, done: std::result::Result<i64, tokio::task::JoinError>) {
        match done {
            Ok(webhook) => {
                self.at_work.remove(&webhook);
            }
            Err(error) => {
                tracing::error!(%error, "a caller of webhooks ended badly");
                // Which one it was is not told; a lease keeps those that are still at work from being doubled.
                self.at_work.clear();
            }
        }
    }
}

async fn step(
    cms: &Arc<Cms>,
    callers: &mut Callers,
    stop: &watch::Receiver<bool>,
    is_tidying: bool,
) -> Result<()> {
    if is_tidying {
        cms.courier.tidy().await?;
    }
    cms.follow_for_webhooks().await?;
    for webhook in cms.courier.due().await? {
        if callers.tasks.len() < MOST && callers.at_work.insert(webhook) {
            let (cms, stop) = (cms.clone(), stop.clone());
            callers.tasks.spawn(async move {
                if let Err(error) = cms.courier.deliver(webhook, || !*stop.borrow()).await {
                    tracing::error!(%error, webhook, "a webhook could not be called");
                    sleep(LOOK_EVERY).await;
                }
                webhook
            });
        }
    }
    Ok(())
}
