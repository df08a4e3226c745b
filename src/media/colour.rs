//! Colours: profiles into sRGB, and transparency onto a background.

use image::DynamicImage;
use image::Rgb;
use image::RgbImage;
use moxcms::ColorProfile;
use moxcms::DataColorSpace;
use moxcms::Layout;
use moxcms::TransformOptions;

/// The same colours as numbers of sRGB. A profile that cannot be read or does not fit leaves the numbers as they are,
/// which is what viewers without colour management show.
pub(super) fn to_srgb(pixels: DynamicImage, profile: &[u8]) -> DynamicImage {
    let layout = match &pixels {
        DynamicImage::ImageRgb8(_) => Layout::Rgb,
        DynamicImage::ImageRgba8(_) => Layout::Rgba,
        _ => return pixels,
    };
    match converted(pixels.as_bytes(), layout, profile) {
        Some(bytes) => with_bytes(&pixels, bytes).unwrap_or(pixels),
        None => pixels,
    }
}

fn converted(bytes: &[u8], layout: Layout, profile: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile)
        .ok()
        .filter(|profile| profile.color_space == DataColorSpace::Rgb)?;
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()).ok()?;
    let mut out = vec![0; bytes.len()];
    transform.transform(bytes, &mut out).ok()?;
    Some(out)
}

fn with_bytes(like: &DynamicImage, bytes: Vec<u8>) -> Option<DynamicImage> {
    let (width, height) = (like.width(), like.height());
    match like {
        DynamicImage::ImageRgb8(_) => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        _ => image::RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8),
    }
}

/// Without transparency, in front of `background`.
pub(super) fn flattened(pixels: DynamicImage, background: [u8; 3]) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return pixels;
    }
    let source = pixels.into_rgba8();
    let mut out = RgbImage::new(source.width(), source.height());
    for (from, to) in source.pixels().zip(out.pixels_mut()) {
        let [red, green, blue, alpha] = from.0;
        let [behind_red, behind_green, behind_blue] = background;
        *to = Rgb([
            mixed(red, behind_red, alpha),
            mixed(green, behind_green, alpha),
            mixed(blue, behind_blue, alpha),
        ]);
    }
    DynamicImage::ImageRgb8(out)
}

fn mixed(front: u8, behind: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    let sum = u32::from(front) * alpha + u32::from(behind) * (255 - alpha);
    ((sum + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparency_lets_the_background_through() {
        let mut image = image::RgbaImage::new(3, 1);
        image.put_pixel(0, 0, image::Rgba([10, 20, 30, 255]));
        image.put_pixel(1, 0, image::Rgba([10, 20, 30, 0]));
        image.put_pixel(2, 0, image::Rgba([0, 0, 0, 128]));
        let flat = flattened(DynamicImage::ImageRgba8(image), [255, 255, 255]).into_rgb8();
        assert_eq!(flat.into_raw(), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
    }
}
