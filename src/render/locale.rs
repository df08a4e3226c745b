//! A theme's own words in one language, and how that language writes dates and numbers.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::Timelike;
use chrono_tz::Tz;

use super::files::Files;
use crate::error::{Error, Result};

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 6] = ["ar", "fa", "he", "ps", "ur", "yi"];

/// The words of a theme, by language.
#[derive(Debug, Default)]
pub struct Words(BTreeMap<String, BTreeMap<String, String>>);

impl Words {
    /// Reads `locales/*.toml` of a theme: one flat table of texts each.
    pub fn load(files: &Files) -> Result<Self> {
        let mut words = BTreeMap::new();
        for (name, text) in files.texts("locales", ".toml")? {
            let place = || files.place(&format!("locales/{name}"));
            let table: BTreeMap<String, String> = toml_edit::de::from_str(&text)
                .map_err(|error| Error::Setup(format!("{}: {}", place(), error.message())))?;
            words.insert(name.trim_end_matches(".toml").to_owned(), table);
        }
        Ok(Self(words))
    }

    /// A text by its key, in the locale's language, else in English, else the key itself: nothing fails for a missing
    /// word.
    pub fn get<'a>(&'a self, locale: &str, key: &'a str) -> &'a str {
        self.find(locale, key).unwrap_or(key)
    }

    fn find(&self, locale: &str, key: &str) -> Option<&str> {
        let language = locale.split('-').next().unwrap_or(locale);
        let of = |code: &str| self.0.get(code).and_then(|words| words.get(key)).map(String::as_str);
        of(locale).or_else(|| of(language)).or_else(|| of("en"))
    }

    /// A text with `{name}` replaced.
    pub fn filled(&self, locale: &str, key: &str, parts: &[(&str, String)]) -> String {
        let mut text = self.get(locale, key).to_owned();
        for (name, value) in parts {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// What a language calls itself, else its code.
    pub fn language<'a>(&'a self, locale: &'a str) -> &'a str {
        let language = locale.split('-').next().unwrap_or(locale);
        let own = |code: &str| self.0.get(code).and_then(|words| words.get("language")).map(String::as_str);
        own(locale).or_else(|| own(language)).unwrap_or(locale)
    }

    /// A stored date or moment as the language writes it, moments in `zone`. What is neither is left as it is.
    pub fn date(&self, locale: &str, stored: &str, format: &str, zone: Tz) -> String {
        match moment(stored, zone) {
            Some(moment) => self.written(locale, moment, format),
            None => stored.to_owned(),
        }
    }

    fn written(&self, locale: &str, moment: NaiveDateTime, format: &str) -> String {
        let months: Vec<&str> = self.get(locale, "months").split('|').collect();
        let number = moment.month().to_string();
        let month = months.get(moment.month0() as usize).copied().unwrap_or(&number);
        let parts = [
            ("{day}", moment.day().to_string()),
            ("{month}", month.to_owned()),
            ("{year}", moment.year().to_string()),
            ("{hour}", format!("{:02}", moment.hour())),
            ("{minute}", format!("{:02}", moment.minute())),
        ];
        parts.iter().fold(format.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// A number as the language writes it.
    pub fn number(&self, locale: &str, number: &str) -> String {
        let number = number.strip_suffix(".0").unwrap_or(number);
        match self.find(locale, "decimal") {
            Some(point) => number.replacen('.', point, 1),
            None => number.to_owned(),
        }
    }
}

/// `rtl` or `ltr`.
pub fn direction(locale: &str) -> &'static str {
    let language = locale.split('-').next().unwrap_or(locale);
    if RIGHT_TO_LEFT.contains(&language) { "rtl" } else { "ltr" }
}

fn moment(stored: &str, zone: Tz) -> Option<NaiveDateTime> {
    if let Ok(aware) = DateTime::parse_from_rfc3339(stored) {
        return Some(aware.with_timezone(&zone).naive_local());
    }
    NaiveDate::parse_from_str(stored, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_written_as_the_language_does() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("locales")).unwrap();
        let months = (1..=12).map(|n| format!("M{n}")).collect::<Vec<_>>().join("|");
        let german =
            format!("language = 'Deutsch'\nmonths = '{months}'\ndecimal = ','\nhi = 'Hallo {{name}}'");
        std::fs::write(folder.path().join("locales/de.toml"), german).unwrap();
        let words = Words::load(&Files::new(None, Some(folder.path().to_owned()))).unwrap();
        let zone = chrono_tz::Europe::Berlin;
        let date = |stored| words.date("de-AT", stored, "{day}. {month} {year}, {hour}:{minute}", zone);
        assert_eq!(date("2027-01-10T23:05:00.000000Z"), "11. M1 2027, 00:05");
        assert_eq!(date("2026-06-30"), "30. M6 2026, 00:00");
        assert_eq!(date("soon"), "soon");
        assert_eq!((words.number("de", "18.50"), words.number("fr", "12.0")), ("18,50".into(), "12".into()));
        assert_eq!(words.filled("de", "hi", &[("name", "<b>".into())]), "Hallo <b>");
        assert_eq!(
            (words.get("fr", "hi"), words.language("de-AT"), words.language("fr")),
            ("hi", "Deutsch", "fr")
        );
        assert_eq!((direction("ar-EG"), direction("de")), ("rtl", "ltr"));
    }
}
