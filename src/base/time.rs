//! Moments: microseconds since 1970 in UTC, the one form that every database keeps alike.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment in UTC, exact to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, or the same without a zone, which then means UTC (as Django's dumps of naive times do).
    pub fn parse(text: &str) -> Option<Self> {
        let aware = DateTime::parse_from_rfc3339(text).map(|moment| moment.timestamp_micros());
        let naive = || {
            let text = text.replacen('T', " ", 1);
            ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"].iter().find_map(|format| {
                chrono::NaiveDateTime::parse_from_str(&text, format)
                    .ok()
                    .map(|n| n.and_utc().timestamp_micros())
            })
        };
        aware.ok().or_else(naive).map(Self)
    }

    /// As chrono's type; `None` beyond the years it knows.
    pub fn to_datetime(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// This moment, `seconds` later (or earlier, if negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// RFC 3339 in UTC, always with six digits: the form that documents keep.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_datetime() {
            Some(moment) => f.write_str(&moment.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "{} microseconds", self.0),
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_same_moment() {
        for (text, written) in [
            ("2019-02-10T16:24:31.388Z", "2019-02-10T16:24:31.388000Z"),
            ("2019-02-10T17:24:31+01:00", "2019-02-10T16:24:31.000000Z"),
            ("2019-02-10 16:24:31", "2019-02-10T16:24:31.000000Z"),
            ("2019-02-10T16:24", "2019-02-10T16:24:00.000000Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(|t| t.to_string()).as_deref(), Some(written), "{text}");
        }
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
