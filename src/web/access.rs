//! The access log: a line for every request, on standard output. It holds no cookie, no password and no token, and
//! nothing that was sent can begin a line of its own.

use std::io::Write;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Uri, header};
use serde_json::{Map, Value};

use crate::base::Timestamp;
use crate::config::{AccessForm, Log};
use crate::error::{Error, Result};

use super::door::Door;
use super::number::Number;
use super::redact::{plain, without_secrets};

/// Lines that wait to be written; more are dropped, so that a full disk or a stuck pipe stops no request.
const WAITING: usize = 10_000;
/// Letters of a path, an agent or a referer that are written.
const LONGEST: usize = 1_000;

/// What a line can tell.
const FIELDS: [&str; 12] =
    ["time", "id", "address", "door", "method", "host", "path", "status", "bytes", "ms", "agent", "referer"];

/// The log, and the thread that writes it.
pub struct Access {
    form: AccessForm,
    fields: Vec<&'static str>,
    lines: Option<SyncSender<String>>,
    writer: Option<JoinHandle<()>>,
}

/// What is remembered of a request until it is answered.
pub struct Arrived {
    method: Method,
    uri: Uri,
    host: Option<HeaderValue>,
    agent: Option<HeaderValue>,
    referer: Option<HeaderValue>,
}

/// What became of it.
pub struct Outcome<'p> {
    /// When it was answered.
    pub time: Timestamp,
    /// The request's number.
    pub number: &'p Number,
    /// The machine that asked.
    pub address: IpAddr,
    /// The door it was for.
    pub door: Door,
    /// The status; 499 if whoever asked was gone before.
    pub status: u16,
    /// The length of the answer's body, if it was known.
    pub bytes: Option<u64>,
    /// How long it took.
    pub took: Duration,
}

impl Access {
    /// The log as configured, if there is to be one.
    ///
    /// # Errors
    /// `Setup` for a field that there is none of.
    pub fn open(config: &Log) -> Result<Option<Self>> {
        let fields = config.access_fields.iter().map(|name| known(name)).collect::<Result<Vec<_>>>()?;
        if config.access == AccessForm::Off {
            return Ok(None);
        }
        let (lines, receiver) = sync_channel(WAITING);
        let writer = std::thread::spawn(move || write(&receiver));
        Ok(Some(Self { form: config.access, fields, lines: Some(lines), writer: Some(writer) }))
    }

    /// Writes the line of a request.
    pub fn write(&self, arrived: &Arrived, outcome: &Outcome<'_>) {
        let line = arrived.line(self.form, &self.fields, outcome);
        if let Some(lines) = &self.lines
            && lines.try_send(line).is_err()
        {
            tracing::warn!("the access log cannot keep up; a line is lost");
        }
    }
}

impl Drop for Access {
    /// What was told is written before the program ends.
    fn drop(&mut self) {
        drop(self.lines.take());
        if let Some(Err(_)) = self.writer.take().map(JoinHandle::join) {
            tracing::error!("the writer of the access log ended badly");
        }
    }
}

fn known(name: &str) -> Result<&'static str> {
    FIELDS.into_iter().find(|field| *field == name).ok_or_else(|| {
        Error::Setup(format!("log.access_fields: there is no “{name}”; known are {}", FIELDS.join(", ")))
    })
}

fn write(lines: &Receiver<String>) {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    while let Ok(line) = lines.recv() {
        let mut written = out.write_all(line.as_bytes());
        while let (Ok(()), Ok(line)) = (&written, lines.try_recv()) {
            written = out.write_all(line.as_bytes());
        }
        if let Err(error) = written.and_then(|()| out.flush()) {
            tracing::error!(%error, "the access log cannot be written; it ends here");
            return;
        }
    }
}

impl Arrived {
    /// Remembers a request.
    pub fn of(parts: &Parts) -> Self {
        let header = |name| parts.headers.get(name).cloned();
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            host: header(header::HOST),
            agent: header(header::USER_AGENT),
            referer: header(header::REFERER),
        }
    }

    fn line(&self, form: AccessForm, fields: &[&'static str], outcome: &Outcome<'_>) -> String {
        let told = fields.iter().map(|field| (*field, self.value(field, outcome)));
        let mut line = if form == AccessForm::Json {
            Value::Object(told.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
                .to_string()
        } else {
            let told = told.map(|(name, value)| match value {
                Value::Null => format!("{name}=-"),
                value => format!("{name}={value}"),
            });
            told.collect::<Vec<_>>().join(" ")
        };
        line.push('\n');
        line
    }

    fn value(&self, field: &str, outcome: &Outcome<'_>) -> Value {
        let text = |header: &Option<HeaderValue>| {
            header.as_ref().map_or(Value::Null, |value| Value::from(plain(value.as_bytes(), LONGEST)))
        };
        match field {
            "time" => Value::from(outcome.time.to_string()),
            "id" => Value::from(outcome.number.as_str()),
            "address" => Value::from(outcome.address.to_string()),
            "door" => Value::from(outcome.door.name()),
            "method" => Value::from(self.method.as_str()),
            "host" => text(&self.host),
            "path" => Value::from(plain(without_secrets(&self.uri).as_bytes(), LONGEST)),
            "status" => Value::from(outcome.status),
            "bytes" => outcome.bytes.map_or(Value::Null, Value::from),
            // Microseconds are exact as floating numbers for as long as a request may take.
            "ms" => Value::from(outcome.took.as_micros() as f64 / 1000.0),
            "agent" => text(&self.agent),
            // Where somebody came from, without what they asked for there.
            _ => self.referer.as_ref().map_or(Value::Null, |referer| {
                let address = referer.as_bytes().split(|byte| matches!(byte, b'?' | b'#')).next();
                Value::from(plain(address.unwrap_or_default(), LONGEST))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::super::number::Numbers;
    use super::*;

    #[test]
    fn a_request_is_one_line_and_tells_no_secret() {
        let request = Request::builder()
            .uri("/media/images/x.jpg?s=secret-s&TOKEN=secret-t&p%61ssword=secret-p&page=2")
            .header("host", "example.org")
            .header("user-agent", HeaderValue::from_bytes(b"a\"b\tc\xc2\x85d\\n").unwrap())
            .header("referer", "https://example.org/reset?token=secret-r#secret-f")
            .header("cookie", "session=secret-c")
            .header("authorization", "Bearer secret-a")
            .body(())
            .unwrap();
        let arrived = Arrived::of(&request.into_parts().0);
        let outcome = Outcome {
            time: Timestamp::from_micros(0),
            number: &Numbers::new().next(),
            address: "192.0.2.1".parse().unwrap(),
            door: Door::Media,
            status: 200,
            bytes: None,
            took: Duration::from_micros(1500),
        };
        for form in [AccessForm::Text, AccessForm::Json] {
            let line = arrived.line(form, &FIELDS, &outcome);
            assert!(
                line.ends_with('\n') && line.trim_end().chars().all(|c| (' '..='~').contains(&c)),
                "{line}"
            );
            assert!(!line.contains("secret"), "{line}");
            assert!(line.contains("page=2") && line.contains("https://example.org/reset\""), "{line}");
        }
        let json: Value = serde_json::from_str(&arrived.line(AccessForm::Json, &FIELDS, &outcome)).unwrap();
        assert_eq!(json["agent"], r#"a"b\x09c\xc2\x85d\\n"#);
        let text = arrived.line(AccessForm::Text, &["status", "bytes", "ms", "method"], &outcome);
        assert_eq!(text, "status=200 bytes=- ms=1.5 method=\"GET\"\n");
        assert!(known("cookie").is_err());
    }
}
