//! From bytes to upright pixels, within bounds that are checked on the header, before anything is decoded.

use std::io::Cursor;

use image::DynamicImage;
use image::ImageDecoder;
use image::ImageFormat;
use image::ImageReader;
use image::Limits;
use image::metadata::Orientation;

use crate::error::Error;
use crate::error::Result;

use super::avif;
use super::format::Format;
use super::plan::Size;
use super::svg;

/// Bytes that the decoder may hold for each pixel: four channels of sixteen bits.
const BYTES_PER_PIXEL: u64 = 8;
/// Added to it, for tables and short pictures.
const DECODER_ROOM: u64 = 16 * 1024 * 1024;

/// How large a picture may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Width times height, as the header says.
    pub max_pixels: u64,
}

/// What the header of an image says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the bytes are.
    pub format: Format,
    /// Width and height as it stands upright.
    pub size: Size,
    /// Bytes that decoding it takes.
    pub decoded_bytes: u64,
}

/// Pixels, upright, and the colour profile they are in.
pub(super) struct Decoded {
    pub pixels: DynamicImage,
    pub profile: Option<Vec<u8>>,
}

impl Header {
    /// Reads the header; an error says in words why the file is not taken.
    pub fn read(bytes: &[u8], bounds: Bounds) -> Result<Self> {
        let format = Format::sniff(bytes).ok_or_else(|| {
            Error::Bad("this file is no image that can be used here; JPEG, PNG, WebP, GIF, AVIF, SVG, BMP, TIFF and ICO can".into())
        })?;
        let (size, decoded_bytes) = match format {
            Format::Svg => (svg::size(bytes)?, 0),
            Format::Avif => (avif::size(bytes).ok_or_else(|| unreadable(format))?, 0),
            _ => {
                let mut decoder = open(bytes, format, bounds)?;
                let turned = turns_by_a_quarter(decoder.orientation().unwrap_or(Orientation::NoTransforms));
                let (width, height) = decoder.dimensions();
                let size =
                    if turned { Size { width: height, height: width } } else { Size { width, height } };
                (size, decoder.total_bytes())
            }
        };
        within(size.width, size.height, bounds)?;
        Ok(Self { format, size, decoded_bytes })
    }
}

/// Decodes the (first) picture and turns it upright.
pub(super) fn decode(bytes: &[u8], format: Format, bounds: Bounds) -> Result<Decoded> {
    let mut decoder = open(bytes, format, bounds)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|_| unreadable(format))?;
    pixels.apply_orientation(orientation);
    Ok(Decoded { pixels, profile })
}

fn open(bytes: &[u8], format: Format, bounds: Bounds) -> Result<Box<dyn ImageDecoder + '_>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bounds.max_pixels.saturating_mul(BYTES_PER_PIXEL).saturating_add(DECODER_ROOM));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), codec(format)?);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| unreadable(format))?;
    let (width, height) = decoder.dimensions();
    within(width, height, bounds)?;
    Ok(Box::new(decoder))
}

fn codec(format: Format) -> Result<ImageFormat> {
    match format {
        Format::Jpeg => Ok(ImageFormat::Jpeg),
        Format::Png => Ok(ImageFormat::Png),
        Format::Gif => Ok(ImageFormat::Gif),
        Format::Webp => Ok(ImageFormat::WebP),
        Format::Bmp => Ok(ImageFormat::Bmp),
        Format::Tiff => Ok(ImageFormat::Tiff),
        Format::Ico => Ok(ImageFormat::Ico),
        Format::Avif | Format::Svg => Err(Error::Bad(format!("{} pictures are not decoded", format.mime()))),
    }
}

fn within(width: u32, height: u32, bounds: Bounds) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::Bad("this image says that it has no width or no height".into()));
    }
    if u64::from(width) * u64::from(height) > bounds.max_pixels {
        let most = bounds.max_pixels / 1_000_000;
        return Err(Error::Bad(format!(
            "this image says that it has {width} × {height} pixels; at most {most} million are taken"
        )));
    }
    Ok(())
}

fn turns_by_a_quarter(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn unreadable(format: Format) -> Error {
    Error::Bad(format!(
        "this file begins like {} but cannot be read as such; it is broken or cut off",
        format.mime()
    ))
}
