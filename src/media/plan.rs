//! Geometry: which part of an original is taken and how large it becomes. No pixel is touched here.
//!
//! The arithmetic is floating point in Wagtail's order, so that a rendition has the very size that Wagtail gives it.

use crate::error::Error;
use crate::error::Result;

use super::spec::Operation;
use super::spec::Spec;

/// Width and height in pixels, each at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// What matters in a picture: the middle and the size of a rectangle, in pixels of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Focal {
    /// Middle, from the left.
    pub x: i64,
    /// Middle, from the top.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

/// A part of the original, in whole pixels and within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Pixels left out at the left.
    pub left: u32,
    /// Pixels left out at the top.
    pub top: u32,
    /// Width of the part.
    pub width: u32,
    /// Height of the part.
    pub height: u32,
}

/// What to take of the original, and the size it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What is taken.
    pub crop: Crop,
    /// The size it gets.
    pub size: Size,
}

impl Plan {
    /// Works out what `spec` does to an original of this size.
    pub fn of(original: Size, focal: Option<Focal>, spec: &Spec) -> Result<Self> {
        if original.width == 0 || original.height == 0 {
            return Err(Error::Bad("an image without a width or a height has no renditions".into()));
        }
        let focal = focal.map(|focal| {
            Rect::around(focal.x as f64, focal.y as f64, focal.width as f64, focal.height as f64)
        });
        let mut transform = Transform::identity(original);
        for operation in spec.operations() {
            transform = transform.after(*operation, focal);
        }
        Ok(Self { crop: transform.crop_of(original), size: transform.whole_size() })
    }
}

#[derive(Debug, Clone, Copy)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rect {
    fn around(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            left: x - width / 2.0,
            top: y - height / 2.0,
            right: x + width / 2.0,
            bottom: y + height / 2.0,
        }
    }

    fn width(&self) -> f64 {
        self.right - self.left
    }

    fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Outwards, to whole pixels.
    fn rounded(&self) -> Self {
        Self {
            left: self.left.floor(),
            top: self.top.floor(),
            right: self.right.ceil(),
            bottom: self.bottom.ceil(),
        }
    }

    /// Moved, not resized, until it covers `other` as far as it can.
    fn covering(mut self, other: Self) -> Self {
        if self.left > other.left {
            self = Self { left: other.left, right: self.right - (self.left - other.left), ..self };
        }
        if self.top > other.top {
            self = Self { top: other.top, bottom: self.bottom - (self.top - other.top), ..self };
        }
        if self.right < other.right {
            self = Self { left: self.left + (other.right - self.right), right: other.right, ..self };
        }
        if self.bottom < other.bottom {
            self = Self { top: self.top + (other.bottom - self.bottom), bottom: other.bottom, ..self };
        }
        self
    }

    /// Moved, not resized, until it lies within a picture of this size.
    fn within(mut self, width: f64, height: f64) -> Self {
        if self.left < 0.0 {
            self = Self { left: 0.0, right: self.right - self.left, ..self };
        }
        if self.top < 0.0 {
            self = Self { top: 0.0, bottom: self.bottom - self.top, ..self };
        }
        if self.right > width {
            self = Self { left: self.left - (self.right - width), right: width, ..self };
        }
        if self.bottom > height {
            self = Self { top: self.top - (self.bottom - height), bottom: height, ..self };
        }
        self
    }
}

/// What was done so far: the size reached, and how the original is scaled and shifted to get there.
#[derive(Debug, Clone, Copy)]
struct Transform {
    size: (f64, f64),
    scale: (f64, f64),
    offset: (f64, f64),
}

impl Transform {
    fn identity(original: Size) -> Self {
        let size = (f64::from(original.width), f64::from(original.height));
        Self { size, scale: (1.0, 1.0), offset: (0.0, 0.0) }
    }

    fn after(self, operation: Operation, focal: Option<Rect>) -> Self {
        let (width, height) = self.size;
        match operation {
            Operation::Width(wanted) => self.narrowed_to(f64::from(wanted)),
            Operation::Height(wanted) => self.lowered_to(f64::from(wanted)),
            Operation::Max(w, h) if width <= f64::from(w) && height <= f64::from(h) => self,
            Operation::Max(w, h) => self.fitted(f64::from(w), f64::from(h), |across, down| across < down),
            Operation::Min(w, h) if width <= f64::from(w) || height <= f64::from(h) => self,
            Operation::Min(w, h) => self.fitted(f64::from(w), f64::from(h), |across, down| across > down),
            Operation::Fill { width, height, closeness } => {
                self.filling(f64::from(width), f64::from(height), f64::from(closeness) / 100.0, focal)
            }
            Operation::Scale(percent) => {
                let scale = percent / 100.0;
                self.resized(width * scale, height * scale)
            }
            _ => self,
        }
    }

    fn narrowed_to(self, wanted: f64) -> Self {
        let (width, height) = self.size;
        if width <= wanted { self } else { self.resized(wanted, height * (wanted / width)) }
    }

    fn lowered_to(self, wanted: f64) -> Self {
        let (width, height) = self.size;
        if height <= wanted { self } else { self.resized(width * (wanted / height), wanted) }
    }

    /// Scaled by the one or the other side, whichever `by_width` says when told both scales.
    fn fitted(self, wide: f64, high: f64, by_width: fn(f64, f64) -> bool) -> Self {
        let (width, height) = self.size;
        let (across, down) = (wide / width, high / height);
        if by_width(across, down) {
            self.resized(wide, height * across)
        } else {
            self.resized(width * down, high)
        }
    }

    fn filling(self, wide: f64, high: f64, closeness: f64, focal: Option<Rect>) -> Self {
        let (width, height) = self.size;
        let (crop_width, crop_height) = crop_size(self.size, (wide, high), closeness, focal);
        let (x, y) = focal.map_or((width / 2.0, height / 2.0), |focal| {
            ((focal.left + focal.right) / 2.0, (focal.top + focal.bottom) / 2.0)
        });
        let middle_x = x - (x / width - 0.5) * crop_width;
        let middle_y = y - (y / height - 0.5) * crop_height;
        let mut rect = Rect::around(middle_x, middle_y, crop_width, crop_height);
        if let Some(focal) = focal {
            rect = rect.covering(focal);
        }
        let cropped = self.cropped(rect.within(width, height).rounded());
        if wide < cropped.size.0 { cropped.resized(wide, high) } else { cropped }
    }

    fn cropped(self, rect: Rect) -> Self {
        let offset = (self.offset.0 - rect.left / self.scale.0, self.offset.1 - rect.top / self.scale.1);
        Self { offset, size: (rect.width().max(1.0), rect.height().max(1.0)), ..self }
    }

    /// Stretched to this size, cut down to whole pixels and at least one.
    fn resized(self, width: f64, height: f64) -> Self {
        let size = (width.trunc().max(1.0), height.trunc().max(1.0));
        Self {
            size,
            scale: (self.scale.0 * size.0 / self.size.0, self.scale.1 * size.1 / self.size.1),
            ..self
        }
    }

    fn crop_of(&self, original: Size) -> Crop {
        let (left, width) = span(-self.offset.0, self.size.0 / self.scale.0, original.width);
        let (top, height) = span(-self.offset.1, self.size.1 / self.scale.1, original.height);
        Crop { left, top, width, height }
    }

    fn whole_size(&self) -> Size {
        Size { width: self.size.0 as u32, height: self.size.1 as u32 }
    }
}

/// How much `fill` takes: the largest part of the wanted shape, drawn in towards the focal point's own size as far
/// as `closeness` says and as nothing has to be enlarged.
fn crop_size(
    (width, height): (f64, f64),
    (wide, high): (f64, f64),
    closeness: f64,
    focal: Option<Rect>,
) -> (f64, f64) {
    let ratio = wide / high;
    let most = width.min(height * ratio);
    let (most_width, most_height) = (most, most / ratio);
    let Some(focal) = focal else { return (most_width, most_height) };
    let least = focal.width().max(focal.height() * ratio);
    let (least_width, least_height) = (least, least / ratio);
    if least >= most {
        return (most_width, most_height);
    }
    let sharp_across = 1.0 - (wide - least_width) / (most_width - least_width);
    let sharp_down = 1.0 - (high - least_height) / (most_height - least_height);
    let closeness = closeness.min(sharp_across.max(sharp_down));
    if !(0.0..=1.0).contains(&closeness) {
        return (most_width, most_height);
    }
    (
        most_width + (least_width - most_width) * closeness,
        most_height + (least_height - most_height) * closeness,
    )
}

/// Slack for sums that should be whole: without it a scaled edge at 609.0000000001 would take in a pixel too many.
const WHOLE: f64 = 1e-6;

/// Start and length in whole pixels, within a side of this length.
fn span(start: f64, length: f64, side: u32) -> (u32, u32) {
    let first = ((start + WHOLE).floor().max(0.0) as u32).min(side - 1);
    let end = ((start + length - WHOLE).ceil().max(0.0) as u32).clamp(first + 1, side);
    (first, end - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    /// Sizes as Wagtail records them for originals of these sizes.
    #[test]
    fn sizes_are_wagtails() {
        for (original, spec, wanted) in [
            ((1080, 831), "fill-1920x900", (1080, 507)),
            ((1200, 1038), "fill-1920x600", (1200, 376)),
            ((1200, 583), "fill-1920x600", (1200, 375)),
            ((1000, 664), "fill-1920x600", (1000, 314)),
            ((300, 294), "fill-1920x600", (300, 94)),
            ((150, 162), "fill-180x180", (150, 150)),
            ((1080, 1240), "fill-600x338", (600, 338)),
            ((1200, 796), "width-500", (500, 331)),
            ((1200, 796), "width-5000", (1200, 796)),
            ((1200, 796), "height-100", (150, 100)),
            ((1200, 796), "height-1000", (1200, 796)),
            ((1200, 796), "max-100x100", (100, 66)),
            ((796, 1200), "max-100x100", (66, 100)),
            ((1200, 796), "max-1200x796", (1200, 796)),
            ((1200, 796), "min-100x100", (150, 100)),
            ((1200, 796), "min-100x5000", (1200, 796)),
            ((1200, 796), "scale-50", (600, 398)),
            ((1200, 796), "scale-0.01", (1, 1)),
            ((3, 2), "scale-200", (6, 4)),
            ((1200, 1), "max-10x10", (10, 1)),
            ((1200, 796), "original|format-webp", (1200, 796)),
            ((1200, 796), "width-600|fill-100x100", (100, 100)),
            ((1, 1), "fill-65535x1", (1, 1)),
        ] {
            let plan = Plan::of(size(original.0, original.1), None, &Spec::parse(spec).unwrap()).unwrap();
            assert_eq!((plan.size.width, plan.size.height), wanted, "{original:?} {spec}");
            let Crop { left, top, width, height } = plan.crop;
            assert!(
                left + width <= original.0 && top + height <= original.1 && width > 0 && height > 0,
                "{spec} {plan:?}"
            );
        }
    }

    #[test]
    fn the_focal_point_is_kept_and_zoomed_to() {
        let focal = Some(Focal { x: 900, y: 100, width: 100, height: 100 });
        let plan = |spec: &str| Plan::of(size(1000, 500), focal, &Spec::parse(spec).unwrap()).unwrap();
        assert_eq!(plan("fill-100x100").crop, Crop { left: 450, top: 0, width: 500, height: 500 });
        let close = plan("fill-100x100-c100");
        assert_eq!(
            (close.crop, close.size),
            (Crop { left: 850, top: 50, width: 100, height: 100 }, size(100, 100))
        );
        let sharp = plan("fill-200x200-c100");
        assert_eq!((sharp.crop.width, sharp.size), (200, size(200, 200)));
    }

    #[test]
    fn a_focal_point_outside_the_picture_does_no_harm() {
        for (x, y, width, height) in [
            (-500, -500, 10, 10),
            (9_000, 9_000, 5_000, 5_000),
            (50, 50, 0, 0),
            (i64::MAX, i64::MIN, i64::MAX, 1),
        ] {
            let focal = Some(Focal { x, y, width, height });
            for spec in
                ["fill-30x70-c100", "fill-3000x10-c50", "fill-1x65535", "width-10|fill-5x5-c100|scale-300"]
            {
                let Crop { left, top, width, height } =
                    Plan::of(size(100, 80), focal, &Spec::parse(spec).unwrap()).unwrap().crop;
                assert!(
                    left + width <= 100 && top + height <= 80 && width > 0 && height > 0,
                    "{focal:?} {spec}"
                );
            }
        }
    }

    #[test]
    fn an_image_without_size_has_no_renditions() {
        assert!(Plan::of(size(0, 10), None, &Spec::parse("width-1").unwrap()).is_err());
    }
}
