//! Eight bytes looked at in one step, as a little-endian number. What is answered has the highest bit of the first byte
//! that is meant, and perhaps of some behind it: [`first`] tells which one that is.

const EACH: u64 = u64::MAX / 0xff;
const HIGHEST: u64 = EACH << 7;

/// Which of them is this byte.
pub const fn any(eight: u64, byte: u8) -> u64 {
    any_below(eight ^ (EACH * byte as u64), 1)
}

/// Which of them is below a limit of at most 128.
pub const fn any_below(eight: u64, limit: u8) -> u64 {
    eight.wrapping_sub(EACH * limit as u64) & !eight & HIGHEST
}

/// Where the first of what was found stands.
pub const fn first(found: u64) -> Option<usize> {
    if found == 0 { None } else { Some(found.trailing_zeros() as usize / 8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_meant_is_found() {
        for (bytes, quote, control) in [
            (b"abcdefgh", None, None),
            (b"\"bcdefg\"", Some(0), None),
            (b"abcdefg\"", Some(7), None),
            (b"ab\"\n\"fgh", Some(2), Some(3)),
            (b"\xff\x80\xa2\x21\x23\"\x1fh", Some(5), Some(6)),
            (b"\0\0\0\0\0\0\0\0", None, Some(0)),
        ] {
            let eight = u64::from_le_bytes(*bytes);
            assert_eq!(first(any(eight, b'"')), quote, "{bytes:?}");
            assert_eq!(first(any_below(eight, 0x20)), control, "{bytes:?}");
        }
    }
}
