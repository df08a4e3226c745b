//! From pixels to bytes, without any metadata.

use std::io::Cursor;

use image::DynamicImage;
use image::ImageEncoder;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;

use crate::error::Error;
use crate::error::Result;

use super::spec::Output;

/// The longest side that WebP can hold.
const WEBP_SIDE: u32 = 16_383;

/// The picture in this format.
pub(super) fn encode(pixels: &DynamicImage, output: Output, quality: u8, lossless: bool) -> Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    let written = match output {
        Output::Webp => return webp(pixels, quality, lossless),
        Output::Jpeg => pixels.write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality.max(1))),
        Output::Png => {
            let encoder = PngEncoder::new(&mut out);
            encoder.write_image(pixels.as_bytes(), pixels.width(), pixels.height(), pixels.color().into())
        }
        Output::Gif => {
            let rgba = pixels.to_rgba8();
            GifEncoder::new(&mut out).encode(
                &rgba,
                rgba.width(),
                rgba.height(),
                image::ExtendedColorType::Rgba8,
            )
        }
    };
    written.map_err(|_| too_large(pixels, output))?;
    Ok(out.into_inner())
}

fn webp(pixels: &DynamicImage, quality: u8, lossless: bool) -> Result<Vec<u8>> {
    let (width, height) = (pixels.width(), pixels.height());
    if width.max(height) > WEBP_SIDE {
        return Err(too_large(pixels, Output::Webp));
    }
    let encoded = if pixels.color().has_alpha() {
        let rgba = pixels.to_rgba8();
        webp::Encoder::from_rgba(&rgba, width, height).encode_simple(lossless, f32::from(quality))
    } else {
        let rgb = pixels.to_rgb8();
        webp::Encoder::from_rgb(&rgb, width, height).encode_simple(lossless, f32::from(quality))
    };
    encoded.map(|memory| memory.to_vec()).map_err(|_| too_large(pixels, Output::Webp))
}

fn too_large(pixels: &DynamicImage, output: Output) -> Error {
    Error::Bad(format!(
        "an image of {} × {} pixels cannot be written as {}",
        pixels.width(),
        pixels.height(),
        output.word()
    ))
}
