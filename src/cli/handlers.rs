//! `siskin handlers`

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::error::{Error, Result};
use crate::events::{self, handlers};
use crate::server;

use super::REFUSED;

/// See how far the program's event handlers are, and move them in the log.
///
/// Works beside a serving program, which goes on from where a handler was put.
#[derive(Args)]
pub struct Handlers {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List them: how many events wait for each, and what failed.
    List,
    /// Go past the next event, which is the one that fails.
    Skip {
        /// The handler.
        name: String,
        /// Go past everything that waits.
        #[arg(long)]
        all: bool,
    },
    /// Tell once more what was set aside because the handler failed at it again and again.
    Retry {
        /// The handler.
        name: String,
        /// Forget what was set aside instead of telling it.
        #[arg(long)]
        forget: bool,
    },
    /// Go back, and tell everything behind that event once more.
    Reset {
        /// The handler.
        name: String,
        /// The number of the event to stand behind.
        #[arg(long, default_value_t = 0, value_name = "EVENT")]
        to: i64,
    },
    /// Forget one that the program no longer has. If it comes back it begins anew, behind the last event.
    Forget {
        /// The handler.
        name: String,
    },
}

impl Handlers {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        match self.command {
            Command::List => list(&cms).await?,
            Command::Skip { name, all } => skip(&cms, &name, all).await?,
            Command::Retry { name, forget } => return retry(&cms, &name, forget).await,
            Command::Reset { name, to } => reset(&cms, &name, to).await?,
            Command::Forget { name } => forget(&cms, &name).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(cms: &Cms) -> Result<()> {
    let mut conn = cms.db.snapshot().await?;
    let head = events::head(&mut conn).await?;
    let here = cms.extension.handler_names();
    for place in handlers::places(&mut conn).await? {
        let (name, waiting) = (place.name, head - place.position);
        let gone = if here.contains(&name.as_str()) { "" } else { "\tnot in this program" };
        let failed = match place.failures {
            0 => String::new(),
            times => format!("\tfailed {times} times at event {}: {}", place.position + 1, place.problem),
        };
        println!("{name}\t{waiting} waiting{gone}{failed}");
    }
    for one in handlers::all_set_aside(&mut conn).await? {
        println!(
            "{}\tset aside after {} tries: event {}: {}",
            one.handler, one.failures, one.event, one.problem
        );
    }
    Ok(())
}

async fn retry(cms: &Arc<Cms>, name: &str, is_forgotten: bool) -> Result<ExitCode> {
    if is_forgotten {
        let mut tx = cms.db.begin().await?;
        let mut aside = handlers::all_set_aside(&mut tx).await?;
        aside.retain(|one| one.handler == name);
        for one in &aside {
            handlers::settle(&mut tx, one).await?;
        }
        tx.commit().await?;
        println!("{} events that were set aside for {name} are forgotten.", aside.len());
        return Ok(ExitCode::SUCCESS);
    }
    let (settled, failed) = server::retry(cms, name).await?;
    println!("{name} has dealt with {settled} of the events that were set aside.");
    for (event, error) in &failed {
        println!("event {event} failed again: {error}");
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

async fn skip(cms: &Cms, name: &str, all: bool) -> Result<()> {
    let mut tx = cms.db.begin().await?;
    let (place, head) = (handlers::place(&mut tx, name).await?, events::head(&mut tx).await?);
    if place.position >= head {
        return Err(Error::Bad(format!("nothing waits for `{name}`")));
    }
    let to = if all { head } else { place.position + 1 };
    handlers::put(&mut tx, name, to).await?;
    tx.commit().await?;
    println!("{name} goes on behind event {to}.");
    Ok(())
}

async fn reset(cms: &Cms, name: &str, to: i64) -> Result<()> {
    let mut tx = cms.db.begin().await?;
    handlers::place(&mut tx, name).await?;
    let head = events::head(&mut tx).await?;
    if !(0..=head).contains(&to) {
        return Err(Error::Bad(format!("there is no event {to}: the last one is {head}")));
    }
    handlers::put(&mut tx, name, to).await?;
    tx.commit().await?;
    println!("{name} goes on behind event {to}; {} events will be told again.", head - to);
    Ok(())
}

async fn forget(cms: &Cms, name: &str) -> Result<()> {
    let mut tx = cms.db.begin().await?;
    handlers::place(&mut tx, name).await?;
    if cms.extension.handler_names().contains(&name) {
        return Err(Error::Bad(format!(
            "`{name}` is a handler of this program; `handlers skip --all` passes over what waits"
        )));
    }
    handlers::forget(&mut tx, name).await?;
    tx.commit().await?;
    println!("{name} is forgotten.");
    Ok(())
}
