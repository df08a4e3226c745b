//! What the program tells about itself: lines for people in a terminal, JSON for machines. Goes to standard error.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::error::{Error, Result};

/// Begins to log as configured; once a process.
pub fn begin(config: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| Error::Setup(format!("log.filter “{}” makes no sense: {error}", config.filter)))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Lines(std::io::stderr()))
        .with_target(false);
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

/// Writes each event as one line, whatever is in it: nobody begins a line of their own by what they send.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(one_line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(event: &str) -> String {
    let (text, end) = event.strip_suffix('\n').map_or((event, ""), |text| (text, "\n"));
    let mut line = String::with_capacity(event.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                line.extend(letter.escape_default());
            }
            letter => line.push(letter),
        }
    }
    line + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let mut written = Lines(Vec::new());
        written.write_all("a\r\nb\u{85}c\u{2028}d é\n".as_bytes()).unwrap();
        assert_eq!(String::from_utf8(written.0).unwrap(), "a\\r\\nb\\u{85}c\\u{2028}d é\n");
    }
}
