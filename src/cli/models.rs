//! `siskin models`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::accounts::Actor;
use crate::cms::{ModelChanges, SiteFolder};
use crate::content::evolve::{self, Evolution};
use crate::error::Result;
use crate::schema::{self, Change};

use super::filling;

/// Check the models, or change stored content to fit them.
#[derive(Args)]
pub struct Models {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read models/*.toml and tell every problem with its file and line.
    Check,
    /// Print every field kind and block that models may name without declaring it, with their options.
    Kinds,
    /// Show what today's models would change in stored content, and change nothing.
    Diff,
    /// Change stored content to fit today's models: all of it, or nothing if a value does not convert.
    Apply,
    /// Delete for good what is kept of a field that the models no longer have.
    Prune {
        /// The content type, such as blog.BlogPage.
        label: String,
        /// The field that was removed.
        field: String,
    },
}

impl Models {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        match self.command {
            Command::Check => check(&site)?,
            Command::Kinds => print!("{}", schema::reference_page(site.builder().registry())),
            Command::Diff => diff(site).await?,
            Command::Apply => apply(site).await?,
            Command::Prune { label, field } => prune(site, &label, &field).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn check(site: &SiteFolder) -> Result<()> {
    let schema = schema::load_dir(&site.models(), site.builder().registry())?;
    println!("{} content types are in order.", schema.types().count());
    Ok(())
}

async fn diff(site: SiteFolder) -> Result<()> {
    let cms = site.open(ModelChanges::Ignore).await?;
    let evolution = evolve::look_ahead(&mut cms.db.snapshot().await?, &cms.schema).await?;
    tell(&evolution);
    if !evolution.changes.is_empty() && evolution.refused.is_empty() {
        println!("\n`siskin models apply` does this. Nothing has been changed yet.");
    }
    Ok(())
}

async fn apply(site: SiteFolder) -> Result<()> {
    let cms = site.open(ModelChanges::Ignore).await?;
    let mut work = cms.work(Actor::System("models")).await?;
    let changes = evolve::apply(&mut work, &cms.schema).await?;
    cms.commit(work).await?;
    tell(&Evolution { changes, ..Evolution::default() });
    filling::fill(&cms).await
}

async fn prune(site: SiteFolder, label: &str, field: &str) -> Result<()> {
    let cms = site.open(ModelChanges::Ignore).await?;
    let mut work = cms.work(Actor::System("models")).await?;
    let pruned = evolve::prune(&mut work, &cms.schema, label, field).await?;
    cms.commit(work).await?;
    println!("{field} is gone from {pruned} documents and revisions of {label}.");
    Ok(())
}

fn tell(evolution: &Evolution) {
    if evolution.changes.is_empty() {
        println!("Stored content and models agree.");
    }
    for change in &evolution.changes {
        println!("{}", sentence(change, evolution));
    }
    for (what, path, reason) in &evolution.refused {
        println!("  does not convert: {what}, {path}: {reason}");
    }
}

/// A change in words, with how many objects it is about.
fn sentence(change: &Change, evolution: &Evolution) -> String {
    let objects = |label: &str| match evolution.objects.get(label) {
        Some(1) => " (1 object)".to_owned(),
        Some(count) => format!(" ({count} objects)"),
        None => String::new(),
    };
    match change {
        Change::TypeAdded { label } => format!("+ {label}"),
        Change::TypeRemoved { label } => {
            format!("- {label}: its content is kept and shown nowhere{}", objects(label))
        }
        Change::TypeRenamed { from, to } => format!("~ {from} is now {to}{}", objects(from)),
        Change::FieldAdded { label, path, kind } => format!("+ {label} {path}: {kind}{}", objects(label)),
        Change::FieldRemoved { label, path, .. } => {
            format!("- {label} {path}: its content is kept until `models prune`{}", objects(label))
        }
        Change::FieldRenamed { label, from, to } => format!("~ {label} {from} is now {to}{}", objects(label)),
        Change::KindChanged { label, path, from, to } => {
            format!("~ {label} {path}: {from} becomes {to}{}", objects(label))
        }
    }
}
