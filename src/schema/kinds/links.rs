//! Kinds that point to other content.

use std::sync::Arc;

use super::FieldKind;
use super::Make;
use crate::schema::Shape;
use crate::schema::Target;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    let link = |name, summary, target: fn(Vec<String>) -> Target| -> Arc<dyn FieldKind> {
        Arc::new(Link { name, summary, target })
    };
    vec![
        link("page", "A page; `of` names the types allowed.", Target::Page),
        link("snippet", "A snippet of the type that `of` names.", Target::Snippet),
        link("image", "An image of the library.", |_| Target::Image),
        link("document", "A file of the library.", |_| Target::Document),
        link("collection", "A collection of images and documents.", |_| Target::Collection),
        link("user", "A user.", |_| Target::User),
    ]
}

struct Link {
    name: &'static str,
    summary: &'static str,
    target: fn(Vec<String>) -> Target,
}

impl FieldKind for Link {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn options(&self) -> &'static [(&'static str, &'static str)] {
        &[("of", "the types allowed, for pages and snippets"), ("many", "several, in order, instead of one")]
    }

    fn shape(&self, make: &mut Make<'_, '_>) -> Result<Shape, String> {
        let of = make.texts("of");
        match self.name {
            "snippet" if of.len() != 1 => {
                return Err("needs the one snippet type that it points to: of = [\"base.Person\"]".to_owned());
            }
            "page" | "snippet" => {}
            _ if !of.is_empty() => return Err(format!("takes no `of`: every {} will do", self.name)),
            _ => {}
        }
        let target = (self.target)(of);
        Ok(if make.flag("many") { Shape::Links(target) } else { Shape::Link(target) })
    }
}
