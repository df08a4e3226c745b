//! Portable text in the words of one database: what is code is spelt, what stands in quotes and comments stays.

use std::borrow::Cow;

/// Names of tables and columns that MySQL or MariaDB has words for.
const RESERVED: [&str; 4] = ["key", "blob", "groups", "rank"];
/// Words before which such a word is the language's own.
const OF_LANGUAGE: [&str; 3] = ["primary", "duplicate", "unique"];
/// What is said otherwise there. Nulls come first ascending and last descending unasked, and cannot be told to.
const SPELT: [(&str, &str); 5] = [
    (" asc nulls first", " asc"),
    (" desc nulls last", " desc"),
    (" as bigint)", " as signed)"),
    (" as text)", " as char)"),
    ("random()", "rand()"),
];

/// `?` as `$1`, `$2`… for PostgreSQL.
pub(super) fn numbered(text: &str) -> Cow<'_, str> {
    if !text.contains('?') {
        return Cow::Borrowed(text);
    }
    let mut number = 0;
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        if piece == "?" {
            number += 1;
            out.push_str(&format!("${number}"));
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

/// Reserved names in quotes, and the rest in its words.
pub(super) fn for_mysql(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = "";
    for piece in pieces(text) {
        let reserved = RESERVED.contains(&piece) && !OF_LANGUAGE.contains(&before);
        if reserved {
            out.extend(["\"", piece, "\""]);
        } else {
            out.push_str(piece);
        }
        if !piece.trim().is_empty() {
            before = piece;
        }
    }
    for (portable, here) in SPELT {
        if out.contains(portable) {
            out = out.replace(portable, here);
        }
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// The text cut into words, signs, and whole quotes and comments.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '\'' | '"' => rest[1..].find(first).map(|at| at + 2),
            '-' if rest.starts_with("--") => rest.find('\n'),
            '/' if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
            _ if is_word(first) => rest.find(|c: char| !is_word(c)),
            _ => Some(first.len_utf8()),
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_outside_quotes_and_comments() {
        for (text, expected) in [
            ("a = ? and b in (?, ?)", "a = $1 and b in ($2, $3)"),
            ("a = '?' and b = ?", "a = '?' and b = $1"),
            ("a = 'it''s ?' and \"b?\" = ?", "a = 'it''s ?' and \"b?\" = $1"),
            ("a -- why?\n= ?", "a -- why?\n= $1"),
            ("a /* why? */ = ?", "a /* why? */ = $1"),
            ("'-- ' || ? || 'é?' || ?", "'-- ' || $1 || 'é?' || $2"),
            ("1 - ? - 2", "1 - $1 - 2"),
            ("a = 'open ?", "a = 'open ?"),
        ] {
            assert_eq!(numbered(text), expected);
        }
    }

    #[test]
    fn mysql_gets_reserved_names_in_quotes_and_its_own_casts() {
        for (text, expected) in [
            ("select key, o.key from objects o", "select \"key\", o.\"key\" from objects o"),
            ("a @int primary key", "a @int primary key"),
            ("on duplicate key update key = 1", "on duplicate key update \"key\" = 1"),
            ("monkey = 'key' -- key", "monkey = 'key' -- key"),
            ("cast(sum(x) as bigint)", "cast(sum(x) as signed)"),
            ("cast(x as text), y as text", "cast(x as char), y as text"),
            ("order by a desc nulls last, random()", "order by a desc, rand()"),
            ("order by a asc nulls first, b", "order by a asc, b"),
        ] {
            assert_eq!(for_mysql(text), expected);
        }
    }
}
