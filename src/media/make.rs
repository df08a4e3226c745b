//! Making a rendition: decode, crop and resize, into sRGB, encode. Slow work, for the blocking pool alone.

use fast_image_resize::FilterType;
use fast_image_resize::ResizeAlg;
use fast_image_resize::ResizeOptions;
use fast_image_resize::Resizer;
use image::DynamicImage;

use crate::config;
use crate::error::Error;
use crate::error::Result;

use super::colour;
use super::decode::Bounds;
use super::decode::Header;
use super::decode::decode;
use super::encode::encode;
use super::plan::Crop;
use super::plan::Focal;
use super::plan::Plan;
use super::plan::Size;
use super::spec::Output;
use super::spec::Spec;

/// The colour behind transparent parts, where the format has no transparency.
const WHITE: [u8; 3] = [255, 255, 255];

/// What an operator decides about renditions.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How large originals and renditions may be.
    pub bounds: Bounds,
    /// Quality of JPEG where the spec names none.
    pub jpeg_quality: u8,
    /// Quality of WebP where the spec names none.
    pub webp_quality: u8,
}

impl Settings {
    /// As configured.
    pub fn of(media: &config::Media) -> Self {
        let quality = |quality: u16| u8::try_from(quality.clamp(1, 100)).unwrap_or(100);
        Self {
            bounds: Bounds { max_pixels: media.max_pixels },
            jpeg_quality: quality(media.jpeg_quality),
            webp_quality: quality(media.webp_quality),
        }
    }

    /// The quality of a format by this spec; formats without loss have none.
    fn quality(&self, output: Output, spec: &Spec) -> u8 {
        let usual = if output == Output::Jpeg { self.jpeg_quality } else { self.webp_quality };
        spec.quality(output).unwrap_or(usual)
    }
}

/// The bytes of a rendition of an original; the original's own bytes where its format is not decoded.
pub fn make(original: &[u8], focal: Option<Focal>, spec: &Spec, settings: &Settings) -> Result<Vec<u8>> {
    let bounds = settings.bounds;
    let header = Header::read(original, bounds)?;
    let Some(output) = header.format.output(spec) else { return Ok(original.to_vec()) };
    let plan = Plan::of(header.size, focal, spec)?;
    if u64::from(plan.size.width) * u64::from(plan.size.height) > bounds.max_pixels {
        return Err(Error::Bad(format!(
            "“{spec}” would make an image of {} × {} pixels",
            plan.size.width, plan.size.height
        )));
    }
    let decoded = decode(original, header.format, bounds)?;
    let pixels = resized(eight_bits(decoded.pixels), &plan)?;
    let pixels = match decoded.profile {
        Some(profile) => colour::to_srgb(pixels, &profile),
        None => pixels,
    };
    let pixels = match spec.background().or((output == Output::Jpeg).then_some(WHITE)) {
        Some(background) => colour::flattened(pixels, background),
        None => pixels,
    };
    encode(&pixels, output, settings.quality(output, spec), spec.lossless())
}

/// Decodes once and throws the pixels away: an error says why the file is not taken in.
pub fn check(original: &[u8], bounds: Bounds) -> Result<Header> {
    let header = Header::read(original, bounds)?;
    if header.format.is_made_of_pixels() {
        decode(original, header.format, bounds)?;
    }
    Ok(header)
}

/// The same picture with eight bits a channel, in as many channels as it needs.
fn eight_bits(pixels: DynamicImage) -> DynamicImage {
    match (pixels.color().has_color(), pixels.color().has_alpha()) {
        (false, false) => DynamicImage::ImageLuma8(pixels.into_luma8()),
        (false, true) => DynamicImage::ImageLumaA8(pixels.into_luma_alpha8()),
        (true, false) => DynamicImage::ImageRgb8(pixels.into_rgb8()),
        (true, true) => DynamicImage::ImageRgba8(pixels.into_rgba8()),
    }
}

fn resized(pixels: DynamicImage, plan: &Plan) -> Result<DynamicImage> {
    let Crop { left, top, width, height } = plan.crop;
    let whole = (left, top, width, height) == (0, 0, pixels.width(), pixels.height());
    if (width, height) == (plan.size.width, plan.size.height) {
        return Ok(if whole { pixels } else { pixels.crop_imm(left, top, width, height) });
    }
    let Size { width: wide, height: high } = plan.size;
    let mut out = DynamicImage::new(wide, high, pixels.color());
    let options = ResizeOptions::new()
        .crop(f64::from(left), f64::from(top), f64::from(width), f64::from(height))
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&pixels, &mut out, &options).map_err(Error::internal)?;
    Ok(out)
}
