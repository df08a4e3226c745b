//! Splitting a huge JSON array into its elements without reading it whole.

use std::io::Read;

use super::dump::Place;
use crate::error::Error;

/// Bytes asked of the file at a time.
const CHUNK: usize = 1 << 16;

/// Walks through one top-level JSON array, an element at a time, and knows where it is.
pub struct Scanner<R> {
    input: R,
    buffer: Vec<u8>,
    /// Offset in the file of the buffer's first byte.
    offset: u64,
    /// Where in the buffer the element begins that is being read.
    begin: usize,
    at: usize,
    place: Place,
    longest: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Before,
    First,
    After,
    Done,
}

/// One element's bytes and where they stand.
pub struct Element<'a> {
    /// The element, from its first byte to its last.
    pub bytes: &'a [u8],
    /// The offset of its first byte in the file.
    pub start: u64,
    /// The place of its first byte.
    pub place: Place,
}

/// What stopped the walk.
pub enum Broken {
    /// The text is not what it should be at this place.
    Damaged(Place, String),
    /// The file could not be read.
    Unreadable(std::io::Error),
}

impl Broken {
    /// As the error that a person reads; `name` is the file's.
    pub fn into_error(self, name: &str) -> Error {
        match self {
            Self::Damaged(place, what) => Error::Bad(format!("{name}, {place}: {what}")),
            Self::Unreadable(source) => Error::Bad(format!("cannot read {name}: {source}")),
        }
    }
}

impl From<std::io::Error> for Broken {
    fn from(source: std::io::Error) -> Self {
        Self::Unreadable(source)
    }
}

impl Element<'_> {
    /// Where in the file serde found a mistake in this element.
    pub fn place_of(&self, error: &serde_json::Error) -> Place {
        let line = (error.line() as u64).saturating_sub(1);
        let column = error.column() as u64;
        match line {
            0 => Place { line: self.place.line, column: self.place.column + column.saturating_sub(1) },
            _ => Place { line: self.place.line + line, column },
        }
    }
}

impl<R: Read> Scanner<R> {
    /// Begins at the input's beginning; an element longer than `longest` bytes is refused.
    pub fn new(input: R, longest: usize) -> Self {
        let place = Place { line: 1, column: 1 };
        Self { input, buffer: Vec::new(), offset: 0, begin: 0, at: 0, place, longest, state: State::Before }
    }

    /// The next element, or `None` after the array's end.
    pub fn next_element(&mut self) -> Result<Option<Element<'_>>, Broken> {
        if self.state == State::Done || !self.separator()? {
            return Ok(None);
        }
        self.begin = self.at;
        let place = self.place;
        self.element()?;
        let start = self.offset + self.begin as u64;
        Ok(Some(Element { bytes: &self.buffer[self.begin..self.at], start, place }))
    }

    /// Steps over what stands between elements; false at the end of the array.
    fn separator(&mut self) -> Result<bool, Broken> {
        let byte = self.after_space()?;
        match (self.state, byte) {
            (State::Before, Some(b'[')) => {
                self.step();
                self.state = State::First;
                self.separator()
            }
            (State::Before, _) => Err(self.damaged("a Django dump begins with [")),
            (State::First | State::After, Some(b']')) => self.end(),
            (State::First, Some(_)) => {
                self.state = State::After;
                Ok(true)
            }
            (State::After, Some(b',')) => {
                self.step();
                match self.after_space()? {
                    Some(b']' | b',') => Err(self.damaged("a row is missing after the comma")),
                    Some(_) => Ok(true),
                    None => Err(self.cut()),
                }
            }
            (State::After, Some(_)) => Err(self.damaged("expected a comma or the closing ] after a row")),
            (_, None) => Err(self.cut()),
            (State::Done, _) => Ok(false),
        }
    }

    fn end(&mut self) -> Result<bool, Broken> {
        self.step();
        self.state = State::Done;
        match self.after_space()? {
            None => Ok(false),
            Some(_) => Err(self.damaged("the dump ends here, but the file goes on")),
        }
    }

    /// Steps over one element, which then stands between `begin` and `at`.
    fn element(&mut self) -> Result<(), Broken> {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        loop {
            let Some(byte) = self.peek()? else { return Err(self.cut()) };
            let between = matches!(byte, b',' | b']' | b' ' | b'\n' | b'\r' | b'\t');
            if between && depth == 0 && !in_string && self.at > self.begin {
                return Ok(());
            }
            self.step();
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && !in_string && matches!(byte, b'}' | b']') {
                return Ok(());
            }
            if self.at - self.begin > self.longest {
                return Err(self.damaged("this row is longer than any page could be"));
            }
        }
    }

    /// The next byte that is no white space, not yet stepped over.
    fn after_space(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.step(),
                // A byte order mark, as some Windows tools write it.
                Some(0xef) if self.state == State::Before => self.step(),
                Some(0xbb | 0xbf) if self.state == State::Before => self.step(),
                other => return Ok(other),
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        if self.at == self.buffer.len() {
            self.refill()?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Reads on, after dropping what no element needs any more.
    fn refill(&mut self) -> Result<(), Broken> {
        let keep_from = self.begin.min(self.at);
        self.buffer.drain(..keep_from);
        self.offset += keep_from as u64;
        self.at -= keep_from;
        self.begin = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + CHUNK, 0);
        let read = self.input.read(&mut self.buffer[before..]);
        self.buffer.truncate(before + *read.as_ref().unwrap_or(&0));
        read?;
        Ok(())
    }

    fn step(&mut self) {
        if self.buffer.get(self.at) == Some(&b'\n') {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        self.at += 1;
    }

    fn cut(&self) -> Broken {
        self.damaged("the dump is cut off here; make it again, or copy the whole file")
    }

    fn damaged(&self, what: &str) -> Broken {
        Broken::Damaged(self.place, what.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> Result<Vec<(String, u64)>, String> {
        let mut scanner = Scanner::new(text.as_bytes(), 1000);
        let mut found = Vec::new();
        loop {
            match scanner.next_element() {
                Ok(Some(element)) => {
                    found.push((String::from_utf8_lossy(element.bytes).into_owned(), element.start));
                }
                Ok(None) => return Ok(found),
                Err(broken) => return Err(broken.into_error("d").to_string()),
            }
        }
    }

    #[test]
    fn elements_keep_their_bytes_and_offsets() {
        let text = " [\n{\"a\": \"}]\\\"\"},\n {\"b\":[1,{}]}, 7 ]\n";
        let found = elements(text).unwrap();
        assert_eq!(
            found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
            ["{\"a\": \"}]\\\"\"}", "{\"b\":[1,{}]}", "7"]
        );
        for (element, start) in found {
            assert!(text[start as usize..].starts_with(&element));
        }
        assert_eq!(elements("[]").unwrap(), []);
    }

    #[test]
    fn damage_is_told_with_its_place() {
        for (text, told) in [
            ("", "d, line 1, column 1: a Django dump begins with ["),
            ("{}", "d, line 1, column 1: a Django dump begins with ["),
            (
                "[{}\n,{\"a\": [1",
                "d, line 2, column 10: the dump is cut off here; make it again, or copy the whole file",
            ),
            (
                "[{},\n",
                "d, line 2, column 1: the dump is cut off here; make it again, or copy the whole file",
            ),
            ("[{} {}]", "d, line 1, column 5: expected a comma or the closing ] after a row"),
            ("[{},]", "d, line 1, column 5: a row is missing after the comma"),
            ("[{}] x", "d, line 1, column 6: the dump ends here, but the file goes on"),
        ] {
            assert_eq!(elements(text).unwrap_err(), told, "{text:?}");
        }
    }
}
