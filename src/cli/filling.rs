//! Value rows after a change of the models, as a command makes them: whole, with a bar.

use indicatif::{ProgressBar, ProgressStyle};

use crate::cms::Cms;
use crate::error::Result;

/// Fills and empties what waits for it.
pub(super) async fn fill(cms: &Cms) -> Result<()> {
    if !cms.values.is_pending() {
        return Ok(());
    }
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message("values to filter and order by");
    let filled = cms.fill_all(|done, all| {
        bar.set_length(u64::try_from(all).unwrap_or_default());
        bar.set_position(u64::try_from(done).unwrap_or_default());
    });
    let filled = filled.await;
    bar.finish_and_clear();
    filled?;
    println!("Every field that can be filtered or ordered by is filled.");
    Ok(())
}
