//! The size of an AVIF picture, read from its boxes: the one thing that is needed of a format nobody here decodes.
//!
//! Everything read is bounds-checked by slicing with `get`, and boxes are only ever walked forward, so a file that
//! lies costs at most one pass over its first boxes.

use super::plan::Size;

/// How many boxes are looked at in one box; real files have a dozen.
const MOST_BOXES: usize = 256;

/// Width and height as the picture is shown, that is, after its quarter turns.
pub fn size(bytes: &[u8]) -> Option<Size> {
    let meta = child(bytes, b"meta")?.get(4..)?;
    let properties = child(meta, b"iprp")?;
    let listed: Vec<Part<'_>> = parts(child(properties, b"ipco")?).collect();
    let primary = child(meta, b"pitm").and_then(primary_item);
    let own =
        primary.and_then(|item| property_numbers(child(properties, b"ipma")?, item)).unwrap_or_default();
    let own: Vec<&Part<'_>> = own.iter().filter_map(|number| listed.get(number.checked_sub(1)?)).collect();
    let extent = own.iter().copied().find_map(extent).or_else(|| listed.iter().find_map(extent))?;
    let turns: u8 =
        own.iter().filter(|part| part.kind == *b"irot").filter_map(|part| part.body.first()).sum();
    let Size { width, height } = extent;
    Some(if turns % 2 == 1 { Size { width: height, height: width } } else { extent })
}

/// One box: its four-letter kind and what is in it.
struct Part<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

fn parts(mut rest: &[u8]) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        let (part, behind) = split_part(rest)?;
        rest = behind;
        Some(part)
    })
    .take(MOST_BOXES)
}

fn split_part(bytes: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let (head, length) = match u32_at(bytes, 0)? {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)).ok()?),
        length => (8, usize::try_from(length).ok()?),
    };
    let length = length.min(bytes.len());
    Some((Part { kind, body: bytes.get(head..length)? }, bytes.get(length..)?))
}

fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    parts(bytes).find(|part| part.kind == *kind).map(|part| part.body)
}

fn extent(part: &Part<'_>) -> Option<Size> {
    let size = Size { width: u32_at(part.body, 4)?, height: u32_at(part.body, 8)? };
    (part.kind == *b"ispe" && size.width > 0 && size.height > 0).then_some(size)
}

fn primary_item(body: &[u8]) -> Option<u32> {
    if *body.first()? == 0 { u16_at(body, 4).map(u32::from) } else { u32_at(body, 4) }
}

/// Which of the listed properties, counted from 1, an item has.
fn property_numbers(body: &[u8], wanted: u32) -> Option<Vec<usize>> {
    let (version, wide) = (*body.first()?, body.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..u32_at(body, 4)? {
        let (item, after) =
            if version == 0 { (u32::from(u16_at(body, at)?), at + 2) } else { (u32_at(body, at)?, at + 4) };
        let count = usize::from(*body.get(after)?);
        let each = if wide { 2 } else { 1 };
        let numbers = body.get(after + 1..after + 1 + count * each)?;
        if item == wanted {
            return Some(numbers.chunks(each).map(property_number).collect());
        }
        at = after + 1 + count * each;
    }
    None
}

/// The highest bit says whether a reader must understand the property; the rest is its number.
fn property_number(bytes: &[u8]) -> usize {
    match bytes {
        [high, low] => usize::from(high & 0x7f) << 8 | usize::from(*low),
        [low] => usize::from(low & 0x7f),
        _ => 0,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
        [&length, kind.as_slice(), body].concat()
    }

    fn file(turns: u8) -> Vec<u8> {
        let extent = |width: u8, height: u8| part(b"ispe", &[0, 0, 0, 0, 0, 0, 0, width, 0, 0, 0, height]);
        let listed = part(b"ipco", &[extent(9, 9), extent(4, 3), part(b"irot", &[turns])].concat());
        let owned = part(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1, 1, 0, 2, 2, 0x82, 0x83]);
        let meta = [vec![0; 4], part(b"pitm", &[0, 0, 0, 0, 0, 2]), part(b"iprp", &[listed, owned].concat())]
            .concat();
        [part(b"ftyp", b"avif"), part(b"meta", &meta)].concat()
    }

    #[test]
    fn the_primary_pictures_size_counts_as_it_is_turned() {
        assert_eq!(size(&file(0)), Some(Size { width: 4, height: 3 }));
        assert_eq!(size(&file(1)), Some(Size { width: 3, height: 4 }));
        assert_eq!(size(&file(2)), Some(Size { width: 4, height: 3 }));
    }

    #[test]
    fn no_cut_and_no_flipped_byte_does_harm() {
        let whole = file(3);
        for at in 0..whole.len() {
            size(&whole[..at]);
            for value in [0, 1, 0x7f, 0xff] {
                let mut broken = whole.clone();
                broken[at] = value;
                size(&broken);
            }
        }
    }
}
