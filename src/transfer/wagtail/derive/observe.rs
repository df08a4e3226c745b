//! What was seen of a field or block, over all rows and revisions: enough to guess what it is.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use indexmap::IndexSet;
use serde_json::Value;

/// Distinct values that are remembered; more than this many are no choices.
const DISTINCT: usize = 24;
/// Distinct numbers that are remembered to tell what they may refer to.
const NUMBERS: usize = 2000;

/// All values of one field or block.
#[derive(Debug, Default)]
pub struct Observed {
    /// Values that are not null.
    pub seen: usize,
    /// True and false.
    pub booleans: usize,
    /// Whole numbers.
    pub integers: BTreeSet<i64>,
    /// How many whole numbers there were.
    pub integer_count: usize,
    /// Numbers with a point.
    pub floats: usize,
    /// Texts.
    pub texts: Texts,
    /// Parts of objects by name, in the order of their first appearance.
    pub parts: IndexMap<String, Observed>,
    /// Blocks of streams by name.
    pub blocks: IndexMap<String, Observed>,
    /// Rows of child relations.
    pub rows: Option<Box<Observed>>,
    /// Wrapped items of list blocks.
    pub items: Option<Box<Observed>>,
    /// Members of plain lists.
    pub members: Option<Box<Observed>>,
    /// Lists of any kind, and how many of them came as JSON text, as streams do in columns.
    pub lists: usize,
    /// Lists that stood in a text.
    pub streams: usize,
    /// References by name: `["/home/blog/"]`.
    pub names: Vec<Value>,
}

/// What texts look like.
#[derive(Debug, Default)]
pub struct Texts {
    /// How many.
    pub count: usize,
    /// How many of them are empty.
    pub empty: usize,
    /// Texts with markup.
    pub markup: usize,
    /// Texts with line breaks.
    pub lines: usize,
    /// Characters of the longest.
    pub longest: usize,
    /// Texts by form.
    pub forms: IndexMap<&'static str, usize>,
    /// The distinct ones, while they are few.
    pub distinct: IndexSet<String>,
}

impl Observed {
    /// Takes in one more value.
    pub fn add(&mut self, value: &Value) {
        if value.is_null() {
            return;
        }
        self.seen += 1;
        match value {
            Value::Bool(_) => self.booleans += 1,
            Value::Number(number) => match number.as_i64() {
                Some(integer) => self.integer(integer),
                None => self.floats += 1,
            },
            Value::String(text) => self.text(text),
            Value::Array(values) => self.list(values),
            Value::Object(parts) => {
                for (name, part) in parts {
                    self.parts.entry(name.clone()).or_default().add(part);
                }
            }
            Value::Null => {}
        }
    }

    fn integer(&mut self, integer: i64) {
        self.integer_count += 1;
        if self.integers.len() < NUMBERS {
            self.integers.insert(integer);
        }
    }

    fn text(&mut self, text: &str) {
        let written = text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten();
        if let Some(Value::Array(values)) = written {
            self.streams += 1;
            self.list(&values);
        } else {
            self.texts.add(text);
        }
    }

    fn list(&mut self, values: &[Value]) {
        self.lists += 1;
        for value in values {
            let has = |key| value.get(key).is_some();
            if has("type") && has("value") {
                self.block(value);
            } else if has("pk") {
                self.rows.get_or_insert_default().add(value);
            } else {
                self.members.get_or_insert_default().add(value);
            }
        }
        let is_name = |value: &Value| value.is_string() || value.is_number();
        if values.first().is_some_and(Value::is_string) && values.iter().all(is_name) {
            self.names.push(Value::Array(values.to_vec()));
        }
    }

    fn block(&mut self, block: &Value) {
        let value = block.get("value").unwrap_or(&Value::Null);
        match block.get("type").and_then(Value::as_str) {
            Some("item") => self.items.get_or_insert_default().add(value),
            Some(name) => {
                let seen = self.blocks.entry(name.to_owned()).or_default();
                seen.seen += usize::from(value.is_null());
                seen.add(value);
            }
            None => {}
        }
    }
}

impl Texts {
    fn add(&mut self, text: &str) {
        self.count += 1;
        self.longest = self.longest.max(text.chars().count());
        self.lines += usize::from(text.trim_end().contains('\n'));
        self.markup += usize::from(has_markup(text));
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        *self.forms.entry(form(text)).or_default() += 1;
        if self.distinct.len() <= DISTINCT {
            self.distinct.insert(text.to_owned());
        }
    }

    /// Texts that are not empty.
    pub fn filled(&self) -> usize {
        self.count - self.empty
    }

    /// Whether every filled text has this form.
    pub fn are_all(&self, form: &str) -> bool {
        self.filled() > 0 && self.forms.get(form) == Some(&self.filled())
    }

    /// The values of something that looks like a choice: few short words that come again and again.
    pub fn choices(&self) -> Option<Vec<&str>> {
        const AGAIN: usize = 3;
        let is_word = |text: &String| {
            let one_case = *text == text.to_ascii_lowercase() || *text == text.to_ascii_uppercase();
            let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            one_case && plain && text.len() <= 20
        };
        let few =
            (2..=DISTINCT).contains(&self.distinct.len()) && self.filled() >= self.distinct.len() * AGAIN;
        (few && self.distinct.iter().all(is_word)).then(|| self.distinct.iter().map(String::as_str).collect())
    }
}

fn has_markup(text: &str) -> bool {
    ["</p>", "</h2>", "</h3>", "</h4>", "<br/>", "</a>", "</b>", "</i>", "</li>", "<embed ", "<hr/>"]
        .iter()
        .any(|tag| text.contains(tag))
}

fn form(text: &str) -> &'static str {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let pieces = |separator: char, widths: &[usize]| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == widths.len()
            && parts.iter().zip(widths).all(|(part, width)| digits(part) && part.len() == *width)
    };
    if pieces('-', &[4, 2, 2]) {
        "date"
    } else if pieces(':', &[2, 2, 2]) {
        "time"
    } else if text.len() > 18
        && text.as_bytes().get(10) == Some(&b'T')
        && crate::base::Timestamp::parse(text).is_some()
    {
        "datetime"
    } else if text.trim_start_matches('-').split_once('.').is_some_and(|(a, b)| digits(a) && digits(b)) {
        "decimal"
    } else if text.starts_with("http://") || text.starts_with("https://") {
        "url"
    } else if text
        .split_once('@')
        .is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !text.contains(' '))
    {
        "email"
    } else if text.starts_with('#')
        && matches!(text.len(), 4 | 7)
        && text[1..].chars().all(|c| c.is_ascii_hexdigit())
    {
        "colour"
    } else {
        "text"
    }
}
