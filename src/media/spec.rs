//! Filter specs: what is to be done to an original, as words in a row, `fill-800x600-c80|format-webp`.
//!
//! The words are Wagtail's. A spec is parsed once, at the edge; what is parsed can be planned, named and made.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::error::Result;

/// The most operations one spec may hold: room for every sensible one, none for a loop of work.
const MAX_OPERATIONS: usize = 8;
/// The largest number of pixels a side may ask for: the largest side that JPEG can hold.
const MAX_SIDE: u32 = 65_535;
/// The largest `scale-`, in percent.
const MAX_PERCENT: f64 = 1_000.0;

/// A format that renditions are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// JPEG, without transparency.
    Jpeg,
    /// PNG.
    Png,
    /// GIF, the first frame alone.
    Gif,
    /// WebP, lossy unless it is said to be lossless.
    Webp,
}

/// One operation of a spec.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    /// As it is.
    Original,
    /// At most this wide.
    Width(u32),
    /// At most this high.
    Height(u32),
    /// Within this width and height.
    Max(u32, u32),
    /// At least covering this width and height.
    Min(u32, u32),
    /// Cropped to exactly this shape around the focal point, zoomed in by a percentage.
    Fill {
        /// Wanted width.
        width: u32,
        /// Wanted height.
        height: u32,
        /// How far to zoom towards the focal point, 0 to 100.
        closeness: u32,
    },
    /// By a percentage.
    Scale(f64),
    /// Written in this format.
    Format {
        /// The format.
        output: Output,
        /// Without loss, where the format has both.
        lossless: bool,
    },
    /// Quality of JPEG, 0 to 100.
    JpegQuality(u8),
    /// Quality of WebP, 0 to 100.
    WebpQuality(u8),
    /// Quality of AVIF, 0 to 100: accepted for the sake of specs that name every quality.
    AvifQuality(u8),
    /// What shows through where the original is transparent.
    Background([u8; 3]),
}

/// A whole filter spec, in the order it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec(Vec<Operation>);

impl Spec {
    /// Reads `fill-800x600-c80|format-webp`; an error says in words what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split('|').collect();
        if words.len() > MAX_OPERATIONS {
            return Err(Error::Bad(format!(
                "the filter spec has {} operations; at most {MAX_OPERATIONS} are allowed",
                words.len()
            )));
        }
        let operations: Result<Vec<Operation>> = words.into_iter().map(Operation::parse).collect();
        operations.map(Self)
    }

    /// The operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.0
    }

    /// How many operations look at the focal point.
    pub fn focal_operations(&self) -> usize {
        self.0.iter().filter(|operation| matches!(operation, Operation::Fill { .. })).count()
    }

    /// The format the spec asks for; `None` leaves it to the original.
    pub fn output(&self) -> Option<Output> {
        self.last(|operation| match operation {
            Operation::Format { output, .. } => Some(*output),
            _ => None,
        })
    }

    /// Whether the spec asks for a format without loss.
    pub fn lossless(&self) -> bool {
        self.last(|operation| match operation {
            Operation::Format { lossless, .. } => Some(*lossless),
            _ => None,
        })
        .unwrap_or(false)
    }

    /// The quality the spec asks for in this format.
    pub fn quality(&self, output: Output) -> Option<u8> {
        self.last(|operation| match (operation, output) {
            (Operation::JpegQuality(quality), Output::Jpeg)
            | (Operation::WebpQuality(quality), Output::Webp) => Some(*quality),
            _ => None,
        })
    }

    /// The background the spec asks for.
    pub fn background(&self) -> Option<[u8; 3]> {
        self.last(|operation| match operation {
            Operation::Background(colour) => Some(*colour),
            _ => None,
        })
    }

    fn last<T>(&self, pick: impl Fn(&Operation) -> Option<T>) -> Option<T> {
        self.0.iter().rev().find_map(pick)
    }
}

impl FromStr for Spec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, operation) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "|" };
            write!(f, "{separator}{operation}")?;
        }
        Ok(())
    }
}

impl Operation {
    fn parse(word: &str) -> Result<Self> {
        let (name, arguments) = word.split_once('-').map_or((word, None), |(name, rest)| (name, Some(rest)));
        match (name, arguments) {
            ("original", None) => Ok(Self::Original),
            ("width", Some(text)) => side(text, word).map(Self::Width),
            ("height", Some(text)) => side(text, word).map(Self::Height),
            ("max", Some(text)) => size(text, word).map(|(width, height)| Self::Max(width, height)),
            ("min", Some(text)) => size(text, word).map(|(width, height)| Self::Min(width, height)),
            ("fill", Some(text)) => fill(text, word),
            ("scale", Some(text)) => percent(text, word).map(Self::Scale),
            ("format", Some(text)) => format(text, word),
            ("jpegquality", Some(text)) => quality(text, word).map(Self::JpegQuality),
            ("webpquality", Some(text)) => quality(text, word).map(Self::WebpQuality),
            ("avifquality", Some(text)) => quality(text, word).map(Self::AvifQuality),
            ("bgcolor", Some(text)) => colour(text, word).map(Self::Background),
            _ => Err(Error::Bad(format!(
                "“{word}” is no filter operation; known are original, width-W, height-H, max-WxH, min-WxH, fill-WxH, \
                 fill-WxH-cN, scale-N, format-F, jpegquality-N, webpquality-N, avifquality-N and bgcolor-RRGGBB"
            ))),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original => f.write_str("original"),
            Self::Width(width) => write!(f, "width-{width}"),
            Self::Height(height) => write!(f, "height-{height}"),
            Self::Max(width, height) => write!(f, "max-{width}x{height}"),
            Self::Min(width, height) => write!(f, "min-{width}x{height}"),
            Self::Fill { width, height, closeness: 0 } => write!(f, "fill-{width}x{height}"),
            Self::Fill { width, height, closeness } => write!(f, "fill-{width}x{height}-c{closeness}"),
            Self::Scale(percent) => write!(f, "scale-{percent}"),
            Self::Format { output, lossless: false } => write!(f, "format-{}", output.word()),
            Self::Format { output, lossless: true } => write!(f, "format-{}-lossless", output.word()),
            Self::JpegQuality(quality) => write!(f, "jpegquality-{quality}"),
            Self::WebpQuality(quality) => write!(f, "webpquality-{quality}"),
            Self::AvifQuality(quality) => write!(f, "avifquality-{quality}"),
            Self::Background([red, green, blue]) => write!(f, "bgcolor-{red:02x}{green:02x}{blue:02x}"),
        }
    }
}

impl Output {
    /// As specs call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }

    /// The extension of files in this format, with the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => ".jpg",
            Self::Png => ".png",
            Self::Gif => ".gif",
            Self::Webp => ".webp",
        }
    }
}

/// Digits alone: no sign, no blank, no underscore.
fn number(text: &str, word: &str, most: u32) -> Result<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(number) if digits && number <= most => Ok(number),
        _ => Err(Error::Bad(format!("“{text}” in “{word}” should be a whole number of at most {most}"))),
    }
}

fn side(text: &str, word: &str) -> Result<u32> {
    match number(text, word, MAX_SIDE)? {
        0 => Err(Error::Bad(format!("“{word}” asks for a side of 0 pixels; 1 is the least"))),
        side => Ok(side),
    }
}

fn size(text: &str, word: &str) -> Result<(u32, u32)> {
    let (width, height) = text
        .split_once('x')
        .ok_or_else(|| Error::Bad(format!("“{word}” should name a width and a height, such as “800x600”")))?;
    Ok((side(width, word)?, side(height, word)?))
}

fn fill(text: &str, word: &str) -> Result<Operation> {
    let (text, closeness) = match text.split_once('-') {
        None => (text, 0),
        Some((text, part)) => {
            let percent = part.strip_prefix('c').ok_or_else(|| {
                Error::Bad(format!("“{part}” in “{word}” should be a closeness, such as “c80”"))
            })?;
            (text, number(percent, word, 1_000_000)?.min(100))
        }
    };
    let (width, height) = size(text, word)?;
    Ok(Operation::Fill { width, height, closeness })
}

fn percent(text: &str, word: &str) -> Result<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse::<f64>() {
        Ok(percent) if plain && percent > 0.0 && percent <= MAX_PERCENT => Ok(percent),
        _ => Err(Error::Bad(format!(
            "“{text}” in “{word}” should be a percentage above 0 and at most {MAX_PERCENT}"
        ))),
    }
}

fn quality(text: &str, word: &str) -> Result<u8> {
    let quality = number(text, word, 100)?;
    u8::try_from(quality).map_err(Error::internal)
}

fn format(text: &str, word: &str) -> Result<Operation> {
    let (name, option) = text.split_once('-').map_or((text, None), |(name, option)| (name, Some(option)));
    let lossless = match (name, option) {
        (_, None) => false,
        ("webp", Some("lossless")) => true,
        (_, Some(option)) => {
            return Err(Error::Bad(format!("“{option}” in “{word}” is no option of that format")));
        }
    };
    let output = match name {
        "jpeg" => Output::Jpeg,
        "png" => Output::Png,
        "gif" => Output::Gif,
        "webp" => Output::Webp,
        "avif" | "heic" | "ico" => {
            return Err(Error::Bad(format!(
                "renditions cannot be written as {name}; use format-webp, format-jpeg, format-png or format-gif"
            )));
        }
        _ => {
            return Err(Error::Bad(format!(
                "“{name}” in “{word}” is no image format; known are jpeg, png, gif and webp"
            )));
        }
    };
    Ok(Operation::Format { output, lossless })
}

/// `fff` or `ffffff`.
fn colour(text: &str, word: &str) -> Result<[u8; 3]> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    match digits.as_deref() {
        Some([red, green, blue]) => Ok([red * 17, green * 17, blue * 17]),
        Some([r1, r2, g1, g2, b1, b2]) => Ok([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]),
        _ => Err(Error::Bad(format!("“{text}” in “{word}” should be a colour, such as “fff” or “1a2b3c”"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_operation_and_writes_it_back() {
        for (text, canonical) in [
            ("original", "original"),
            ("width-500", "width-500"),
            ("width-0500", "width-500"),
            ("height-20", "height-20"),
            ("max-165x165", "max-165x165"),
            ("min-1x65535", "min-1x65535"),
            ("fill-800x600", "fill-800x600"),
            ("fill-800x600-c0", "fill-800x600"),
            ("fill-800x600-c80|format-webp|webpquality-70", "fill-800x600-c80|format-webp|webpquality-70"),
            ("fill-1x1-c250", "fill-1x1-c100"),
            ("scale-12.50", "scale-12.5"),
            ("format-webp-lossless", "format-webp-lossless"),
            (
                "max-9x9|format-jpeg|jpegquality-0|bgcolor-fA0",
                "max-9x9|format-jpeg|jpegquality-0|bgcolor-ffaa00",
            ),
            (
                "avifquality-100|bgcolor-1a2B3c|format-gif|format-png",
                "avifquality-100|bgcolor-1a2b3c|format-gif|format-png",
            ),
        ] {
            assert_eq!(
                Spec::parse(text).map(|spec| spec.to_string()).ok().as_deref(),
                Some(canonical),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_in_words() {
        for (text, said) in [
            ("", "no filter operation"),
            ("width", "no filter operation"),
            ("original-1", "no filter operation"),
            ("blur-3", "no filter operation"),
            ("WIDTH-3", "no filter operation"),
            ("width-0", "0 pixels"),
            ("width--5", "whole number"),
            ("width-+5", "whole number"),
            ("width-1e3", "whole number"),
            ("width-٣", "whole number"),
            ("width-99999999999999999999", "whole number"),
            ("fill-9999999x1", "whole number"),
            ("fill-10", "width and a height"),
            ("fill-10x10x10", "whole number"),
            ("fill-10x10-80", "closeness"),
            ("fill-10x10-c", "whole number"),
            ("scale-0", "percentage"),
            ("scale-inf", "percentage"),
            ("scale-NaN", "percentage"),
            ("jpegquality-101", "at most 100"),
            ("format-avif", "cannot be written"),
            ("format-exe", "no image format"),
            ("format-png-lossless", "no option"),
            ("bgcolor-ffff", "colour"),
            ("width-1|width-1|width-1|width-1|width-1|width-1|width-1|width-1|width-1", "9 operations"),
        ] {
            let told = Spec::parse(text).map(|spec| spec.to_string()).unwrap_err().to_string();
            assert!(told.contains(said), "{text}: {told}");
        }
    }

    #[test]
    fn the_last_word_wins() {
        let spec = Spec::parse("format-gif|jpegquality-3|format-webp-lossless|jpegquality-4").unwrap();
        assert_eq!((spec.output(), spec.lossless()), (Some(Output::Webp), true));
        assert_eq!((spec.quality(Output::Jpeg), spec.quality(Output::Webp)), (Some(4), None));
    }
}
