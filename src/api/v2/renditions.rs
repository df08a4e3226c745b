//! `?renditions=width-400,fill-800x600|format-webp`: for each image of an answer, the addresses of its renditions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::answer::Refusal;
use super::ask::Ask;
use super::json::Writer;
use super::show::Show;
use crate::media::Spec;
use crate::query::Item;
use crate::query::Reference;

/// The parameter, and the key beside an object's fields that answers it.
pub const RENDITIONS: &str = "renditions";
/// Filter specs that one request may name: a `srcset` has four or five.
const MOST: usize = 8;

/// The filter specs of a request, as they were written.
#[derive(Debug, Default)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// Reads the parameter. Specs that nobody declared are signed for, as long as there are not too many in all.
    pub fn read(ask: &Ask) -> Result<Self, Refusal> {
        let refuse = |why: String| Refusal::bad(format!("{RENDITIONS}: {why}"));
        let mut wanted: Vec<String> = Vec::new();
        let asked = ask.params.get(RENDITIONS).unwrap_or_default();
        for text in asked.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let spec = Spec::parse(text).map_err(|why| refuse(format!("“{text}”: {why}")))?;
            if wanted.iter().any(|known| known == text) {
                continue;
            }
            if wanted.len() == MOST {
                return Err(refuse(format!("at most {MOST} filter specs can be asked for at once")));
            }
            if !ask.cms.addresses.may_sign(&spec) {
                let words = format!("“{text}” is one filter spec too many; name it in media.extra_specs");
                return Err(refuse(words));
            }
            wanted.push(text.to_owned());
        }
        Ok(Self(wanted))
    }

    /// Whether none is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the renditions of these images beside an object's fields, by image and filter spec; `own` is the object,
    /// if it is an image itself. Images that the visitor may not see are left out.
    pub fn write(&self, out: &mut Writer, show: &Show<'_>, images: &BTreeSet<i64>, own: Option<&Item>) {
        let seen = |id: &i64| show.get(Reference::image(*id)).map(AsRef::as_ref);
        let own = own.filter(|own| !images.contains(&own.id));
        out.member(RENDITIONS).object(|out| {
            for image in images.iter().filter_map(seen).chain(own) {
                out.member(&image.id.to_string()).value(&self.of(show, image));
            }
        });
    }

    fn of(&self, show: &Show<'_>, image: &Item) -> Value {
        self.0.iter().map(|spec| (spec.clone(), show.rendition(image, spec))).collect()
    }
}
