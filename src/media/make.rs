//! Making a rendition: decode, crop and resize, into sRGB, encode. Slow work, for the blocking pool alone.

use fast_image_resize::FilterType;
use fast_image_resize::ResizeAlg;
use fast_image_resize::ResizeOptions;
use fast_image_resize::Resizer;
use image::DynamicImage;

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

/// The bytes of a rendition of an original; the original's own bytes where its format is not decoded.
pub fn make(original: &[u8], focal: Option<Focal>, spec: &Spec, bounds: Bounds) -> Result<Vec<u8>> {
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
    encode(&pixels, output, spec)
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
