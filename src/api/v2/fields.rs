//! The `fields` parameter: `title,-slug,image(width,collection(*))`.
//!
//! A list starts from a view's default set, from all fields (`*`) or from none (`_`); then names add and negated
//! names leave out, and brackets hold a list for what a field refers to. Here is the grammar alone; which names
//! exist and what starts where is decided in [`super::choice`]. Positions in messages count characters from 0.

/// Lists may nest this deep; real content never does, and the bound keeps a hostile address cheap.
const MAX_DEPTH: usize = 32;

/// What a list starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// The default set of the view.
    #[default]
    Default,
    /// `*`: every field there is.
    All,
    /// `_`: no field at all.
    Nothing,
}

/// A parsed list; the empty one means the default set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// What the list starts from.
    pub start: Start,
    /// What is added and left out, as written.
    pub items: Vec<Item>,
}

/// One name of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The field's name; may be empty (a lone `-`), which no field answers to.
    pub name: String,
    /// Whether the field is left out (`-name`).
    pub negated: bool,
    /// The list in brackets.
    pub nested: Option<Fields>,
}

impl Fields {
    /// Reads a list; the error is the message without its `fields error: ` prefix.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut cursor = Cursor { chars: text.chars().collect(), position: 0 };
        cursor.list(0)
    }
}

/// A name as written, before its place in the list is judged.
struct Word {
    text: String,
    negated: bool,
}

struct Cursor {
    chars: Vec<char>,
    position: usize,
}

impl Cursor {
    /// A list up to the end of the text or, inside brackets, up to and with the closing one.
    fn list(&mut self, depth: usize) -> Result<Fields, String> {
        if depth > MAX_DEPTH {
            return Err(format!("nested too deeply at position {}", self.position));
        }
        let mut list = Fields::default();
        let mut first = true;
        while self.peek().is_some() {
            let word = self.word()?;
            match word.text.as_str() {
                star @ ("*" | "_") => list.start = starting(star, &word, first)?,
                _ => {
                    let nested = self.brackets(&word, depth)?;
                    list.add(word, nested, first)?;
                }
            }
            match self.peek() {
                Some(')') if depth > 0 => {
                    self.position += 1;
                    return Ok(list);
                }
                Some(')') => return Err(self.unexpected(')')),
                Some(',') => self.comma()?,
                _ => {}
            }
            first = false;
        }
        match depth {
            0 => Ok(list),
            _ => Err("unexpected end of input (did you miss out a close bracket?)".to_owned()),
        }
    }

    /// The letters up to the next bracket, comma or end.
    fn word(&mut self) -> Result<Word, String> {
        let mut word = Word { text: String::new(), negated: false };
        let start = self.position;
        while let Some(char) = self.peek() {
            match char {
                '(' | ')' | ',' if word.text.is_empty() => return Err(self.unexpected(char)),
                '(' if matches!(word.text.as_str(), "*" | "_") => return Err(self.unexpected(char)),
                '(' | ')' | ',' => break,
                '-' if self.position == start => word.negated = true,
                '*' if word.text.is_empty() => word.text.push(char),
                '_' => word.text.push(char),
                _ if char.is_whitespace() => {
                    return Err(format!("unexpected whitespace at position {}", self.position));
                }
                _ if char.is_alphanumeric() && word.text != "*" => word.text.push(char),
                _ => return Err(self.unexpected(char)),
            }
            self.position += 1;
        }
        Ok(word)
    }

    fn brackets(&mut self, word: &Word, depth: usize) -> Result<Option<Fields>, String> {
        match self.peek() {
            Some('(') if word.negated => Err(self.unexpected('(')),
            Some('(') => {
                self.position += 1;
                self.list(depth + 1).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Steps over a comma; another one or the end may not follow, and both are told by the comma's own sign.
    fn comma(&mut self) -> Result<(), String> {
        self.position += 1;
        match self.peek() {
            None | Some(',') => Err(self.unexpected(',')),
            _ => Ok(()),
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.position).copied()
    }

    fn unexpected(&self, char: char) -> String {
        format!("unexpected char '{char}' at position {}", self.position)
    }
}

fn starting(star: &str, word: &Word, first: bool) -> Result<Start, String> {
    match (first, word.negated) {
        (false, _) => Err(format!("'{star}' must be in the first position")),
        (true, true) => Err(format!("'{star}' cannot be negated")),
        (true, false) if star == "*" => Ok(Start::All),
        (true, false) => Ok(Start::Nothing),
    }
}

impl Fields {
    fn add(&mut self, word: Word, nested: Option<Fields>, first: bool) -> Result<(), String> {
        let bare = !word.negated && nested.as_ref().is_none_or(Fields::is_default);
        match self.start {
            Start::Nothing if word.negated && !first => {
                Err("negated fields with '_' doesn't make sense".to_owned())
            }
            Start::All if bare && !first => Err("additional fields with '*' doesn't make sense".to_owned()),
            _ => {
                self.items.push(Item { name: word.text, negated: word.negated, nested });
                Ok(())
            }
        }
    }

    fn is_default(&self) -> bool {
        self.start == Start::Default && self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(fields: &Fields) -> String {
        let start = match fields.start {
            Start::Default => "",
            Start::All => "all ",
            Start::Nothing => "none ",
        };
        let items = fields.items.iter().map(|item| {
            let sign = if item.negated { "-" } else { "+" };
            let nested = item.nested.as_ref().map_or_else(String::new, |n| format!("[{}]", spelled(n)));
            format!("{sign}{}{nested}", item.name)
        });
        format!("{start}{}", items.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn lists_are_read_as_written() {
        for (text, means) in [
            ("", ""),
            ("title", "+title"),
            ("*", "all "),
            ("_", "none "),
            ("_,title,slug", "none +title +slug"),
            ("*,-body", "all -body"),
            ("*,cover(width)", "all +cover[+width]"),
            ("cover(_)", "+cover[none ]"),
            ("a(b(c,-d),e)", "+a[+b[+c -d] +e]"),
            ("cover(width)title", "+cover[+width] +title"),
            ("größe,名前_2", "+größe +名前_2"),
            ("-", "-"),
            ("__x", "+__x"),
            ("title,title", "+title +title"),
        ] {
            assert_eq!(Fields::parse(text).map(|fields| spelled(&fields)).as_deref(), Ok(means), "{text}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        let end = "unexpected end of input (did you miss out a close bracket?)";
        for (text, message) in [
            ("name(", end),
            ("cover(width", end),
            ("a(b(c)", end),
            ("name)", "unexpected char ')' at position 4"),
            ("name()", "unexpected char ')' at position 5"),
            (",name", "unexpected char ',' at position 0"),
            ("name,", "unexpected char ',' at position 5"),
            ("name,,slug", "unexpected char ',' at position 5"),
            ("(", "unexpected char '(' at position 0"),
            ("a(b)(c)", "unexpected char '(' at position 4"),
            ("na.me", "unexpected char '.' at position 2"),
            ("--name", "unexpected char '-' at position 1"),
            ("na-me", "unexpected char '-' at position 2"),
            ("name*", "unexpected char '*' at position 4"),
            ("*name", "unexpected char 'n' at position 1"),
            ("na\0me", "unexpected char '\0' at position 2"),
            ("é,ü.x", "unexpected char '.' at position 3"),
            ("-name(a)", "unexpected char '(' at position 5"),
            ("*(a)", "unexpected char '(' at position 1"),
            ("_(a)", "unexpected char '(' at position 1"),
            ("a(b,)", "unexpected char ')' at position 4"),
            ("a b", "unexpected whitespace at position 1"),
            ("\u{a0}a", "unexpected whitespace at position 0"),
            ("a,*", "'*' must be in the first position"),
            ("*,*", "'*' must be in the first position"),
            ("a,-_", "'_' must be in the first position"),
            ("-*", "'*' cannot be negated"),
            ("-_", "'_' cannot be negated"),
            ("_,-a", "negated fields with '_' doesn't make sense"),
            ("a(_,-b)", "negated fields with '_' doesn't make sense"),
            ("*,a", "additional fields with '*' doesn't make sense"),
        ] {
            assert_eq!(Fields::parse(text).unwrap_err(), message, "{text}");
        }
    }

    #[test]
    fn absurd_nesting_is_refused_and_not_followed() {
        assert!(Fields::parse(&"a(".repeat(100_000)).unwrap_err().starts_with("nested too deeply"));
    }
}
