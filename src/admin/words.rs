//! Words and small views that many screens share: moments, states, links, pagers.

use serde::Serialize;

use crate::base::Timestamp;
use crate::content::Object;

/// A moment, as people say it and as machines do.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    iso: String,
    full: String,
    words: String,
}

impl Moment {
    /// A moment, told from `now`.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        let full = at.to_datetime().map(|moment| moment.format("%-d %B %Y, %H:%M UTC").to_string());
        let day = at.to_datetime().map(|moment| moment.format("%-d %b %Y").to_string()).unwrap_or_default();
        Self {
            iso: at.to_string(),
            full: full.unwrap_or_default(),
            words: ago(now.seconds() - at.seconds(), day),
        }
    }

    /// As people say it.
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// How long ago, and the day where that says more.
fn ago(seconds: i64, day: String) -> String {
    let plural = |count: i64, word: &str| format!("{count} {word}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        i64::MIN..0 => day,
        0..60 => "just now".to_owned(),
        60..3_600 => plural(seconds / 60, "minute"),
        3_600..86_400 => plural(seconds / 3_600, "hour"),
        86_400..2_592_000 => plural(seconds / 86_400, "day"),
        _ => day,
    }
}

/// The state of an object, as a badge.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Status {
    kind: &'static str,
    label: &'static str,
}

impl Status {
    /// The state of an object.
    pub fn of(object: &Object) -> Self {
        match (object.live, object.has_draft, object.expired) {
            (true, true, _) => Self { kind: "live-draft", label: "Live + draft" },
            (true, false, _) => Self { kind: "live", label: "Live" },
            (false, _, true) => Self { kind: "expired", label: "Expired" },
            (false, _, false) => Self { kind: "draft", label: "Draft" },
        }
    }

    /// Something that nobody has saved yet.
    pub fn unsaved() -> Self {
        Self { kind: "draft", label: "New" }
    }

    /// Live.
    pub fn live() -> Self {
        Self { kind: "live", label: "Live" }
    }

    /// Whether an account is in use.
    pub fn of_account(is_active: bool) -> Self {
        if is_active {
            Self { kind: "live", label: "Active" }
        } else {
            Self { kind: "expired", label: "Ended" }
        }
    }
}

/// A link with an icon: in a menu, in the rail of an editor.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// Its icon.
    pub icon: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Whether it leads to something that cannot be undone.
    pub danger: bool,
    /// Whether it opens beside the admin.
    pub new_tab: bool,
}

impl Link {
    /// A link within the admin.
    pub fn new(label: &'static str, icon: &'static str, url: impl Into<String>) -> Self {
        Self { url: url.into(), icon, label, danger: label == "Delete", new_tab: false }
    }

    /// A link that opens beside the admin.
    pub fn beside(label: &'static str, icon: &'static str, url: impl Into<String>) -> Self {
        Self { new_tab: true, ..Self::new(label, icon, url) }
    }
}

/// A title with its address.
#[derive(Debug, Clone, Serialize)]
pub struct Crumb {
    /// The title.
    pub title: String,
    /// The address.
    pub url: String,
}

impl Crumb {
    /// A crumb.
    pub fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self { title: title.into(), url: url.into() }
    }
}

/// Where a list is split.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pager {
    /// Rows in all.
    pub total: i64,
    first: i64,
    last: i64,
    previous_url: String,
    next_url: String,
}

/// What the address of a list asks for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Words to search for.
    pub q: String,
    /// The page, from 1.
    pub p: i64,
    /// The order.
    pub o: String,
}

impl ListQuery {
    /// Rows to pass over.
    pub fn offset(&self, size: i64) -> i64 {
        (self.p.clamp(1, 1_000_000) - 1) * size
    }

    /// The pager beneath a list of `total` rows, `size` of them at once.
    pub fn pager(&self, total: i64, size: i64) -> Pager {
        let offset = self.offset(size);
        let page = self.p.max(1);
        Pager {
            total,
            first: (offset + 1).min(total),
            last: (offset + size).min(total),
            previous_url: if page > 1 { self.at(page - 1) } else { String::new() },
            next_url: if offset + size < total { self.at(page + 1) } else { String::new() },
        }
    }

    fn at(&self, page: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        if !self.o.is_empty() {
            query.append_pair("o", &self.o);
        }
        format!("?{}", query.append_pair("p", &page.to_string()).finish())
    }
}

/// Bytes as people read them.
pub fn bytes(size: i64) -> String {
    match size {
        ..1_024 => format!("{size} B"),
        1_024..1_048_576 => format!("{} KB", (size + 512) / 1_024),
        _ => format!("{:.1} MB", size as f64 / 1_048_576.0),
    }
}

/// "a Person", "an Event".
pub fn with_article(noun: &str) -> String {
    let noun = noun.to_lowercase();
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_from_now() {
        let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        for (at, words) in [
            ("2026-11-20T11:59:30Z", "just now"),
            ("2026-11-20T11:59:00Z", "1 minute ago"),
            ("2026-11-20T09:00:00Z", "3 hours ago"),
            ("2026-11-18T12:00:00Z", "2 days ago"),
            ("2025-11-18T12:00:00Z", "18 Nov 2025"),
            ("2026-12-24T12:00:00Z", "24 Dec 2026"),
        ] {
            assert_eq!(Moment::new(Timestamp::parse(at).unwrap(), now).words, words);
        }
    }

    #[test]
    fn pagers_know_their_neighbours() {
        let asked = ListQuery { q: "a b".into(), p: 2, o: String::new() };
        let pager = asked.pager(120, 50);
        assert_eq!((pager.first, pager.last, pager.total), (51, 100, 120));
        assert_eq!((pager.previous_url.as_str(), pager.next_url.as_str()), ("?q=a+b&p=1", "?q=a+b&p=3"));
        assert_eq!(ListQuery::default().pager(0, 50).first, 0);
    }
}
