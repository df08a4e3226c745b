//! Kinds that hold other fields, and the three that have a form of their own: tags, tables and JSON.

use std::sync::Arc;

use super::FieldKind;
use super::Make;
use super::Simple;
use crate::schema::Shape;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    vec![
        Simple::new("json", Shape::Json, "Any JSON, for data that a program reads.").kind(),
        Simple::new("table", Shape::Table, "A table of rows and cells, with header row and caption.").kind(),
        Simple::new("tags", Shape::Tags, "Names that many objects share.").kind(),
        Arc::new(Container { name: "struct" }),
        Arc::new(Container { name: "list" }),
        Arc::new(Container { name: "stream" }),
        Arc::new(Container { name: "children" }),
    ]
}

struct Container {
    name: &'static str,
}

impl FieldKind for Container {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        match self.name {
            "struct" => "Several fields as one value.",
            "list" => "Many values of one field or block.",
            "stream" => "Many blocks of different types, in the order that the editor gives them.",
            _ => "Inline rows that belong to the object: sortable, with ids and a type label of their own.",
        }
    }

    fn options(&self) -> &'static [(&'static str, &'static str)] {
        match self.name {
            "struct" => &[("fields", "the fields it holds")],
            "list" => &[("item", "the field or block repeated"), ("min_num", "fewest"), ("max_num", "most")],
            "stream" => &[
                ("blocks", "the blocks allowed, by name or declared in place"),
                ("block_counts", "fewest and most of one block: { hero = { max = 1 } }"),
                ("min_num", "fewest blocks"),
                ("max_num", "most blocks"),
            ],
            _ => &[
                ("label", "the type label of a row: blog.BlogPersonRelationship"),
                ("fields", "the fields of a row"),
                ("min_num", "fewest rows"),
                ("max_num", "most rows"),
            ],
        }
    }

    fn shape(&self, make: &mut Make<'_, '_>) -> Result<Shape, String> {
        Ok(match self.name {
            "struct" => Shape::Struct(make.fields()),
            "list" => Shape::List(
                make.item()
                    .ok_or("needs what it repeats: item = { type = \"image\" } or item = \"quote\"")?,
            ),
            "stream" => Shape::Stream(make.blocks()),
            _ => {
                let label = make.text("label").filter(|label| label.contains('.'));
                let label = label.ok_or("needs a type label for its rows: label = \"blog.Author\"")?;
                Shape::Children { label, fields: make.fields() }
            }
        })
    }
}
