//! Commands of the program around Siskin, and the site that a command acts on.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ArgMatches;

use super::{Builder, Cms, ModelChanges};
use crate::config::{self, Config};
use crate::error::{Error, Result};

/// A command beside Siskin's own: its arguments, and what it does.
///
/// The arguments are declared with clap, and the first line of the struct's comment is what `--help` says of it. An
/// error is told and turned into an exit code as those of Siskin's own commands are.
///
/// ```
/// use std::process::ExitCode;
/// use siskin::extend::{Command, ModelChanges, Result, SiteFolder};
///
/// /// Count the events.
/// #[derive(clap::Args)]
/// struct Count {
///     /// Say how many more than this.
///     #[arg(long, default_value_t = 0)]
///     beyond: i64,
/// }
///
/// impl Command for Count {
///     const NAME: &'static str = "count";
///
///     async fn run(self, site: SiteFolder) -> Result<ExitCode> {
///         let cms = site.open(ModelChanges::Ignore).await?;
///         println!("{}", cms.snapshot().followed - self.beyond);
///         Ok(ExitCode::SUCCESS)
///     }
/// }
///
/// siskin::cms::Cms::builder(".").command::<Count>();
/// ```
pub trait Command: clap::Args + 'static {
    /// What is typed: `count`.
    const NAME: &'static str;

    /// Does it. Nothing is opened yet: the command opens the site if it needs it.
    fn run(self, site: SiteFolder) -> impl Future<Output = Result<ExitCode>>;
}

type Ending = Pin<Box<dyn Future<Output = Result<ExitCode>>>>;

/// A command as the command line takes it.
pub struct AddedCommand {
    /// What it is called.
    pub name: &'static str,
    /// Its arguments.
    pub declared: clap::Command,
    run: fn(&ArgMatches, SiteFolder) -> Result<Ending>,
}

impl AddedCommand {
    pub(super) fn of<C: Command>() -> Self {
        let declared = C::augment_args(clap::Command::new(C::NAME));
        Self { name: C::NAME, declared, run: start::<C> }
    }

    /// Runs it with what was typed.
    pub async fn run(&self, typed: &ArgMatches, site: SiteFolder) -> Result<ExitCode> {
        (self.run)(typed, site)?.await
    }
}

fn start<C: Command>(typed: &ArgMatches, site: SiteFolder) -> Result<Ending> {
    let command = C::from_arg_matches(typed).map_err(|error| Error::Bad(error.to_string()))?;
    Ok(Box::pin(command.run(site)))
}

/// The site that a command acts on: a folder, and everything that will be in it once it is open.
pub struct SiteFolder {
    builder: Builder,
    begin_to_log: fn(&config::Log) -> Result<()>,
}

impl SiteFolder {
    /// The site of a builder; the log begins as soon as its configuration is known.
    pub fn new(builder: Builder, begin_to_log: fn(&config::Log) -> Result<()>) -> Self {
        Self { builder, begin_to_log }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.builder.dir
    }

    /// Where its models are.
    pub fn models(&self) -> PathBuf {
        self.dir().join("models")
    }

    /// What is added to it.
    pub fn builder(&self) -> &Builder {
        &self.builder
    }

    /// Reads its configuration and begins to log.
    ///
    /// # Errors
    /// `Setup` if there is no such folder, or for a mistake in its configuration, with the line.
    pub fn config(&self) -> Result<Config> {
        if !self.dir().is_dir() {
            return Err(Error::Setup(format!("{} is no folder", self.dir().display())));
        }
        let config = Config::load(self.dir())?;
        (self.begin_to_log)(&config.log)?;
        Ok(config)
    }

    /// Opens it.
    ///
    /// # Errors
    /// `Setup`, in words for the operator.
    pub async fn open(self, changes: ModelChanges) -> Result<Arc<Cms>> {
        let config = self.config()?;
        self.configured(config).model_changes(changes).open().await
    }

    /// Its builder, with this configuration in place of the folder's.
    pub fn configured(self, config: Config) -> Builder {
        self.builder.config(config)
    }
}
