//! `siskin sites`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::accounts::Actor;
use crate::cms::{Cms, ModelChanges, SiteFolder};
use crate::error::{Error, Result};
use crate::pages;
use crate::sites;

/// The port that addresses do not show.
const USUAL_PORT: i64 = 80;

/// Which hosts show which pages, and where a front end of one's own shows them.
#[derive(Args)]
pub struct Sites {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the sites.
    List,
    /// Make one. The first becomes the default, which answers hosts that no site names.
    Add {
        /// The host name, with the port that people see unless it is 80: `www.example.org:443`.
        host: String,
        #[command(flatten)]
        about: About,
    },
    /// Change what is named, and leave the rest.
    Change {
        /// The site's number in the list.
        id: i64,
        /// Another host name, with its port unless it is 80.
        #[arg(long, value_name = "HOST[:PORT]")]
        host: Option<String>,
        #[command(flatten)]
        about: About,
    },
    /// Delete one. Its pages stay.
    Delete {
        /// The site's number in the list.
        id: i64,
    },
}

#[derive(Args)]
struct About {
    /// What it is called.
    #[arg(long)]
    name: Option<String>,
    /// The id of its home page.
    #[arg(long, value_name = "PAGE")]
    root: Option<i64>,
    /// Where a front end of its own shows the pages: links, feeds and sitemaps then point there. "" for none.
    #[arg(long, value_name = "URL")]
    front_end: Option<String>,
    /// Let it answer the hosts that no site names.
    #[arg(long)]
    default: bool,
}

impl Sites {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::Ignore).await?;
        match self.command {
            Command::List => list(&cms).await?,
            Command::Add { host, about } => add(&cms, &host, about).await?,
            Command::Change { id, host, about } => change(&cms, id, host.as_deref(), about).await?,
            Command::Delete { id } => delete(&cms, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(cms: &Cms) -> Result<()> {
    for site in sites::Site::list(&mut cms.db.read().await?).await? {
        let root = site.root_page.map_or_else(|| "no page".to_owned(), |page| format!("page {page}"));
        let front_end = site.front_end_url.as_deref().filter(|url| !url.is_empty());
        let front_end = front_end.map(|url| format!("\tshown at {url}")).unwrap_or_default();
        let default = if site.is_default { "\tdefault" } else { "" };
        println!("{}\t{}\t{}\t{root}{front_end}{default}", site.id, site.own_url(), site.name);
    }
    Ok(())
}

async fn add(cms: &Cms, host: &str, about: About) -> Result<()> {
    let (hostname, port) = host_and_port(host)?;
    let site = sites::Site {
        id: 0,
        hostname,
        port,
        name: String::new(),
        root_page: None,
        is_default: false,
        front_end_url: None,
    };
    let mut work = cms.work(Actor::System("command")).await?;
    let site = about.laid_over(&mut work, site).await?;
    let made = sites::create_site(&mut work, site).await?;
    cms.commit(work).await?;
    println!("Site {} answers at {}.", made.id, made.own_url());
    Ok(())
}

async fn change(cms: &Cms, id: i64, host: Option<&str>, about: About) -> Result<()> {
    let mut work = cms.work(Actor::System("command")).await?;
    let mut site = sites::Site::find(&mut work, id).await?;
    if let Some(host) = host {
        (site.hostname, site.port) = host_and_port(host)?;
    }
    let site = about.laid_over(&mut work, site).await?;
    sites::update_site(&mut work, &site).await?;
    cms.commit(work).await?;
    println!("Site {id} is changed; its pages are at {}.", site.root_url());
    Ok(())
}

async fn delete(cms: &Cms, id: i64) -> Result<()> {
    let mut work = cms.work(Actor::System("command")).await?;
    sites::delete_site(&mut work, id).await?;
    cms.commit(work).await?;
    println!("Site {id} is deleted; its pages are still there.");
    Ok(())
}

impl About {
    /// The site with what was named put in.
    async fn laid_over(self, work: &mut crate::accounts::Work, site: sites::Site) -> Result<sites::Site> {
        if let Some(root) = self.root {
            pages::by_id(work, root).await?;
        }
        Ok(sites::Site {
            name: self.name.unwrap_or(site.name),
            root_page: self.root.or(site.root_page),
            is_default: self.default || site.is_default,
            front_end_url: match self.front_end {
                Some(url) => Some(url).filter(|url| !url.is_empty()),
                None => site.front_end_url,
            },
            ..site
        })
    }
}

fn host_and_port(text: &str) -> Result<(String, i64)> {
    let wrong = || Error::Bad(format!("“{text}” is no host; for instance www.example.org:443"));
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse().map_err(|_| wrong())?),
        _ => (text, USUAL_PORT),
    };
    Ok((name.to_ascii_lowercase(), port))
}
