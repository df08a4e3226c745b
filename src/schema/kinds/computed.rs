//! Kinds that exist in the API alone: nothing is stored of them, they are made of fields that stand beside them.

use std::sync::Arc;

use super::FieldKind;
use super::Make;
use super::Simple;
use crate::schema::Shape;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    let parent = "For the API alone, in a child row: the object that the row belongs to.";
    vec![
        RENDITION.kind(),
        CHOICE_LABEL.kind(),
        RELATED.kind(),
        ADDRESS.kind(),
        Simple::new("parent", Shape::Parent, parent).kind(),
    ]
}

/// A kind whose options say what it is made of.
#[derive(Clone, Copy)]
struct Computed {
    name: &'static str,
    summary: &'static str,
    options: &'static [(&'static str, &'static str)],
    shape: fn(&mut Make<'_, '_>) -> Result<Shape, String>,
}

const RENDITION: Computed = Computed {
    name: "rendition",
    summary: "For the API alone: the image that the field `of` holds, made by a filter spec.",
    options: &[("of", "the image field"), ("spec", "the filter spec: fill-800x600, width-400|format-webp")],
    shape: |make| {
        let of = make.text("of").ok_or("needs the image field that it is made of: of = \"image\"")?;
        let spec = make.text("spec").ok_or("needs a filter spec: spec = \"fill-800x600\"")?;
        Ok(Shape::Rendition { of, spec })
    },
};

const CHOICE_LABEL: Computed = Computed {
    name: "choice_label",
    summary: "For the API alone: the label of the choice that the field `of` holds.",
    options: &[("of", "the choice field")],
    shape: |make| {
        let of = make.text("of").ok_or("needs the choice field that it labels: of = \"day\"")?;
        Ok(Shape::ChoiceLabel { of })
    },
};

const RELATED: Computed = Computed {
    name: "related",
    summary: "For the API alone: a field of the object that the field `of` refers to.",
    options: &[("of", "the field that refers to the object"), ("field", "the name of the object's field")],
    shape: |make| {
        let of = make.text("of").ok_or("needs the field that refers to the object: of = \"author\"")?;
        let field = make.text("field").ok_or("needs the name of the object's field: field = \"name\"")?;
        Ok(Shape::Related { of, field })
    },
};

const ADDRESS: Computed = Computed {
    name: "address",
    summary: "For the API alone: where the first filled one of several fields leads, texts as they are, pages and \
              documents by their address.",
    options: &[("of", "the fields, first choice first: texts, pages, documents")],
    shape: |make| match make.texts("of") {
        of if of.is_empty() => {
            Err("needs the fields that it is made of: of = [\"link_external\", \"link_page\"]".to_owned())
        }
        of => Ok(Shape::Address { of }),
    },
};

impl Computed {
    fn kind(self) -> Arc<dyn FieldKind> {
        Arc::new(self)
    }
}

impl FieldKind for Computed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn options(&self) -> &'static [(&'static str, &'static str)] {
        self.options
    }

    fn shape(&self, make: &mut Make<'_, '_>) -> Result<Shape, String> {
        (self.shape)(make)
    }
}
