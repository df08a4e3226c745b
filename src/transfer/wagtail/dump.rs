//! The dump file: one JSON array of rows, too big to keep in memory.
//!
//! Opening it reads it once from end to end, so damage anywhere is found, with its place, before anything is
//! imported. What stays in memory is an index; rows are read again where they stand.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Mutex;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::scan::{Element, Scanner};
use crate::error::{Error, Result};

/// The longest row that is read: pages of books pass, a file that is not a dump does not fill the memory.
const ROW_BYTES: usize = 256 * 1024 * 1024;

/// A sound dump: which rows of which models it has and where in the file each stands.
#[derive(Debug)]
pub struct Dump {
    file: Mutex<File>,
    rows: Vec<Entry>,
    models: IndexMap<String, Vec<usize>>,
    by_pk: HashMap<(usize, String), usize>,
}

#[derive(Debug)]
struct Entry {
    start: u64,
    length: usize,
    place: Place,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The row's number in the dump, from 0.
    pub number: usize,
    /// `app.model`, in lower case as Django writes it.
    pub model: String,
    /// The primary key; natural dumps leave it out.
    pub pk: Option<Value>,
    /// The values by field name, in the order of the file.
    pub fields: Map<String, Value>,
    /// Where the row begins.
    pub place: Place,
}

/// A place in the file, as editors count: both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in bytes.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl Dump {
    /// Reads the whole file once. `seen` hears of every row, for whoever shows progress.
    pub fn open(path: &Path, mut seen: impl FnMut(u64)) -> Result<Self> {
        let name = path.display();
        let file = File::open(path).map_err(|e| Error::Bad(format!("cannot open {name}: {e}")))?;
        let mut index = Index::default();
        let mut scanner = Scanner::new(BufReader::with_capacity(1 << 16, &file), ROW_BYTES);
        while let Some(element) = scanner.next_element().map_err(|e| e.into_error(&name.to_string()))? {
            index.add(&element).map_err(|(place, what)| Error::Bad(format!("{name}, {place}: {what}")))?;
            seen(element.start + element.bytes.len() as u64);
        }
        Ok(Self { file: Mutex::new(file), rows: index.rows, models: index.models, by_pk: index.by_pk })
    }

    /// How many rows there are in all.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the array is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The models, in the order in which they first appear, with their numbers of rows.
    pub fn models(&self) -> impl Iterator<Item = (&str, usize)> {
        self.models.iter().map(|(model, rows)| (model.as_str(), rows.len()))
    }

    /// Whether there is any row of this model.
    pub fn has(&self, model: &str) -> bool {
        self.models.contains_key(model)
    }

    /// The numbers of a model's rows, in the order of the file, which is the order of their primary keys.
    pub fn numbers(&self, model: &str) -> &[usize] {
        self.models.get(model).map_or(&[], Vec::as_slice)
    }

    /// The rows of a model, read one by one.
    pub fn rows(&self, model: &str) -> impl Iterator<Item = Result<Row>> {
        self.numbers(model).iter().map(|&number| self.row(number))
    }

    /// All rows of a model at once; for the small ones.
    pub fn all(&self, model: &str) -> Result<Vec<Row>> {
        self.rows(model).collect()
    }

    /// The row of a model with this primary key.
    pub fn find(&self, model: &str, pk: &Value) -> Result<Option<Row>> {
        let Some(model) = self.models.get_index_of(model) else { return Ok(None) };
        self.by_pk.get(&(model, pk_text(pk))).map(|&number| self.row(number)).transpose()
    }

    /// Reads one row where it stands.
    pub fn row(&self, number: usize) -> Result<Row> {
        let entry =
            self.rows.get(number).ok_or_else(|| Error::internal(format!("the dump has no row {number}")))?;
        let bytes = self.bytes(entry)?;
        let changed = |_| Error::Bad(format!("the dump changed while it was read ({})", entry.place));
        let mut raw: RawRow = serde_json::from_slice(&bytes).map_err(changed)?;
        if bytes.windows(NUL.len()).any(|window| window == NUL) {
            raw.fields.values_mut().for_each(drop_nul);
        }
        Ok(Row { number, model: raw.model, pk: raw.pk, fields: raw.fields, place: entry.place })
    }

    fn bytes(&self, entry: &Entry) -> Result<Vec<u8>> {
        let mut file = self.file.lock().map_err(|_| Error::internal("the dump's reader was lost"))?;
        let mut bytes = vec![0; entry.length];
        file.seek(SeekFrom::Start(entry.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Row {
    /// A field's value; null when the row has none of this name.
    pub fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// A field's text; empty when it is null or missing.
    pub fn text(&self, field: &str) -> &str {
        self.get(field).as_str().unwrap_or_default()
    }

    /// A field that is true.
    pub fn flag(&self, field: &str) -> bool {
        self.get(field).as_bool().unwrap_or(false)
    }

    /// A field's whole number.
    pub fn integer(&self, field: &str) -> Option<i64> {
        self.get(field).as_i64()
    }

    /// The primary key, if it is a whole number.
    pub fn id(&self) -> Option<i64> {
        self.pk.as_ref().and_then(Value::as_i64)
    }

    /// The primary key as text; empty when the row has none.
    pub fn pk_text(&self) -> String {
        self.pk.as_ref().map(pk_text).unwrap_or_default()
    }

    /// What is wrong with this row, as an error that names its place.
    pub fn bad(&self, what: impl fmt::Display) -> Error {
        let pk = if self.pk.is_some() { format!(" {}", self.pk_text()) } else { String::new() };
        Error::Bad(format!("{}: {}{pk}: {what}", self.place, self.model))
    }
}

/// How JSON writes the one character that not every database takes in a text.
const NUL: &[u8] = b"\\u0000";

fn drop_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(values) => values.iter_mut().for_each(drop_nul),
        Value::Object(values) => values.values_mut().for_each(drop_nul),
        _ => {}
    }
}

/// A primary key as text: numbers and UUIDs alike.
pub fn pk_text(pk: &Value) -> String {
    pk.as_str().map_or_else(|| pk.to_string(), str::to_owned)
}

#[derive(serde::Deserialize)]
struct RawRow {
    model: String,
    #[serde(default)]
    pk: Option<Value>,
    fields: Map<String, Value>,
}

#[derive(Default)]
struct Index {
    rows: Vec<Entry>,
    models: IndexMap<String, Vec<usize>>,
    by_pk: HashMap<(usize, String), usize>,
}

impl Index {
    fn add(&mut self, element: &Element<'_>) -> std::result::Result<(), (Place, String)> {
        let row: RawRow = serde_json::from_slice(element.bytes).map_err(|e| {
            (element.place_of(&e), format!("this is not a row of a Django dump: {}", plain(&e)))
        })?;
        let here = element.place;
        if row.model.split('.').filter(|part| !part.is_empty()).count() != 2 {
            return Err((here, format!("“{}” is not the name of a model, such as blog.blogpage", row.model)));
        }
        let number = self.rows.len();
        let slot = self.models.entry(row.model.to_lowercase());
        let model = slot.index();
        slot.or_default().push(number);
        if let Some(pk) = row.pk.as_ref().filter(|pk| !pk.is_null())
            && self.by_pk.insert((model, pk_text(pk)), number).is_some()
        {
            return Err((here, format!("{} {} is in the dump twice", row.model, pk_text(pk))));
        }
        self.rows.push(Entry { start: element.start, length: element.bytes.len(), place: here });
        Ok(())
    }
}

/// serde's words without its own "at line … column …", which counts from the row's beginning.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dump.json");
        std::fs::write(&path, content).unwrap();
        (dir, path)
    }

    #[test]
    fn rows_are_read_where_they_stand() {
        let (_dir, path) = file(
            "[\n{\"model\": \"a.B\", \"pk\": 2, \"fields\": {\"x\": \"é\\u0000\"}},\n{\"model\":\"a.b\",\"fields\":{}}]",
        );
        let dump = Dump::open(&path, |_| ()).unwrap();
        assert_eq!(dump.models().collect::<Vec<_>>(), [("a.b", 2)]);
        assert_eq!(dump.find("a.b", &Value::from(2)).unwrap().unwrap().text("x"), "é");
        assert_eq!(dump.row(1).unwrap().place, Place { line: 3, column: 1 });
    }

    #[test]
    fn what_is_no_row_is_told_with_its_place() {
        for (text, told) in [
            (
                "[{\"model\": \"a.b\"}]",
                "line 1, column 17: this is not a row of a Django dump: missing field `fields`",
            ),
            (
                "[\n{\"model\": \"ab\", \"fields\": {}}]",
                "line 2, column 1: “ab” is not the name of a model, such as blog.blogpage",
            ),
            (
                "[{\"model\":\"a.b\",\"pk\":1,\"fields\":{}},{\"model\":\"a.b\",\"pk\":1,\"fields\":{}}]",
                "line 1, column 37: a.b 1 is in the dump twice",
            ),
            (
                "[{\"model\":\"a.b\",\"pk\":1,\"fields\":{\"x\": tru}}]",
                "line 1, column 42: this is not a row of a Django dump: expected ident",
            ),
        ] {
            let (_dir, path) = file(text);
            let error = Dump::open(&path, |_| ()).unwrap_err().to_string();
            assert!(error.ends_with(told), "{error}");
        }
    }
}
