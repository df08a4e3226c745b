//! Models that have changed since content was written: taken in at opening, or told.

use crate::accounts::Actor;
use crate::accounts::Work;
use crate::base::Clock;
use crate::content::evolve;
use crate::content::evolve::Evolution;
use crate::content::values;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Schema;
use crate::store::Db;

/// What happens at opening when the models have changed since content was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelChanges {
    /// What touches no content is applied; anything else is told, and the site stays closed.
    ApplyHarmless,
    /// All are applied, unless a value does not convert.
    ApplyAll,
    /// None is applied: for the commands that show them.
    Ignore,
}

/// Fits the store to the models, as far as that is wanted.
pub(super) async fn take_in(db: &Db, clock: &Clock, schema: &Schema, wanted: ModelChanges) -> Result<()> {
    if wanted == ModelChanges::Ignore {
        return Ok(());
    }
    let mut conn = db.snapshot().await?;
    let evolution = evolve::compare(&mut conn, schema).await?;
    if evolution.changes.is_empty() && values::agree(&mut conn, schema).await? {
        return Ok(());
    }
    if wanted == ModelChanges::ApplyHarmless && evolution.touches_content() {
        return Err(Error::Setup(told(&evolve::look_ahead(&mut conn, schema).await?)));
    }
    drop(conn);
    let mut work = Work::begin(db, clock, Actor::System("models")).await?;
    evolve::apply(&mut work, schema).await?;
    work.commit().await
}

fn told(evolution: &Evolution) -> String {
    let refused = evolution.refused.len();
    let rest = if refused > 0 { format!(", and {refused} values would not convert") } else { String::new() };
    format!(
        "the models have changed in a way that rewrites stored content{rest}; look with `siskin models diff`, \
         then `siskin models apply`"
    )
}
