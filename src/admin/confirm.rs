//! The question before something that matters.

use serde::Serialize;

use super::answer::Answer;
use super::desk::Desk;
use super::frame::Frame;
use super::words::Crumb;
use crate::accounts::{self, Action, Reading};
use crate::content::{self, Object};
use crate::error::Result;
use crate::pages;
use crate::schema::PAGE_FAMILY;

/// What `pages/confirm.html` is drawn from.
#[derive(Serialize)]
pub struct Confirm {
    verb: String,
    icon: &'static str,
    back_url: String,
    lines: Vec<String>,
    uses: Vec<Use>,
    danger: bool,
    version: i64,
}

/// A place that uses something.
#[derive(Debug, Serialize)]
pub struct Use {
    title: String,
    url: String,
    note: String,
}

#[derive(Serialize)]
struct View<'a> {
    frame: Frame,
    crumbs: Vec<Crumb>,
    #[serde(flatten)]
    question: &'a Confirm,
}

impl Confirm {
    /// A question with the words of its button, and the way back.
    pub fn new(verb: impl Into<String>, icon: &'static str, back_url: String) -> Self {
        let (lines, uses) = (Vec::new(), Vec::new());
        Self { verb: verb.into(), icon, back_url, lines, uses, danger: false, version: 0 }
    }

    /// What cannot be undone.
    pub fn dangerous(self) -> Self {
        Self { danger: true, ..self }
    }

    /// A line to read before answering.
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Names what uses it.
    pub async fn used_by(mut self, reading: &mut Reading, family: &str, id: i64) -> Result<Self> {
        self.uses = uses(reading, family, id).await?;
        Ok(self)
    }

    /// Shows it.
    pub fn show(&self, desk: &Desk, frame: Frame, crumbs: Vec<Crumb>) -> Answer {
        desk.show("pages/confirm.html", &View { frame, crumbs, question: self })
    }
}

/// What uses an object. Pages that the viewer may not see are counted among the others without their titles.
pub async fn uses(reading: &mut Reading, family: &str, id: i64) -> Result<Vec<Use>> {
    let mut uses = Vec::new();
    for usage in content::usages(reading, family, id).await? {
        let note = usage.field.replace('_', " ");
        if usage.family == PAGE_FAMILY {
            let page = Object::by_key(reading, usage.key).await?;
            if !accounts::may(&reading.viewer, Action::View, &pages::scope(&page)?) {
                uses.push(Use {
                    title: "A page that you may not see".into(),
                    url: "/admin/pages/".into(),
                    note: String::new(),
                });
                continue;
            }
        }
        let url = match usage.family.as_str() {
            PAGE_FAMILY => format!("/admin/pages/{}/edit", usage.id),
            _ => format!("/admin/snippets/{}/{}/", usage.label, usage.id),
        };
        uses.push(Use { title: usage.draft_title, url, note });
    }
    Ok(uses)
}
