//! SVG originals: cleaned when they come in, never drawn here.
//!
//! Cleaning drops scripts, handlers, foreign objects and everything that points outside. What is left can still be
//! a bomb of `<use>` elements that use each other, so the copies are counted, too. The doors serve SVG under a
//! sandboxing policy besides.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use crate::error::Error;
use crate::error::Result;

use super::plan::Size;

/// The most bytes an SVG may have.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most copies that `<use>` elements may come to; drawings have dozens.
const MOST_COPIES: u64 = 10_000;
/// What browsers give a drawing that names no size.
const USUAL: Size = Size { width: 300, height: 150 };
/// The longest side that is believed.
const LONGEST_SIDE: f64 = 65_535.0;

/// The same drawing without anything that could act or fetch; an error if it is no drawing or a bomb.
pub fn cleaned(bytes: &[u8]) -> Result<Vec<u8>> {
    if bytes.len() > MOST_BYTES {
        return Err(Error::Bad(format!("this SVG has more than {} MB", MOST_BYTES / 1024 / 1024)));
    }
    let mut filter = svg_hush::Filter::new();
    filter.set_data_url_filter(svg_hush::data_url_filter::allow_standard_images);
    let mut clean = Vec::with_capacity(bytes.len());
    filter
        .filter(bytes, &mut clean)
        .map_err(|_| Error::Bad("this SVG cannot be read; it is not well-formed".into()))?;
    let drawing = Drawing::read(&clean)?;
    if drawing.copies() > MOST_COPIES {
        return Err(Error::Bad(format!("this SVG draws more than {MOST_COPIES} copies of its parts")));
    }
    Ok(clean)
}

/// Width and height in pixels, from the attributes or the view box.
pub fn size(bytes: &[u8]) -> Result<Size> {
    Drawing::read(bytes).map(|drawing| drawing.size)
}

/// What is asked about a drawing: its size, and which named part uses which.
struct Drawing {
    size: Size,
    /// By the id of a part (empty: the whole), the ids that it uses, itself or within.
    uses: HashMap<String, Vec<String>>,
}

impl Drawing {
    fn read(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Bad("this SVG is not in UTF-8".into()))?;
        let mut reader = Reader::from_str(text);
        let mut drawing = Self { size: USUAL, uses: HashMap::new() };
        let mut within: Vec<String> = Vec::new();
        let mut seen = false;
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    drawing.enter(&start, &mut within, &mut seen);
                    within.push(attribute(&start, "id").unwrap_or_default());
                }
                Ok(Event::Empty(start)) => drawing.enter(&start, &mut within, &mut seen),
                Ok(Event::End(_)) => {
                    within.pop();
                }
                Ok(Event::Eof) if seen => return Ok(drawing),
                Ok(Event::Eof) | Err(_) => return Err(Error::Bad("this file holds no SVG drawing".into())),
                Ok(_) => {}
            }
        }
    }

    fn enter(&mut self, start: &BytesStart<'_>, within: &mut [String], seen: &mut bool) {
        if !*seen && start.local_name().as_ref() == b"svg" {
            (*seen, self.size) = (true, declared_size(start));
        }
        let target = (start.local_name().as_ref() == b"use")
            .then(|| attribute(start, "href").or_else(|| attribute(start, "xlink:href")))
            .flatten();
        if let Some(id) = target.as_deref().and_then(|target| target.strip_prefix('#')) {
            self.uses.entry(String::new()).or_default().push(id.to_owned());
            for named in within.iter().filter(|name| !name.is_empty()) {
                self.uses.entry(named.clone()).or_default().push(id.to_owned());
            }
        }
    }

    /// How many copies come of all uses; a part that uses itself counts once, as browsers draw it.
    fn copies(&self) -> u64 {
        let mut known = HashMap::new();
        self.copies_of("", &mut known, 0)
    }

    fn copies_of<'a>(&'a self, id: &'a str, known: &mut HashMap<&'a str, u64>, depth: usize) -> u64 {
        if let Some(&copies) = known.get(id) {
            return copies;
        }
        if depth > 64 {
            return MOST_COPIES + 1;
        }
        known.insert(id, 0);
        let used = self.uses.get(id).map_or(&[][..], Vec::as_slice);
        let copies = used.iter().fold(0u64, |sum, target| {
            sum.saturating_add(1).saturating_add(self.copies_of(target, known, depth + 1))
        });
        known.insert(id, copies);
        copies
    }
}

fn declared_size(start: &BytesStart<'_>) -> Size {
    let sides = attribute(start, "width").zip(attribute(start, "height"));
    let pixels = sides.and_then(|(width, height)| Some((length(&width)?, length(&height)?)));
    let boxed = || {
        let numbers: Vec<f64> = attribute(start, "viewBox")?
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map_while(|part| part.parse().ok())
            .collect();
        numbers.get(2).copied().zip(numbers.get(3).copied())
    };
    let (width, height) = pixels.or_else(boxed).unwrap_or((0.0, 0.0));
    let believable = |side: f64| (0.5..=LONGEST_SIDE).contains(&side);
    if believable(width) && believable(height) {
        Size { width: width.round() as u32, height: height.round() as u32 }
    } else {
        USUAL
    }
}

/// A length in CSS pixels; relative ones have none.
fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
    let factor = match &text[digits.len()..] {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 9.6 / 2.54,
        _ => return None,
    };
    digits.trim().parse::<f64>().ok().map(|number| number * factor)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.try_get_attribute(name).ok().flatten()?;
    Some(String::from_utf8_lossy(&attribute.value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {inside}</svg>"
        )
    }

    #[test]
    fn sizes_come_from_lengths_or_the_view_box() {
        for (attributes, wanted) in [
            ("width='20' height='10'", (20, 10)),
            ("width='1in' height='25.4mm'", (96, 96)),
            ("width='100%' height='100%' viewBox='0 0 40.4,30'", (40, 30)),
            ("viewBox='0 0 -4 0'", (300, 150)),
            ("width='1e9' height='1'", (300, 150)),
            ("width='ü' height='1'", (300, 150)),
            ("", (300, 150)),
        ] {
            let Size { width, height } = size(svg(&format!("{attributes}>")).as_bytes()).unwrap();
            assert_eq!((width, height), wanted, "{attributes}");
        }
    }

    #[test]
    fn cleaning_takes_out_what_acts_or_fetches() {
        let hostile = svg(
            "onload='steal()'><script>steal()</script><a xlink:href='javascript:steal()'><path d='M0 0'/></a>\
             <image href='https://example.com/x.png'/><foreignObject><p onclick='steal()'>x</p></foreignObject>\
             <style>@import 'https://example.com/x.css'; path { fill: url(https://example.com/#x) }</style>",
        );
        let clean = String::from_utf8(cleaned(hostile.as_bytes()).unwrap()).unwrap();
        assert!(clean.contains("M0 0"), "{clean}");
        for gone in ["steal", "script", "example.com", "onload", "foreignObject"] {
            assert!(!clean.contains(gone), "{gone} in {clean}");
        }
    }

    #[test]
    fn a_bomb_of_uses_is_refused_and_a_circle_is_not() {
        let level = |number: usize| {
            let uses = format!("<use xlink:href='#l{}'/>", number + 1).repeat(10);
            format!("<g id='l{number}'>{uses}</g>")
        };
        let bomb: String = (0..6).map(level).collect();
        assert!(cleaned(svg(&format!(">{bomb}<path id='l6' d='M0 0'/>")).as_bytes()).is_err());
        assert!(
            cleaned(svg("><g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>").as_bytes()).is_ok()
        );
        assert!(cleaned(b"<svg").is_err());
        assert!(cleaned(b"<html/>").is_err());
    }
}
