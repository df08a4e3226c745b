//! What follows the event log while the program runs: the snapshots and the answer cache of this process, the search
//! index, the webhooks, and the program's own event handlers. Each keeps its own place in the log, so one that was
//! killed goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};

use crate::cms::Cms;
use crate::error::Error;
use crate::search::Follower;

use super::{callers, handlers, values};

/// How soon commits of other processes are noticed; the design asks for a quarter of a second.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long after a failure it is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// The index's writer gives back its memory when nothing changed for this long.
const REST_AFTER: Duration = Duration::from_secs(30);

/// The background tasks of a serving process.
pub struct Followers {
    tasks: Vec<JoinHandle<()>>,
    stopping: watch::Sender<bool>,
}

impl Followers {
    /// Starts them.
    pub fn start(cms: Arc<Cms>) -> Self {
        let (stopping, stop) = watch::channel(false);
        let mut tasks = vec![
            tokio::spawn(look(cms.clone(), stop.clone())),
            tokio::spawn(index(cms.clone(), stop.clone())),
            tokio::spawn(callers::call(cms.clone(), stop.clone())),
            tokio::spawn(values::fill(cms.clone(), stop.clone())),
        ];
        tasks.extend(handlers::start(&cms, &stop));
        Self { tasks, stopping }
    }

    /// Ends them, each between two steps. One that takes longer than `grace` is broken off: each keeps its own place in the
    /// log, and goes on from there at the next start.
    pub async fn stop(self, grace: Duration) {
        self.stopping.send_replace(true);
        let end = Instant::now() + grace;
        for mut task in self.tasks {
            match timeout_at(end, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a follower ended badly"),
                Err(_) => {
                    tracing::warn!(
                        "a follower did not end within {} seconds and is broken off",
                        grace.as_secs()
                    );
                    task.abort();
                }
            }
        }
    }
}

/// Notices what other processes have committed; this one tells itself at every commit.
async fn look(cms: Arc<Cms>, mut stop: watch::Receiver<bool>) {
    let mut clock = interval(LOOK_EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            _ = clock.tick() => {}
        }
        if let Err(error) = cms.catch_up().await {
            failed("the snapshots", &error).await;
        }
    }
}

/// Keeps the search index in step with what this process has followed.
async fn index(cms: Arc<Cms>, mut stop: watch::Receiver<bool>) {
    let follower = Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone());
    let mut followed = cms.followed();
    followed.mark_changed();
    let mut has_rested = true;
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            changed = followed.changed() => if changed.is_err() { return },
            () = sleep(REST_AFTER), if !has_rested => {
                has_rested = true;
                if let Err(error) = follower.rest().await {
                    failed("the search index", &error).await;
                }
                continue;
            }
        }
        has_rested = false;
        if let Err(error) = follower.catch_up().await {
            failed("the search index", &error).await;
            followed.mark_changed();
        }
    }
}

async fn failed(what: &str, error: &Error) {
    tracing::error!(%error, "{what} could not follow the log; trying again");
    sleep(AFTER_FAILURE).await;
}
