//! The command line: one file per command.
//!
//! A command that was done answers 0. What was not done is told in one line on standard error: 1 where the command
//! itself says no, 2 where it was typed wrong, 3 where the operator has to mend configuration, models or store first.

mod config;
mod doctor;
mod import;
mod migrate;
mod models;
mod new;
mod reindex;
mod serve;
mod sites;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::cms::{Cms, ModelChanges};
use crate::error::{Error, Result};
use crate::server;

/// The command's own no.
const REFUSED: u8 = 1;
/// Configuration, models or store have to be mended first.
const SETUP: u8 = 3;

/// A headless CMS in one binary: content models, page tree, media, search, feeds, an editor admin and a JSON API.
///
/// Every command acts on a site: a folder with config.toml, models/, themes/, media/ and data/. It is the folder you
/// are in unless --site names another one.
#[derive(Parser)]
#[command(name = "siskin", version, propagate_version = false, max_term_width = 100)]
struct Cli {
    /// The site's folder.
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    New(new::New),
    Migrate(migrate::Migrate),
    Models(models::Models),
    Import(import::Import),
    User(user::User),
    Sites(sites::Sites),
    Reindex(reindex::Reindex),
    Config(config::Config),
    Doctor(doctor::Doctor),
}

/// Runs the program with the arguments it was called with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&Error::internal(error)),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(error) => told(&error),
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode> {
    let site = Site(cli.site);
    match cli.command {
        Command::Serve(command) => command.run(&site).await,
        Command::New(command) => command.run(),
        Command::Migrate(command) => command.run(&site).await,
        Command::Models(command) => command.run(&site).await,
        Command::Import(command) => command.run(&site).await,
        Command::User(command) => command.run(&site).await,
        Command::Sites(command) => command.run(&site).await,
        Command::Reindex(command) => command.run(&site).await,
        Command::Config(command) => command.run(&site),
        Command::Doctor(command) => command.run(&site).await,
    }
}

/// The site that a command acts on.
struct Site(PathBuf);

impl Site {
    /// Reads its configuration and begins to log.
    fn config(&self) -> Result<crate::config::Config> {
        if !self.0.is_dir() {
            return Err(Error::Setup(format!("{} is no folder", self.0.display())));
        }
        let config = crate::config::Config::load(&self.0)?;
        server::log::begin(&config.log)?;
        Ok(config)
    }

    /// Opens it for a command.
    async fn open(&self, changes: ModelChanges) -> Result<std::sync::Arc<Cms>> {
        let config = self.config()?;
        Cms::builder(&self.0).config(config).model_changes(changes).open().await
    }
}

fn told(error: &Error) -> ExitCode {
    eprintln!("siskin: {error}");
    match error {
        Error::Setup(_) => ExitCode::from(SETUP),
        _ => ExitCode::from(REFUSED),
    }
}

/// The reference page of every command, made from what `--help` says.
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Commands\n\nMade from the program's own `--help`; a test keeps it current.\n\nA command that was done answers \
         with exit code 0. Otherwise one line on\nstandard error says why, and the code tells the kind: 1 the command \
         says no, 2 it was typed wrong, 3\nconfiguration, models or store have to be mended first.\n",
    );
    let mut program = Cli::command();
    program.build();
    describe(&mut program, "siskin", &mut page);
    page
}

fn describe(command: &mut clap::Command, name: &str, page: &mut String) {
    let help = command.render_long_help().to_string();
    let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim()));
    for part in command.get_subcommands_mut().filter(|part| part.get_name() != "help" && !part.is_hide_set())
    {
        let name = format!("{name} {}", part.get_name());
        describe(part, &name, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
