//! The command line: one file per command.
//!
//! A command that was done answers 0. What was not done is told in one line on standard error: 1 where the command
//! itself says no, 2 where it was typed wrong, 3 where the operator has to mend configuration, models or store first.

mod config;
mod doctor;
mod filling;
mod handlers;
mod import;
mod migrate;
mod models;
mod new;
mod reindex;
mod serve;
mod sites;
mod token;
mod types;
mod user;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cms::{AddedCommand, Builder, SiteFolder};
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
    /// The site's folder, in place of the one you are in.
    #[arg(long, global = true, value_name = "DIR")]
    site: Option<PathBuf>,
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
    Token(token::Token),
    Types(types::Types),
    Webhook(webhook::Webhook),
    Reindex(reindex::Reindex),
    Config(config::Config),
    Doctor(doctor::Doctor),
    Handlers(handlers::Handlers),
}

/// How long a command that is done waits for what it left running on threads of its own.
const LEAVING: Duration = Duration::from_secs(5);

/// Runs the program with the arguments it was called with, and with what the builder adds to it: its own commands
/// stand beside Siskin's, and whatever a command opens has its fields, blocks, routes, layers and event handlers. The
/// builder's folder counts where `--site` names no other.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     siskin::cli::run(siskin::cms::Cms::builder("."))
/// }
/// ```
pub fn run(mut builder: Builder) -> ExitCode {
    let added = builder.take_commands();
    let done = program(&added).and_then(|program| {
        let typed = program.get_matches();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = runtime.block_on(dispatch(&typed, &added, builder));
        runtime.shutdown_timeout(LEAVING);
        done
    });
    done.unwrap_or_else(|error| told(&error))
}

/// Siskin's commands, with those of the builder beside them.
fn program(added: &[AddedCommand]) -> Result<clap::Command> {
    let own = Command::augment_subcommands(Cli::command());
    let mut program = own.subcommand_required(true).arg_required_else_help(true);
    for command in added {
        if command.name == "help" || program.find_subcommand(command.name).is_some() {
            return Err(Error::Setup(format!("there are two commands called `{}`", command.name)));
        }
        program = program.subcommand(command.declared.clone());
    }
    Ok(program)
}

async fn dispatch(typed: &ArgMatches, added: &[AddedCommand], builder: Builder) -> Result<ExitCode> {
    let unread = |error: clap::Error| Error::Bad(error.to_string());
    let builder = match Cli::from_arg_matches(typed).map_err(unread)?.site {
        Some(dir) => builder.at(dir),
        None => builder,
    };
    let site = SiteFolder::new(builder, server::log::begin);
    if let Some((name, arguments)) = typed.subcommand()
        && let Some(command) = added.iter().find(|command| command.name == name)
    {
        return command.run(arguments, site).await;
    }
    match Command::from_arg_matches(typed).map_err(unread)? {
        Command::Serve(command) => command.run(site).await,
        Command::New(command) => command.run(),
        Command::Migrate(command) => command.run(&site).await,
        Command::Models(command) => command.run(site).await,
        Command::Import(command) => command.run(site).await,
        Command::User(command) => command.run(site).await,
        Command::Sites(command) => command.run(site).await,
        Command::Token(command) => command.run(site).await,
        Command::Types(command) => command.run(&site),
        Command::Webhook(command) => command.run(site).await,
        Command::Reindex(command) => command.run(site).await,
        Command::Config(command) => command.run(&site),
        Command::Doctor(command) => command.run(site).await,
        Command::Handlers(command) => command.run(site).await,
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
pub fn reference_page() -> Result<String> {
    let mut page = String::from(
        "# Commands\n\nMade from the program's own `--help`; a test keeps it current.\n\nA command that was done answers \
         with exit code 0. Otherwise one line on\nstandard error says why, and the code tells the kind: 1 the command \
         says no, 2 it was typed wrong, 3\nconfiguration, models or store have to be mended first.\n",
    );
    let mut program = program(&[])?;
    program.build();
    describe(&mut program, "siskin", &mut page);
    Ok(page)
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
        program(&[]).unwrap().debug_assert();
    }

    /// A command with the name of one of ours.
    #[derive(clap::Args)]
    struct Serve {}

    impl crate::cms::Command for Serve {
        const NAME: &'static str = "serve";

        async fn run(self, _: SiteFolder) -> Result<ExitCode> {
            Ok(ExitCode::SUCCESS)
        }
    }

    #[test]
    fn a_command_that_is_there_already_is_refused() {
        let mut builder = crate::cms::Cms::builder(".").command::<Serve>();
        let told = program(&builder.take_commands()).unwrap_err().to_string();
        assert_eq!(told, "there are two commands called `serve`");
    }
}
