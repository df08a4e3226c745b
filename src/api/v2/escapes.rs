//! What in a text JSON tells by an escape, as the original spells it: quotes, backslashes, control characters and two line
//! ends.

use crate::text::eight::any;
use crate::text::eight::any_below;
use crate::text::eight::first;

/// The first byte of U+2028 and U+2029.
const FIRST_OF_LINE_ENDS: u8 = 0xe2;
/// Bytes that are looked at in one step, for whether there is anything, and for where.
const CHUNK: usize = 16;
const WORD: usize = size_of::<u64>();

/// Whether a character may need an escape that begins with this byte.
const fn is_suspect(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == FIRST_OF_LINE_ENDS)
}

/// Where the next character begins that may need an escape. Most texts have none, so many bytes are looked at in one step,
/// and the last ones of a text together with some before them.
pub fn suspect(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    if rest.len() < CHUNK && is_clean(rest) {
        return None;
    }
    let (chunks, last) = rest.as_chunks::<CHUNK>();
    // Without a branch for each byte, it becomes a few steps for all of them.
    let any_suspect = |chunk: &[u8; CHUNK]| chunk.iter().fold(false, |any, byte| any | is_suspect(*byte));
    let last_is_clean = || rest.last_chunk().is_some_and(|chunk| !any_suspect(chunk));
    let suspected = chunks.iter().position(any_suspect).map(|place| place * CHUNK);
    let near = match suspected {
        Some(near) => near,
        None if last.is_empty() || last_is_clean() => return None,
        None => chunks.len() * CHUNK,
    };
    first_suspect(&rest[near..]).map(|place| from + near + place)
}

/// Whether a text of less than a chunk needs no escape: its first and its last bytes are looked at, which may overlap.
fn is_clean(text: &[u8]) -> bool {
    const HALF: usize = WORD / 2;
    if let (Some(first), Some(last)) = (text.first_chunk::<WORD>(), text.last_chunk::<WORD>()) {
        return suspects(u64::from_le_bytes(*first)) | suspects(u64::from_le_bytes(*last)) == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<HALF>(), text.last_chunk::<HALF>()) {
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return suspects(first << u32::BITS | last) == 0;
    }
    !text.iter().any(|byte| is_suspect(*byte))
}

/// Which of eight bytes may need an escape.
const fn suspects(eight: u64) -> u64 {
    let in_quotes = any_below(eight, 0x20) | any(eight, b'"') | any(eight, b'\\');
    in_quotes | any(eight, FIRST_OF_LINE_ENDS)
}

fn first_suspect(text: &[u8]) -> Option<usize> {
    let (words, last) = text.as_chunks();
    let among = |eight: &[u8; WORD]| first(suspects(u64::from_le_bytes(*eight)));
    let found = words.iter().enumerate().find_map(|(place, eight)| Some(place * WORD + among(eight)?));
    let in_last = || last.iter().position(|byte| is_suspect(*byte)).map(|place| words.len() * WORD + place);
    found.or_else(in_last)
}

/// Whether what stands between the quotes of a text would be written just so.
pub fn is_spelt_alike(inside: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = suspect(inside, from) {
        from = match inside[at..] {
            [b'\\', b'"' | b'\\' | b'n' | b'r' | b't', ..] => at + 2,
            [FIRST_OF_LINE_ENDS, 0x80, 0xa8 | 0xa9, ..] => return false,
            [FIRST_OF_LINE_ENDS, ..] => at + 1,
            _ => return false,
        };
    }
    true
}

/// U+2028 and U+2029 too, which older JavaScript takes for line ends inside a literal.
pub fn escape(char: char) -> Option<std::borrow::Cow<'static, str>> {
    Some(match char {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => format!("\\u{:04x}", u32::from(char)).into(),
        _ => return None,
    })
}
