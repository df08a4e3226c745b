//! The editing form, made from a content type: what the models declare becomes tabs, panels and drawn fields.
//!
//! Names are paths (`body.2.value.text`), so problems, which name paths too, find their fields. Reading order: `sent`
//! (what came back from a browser), `node` (one field as its template sees it), `rows` (streams, lists, children),
//! `known` (what references are called), and here the whole. `chooser` is for forms of the admin's own.

mod chooser;
mod known;
mod node;
mod rows;
mod sent;

use serde::Serialize;

pub use chooser::Chooser;
pub use known::{Chosen, Known, references};
pub use node::Draw;
pub use rows::RowTemplate;
pub use sent::Sent;

use crate::error::{Problems, Result};
use crate::render::Templates;
use crate::schema::Document;
use crate::schema::Type;

/// A form, drawn and ready for its screen.
#[derive(Debug, Serialize)]
pub struct Form {
    /// The tabs, in the order of the panels.
    pub tabs: Vec<Tab>,
    /// One empty row of every kind that the form can add.
    pub templates: Vec<RowTemplate>,
    /// Everything that is wrong, with the field to go to.
    pub problems: Vec<Told>,
}

/// One tab.
#[derive(Debug, Serialize)]
pub struct Tab {
    /// What its address ends in.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Its groups of fields.
    pub panels: Vec<Panel>,
    /// How many problems its fields have.
    pub problems: usize,
}

/// A group of fields.
#[derive(Debug, Serialize)]
pub struct Panel {
    /// What stands above it; may be empty.
    pub heading: String,
    /// Whether it starts folded.
    pub collapsed: bool,
    /// The drawn fields.
    pub fields: Vec<String>,
}

/// A problem as the summary tells it.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// The element to go to; empty if no field is to blame.
    pub id: String,
    /// The field, with the blocks around it.
    pub label: String,
    /// What is wrong.
    pub text: String,
}

impl Form {
    /// Draws the form of a type, filled from a document, with problems at their fields.
    pub fn new(templates: &Templates, declared: &Type, filled: &Filled<'_>) -> Result<Self> {
        let mut draw = Draw::new(templates, filled);
        let mut tabs: Vec<Tab> = Vec::new();
        for panel in &declared.panels {
            let before = draw.told.len();
            let mut fields = Vec::new();
            for name in &panel.fields {
                let Some(field) = declared.field(name).filter(|field| field.shape.is_stored()) else {
                    continue;
                };
                let value = filled.document.get(name).cloned().unwrap_or_else(|| field.initial());
                fields.push(draw.field(field, &value, name, name)?);
            }
            let found = draw.told.len() - before;
            let drawn =
                Panel { heading: panel.heading.clone(), collapsed: panel.collapsed && found == 0, fields };
            put(&mut tabs, &panel.tab, drawn, found);
        }
        let templates = rows::templates(&mut draw, declared)?;
        let problems = draw.finish();
        Ok(Self { tabs, templates, problems })
    }
}

/// What a form is filled with.
pub struct Filled<'a> {
    /// The content, as stored or as typed.
    pub document: &'a Document,
    /// What is wrong with it.
    pub problems: &'a Problems,
    /// What the references in it are called.
    pub known: &'a Known,
    /// What stands before a slug, and whether the slug follows the title.
    pub slug: SlugHint,
}

/// How a page's slug is shown.
#[derive(Debug, Clone, Default)]
pub struct SlugHint {
    /// The address of the parent.
    pub prefix: String,
    /// Whether the slug follows the title while it is typed.
    pub follow: bool,
}

fn put(tabs: &mut Vec<Tab>, label: &str, panel: Panel, problems: usize) {
    if let Some(tab) = tabs.iter_mut().find(|tab| tab.label == label) {
        tab.panels.push(panel);
        tab.problems += problems;
        return;
    }
    let key = label.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    tabs.push(Tab { key, label: label.to_owned(), panels: vec![panel], problems });
}

#[cfg(test)]
mod tests;
