//! The one error type, and the problems that bad content is told by.
//!
//! Each variant is an answer: the doors map it to a status and a sentence, the command line to a line and an exit
//! code. What a person can mend carries words for that person; what nobody outside can mend is [`Error::Internal`],
//! is logged whole and answered in general words.

use std::fmt;

use indexmap::IndexMap;

/// What every fallible function of the crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, by what whoever asked can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing is not there, or this person may not know that it is. The words name it: "page 12".
    #[error("{0} was not found")]
    NotFound(String),
    /// The actor may see the thing but not do this to it. The words say what: "publish this page".
    #[error("you may not {0}")]
    Forbidden(String),
    /// The content is not right; every problem names its field path.
    #[error("{0}")]
    Invalid(Problems),
    /// Somebody else was first: a newer version, a slug already taken, a lock.
    #[error("{0}")]
    Conflict(String),
    /// A request, file or argument that makes no sense, told in a sentence that says what to do.
    #[error("{0}")]
    Bad(String),
    /// The operator must act: configuration, models, themes, a store of another version.
    #[error("{0}")]
    Setup(String),
    /// The store or a bounded queue is busy; trying again later can help.
    #[error("busy, please try again: {0}")]
    Busy(String),
    /// Something that was asked for is still being made ready; the words say what, and that it will be.
    #[error("{0}")]
    Unready(String),
    /// A stored row makes no sense; names table and key.
    #[error("the stored {table} {key} makes no sense: {what}")]
    Corrupt {
        /// The table that holds the row.
        table: &'static str,
        /// The row's key.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing that whoever asked can mend.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// `thing` was not found: `Error::not_found(format!("page {id}"))`.
    pub fn not_found(thing: impl Into<String>) -> Self {
        Self::NotFound(thing.into())
    }

    /// A single problem at `path`.
    pub fn invalid(path: impl Into<String>, problem: impl Into<String>) -> Self {
        let mut problems = Problems::default();
        problems.add(path, problem);
        Self::Invalid(problems)
    }

    /// Something that is nobody's fault outside, with what led to it.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Whether this is [`Error::NotFound`].
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_))
    }
}

impl From<std::io::Error> for Error {
    fn from(source: std::io::Error) -> Self {
        Self::internal(source)
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::internal(source)
    }
}

/// Problems by field path (`body.2.value.image`), in the order they were found. An empty path is the whole object.
#[derive(Debug, Default, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Problems(IndexMap<String, Vec<String>>);

impl Problems {
    /// Adds a problem at a path.
    pub fn add(&mut self, path: impl Into<String>, problem: impl Into<String>) {
        self.0.entry(path.into()).or_default().push(problem.into());
    }

    /// Takes in the problems of a part, each path put behind `prefix`.
    pub fn extend_under(&mut self, prefix: &str, part: Problems) {
        for (path, problems) in part.0 {
            let path = if path.is_empty() { prefix.to_owned() } else { format!("{prefix}.{path}") };
            self.0.entry(path).or_default().extend(problems);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems at exactly this path.
    pub fn at(&self, path: &str) -> &[String] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    /// Every path with its problems.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(path, problems)| (path.as_str(), problems.as_slice()))
    }

    /// `Ok` if there is none, else [`Error::Invalid`].
    pub fn into_result(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Error::Invalid(self)) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (path, problems)) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
            write!(f, "{separator}{path}{}", problems.join(", "))?;
        }
        Ok(())
    }
}
