//! A chooser in a form that no content type declares, for `components/chooser.html`.

use serde::Serialize;

use super::Chosen;

/// A reference to one object.
#[derive(Debug, Serialize)]
pub struct Chooser {
    kind: &'static str,
    name: &'static str,
    id: String,
    label: &'static str,
    help: &'static str,
    required: bool,
    bare: bool,
    shown_when: Option<()>,
    problems: Vec<String>,
    chosen: Vec<Chosen>,
    options: Options,
}

#[derive(Debug, Serialize)]
struct Options {
    of: &'static str,
    icon: &'static str,
    many: bool,
    blank: Chosen,
}

impl Chooser {
    /// A chooser of a page.
    pub fn of_page(
        name: &'static str,
        label: &'static str,
        chosen: Vec<Chosen>,
        problems: &[String],
    ) -> Self {
        Self {
            kind: "page",
            name,
            id: format!("f-{name}"),
            label,
            help: "",
            required: false,
            bare: false,
            shown_when: None,
            problems: problems.to_vec(),
            chosen,
            options: Options { of: "", icon: "page", many: false, blank: Chosen::default() },
        }
    }

    /// With a line of help.
    pub fn helped(self, help: &'static str) -> Self {
        Self { help, ..self }
    }
}
