//! `siskin token`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::accounts::{self, Actor, ApiToken, NewToken};
use crate::base::Timestamp;
use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::error::Result;
use crate::sites;

/// Seconds of a day.
const DAY_SECONDS: i64 = 24 * 3600;

/// Read tokens of the API: what a program sends as `Authorization: Bearer …`.
#[derive(Args)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make one and print its secret, which is shown this once.
    Create {
        /// What it is for.
        name: String,
        /// A content type that it shows, such as blog.BlogPage or wagtailimages.Image; may be given several times.
        /// Without any it shows every type.
        #[arg(long = "type", value_name = "LABEL")]
        types: Vec<String>,
        /// The id of a page: of pages it shows this one and those beneath it.
        #[arg(long, value_name = "PAGE")]
        under: Option<i64>,
        /// The number of a site, as `siskin sites list` has it: of pages it shows those of this site.
        #[arg(long, value_name = "SITE")]
        only_site: Option<i64>,
        /// It may ask for drafts too (`?draft=1`), never-published ones included, within the same bounds.
        #[arg(long)]
        drafts: bool,
        /// Days after which it ends.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=36_500))]
        days: Option<i64>,
    },
    /// List the tokens, newest first.
    List,
    /// Take one back; it is refused from the next request on.
    Revoke {
        /// The token's number in the list.
        id: i64,
    },
}

impl Token {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        match self.command {
            Command::Create { name, types, under, only_site, drafts, days } => {
                let expires_at = days.map(|days| cms.clock.now().plus_seconds(days * DAY_SECONDS));
                let (subtree, site) = (under, only_site);
                create(&cms, NewToken { name, types, subtree, site, drafts, expires_at }).await?;
            }
            Command::List => list(&cms).await?,
            Command::Revoke { id } => revoke(&cms, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn create(cms: &Cms, new: NewToken) -> Result<()> {
    let mut work = cms.work(Actor::System("command")).await?;
    if let Some(site) = new.site {
        sites::Site::find(&mut work, site).await?;
    }
    let (token, secret) = accounts::create_token(&mut work, &cms.schema, new).await?;
    cms.commit(work).await?;
    println!("{}", secret.secret());
    eprintln!("Token {} is shown this once; keep it where no browser sees it.", token.id);
    Ok(())
}

async fn list(cms: &Cms) -> Result<()> {
    let now = cms.clock.now();
    for token in ApiToken::list(&mut cms.db.read().await?).await? {
        let moment = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let state = match &token {
            token if token.revoked_at.is_some() => "revoked",
            token if token.is_good(now) => "good",
            token if token.orphaned => "stopped with its maker's account",
            _ => "ended",
        };
        let types = if token.types.is_empty() { "every type" } else { &token.types };
        let under = token.subtree.map(|page| format!("\tunder page {page}")).unwrap_or_default();
        let site = token.site.map(|site| format!("\tsite {site}")).unwrap_or_default();
        let drafts = if token.drafts { "\tdrafts too" } else { "" };
        println!(
            "{}\t{state}\t{}\t{types}{under}{site}{drafts}\tends {}\tused {}",
            token.id,
            token.name,
            moment(token.expires_at),
            moment(token.used_at)
        );
    }
    Ok(())
}

async fn revoke(cms: &Cms, id: i64) -> Result<()> {
    let mut work = cms.work(Actor::System("command")).await?;
    let token = accounts::revoke_token(&mut work, id).await?;
    cms.commit(work).await?;
    println!("Token {} ({}) is refused from now on.", token.id, token.name);
    Ok(())
}
