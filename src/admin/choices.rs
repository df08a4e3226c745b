//! What forms of the admin's own offer to choose from, and a field of theirs as it was typed.

use serde::Serialize;

use super::desk::Desk;
use crate::error::Problems;
use crate::schema::{Type, USER};

/// A line of text as it was typed, with what is wrong with it.
#[derive(Serialize)]
pub struct Field {
    value: String,
    problem: String,
}

/// The field whose problems stand at `name`.
pub fn field(name: &str, value: String, problems: &Problems) -> Field {
    Field { value, problem: problems.at(name).join(", ") }
}

/// One of several that can be chosen.
#[derive(Serialize)]
pub struct Choice {
    value: String,
    label: String,
    note: &'static str,
    chosen: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), note: "", chosen }
    }

    /// With a word of explanation.
    pub fn noted(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

/// Those content types, people apart.
pub fn types(desk: &Desk, chosen: &[String], is_offered: impl Fn(&Type) -> bool) -> Vec<Choice> {
    let declared = desk.schema().types().filter(|declared| declared.label != USER && is_offered(declared));
    let is_chosen = |label: &String| chosen.contains(label);
    declared
        .map(|declared| Choice::new(&declared.label, &declared.name, is_chosen(&declared.label)))
        .collect()
}

/// Every site.
pub fn sites(desk: &Desk, chosen: Option<i64>) -> Vec<Choice> {
    let sites = desk.cms().sites();
    let choice =
        |site: &crate::sites::Site| Choice::new(site.id.to_string(), site.label(), chosen == Some(site.id));
    sites.all().iter().map(choice).collect()
}
