//! The frame around every screen: navigation, the page tree, whoever is signed in, messages.

use serde::Serialize;

use super::answer::Message;
use super::desk::Desk;
use crate::accounts::{API_TOKEN, Action, Reading, Scope};
use crate::content::Object;
use crate::error::Result;
use crate::pages;
use crate::schema::{DOCUMENT, IMAGE, Kind, USER};
use crate::webhooks::WEBHOOK;

mod tree;

pub use tree::{Branch, TreeNode};

/// What `layouts/base.html` is drawn from.
#[derive(Debug, Serialize)]
pub struct Frame {
    title: String,
    site: String,
    theme: String,
    other_theme: &'static str,
    version: String,
    scripts: Vec<String>,
    styles: Vec<String>,
    nav: Vec<NavItem>,
    tree: Vec<TreeNode>,
    user: String,
    account: bool,
    messages: Vec<Message>,
}

#[derive(Debug, Serialize)]
struct NavItem {
    key: &'static str,
    label: &'static str,
    url: &'static str,
    icon: &'static str,
    current: bool,
}

impl Frame {
    /// The frame of a screen in `section`; `page` is the one that it is about.
    pub async fn new(
        desk: &Desk,
        reading: &mut Reading,
        section: &str,
        title: String,
        page: Option<&Object>,
    ) -> Result<Self> {
        let screens = &desk.admin().screens;
        Ok(Self {
            title,
            site: site_name(desk),
            theme: desk.theme.clone(),
            other_theme: if desk.theme == "dark" { "light" } else { "dark" },
            version: screens.version().to_owned(),
            scripts: screens.scripts().to_vec(),
            styles: screens.styles().to_vec(),
            nav: nav(desk, section),
            tree: tree::around(reading, page).await?,
            user: desk.person.display_name(),
            account: section == "account",
            messages: desk.message.clone().into_iter().collect(),
        })
    }

    /// With one more message.
    pub fn telling(mut self, message: Option<Message>) -> Self {
        self.messages.extend(message);
        self
    }
}

/// The frame of screens for whoever is not signed in.
#[derive(Debug, Serialize)]
pub struct BareFrame {
    title: String,
    site: String,
    theme: String,
    version: String,
    messages: Vec<Message>,
}

impl BareFrame {
    /// The frame of a bare screen.
    pub fn new(admin: &super::Admin, title: &str, message: Option<Message>) -> Self {
        Self {
            title: title.to_owned(),
            site: admin.cms.config.site.name.clone(),
            theme: String::new(),
            version: admin.screens.version().to_owned(),
            messages: message.into_iter().collect(),
        }
    }
}

fn site_name(desk: &Desk) -> String {
    let sites = desk.cms().sites();
    let name = sites.default_site().map(|site| site.name.clone()).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| desk.cms().config.site.name.clone())
}

fn nav(desk: &Desk, section: &str) -> Vec<NavItem> {
    let has = |kind: Kind| desk.schema().of_kind(kind).next().is_some();
    let collections = &desk.cms().snapshot().collections;
    let in_library = |label| !collections.where_may(&desk.actor(), Action::View, label).is_empty();
    let items = [
        ("home", "Home", "/admin/", "home", true),
        ("pages", "Pages", "/admin/pages/", "pages", true),
        ("images", "Images", "/admin/images/", "image", in_library(IMAGE)),
        ("documents", "Documents", "/admin/documents/", "document", in_library(DOCUMENT)),
        ("snippets", "Snippets", "/admin/snippets/", "snippet", has(Kind::Snippet)),
        ("forms", "Forms", "/admin/forms/", "form", has(Kind::Form)),
        ("settings", "Settings", "/admin/settings/", "settings", has(Kind::Setting)),
        ("users", "People", "/admin/users/", "users", desk.may(Action::View, &Scope::Type(USER))),
        (
            "webhooks",
            "Webhooks",
            "/admin/webhooks/",
            "external",
            desk.may(Action::View, &Scope::Type(WEBHOOK)),
        ),
        ("tokens", "Tokens", "/admin/tokens/", "key", desk.may(Action::View, &Scope::Type(API_TOKEN))),
    ];
    let shown = items.into_iter().filter(|item| item.4);
    shown
        .map(|(key, label, url, icon, _)| NavItem { key, label, url, icon, current: key == section })
        .collect()
}

/// Whether a page is shown to this viewer: for itself, or as the way to one that is.
pub fn is_shown(reading: &Reading, page: &Object) -> Result<bool> {
    let seen = crate::accounts::may(&reading.viewer, Action::View, &pages::scope(page)?);
    Ok(seen || crate::accounts::leads_to_something(&reading.viewer, page.tree_path()?))
}
