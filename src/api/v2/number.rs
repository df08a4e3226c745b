//! Whole numbers as clients of the original may send them: `3`, `+3`, ` 3`, `1_0`, `٣`.

/// Zeros of every script that writes decimal digits (Unicode category Nd); nine more follow each.
const ZEROS: &[u32] = &[
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
    0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// A whole number, read leniently; `None` if the text is none.
pub fn parse(text: &str) -> Option<Number> {
    let text = text.trim_matches(blank);
    let (negative, digits) = match text.chars().next()? {
        '+' => (false, &text[1..]),
        '-' => (true, &text[1..]),
        _ => (false, text),
    };
    let mut magnitude = Some(0i64);
    let mut after_digit = false;
    for char in digits.chars() {
        if char == '_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = digit(char)?;
        magnitude = magnitude.and_then(|m| m.checked_mul(10)).and_then(|m| m.checked_add(digit));
        after_digit = true;
    }
    after_digit.then_some(Number { negative, magnitude })
}

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    magnitude: Option<i64>,
}

impl Number {
    /// Its value, if 64 bits hold it.
    pub fn value(self) -> Option<i64> {
        self.magnitude.map(|magnitude| if self.negative { -magnitude } else { magnitude })
    }

    /// Its value if it is not negative; the largest there is where 64 bits do not hold it.
    pub fn not_negative(self) -> Option<i64> {
        let magnitude = self.magnitude.unwrap_or(i64::MAX);
        (!self.negative || magnitude == 0).then_some(magnitude)
    }
}

/// White space as Python strips it: Unicode's and the four separators U+001C to U+001F.
fn blank(char: char) -> bool {
    char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char)
}

fn digit(char: char) -> Option<i64> {
    let code = u32::from(char);
    let at = ZEROS.partition_point(|&zero| zero <= code);
    let zero = *ZEROS.get(at.checked_sub(1)?)?;
    (code - zero < 10).then_some(i64::from(code - zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_leniently() {
        for (text, value) in [
            ("7", Some(7)),
            ("+7", Some(7)),
            ("-7", Some(-7)),
            (" 7\n", Some(7)),
            ("0012", Some(12)),
            ("1_000", Some(1000)),
            ("४२", Some(42)),
            ("𝟗", Some(9)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("+", None),
            ("- 7", None),
            ("", None),
            ("1.5", None),
            ("½", None),
            ("seven", None),
        ] {
            assert_eq!(parse(text).and_then(Number::value), value, "{text}");
        }
    }

    #[test]
    fn numbers_beyond_64_bits_are_numbers_without_a_value() {
        let huge = parse("99999999999999999999").unwrap();
        assert_eq!((huge.value(), huge.not_negative()), (None, Some(i64::MAX)));
        assert_eq!(parse("-99999999999999999999").unwrap().not_negative(), None);
        assert_eq!(parse("-0").unwrap().not_negative(), Some(0));
    }
}
