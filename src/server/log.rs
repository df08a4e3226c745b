//! What the program tells about itself: lines for people in a terminal, JSON for machines. Goes to standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::error::{Error, Result};

/// Begins to log as configured; once a process.
pub fn begin(config: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| Error::Setup(format!("log.filter “{}” makes no sense: {error}", config.filter)))?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let begun = match config.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).compact().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    begun.map_err(Error::Internal)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let words = panic.payload_as_str().unwrap_or("without words");
        tracing::error!(place, words, "panic");
    }));
    Ok(())
}
