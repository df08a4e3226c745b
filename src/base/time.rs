//! Moments: microseconds since 1970 in UTC, the one form that every database keeps alike.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

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

    /// The text that it is displayed as, without a place of its own for it.
    pub fn told<R>(self, tell: impl FnOnce(&str) -> R) -> R {
        match spelled(self.0) {
            Some(text) => tell(str::from_utf8(&text).unwrap_or_default()),
            None => tell(&self.to_string()),
        }
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
        // Written by hand for the sake of lists, which show many.
        if let Some(text) = spelled(self.0) {
            return f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?);
        }
        match self.to_datetime() {
            Some(moment) => f.write_str(&moment.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "{} microseconds", self.0),
        }
    }
}

/// `None` for years that four digits do not tell.
fn spelled(micros: i64) -> Option<[u8; 27]> {
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let date = NaiveDate::from_epoch_days(i32::try_from(days).ok()?)?;
    let year = usize::try_from(date.year()).ok().filter(|year| *year <= 9_999)?;
    let (seconds, fraction) = (usize::try_from(seconds).ok()?, usize::try_from(fraction).ok()?);
    let pair = |number: usize| PAIRS[number % PAIRS.len()];
    let ([y1, y2], [y3, y4]) = (pair(year / 100), pair(year));
    let ([m1, m2], [d1, d2]) = (pair(date.month() as usize), pair(date.day() as usize));
    let ([h1, h2], [n1, n2], [s1, s2]) = (pair(seconds / 3_600), pair(seconds / 60 % 60), pair(seconds % 60));
    let ([f1, f2], [f3, f4], [f5, f6]) = (pair(fraction / 10_000), pair(fraction / 100), pair(fraction));
    Some([
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2,
        f3, f4, f5, f6, b'Z',
    ])
}

/// Two digits each, from 00 to 99.
const PAIRS: [[u8; 2]; 100] = {
    let (mut pairs, mut number) = ([[b'0'; 2]; 100], 0);
    while number < pairs.len() {
        pairs[number][0] += (number / 10) as u8;
        pairs[number][1] += (number % 10) as u8;
        number += 1;
    }
    pairs
};

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

    #[test]
    fn every_year_is_written_as_rfc_3339_has_it() {
        for micros in [
            0,
            -1,
            1_582_000_123_000_001,
            -62_167_219_200_000_000,
            253_402_300_799_999_999,
            253_402_300_800_000_000,
        ] {
            let moment = Timestamp::from_micros(micros);
            let expected = moment.to_datetime().map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true));
            assert_eq!(Some(moment.to_string()), expected, "{micros}");
        }
    }
}
