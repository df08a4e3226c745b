//! Numbers, yes or no, and choices.

use std::sync::Arc;

use super::FieldKind;
use super::Make;
use super::Simple;
use crate::schema::Shape;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    vec![
        Simple::new("integer", Shape::Integer, "A whole number.").kind(),
        Simple::new("float", Shape::Float, "A number with a point.").kind(),
        Simple::new(
            "decimal",
            Shape::Decimal,
            "An exact number, such as a price; kept and answered as text.",
        )
        .kind(),
        Simple::new("boolean", Shape::Boolean, "Yes or no.").kind(),
        Arc::new(Choices { name: "choice", many: false }),
        Arc::new(Choices { name: "choices", many: true }),
    ]
}

struct Choices {
    name: &'static str,
    many: bool,
}

impl FieldKind for Choices {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        if self.many { "Several of a fixed list of options." } else { "One of a fixed list of options." }
    }

    fn options(&self) -> &'static [(&'static str, &'static str)] {
        &[("choices", "the options: texts, or { value, label } tables")]
    }

    fn shape(&self, make: &mut Make<'_, '_>) -> Result<Shape, String> {
        if !make.has("choices") {
            return Err(
                "needs its options: choices = [\"one\", { value = \"two\", label = \"Number two\" }]"
                    .to_owned(),
            );
        }
        Ok(if self.many { Shape::Choices } else { Shape::Choice })
    }
}
