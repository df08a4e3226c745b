//! `siskin webhook`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::accounts::Actor;
use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::error::Result;
use crate::webhooks::{self, Delivery};

use super::REFUSED;

/// See webhooks, test one, and send a delivery again. They are made in the admin.
#[derive(Args)]
pub struct Webhook {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the webhooks and how calling them goes.
    List,
    /// Call one now with an event of the kind “test”, and say what it answered. Answers 1 if it did not take it.
    Test {
        /// The webhook's number in the list.
        id: i64,
    },
    /// Send a delivery again. The serving program makes the call, in a moment.
    Replay {
        /// The delivery, as the receiver and the admin know it.
        delivery: String,
    },
}

impl Webhook {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        match self.command {
            Command::List => list(&cms).await.map(|()| ExitCode::SUCCESS),
            Command::Test { id } => test(&cms, id).await,
            Command::Replay { delivery } => replay(&cms, &delivery).await.map(|()| ExitCode::SUCCESS),
        }
    }
}

async fn list(cms: &Cms) -> Result<()> {
    let mut conn = cms.db.read().await?;
    for webhook in webhooks::Webhook::list(&mut conn).await? {
        let waiting = Delivery::waiting(&mut conn, webhook.id).await?;
        let state = match (webhook.active, &webhook.paused_why) {
            (false, _) => "off",
            (true, Some(_)) => "paused",
            (true, None) => "on",
        };
        println!("{}\t{}\t{state}\t{waiting} waiting\t{}", webhook.id, webhook.name, webhook.url);
    }
    Ok(())
}

async fn test(cms: &Cms, id: i64) -> Result<ExitCode> {
    let mut work = cms.work(Actor::System("command")).await?;
    let delivery = webhooks::test(&mut work, id).await?;
    cms.commit(work).await?;
    let delivery = cms.courier.try_once(delivery).await?;
    if delivery.problem.is_empty() {
        println!("The receiver answered {}.", delivery.status.unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", delivery.problem);
    Ok(ExitCode::from(REFUSED))
}

async fn replay(cms: &Cms, delivery: &str) -> Result<()> {
    let mut work = cms.work(Actor::System("command")).await?;
    webhooks::replay(&mut work, delivery).await?;
    cms.commit(work).await?;
    println!("{delivery} waits to be sent again.");
    Ok(())
}
