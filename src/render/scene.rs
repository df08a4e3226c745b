//! What is drawn for whom: the request as templates see it, and the subject of the page.

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use super::functions::listing;
use super::locale::direction;
use super::session::Session;
use super::shown::Shown;
use crate::cache::Tag;
use crate::error::Result;
use crate::query::Filter;
use crate::query::Scope;
use crate::query::Selection;
use crate::search::Piece;

/// Translations of one page that are looked up; more languages than any site has.
const MOST_LANGUAGES: i64 = 200;
/// Levels of a tree that a breadcrumb shows.
const MOST_LEVELS: i64 = 60;

/// The request, as far as templates may know it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Scene {
    /// The site that is shown.
    pub site: i64,
    /// The language that it is shown in.
    pub locale: String,
    /// The path of the request.
    pub path: String,
    /// Names and values of the query.
    pub query: Vec<(String, String)>,
    /// Whether a draft is shown to somebody who may see it.
    pub is_preview: bool,
}

impl Scene {
    /// The number of the page of a list that is asked for, from 1.
    pub fn page_number(&self) -> i64 {
        let asked =
            self.query.iter().find(|(name, _)| name == "page").and_then(|(_, value)| value.parse().ok());
        asked.filter(|number| (1..=1_000_000).contains(number)).unwrap_or(1)
    }

    /// The address of another page of the same list.
    pub fn with_page(&self, number: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query.iter().filter(|(name, _)| name != "page"));
        if number > 1 {
            query.append_pair("page", &number.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

/// What the page is about.
pub enum Subject {
    /// A page of the tree, with its form if it has one.
    Page(Box<Shown>, Option<Form>),
    /// What a search found.
    Search(Search),
    /// What opens a restricted page.
    Gate(Gate),
    /// That there is nothing.
    NotFound,
    /// That something broke, with the number that the log knows it by.
    Broken(Option<String>),
}

/// A form as it is drawn, filled in or not.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Form {
    /// Its fields, in order.
    pub fields: Vec<FormField>,
    /// Whether it was sent and kept.
    pub is_sent: bool,
    /// Whether something is wrong with what was sent.
    pub has_problems: bool,
    /// The name of the field that people do not see and machines fill in.
    pub trap: String,
}

/// A field of a form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormField {
    /// What it is sent as.
    pub name: String,
    /// The id of its element.
    pub id: String,
    /// What is asked.
    pub label: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type of an `input` for it.
    pub input: String,
    /// What stands in it.
    pub value: String,
    /// What may be chosen.
    pub choices: Vec<FormChoice>,
    /// Whether it must be filled in.
    pub required: bool,
    /// A sentence that helps.
    pub help: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A choice of a field.
#[derive(Debug, Clone, Serialize)]
pub struct FormChoice {
    /// What it is called and sent as.
    pub value: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A page of search results.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Search {
    /// The words as typed.
    pub words: String,
    /// What was found.
    pub items: Vec<Found>,
    /// How much there is in all.
    pub total: i64,
    /// The number of this page of the list.
    pub number: i64,
    /// How many there are.
    pub pages: i64,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the next.
    pub next: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The best stretch of its text.
    pub excerpt: Vec<Piece>,
}

/// What is asked of somebody before a restricted page opens.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Gate {
    /// Where the password is sent.
    pub action: String,
    /// Whether a password that was sent was wrong.
    pub was_wrong: bool,
    /// Whether no password helps: one must be signed in.
    pub needs_login: bool,
}

impl Subject {
    /// The template that draws it.
    pub(super) fn template(&self, session: &Session) -> String {
        match self {
            Self::Page(page, _) => {
                let declared = session.props.schema.get(&page.label);
                session.theme.page_template(&page.label, declared.and_then(|found| found.template.as_deref()))
            }
            Self::Search(_) => "search.html".to_owned(),
            Self::Gate(_) => "password.html".to_owned(),
            Self::NotFound => "errors/404.html".to_owned(),
            Self::Broken(_) => "errors/500.html".to_owned(),
        }
    }

    /// Everything that the template knows at first.
    pub(super) fn view(&self, session: &Session) -> Result<Value> {
        let mut view = frame(session);
        let mut put = |name: &str, value: Value| view.insert(name.to_owned(), value);
        match self {
            Self::Page(page, form) => {
                session.look_at(Tag::Page(page.id, page.url_path.clone()));
                session.foresee(std::slice::from_ref(&**page))?;
                let shown = page.page(&session.props.schema, &session.sites, session.scene.site);
                put("is_home", Value::from(shown["url"] == home(session, &page.locale)));
                put("languages", languages(session, Some(page))?);
                put("ancestors", ancestors(session, page)?);
                put("page", shown);
                put("form", serde_json::to_value(form)?);
            }
            Self::Search(search) => drop(put("search", serde_json::to_value(search)?)),
            Self::Gate(gate) => drop(put("gate", serde_json::to_value(gate)?)),
            Self::NotFound => {}
            Self::Broken(number) => drop(put("number", json!(number))),
        }
        if !matches!(self, Self::Page(..)) {
            put("languages", languages(session, None)?);
            put("page", json!({ "title": "", "seo_title": "", "full_url": "", "url": "", "id": 0 }));
        }
        Ok(Value::Object(view))
    }
}

fn frame(session: &Session) -> serde_json::Map<String, Value> {
    let (scene, words) = (&session.scene, &session.theme.words);
    let site = session.sites.get(scene.site);
    let name = site.map(|site| site.name.as_str()).unwrap_or_default();
    let query: serde_json::Map<String, Value> =
        scene.query.iter().rev().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let locale = json!({
        "code": scene.locale, "name": words.language(&scene.locale), "dir": direction(&scene.locale),
    });
    let home = home(session, &scene.locale);
    let view = json!({
        "site": {
            "name": name, "title": name, "home": home, "search": format!("{home}search/"),
            "root_url": site.map(|site| site.root_url()).unwrap_or_default(),
        },
        "locale": locale, "is_preview": scene.is_preview, "is_home": false, "ancestors": [], "form": null,
        "request": { "path": scene.path, "query": query },
    });
    match view {
        Value::Object(view) => view,
        _ => serde_json::Map::new(),
    }
}

/// The front page of a language: the site's own where the language has none.
fn home(session: &Session, locale: &str) -> String {
    let roots = || session.sites.roots_of(session.scene.site);
    let root = roots().find(|root| root.locale == locale).or_else(|| roots().next());
    let address = root.and_then(|root| session.sites.address_of(&root.url_path, Some(session.scene.site)));
    address.map_or_else(|| "/".to_owned(), |address| address.path())
}

/// The other languages, each with where the same thing is to be read in it, or else its front page.
fn languages(session: &Session, page: Option<&Shown>) -> Result<Value> {
    let site = session.scene.site;
    let mut translated = Vec::new();
    // With one language there is nothing to translate into.
    if let Some(page) = page.filter(|_| session.sites.roots_of(site).nth(1).is_some()) {
        session.look_at(Tag::Translations(page.translation_key.clone()));
        let others = Selection::pages(Scope::site(&session.sites, site)).without_documents();
        let others = others.filter(Filter::TranslationOf(page.translation_key.clone(), page.id));
        let found =
            session.read(|conn| Box::pin(async move { others.items(conn, 0, MOST_LANGUAGES).await }))?;
        // A twin that may not be seen comes to light by changes above it.
        if found.len() + 1 < session.sites.roots_of(site).count() {
            session.look_at(Tag::Unseen);
        }
        for twin in found.into_iter().map(Shown::from) {
            session.look_at(Tag::Page(twin.id, twin.url_path.clone()));
            translated.push(twin);
        }
    }
    translated.extend(page.cloned());
    let roots = session.sites.roots_of(site);
    let languages = roots.map(|root| {
        let twin = translated.iter().find(|twin| twin.locale == root.locale);
        let url_path = twin.map_or(&root.url_path, |twin| &twin.url_path);
        let address = session.sites.address_of(url_path, Some(site));
        json!({
            "code": root.locale,
            "name": session.theme.words.language(&root.locale),
            "url": address.as_ref().map(|found| found.path()),
            "full_url": address.map(|found| found.url()),
            "translated": twin.is_some(),
            "is_current": root.locale == session.scene.locale,
        })
    });
    Ok(languages.collect())
}

/// The pages above, from the front page down.
fn ancestors(session: &Session, page: &Shown) -> Result<Value> {
    let Some(path) = page.path.clone() else { return Ok(json!([])) };
    path.ancestors().into_iter().for_each(|place| session.look_at(Tag::At(place)));
    let above = session.pages().without_documents().filter(Filter::Above(path));
    let found = session.read(|conn| Box::pin(async move { above.items(conn, 0, MOST_LEVELS).await }))?;
    Ok(listing::links(session, found).collect())
}
