//! The editing screen: a form with what stands around it, for pages, snippets, settings and files alike.

use serde::Serialize;

use super::desk::Desk;
use super::form::{Filled, Form, RowTemplate, SlugHint, Tab, Told};
use super::references;
use super::words::{Link, Moment, Status};
use crate::accounts::{Reading, names_of};
use crate::content::Object;
use crate::error::{Problems, Result};
use crate::schema::{Document, Type};

/// What `components/editor.html` is drawn from.
#[derive(Debug, Serialize)]
pub struct Editor {
    /// Where it is posted to.
    pub action: String,
    /// The version it was made from.
    pub version: i64,
    /// What is edited, in a word.
    pub noun: &'static str,
    /// Where its preview is made; empty if it has none.
    pub preview_url: String,
    /// The tabs of the form.
    pub tabs: Vec<Tab>,
    /// Empty rows.
    pub templates: Vec<RowTemplate>,
    /// What is wrong.
    pub problems: Vec<Told>,
    /// The state.
    pub status: Status,
    /// The type's name.
    pub type_label: String,
    /// Facts in the rail.
    pub facts: Vec<Fact>,
    /// What else can be done.
    pub links: Vec<Link>,
    /// `clean`, `dirty` or `new`.
    pub save_state: &'static str,
    /// The state of saving, in words.
    pub save_words: &'static str,
    /// Whether it can be saved.
    pub can_save: bool,
    /// What the save button says.
    pub save_label: &'static str,
    /// Whether it can be published.
    pub can_publish: bool,
    /// Tags to suggest.
    pub tags: Vec<String>,
}

/// Something to know about what is edited.
#[derive(Debug, Serialize)]
pub struct Fact {
    label: &'static str,
    text: String,
    url: String,
    new_tab: bool,
    moment: Option<Moment>,
}

impl Fact {
    /// Words.
    pub fn text(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into(), url: String::new(), new_tab: false, moment: None }
    }

    /// A link that opens beside the admin.
    pub fn link(label: &'static str, text: impl Into<String>, url: impl Into<String>) -> Self {
        Self { url: url.into(), new_tab: true, ..Self::text(label, text) }
    }

    /// A moment, and who it was.
    pub fn moment(label: &'static str, moment: Moment, by: impl Into<String>) -> Self {
        Self { moment: Some(moment), ..Self::text(label, by) }
    }
}

/// What is to be edited.
pub struct Sheet<'a> {
    /// Its type.
    pub declared: &'a Type,
    /// The object; `None` for one that is not made yet.
    pub object: Option<&'a Object>,
    /// The content that fills the form.
    pub document: &'a Document,
    /// What is wrong with it.
    pub problems: &'a Problems,
    /// How its slug is shown.
    pub slug: SlugHint,
}

impl Editor {
    /// The screen's view, without what only its own door knows: address, rights, links.
    pub async fn new(desk: &Desk, reading: &mut Reading, sheet: Sheet<'_>) -> Result<Self> {
        let known = references::known(desk.cms(), reading, sheet.declared, sheet.document).await?;
        let Sheet { declared, document, problems, object, slug } = sheet;
        let filled = Filled { document, problems, known: &known, slug };
        let form = Form::new(desk.admin().screens.templates(), declared, &filled)?;
        let unsaved = !problems.is_empty();
        let (save_state, save_words) = match object {
            _ if unsaved => ("dirty", "Not saved yet"),
            None => ("new", "Not saved yet"),
            Some(_) => ("clean", "All changes are saved"),
        };
        Ok(Self {
            action: String::new(),
            version: object.map_or(0, |object| object.version),
            noun: "page",
            preview_url: String::new(),
            tabs: form.tabs,
            templates: form.templates,
            problems: form.problems,
            status: object.map_or_else(Status::unsaved, Status::of),
            type_label: declared.name.clone(),
            facts: match object {
                Some(object) => facts(reading, object).await?,
                None => Vec::new(),
            },
            links: Vec::new(),
            save_state,
            save_words,
            can_save: false,
            save_label: "Save draft",
            can_publish: false,
            tags: Vec::new(),
        })
    }
}

/// When it was saved and published, and by whom.
async fn facts(reading: &mut Reading, object: &Object) -> Result<Vec<Fact>> {
    let now = reading.now;
    let mut facts = Vec::new();
    if let Some(latest) = object.latest_revision {
        let revision = crate::content::Revision::find(reading, latest).await?;
        let names = names_of(reading, &revision.author.into_iter().collect::<Vec<_>>()).await?;
        let by = names.first().map(|(_, name)| format!("by {name}")).unwrap_or_default();
        facts.push(Fact::moment("Saved", Moment::new(revision.created_at, now), by));
    }
    if let Some(published) = object.last_published_at.filter(|_| object.live) {
        facts.push(Fact::moment("Published", Moment::new(published, now), ""));
    }
    if let Some(go_live) = object.go_live_at {
        facts.push(Fact::moment("Goes live", Moment::new(go_live, now), ""));
    }
    if let Some(expire) = object.expire_at {
        facts.push(Fact::moment("Expires", Moment::new(expire, now), ""));
    }
    facts.push(Fact::moment("Made", Moment::new(object.created_at, now), ""));
    Ok(facts)
}
