//! A statement: portable text with `?`, and the values that stand for them.

use crate::base::{Key, Timestamp, TreePath};

/// Values that one statement may bind on every database: SQLite's limit, less some for the rest of the statement.
pub const LONGEST_LIST: usize = 32_000;

/// Bytes that a statement grows by at least.
const ROOM: usize = 512;

/// A value for a `?`. Nulls keep their type, because PostgreSQL wants to know it.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// An integer, a boolean (0 or 1) or a moment (microseconds).
    Int(Option<i64>),
    /// A floating-point number.
    Real(Option<f64>),
    /// Text, JSON and decimals included.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl Bind {
    /// About how many bytes it takes to send.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Int(_) | Self::Real(_) => size_of::<i64>(),
            Self::Text(text) => text.as_ref().map_or(0, String::len),
            Self::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
        }
    }
}

/// A statement with its values; made by [`sql`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    pub(super) text: String,
    pub(super) binds: Vec<Bind>,
}

/// A statement of portable text: `sql("select id from sites where hostname = ?").bind(host)`.
pub fn sql(text: impl Into<String>) -> Sql {
    Sql { text: text.into(), binds: Vec::new() }
}

impl Sql {
    /// An empty one with room for so many bytes of text and so many values.
    pub fn with_room(bytes: usize, values: usize) -> Self {
        Self { text: String::with_capacity(bytes), binds: Vec::with_capacity(values) }
    }

    /// What tells it from every other statement, values and all.
    pub fn told(&self) -> String {
        let mut told = self.text.clone();
        let mut digits = itoa::Buffer::new();
        for bind in &self.binds {
            told.push('\n');
            match bind {
                Bind::Int(Some(int)) => told.push_str(digits.format(*int)),
                Bind::Text(Some(text)) => {
                    // Its length first, so that nothing in it is taken for the next value.
                    told.push_str(digits.format(text.len()));
                    told.push('"');
                    told.push_str(text);
                }
                other => told.push_str(&format!("{other:?}")),
            }
        }
        told
    }

    /// Gives the next `?` its value.
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Gives the next `?` their values, in order.
    pub fn bind_all<B: Into<Bind>>(mut self, values: impl IntoIterator<Item = B>) -> Self {
        self.binds.extend(values.into_iter().map(Into::into));
        self
    }

    /// Appends a list in brackets to the text, `(?, ?, ?)`, for `in`. See [`Sql::push_list`].
    pub fn bind_list<B: Into<Bind>>(mut self, values: impl IntoIterator<Item = B>) -> Self {
        self.push_list(values);
        self
    }

    /// Appends text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.make_room(text.len());
        self.text.push_str(text);
        self
    }

    /// What has a part added to it usually gets several.
    fn make_room(&mut self, bytes: usize) {
        if self.text.capacity() - self.text.len() < bytes {
            self.text.reserve(bytes.max(ROOM));
        }
    }

    /// Appends a `?` and its value.
    pub fn push_bind(&mut self, value: impl Into<Bind>) -> &mut Self {
        self.push("?");
        self.binds.push(value.into());
        self
    }

    /// Appends a list in brackets for `in`. An empty one is `(null)`, which nothing is in. Lists are filled up to
    /// the next power of two by repeating the last value, so that few texts have to be prepared. No database takes
    /// more than [`LONGEST_LIST`] values at once; longer selections are cut into portions.
    pub fn push_list<B: Into<Bind>>(&mut self, values: impl IntoIterator<Item = B>) -> &mut Self {
        let before = self.binds.len();
        self.binds.extend(values.into_iter().map(Into::into));
        let count = self.binds.len() - before;
        let Some(last) = self.binds[before..].last().cloned() else { return self.push("(null)") };
        let full = if count > LONGEST_LIST / 2 { count } else { count.next_power_of_two() };
        self.binds.resize(before + full, last);
        self.text.push('(');
        self.push_marks(full);
        self.text.push(')');
        self
    }

    /// Appends `?, ?, ?`, one for each of `count` values that [`Sql::bind`] gives.
    pub fn push_marks(&mut self, count: usize) -> &mut Self {
        for number in 0..count {
            self.text.push_str(if number == 0 { "?" } else { ", ?" });
        }
        self
    }

    /// Appends a part with its values.
    pub fn append(&mut self, part: Sql) -> &mut Self {
        self.push(&part.text);
        if self.binds.is_empty() {
            self.binds = part.binds;
        } else {
            self.binds.extend(part.binds);
        }
        self
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }
}

macro_rules! bind_from {
    ($variant:ident, $($from:ty => $with:expr),+ $(,)?) => { $(
        impl From<$from> for Bind {
            fn from(value: $from) -> Self {
                Self::$variant(Some($with(value)))
            }
        }
        impl From<Option<$from>> for Bind {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($with))
            }
        }
    )+ };
}

bind_from!(Int,
    i64 => |value| value,
    &i64 => |value: &i64| *value,
    i32 => i64::from,
    u32 => i64::from,
    bool => i64::from,
    Key => |key: Key| key.0,
    &Key => |key: &Key| key.0,
    Timestamp => Timestamp::micros,
    &Timestamp => |moment: &Timestamp| moment.micros(),
);
bind_from!(Real, f64 => |value| value);
bind_from!(Text,
    &str => str::to_owned,
    String => |value| value,
    &String => String::clone,
    TreePath => |path: TreePath| path.as_str().to_owned(),
    &TreePath => |path: &TreePath| path.as_str().to_owned(),
    serde_json::Value => |value: serde_json::Value| value.to_string(),
    &serde_json::Value => |value: &serde_json::Value| value.to_string(),
);
bind_from!(Bytes, Vec<u8> => |value| value, &[u8] => <[u8]>::to_vec);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_filled_to_a_power_of_two() {
        let three = sql("x in ").bind_list([1_i64, 2, 3]);
        assert_eq!(three.text, "x in (?, ?, ?, ?)");
        assert_eq!(three.binds, [1_i64, 2, 3, 3].map(Bind::from));
        assert_eq!(sql("x in ").bind_list(Vec::<i64>::new()).text, "x in (null)");
    }

    #[test]
    fn parts_keep_their_values_in_order() {
        let mut whole = sql("select ").bind(1_i64);
        whole.push_bind("a").append(sql(", ?").bind(None::<i64>));
        assert_eq!(whole.text, "select ?, ?");
        assert_eq!(whole.binds, [Bind::Int(Some(1)), Bind::Text(Some("a".into())), Bind::Int(None)]);
        assert_eq!(whole.told(), "select ?, ?\n1\n1\"a\nInt(None)");
    }
}
