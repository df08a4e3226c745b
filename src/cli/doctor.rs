//! `siskin doctor`

use std::process::ExitCode;

use clap::Args;

use crate::accounts::Actor;
use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::content::values;
use crate::error::Result;
use crate::events::handlers;
use crate::media;
use crate::pages::doctor;
use crate::store::Conn;

use super::{REFUSED, filling};

/// Look for what cannot be: in the tree, addresses, flags, references, values and files.
///
/// Answers 1 if something is wrong and stays so. It may run beside a serving program; with --repair the program has to
/// be stopped first.
#[derive(Args)]
pub struct Doctor {
    /// Mend what can be mended without losing anything, and delete files that nothing uses.
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        if self.repair {
            repair(&cms).await?;
        }
        let wrong = examine(&cms).await?;
        match wrong {
            0 => println!("All is well."),
            1 => println!("1 thing is wrong."),
            _ => println!("{wrong} things are wrong."),
        }
        Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
    }
}

async fn examine(cms: &Cms) -> Result<usize> {
    let mut conn = cms.db.snapshot().await?;
    let found = doctor::examine(&mut conn).await?;
    for finding in &found {
        let remedy = if finding.mendable { " (--repair mends it)" } else { "" };
        println!("{}: {}{remedy}", finding.what, finding.problem);
    }
    let astray = tell_values(&mut conn, cms).await?;
    let files = media::findings(&mut conn, &cms.files).await?;
    for name in &files.missing {
        println!("{name}: the file is gone; upload it again");
    }
    let failing = failing_handlers(&mut conn).await?;
    let useless = files.unused.len() + files.stale.len();
    if useless > 0 {
        println!("{useless} files are used by nothing (--repair deletes them)");
    }
    Ok(found.len() + astray + files.missing.len() + failing)
}

/// Tells what of the values and brief documents that queries read does not fit the content: how many types that is about.
async fn tell_values(conn: &mut Conn, cms: &Cms) -> Result<usize> {
    let astray = values::examine(conn, &cms.schema).await?;
    for (label, objects) in &astray.objects {
        let (number, first) = (objects.len(), objects.first().map_or(0, |key| key.0));
        println!(
            "{label}: what lists read of {number} objects, the first with key {first}, is not what their content says \
             (--repair mends it)"
        );
    }
    if !astray.unfilled.is_empty() {
        let number = astray.unfilled.len();
        println!(
            "{number} fields wait to be filled or emptied; a serving program does it, and so does --repair"
        );
    }
    Ok(astray.objects.len())
}

async fn failing_handlers(conn: &mut Conn) -> Result<usize> {
    let mut places = handlers::places(conn).await?;
    places.retain(|place| place.failures > 0);
    for place in &places {
        let (name, event) = (&place.name, place.position + 1);
        println!(
            "event handler {name}: failed {} times at event {event}: {} (mend it, or `siskin handlers skip {name}`)",
            place.failures, place.problem
        );
    }
    let aside = handlers::all_set_aside(conn).await?;
    for one in &aside {
        let (name, event, tries) = (&one.handler, one.event, one.failures);
        println!(
            "event handler {name}: event {event} was set aside after {tries} tries: {} (mend it, then \
             `siskin handlers retry {name}`)",
            one.problem
        );
    }
    Ok(places.len() + aside.len())
}

async fn repair(cms: &Cms) -> Result<()> {
    let mut work = cms.work(Actor::System("doctor")).await?;
    doctor::repair(&mut work).await?;
    cms.commit(work).await?;
    filling::fill(cms).await?;
    let astray = values::examine(&mut cms.db.snapshot().await?, &cms.schema).await?;
    let mut work = cms.work(Actor::System("doctor")).await?;
    values::repair(&mut work, &cms.schema, &astray).await?;
    cms.commit(work).await?;
    let found = media::findings(&mut cms.db.snapshot().await?, &cms.files).await?;
    media::sweep(&cms.files, &found).await
}
