//! Rendition names, `<stem>.<key>.<spec><ext>` as Wagtail makes them, and reading them back.
//!
//! A name is cut to sixty characters, so two originals could come to share one. Each original therefore knows from
//! which length on its stem tells it from all that came in before it ([`Original::distinct`]); where the cut falls
//! short of that, its id stands in the name, behind an `@` that no stem of ours holds.

use std::borrow::Cow;

use sha1::Digest;
use sha1::Sha1;

use super::format::Format;
use super::plan::Focal;
use super::plan::Size;
use super::spec::Spec;

/// Where originals are served.
pub const MEDIA: &str = "/media/";
/// Where renditions are served.
pub const RENDITIONS: &str = "/media/images/";
/// How long the part of a name before its last dots may be: a name has at most sixty characters.
const LONGEST: usize = 59;
/// Stands between a stem and an id.
const ID_MARK: char = '@';
/// Hex digits of the hash that tells one focal point from another.
const KEY_DIGITS: usize = 8;

/// What a rendition's name, size and address depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// The image's public id.
    pub id: i64,
    /// The public file name without its folder and its extension.
    pub stem: String,
    /// How many characters of the stem tell it from every earlier one.
    pub distinct: usize,
    /// What the bytes are.
    pub format: Format,
    /// Width and height, as it stands upright.
    pub size: Size,
    /// What matters in it.
    pub focal: Option<Focal>,
}

/// What a requested name may mean; the store tells which of the guesses is true.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The stem, or as much of it as the name holds.
    pub stem: String,
    /// The image's id, where the name holds it.
    pub id: Option<i64>,
    /// The spec.
    pub spec: Spec,
    /// Whether the stem may go on behind what the name holds.
    pub cut: bool,
}

impl Original {
    /// The file name of a rendition.
    pub fn rendition_name(&self, spec: &Spec) -> String {
        let tail = self.tail(spec);
        let room = LONGEST.saturating_sub(tail.chars().count());
        let stem: String = if room >= self.distinct.max(1) {
            self.stem.chars().take(room).collect()
        } else {
            let id = format!("{ID_MARK}{}", self.id);
            self.stem.chars().take(room.saturating_sub(id.len())).chain(id.chars()).collect()
        };
        format!("{stem}.{tail}")
    }

    /// The address of a rendition, ready for an attribute or a header.
    pub fn rendition_path(&self, spec: &Spec) -> String {
        format!("{RENDITIONS}{}", percent_encoded(&self.rendition_name(spec)))
    }

    fn tail(&self, spec: &Spec) -> String {
        let key = focal_key(self.focal, spec.focal_operations());
        let spec_text = spec.to_string().replace('|', ".");
        format!("{key}{spec_text}{}", self.format.rendition_extension(spec))
    }
}

/// The hash that changes with the focal point, with its dot; empty if the spec does not look at the focal point.
fn focal_key(focal: Option<Focal>, operations: usize) -> String {
    if operations == 0 {
        return String::new();
    }
    let fields = focal.map(|focal| [focal.width, focal.height, focal.x, focal.y]);
    let one = match fields {
        Some(fields) => fields.map(|field| field.to_string()).join("-"),
        None => ["None"; 4].join("-"),
    };
    let hash = Sha1::digest(vec![one; operations].join("-").as_bytes());
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}.", &digits[..KEY_DIGITS])
}

/// Every way in which a name can be read as stem, key and spec, the longest stem first. Whoever finds an image for
/// a guess must compare the image's own [`Original::rendition_name`] with the name that was asked for.
pub fn guesses(name: &str) -> Vec<Guess> {
    let Some((body, extension)) = name.rsplit_once('.') else { return Vec::new() };
    let parts: Vec<&str> = body.split('.').collect();
    (1..parts.len()).rev().filter_map(|split| guess(&parts, split, extension)).collect()
}

fn guess(parts: &[&str], split: usize, extension: &str) -> Option<Guess> {
    let spec = Spec::parse(&joined_operations(&parts[split..])?).ok()?;
    let stem_end = if spec.focal_operations() > 0 { split.checked_sub(1)? } else { split };
    let stem = parts[..stem_end].join(".");
    let tail = parts[stem_end..].join(".").len() + 1 + extension.len();
    let cut = stem.chars().count() >= LONGEST.saturating_sub(tail);
    match stem.rsplit_once(ID_MARK) {
        Some((stem, id)) => {
            Some(Guess { stem: stem.to_owned(), id: Some(id.parse().ok()?), spec, cut: true })
        }
        None if stem.is_empty() => None,
        None => Some(Guess { stem, id: None, spec, cut }),
    }
}

/// The operations behind a stem, put together again: dots stand for bars, but `scale-12.5` has one of its own.
fn joined_operations(parts: &[&str]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        let fraction = part.bytes().all(|byte| byte.is_ascii_digit());
        if fraction && text.is_empty() {
            return None;
        }
        if !text.is_empty() {
            text.push(if fraction { '.' } else { '|' });
        }
        text.push_str(part);
    }
    Some(text)
}

/// How many characters of `stem` tell it from its neighbours among the stems that came in earlier; more than it has
/// if one of them is the same.
pub fn distinct_length<'a>(stem: &str, neighbours: impl IntoIterator<Item = &'a str>) -> usize {
    let shared =
        |other: &str| match stem.chars().zip(other.chars()).take_while(|(one, two)| one == two).count() {
            _ if stem == other => usize::from(u16::MAX),
            count => count + 1,
        };
    neighbours.into_iter().map(shared).max().unwrap_or(0)
}

/// The address of an original with this file name, folder included.
pub fn original_path(name: &str) -> String {
    let mut path = String::with_capacity(MEDIA.len() + name.len());
    path.push_str(MEDIA);
    for (number, segment) in name.split('/').enumerate() {
        path.push_str(if number == 0 { "" } else { "/" });
        path.push_str(&percent_encoded(segment));
    }
    path
}

/// As a path segment: letters, digits and what needs no escape stay.
pub fn percent_encoded(name: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'!' | b'*' | b'(' | b')' | b'\'' | b'@')
    };
    if name.bytes().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn original(stem: &str, format: Format, focal: Option<Focal>) -> Original {
        Original {
            id: 12,
            stem: stem.into(),
            distinct: 0,
            format,
            size: Size { width: 10, height: 10 },
            focal,
        }
    }

    fn spec(text: &str) -> Spec {
        Spec::parse(text).unwrap()
    }

    #[test]
    fn names_are_wagtails() {
        let rye = Some(Focal { x: 519, y: 414, width: 632, height: 567 });
        for (stem, format, focal, text, name) in [
            ("breads1", Format::Jpeg, None, "fill-1920x900", "breads1.2e16d0ba.fill-1920x900.jpg"),
            (
                "Sourdough_rye_with_walnuts",
                Format::Jpeg,
                rye,
                "fill-600x338",
                "Sourdough_rye_with_walnuts.eb180887.fill-600x338.jpg",
            ),
            (
                "mixed_variety_of_traditional_european_sourdough",
                Format::Jpeg,
                None,
                "fill-590x413",
                "mixed_variety_of_traditional_europ.2e16d0ba.fill-590x413.jpg",
            ),
            (
                "Baguette_de_pain_WikiCheese_Lausanne",
                Format::Jpeg,
                None,
                "fill-1920x600",
                "Baguette_de_pain_WikiCheese_Lausa.2e16d0ba.fill-1920x600.jpg",
            ),
            ("yeast", Format::Avif, None, "fill-322x247", "yeast.2e16d0ba.fill-322x247.avif"),
            ("man", Format::Gif, None, "fill-433x487", "man.2e16d0ba.fill-433x487.png"),
            ("x", Format::Png, None, "width-500|format-webp", "x.width-500.format-webp.webp"),
        ] {
            assert_eq!(original(stem, format, focal).rendition_name(&spec(text)), name);
        }
    }

    #[test]
    fn every_name_reads_back_as_its_stem_and_spec() {
        for stem in ["a", "a.b", "width-500", "a.width-500", "12", "long_".repeat(30).as_str(), "été"] {
            for text in [
                "width-500",
                "fill-8x6-c80|format-webp|webpquality-70",
                "scale-12.5|format-png",
                "original",
                "fill-1x1|fill-2x2",
            ] {
                for distinct in [0, 50, 65_535] {
                    let original = Original { distinct, ..original(stem, Format::Jpeg, None) };
                    let name = original.rendition_name(&spec(text));
                    let found = guesses(&name).into_iter().any(|guess| {
                        let same = guess.stem == stem || guess.cut && stem.starts_with(&guess.stem);
                        same && guess.spec == spec(text) && guess.id.is_none_or(|id| id == 12)
                    });
                    assert!(found, "{name}: {:?}", guesses(&name));
                }
            }
        }
        for name in [
            "",
            ".",
            "x",
            "x.jpg",
            "x.width-0.jpg",
            "..jpg",
            "x.2e16d0ba.jpg",
            ".width-1.jpg",
            "@.width-1.jpg",
            "fill-1x1.jpg",
        ] {
            assert!(guesses(name).is_empty(), "{name}: {:?}", guesses(name));
        }
    }

    #[test]
    fn originals_that_would_share_a_name_carry_their_id() {
        let text = "fill-800x600-c80|format-webp|webpquality-70";
        let first = original("bread_one", Format::Jpeg, None);
        let second = Original {
            id: 13,
            distinct: distinct_length("bread_two", ["bread_one"]),
            ..original("bread_two", Format::Jpeg, None)
        };
        assert_eq!(second.distinct, 7);
        assert_ne!(first.rendition_name(&spec(text)), second.rendition_name(&spec(text)));
        assert_eq!(second.rendition_name(&spec("width-9")), "bread_two.width-9.jpg");
        assert!(distinct_length("bread", ["bread"]) > 60);
        assert_eq!((distinct_length("bread", ["bread_2"]), distinct_length("b", [])), (6, 0));
    }

    #[test]
    fn addresses_are_escaped() {
        assert_eq!(
            original("ü \"", Format::Png, None).rendition_path(&spec("width-1")),
            "/media/images/%C3%BC%20%22.width-1.png"
        );
    }
}
