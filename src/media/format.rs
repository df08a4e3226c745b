//! What an image is, told by its bytes and never by its name.

use super::spec::Output;
use super::spec::Spec;

/// A format that originals may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// GIF, animated or not.
    Gif,
    /// WebP, animated or not.
    Webp,
    /// Windows bitmap.
    Bmp,
    /// TIFF.
    Tiff,
    /// Windows icon.
    Ico,
    /// AVIF: kept and served, not decoded.
    Avif,
    /// SVG: cleaned when it comes in, served under a sandbox, not decoded.
    Svg,
}

/// How far into a file the start of an SVG is looked for, behind a prologue and comments.
const SVG_PROLOGUE: usize = 4096;

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Webp,
        Self::Bmp,
        Self::Tiff,
        Self::Ico,
        Self::Avif,
        Self::Svg,
    ];

    /// Looks at the first bytes; `None` if they are no image that is taken in.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let mime = infer::get(bytes).map(|kind| kind.mime_type()).unwrap_or_default();
        Self::from_mime(mime).or_else(|| looks_like_svg(bytes).then_some(Self::Svg))
    }

    /// The format of a stored MIME type.
    pub fn from_mime(mime: &str) -> Option<Self> {
        if mime == "image/x-icon" {
            return Some(Self::Ico);
        }
        Self::ALL.into_iter().find(|format| format.mime() == mime)
    }

    /// The MIME type it is served as.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Avif => "image/avif",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The extensions that name it, the usual one first, in lower case and without the dot.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png", "apng"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Bmp => &["bmp", "dib"],
            Self::Tiff => &["tif", "tiff"],
            Self::Ico => &["ico"],
            Self::Avif => &["avif"],
            Self::Svg => &["svg"],
        }
    }

    /// Whether it can be cropped and resized; the others are served as they are.
    pub fn is_made_of_pixels(self) -> bool {
        !matches!(self, Self::Avif | Self::Svg)
    }

    /// What renditions of such an original are written as; `None` if the original itself is served.
    pub fn output(self, spec: &Spec) -> Option<Output> {
        let usual = match self {
            Self::Avif | Self::Svg => return None,
            Self::Jpeg | Self::Tiff => Output::Jpeg,
            Self::Png | Self::Gif | Self::Bmp | Self::Ico => Output::Png,
            Self::Webp => Output::Webp,
        };
        Some(spec.output().unwrap_or(usual))
    }

    /// The extension that renditions of such an original have, with the dot.
    pub fn rendition_extension(self, spec: &Spec) -> &'static str {
        match self {
            Self::Avif => ".avif",
            Self::Svg => ".svg",
            _ => self.output(spec).map_or("", Output::extension),
        }
    }

    /// The MIME type that renditions of such an original are served as.
    pub fn rendition_mime(self, spec: &Spec) -> &'static str {
        match self.output(spec) {
            None => self.mime(),
            Some(Output::Jpeg) => Self::Jpeg.mime(),
            Some(Output::Png) => Self::Png.mime(),
            Some(Output::Gif) => Self::Gif.mime(),
            Some(Output::Webp) => Self::Webp.mime(),
        }
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(SVG_PROLOGUE)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<') && (text.contains("<svg") || text.contains(":svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        assert_eq!(Format::sniff(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some(Format::Jpeg));
        assert_eq!(Format::sniff(b"GIF89a......"), Some(Format::Gif));
        assert_eq!(Format::sniff(b"\n<?xml version='1.0'?>\n<!-- x --><svg xmlns='..'/>"), Some(Format::Svg));
        assert_eq!(Format::sniff(b"<!doctype html><html></html>"), None);
        assert_eq!(Format::sniff(b"%PDF-1.7"), None);
        assert_eq!(Format::sniff(b""), None);
    }

    #[test]
    fn a_rendition_keeps_what_browsers_show() {
        let spec = |text| Spec::parse(text).unwrap();
        for (format, text, extension) in [
            (Format::Jpeg, "width-1", ".jpg"),
            (Format::Bmp, "width-1", ".png"),
            (Format::Gif, "width-1", ".png"),
            (Format::Gif, "width-1|format-gif", ".gif"),
            (Format::Webp, "width-1", ".webp"),
            (Format::Webp, "width-1|format-jpeg", ".jpg"),
            (Format::Avif, "width-1|format-jpeg", ".avif"),
            (Format::Svg, "width-1", ".svg"),
        ] {
            assert_eq!(format.rendition_extension(&spec(text)), extension, "{format:?} {text}");
        }
    }
}
