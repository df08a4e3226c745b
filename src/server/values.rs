//! Value rows after a change of the models: filled and emptied in small steps, so that editors and readers are served
//! meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use crate::cms::Cms;
use crate::content::values::Step;
use crate::error::Result;

/// Between two steps, so that whoever waits to write has a turn.
const BETWEEN: Duration = Duration::from_millis(5);
/// The wait where somebody else holds the next objects.
const WHILE_HELD: Duration = Duration::from_millis(200);
/// The wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long a start is held up so that a site of ordinary size never refuses anybody.
const AT_START: Duration = Duration::from_millis(500);

/// Does what can be done before anybody is answered.
///
/// # Errors
/// What the store says.
pub(super) async fn prepare(cms: &Cms) -> Result<()> {
    let begun = Instant::now();
    while cms.values.is_pending() && begun.elapsed() < AT_START {
        if !matches!(cms.fill_some().await?, Step::Done(..)) {
            break;
        }
    }
    Ok(())
}

/// Goes on until nothing is left, and again whenever the models have changed.
pub(super) async fn fill(cms: Arc<Cms>, mut stop: watch::Receiver<bool>) {
    let mut followed = cms.followed();
    followed.mark_changed();
    loop {
        let wait = if cms.values.is_pending() { step(&cms).await } else { None };
        tokio::select! {
            _ = stop.changed() => return,
            changed = followed.changed(), if wait.is_none() => if changed.is_err() { return },
            () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
    }
}

/// One step; how long to wait for the next, if there is one.
async fn step(cms: &Cms) -> Option<Duration> {
    match cms.fill_some().await {
        Ok(Step::Nothing) => None,
        Ok(Step::Done(..)) => Some(BETWEEN),
        Ok(Step::Held) => Some(WHILE_HELD),
        Err(error) => {
            tracing::error!(%error, "the value rows could not be filled; trying again");
            Some(AFTER_FAILURE)
        }
    }
}
