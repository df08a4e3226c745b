//! The editing screen of a page, drawn the same whether it is opened, refused or new.

use serde::Serialize;

use crate::accounts::{Action, Reading};
use crate::admin::answer::{Answer, Shown};
use crate::admin::desk::Desk;
use crate::admin::editor::{Editor, Fact, Sheet};
use crate::admin::form::SlugHint;
use crate::admin::frame::{Frame, is_shown};
use crate::admin::words::{Crumb, Link};
use crate::content::Object;
use crate::error::{Error, Problems, Result};
use crate::pages;
use crate::schema::{Document, Type};

/// A page to be edited, or one to be made.
pub struct PageSheet<'a> {
    /// The type.
    pub declared: &'a Type,
    /// The page, unless it is new.
    pub page: Option<&'a Object>,
    /// The page above it.
    pub parent: Option<&'a Object>,
    /// What fills the form.
    pub document: &'a Document,
}

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    editor: Editor,
}

impl PageSheet<'_> {
    /// Shows the form.
    pub async fn show(&self, desk: &Desk, reading: &mut Reading) -> Answer {
        self.draw(desk, reading, Shown::fresh()).await
    }

    /// Shows the form again, as typed, with what kept it from being saved.
    pub async fn refused(&self, desk: &Desk, reading: &mut Reading, error: Error) -> Answer {
        self.draw(desk, reading, Shown::again(error)?).await
    }

    async fn draw(&self, desk: &Desk, reading: &mut Reading, shown: Shown) -> Answer {
        let mut editor = self.editor(desk, reading, &shown.problems).await?;
        let title = self.page.map_or_else(
            || format!("New {}", self.declared.name.to_lowercase()),
            |page| page.draft_title.clone(),
        );
        let around = self.page.or(self.parent);
        let frame = match around {
            Some(page) => desk.page_frame(reading, title, page).await?,
            None => desk.frame(reading, "pages", title).await?,
        };
        if shown.message.is_some() {
            (editor.save_state, editor.save_words) = ("dirty", "Not saved yet");
        }
        let crumbs = crumbs(reading, self.page, self.parent).await?;
        desk.show_as(
            shown.status,
            "pages/edit.html",
            &View { frame: frame.telling(shown.message), crumbs, editor },
        )
    }

    async fn editor(&self, desk: &Desk, reading: &mut Reading, problems: &Problems) -> Result<Editor> {
        let sites = desk.cms().sites();
        let above = self.parent.and_then(|parent| sites.address_of(&parent.url_path, None));
        let slug = SlugHint {
            prefix: above.map(|address| address.path()).unwrap_or_default(),
            follow: self.page.is_none(),
        };
        let sheet =
            Sheet { declared: self.declared, object: self.page, document: self.document, problems, slug };
        let mut editor = Editor::new(desk, reading, sheet).await?;
        let may = |action, page: &Object| pages::scope(page).map(|scope| desk.may(action, &scope));
        match (self.page, self.parent) {
            (Some(page), _) => {
                let address = format!("/admin/pages/{}", page.id);
                editor.action = format!("{address}/edit");
                if desk.cms().stage.theme().is_some() {
                    editor.preview_url = format!("{address}/preview");
                }
                editor.can_save = may(Action::Change, page)? && page.alias_of.is_none();
                editor.can_publish = editor.can_save && may(Action::Publish, page)?;
                editor.links = links(desk, page)?;
                editor.facts.splice(0..0, self.place(desk, page));
            }
            (None, Some(parent)) => {
                editor.action = format!("/admin/pages/{}/add/{}", parent.id, self.declared.label);
                editor.can_save = true;
                editor.can_publish = may(Action::Publish, parent)?;
            }
            (None, None) => {}
        }
        Ok(editor)
    }

    fn place(&self, desk: &Desk, page: &Object) -> Vec<Fact> {
        let sites = desk.cms().sites();
        let address = sites.address_of(&page.url_path, None);
        let mut facts: Vec<Fact> = Vec::new();
        match address {
            Some(address) if page.live => facts.push(Fact::link("Live at", address.path(), address.url())),
            Some(address) => facts.push(Fact::text("Will be at", address.path())),
            None => facts.push(Fact::text("Address", "On no site")),
        }
        if page.live && !page.public {
            facts.push(Fact::text("Seen by", "Some only"));
        }
        if !page.locale.is_empty() && desk.cms().sites().locales().len() > 1 {
            facts.push(Fact::text("Language", page.locale.clone()));
        }
        if let Some(original) = page.alias_of {
            facts.push(Fact::link(
                "Mirrors",
                format!("Page {original}"),
                format!("/admin/pages/{original}/edit"),
            ));
        }
        facts
    }
}

fn links(desk: &Desk, page: &Object) -> Result<Vec<Link>> {
    let scope = pages::scope(page)?;
    let at = |rest: &str| format!("/admin/pages/{}/{rest}", page.id);
    let mut links =
        vec![Link::new("Pages below", "pages", at("")), Link::new("History", "history", at("history"))];
    if page.parent.is_some() && desk.may(Action::Change, &scope) {
        links.push(Link::new("Move", "move", at("move")));
    }
    if page.live && desk.may(Action::Publish, &scope) {
        links.push(Link::new("Unpublish", "unpublish", at("unpublish")));
    }
    if page.parent.is_some() && desk.may(Action::Delete, &scope) {
        links.push(Link::new("Delete", "trash", at("delete")));
    }
    Ok(links)
}

/// The way from the root to a page: those above it that the viewer may see.
pub async fn crumbs(
    reading: &mut Reading,
    page: Option<&Object>,
    parent: Option<&Object>,
) -> Result<Vec<Crumb>> {
    let mut above = match page.or(parent) {
        Some(page) => pages::ancestors(reading, page.tree_path()?).await?,
        None => Vec::new(),
    };
    if page.is_none() {
        above.extend(parent.cloned());
    }
    let mut crumbs = Vec::new();
    for page in &above {
        if is_shown(reading, page)? {
            let title = if page.parent.is_none() { "All pages" } else { page.draft_title.as_str() };
            crumbs.push(Crumb::new(title, format!("/admin/pages/{}/", page.id)));
        }
    }
    Ok(crumbs)
}
