//! One object, as an answer shows it: the chosen fields, in order.

use serde_json::Value;

use super::choice::Choice;
use super::choice::Chosen;
use super::face::Source;
use super::json::Json;
use super::json::Name;
use super::shape;
use super::shape::Among;
use super::shape::Siblings;
use super::show::Show;
use crate::base::Timestamp;
use crate::query::Extent;
use crate::query::Item;
use crate::query::Picture;
use crate::query::Reference;
use crate::redirects::Redirect;
use crate::schema::COLLECTION;
use crate::schema::Document;
use crate::schema::Field;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;

/// What is shown.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// An object of the store.
    Item(&'a Item),
    /// A child row of an object.
    Row {
        /// What the row holds, its id included.
        row: &'a Document,
        /// The row's type.
        label: &'a str,
        /// What rows of its type hold.
        fields: &'a [Field],
        /// The object that it belongs to.
        owner: &'a Item,
    },
    /// Something of which nothing but its identity is told.
    Bare(&'a str, i64),
    /// A redirect.
    Redirect(&'a Redirect),
}

impl<'a> Subject<'a> {
    /// The type's label.
    pub fn label(self) -> &'a str {
        match self {
            Self::Item(item) => &item.type_,
            Self::Row { label, .. } | Self::Bare(label, _) => label,
            Self::Redirect(_) => super::face::REDIRECT,
        }
    }

    /// The object, if it is an image itself.
    pub fn image(self) -> Option<&'a Item> {
        match self {
            Self::Item(item) if item.family == IMAGE => Some(item),
            _ => None,
        }
    }

    fn id(self) -> Value {
        match self {
            Self::Item(item) => item.id.into(),
            Self::Row { row, .. } => row.get("id").cloned().unwrap_or_default(),
            Self::Bare(_, id) => id.into(),
            Self::Redirect(redirect) => redirect.id.into(),
        }
    }
}

/// An object with the chosen fields: its id, then `meta`, then the others.
pub fn object(show: &Show<'_>, subject: Subject<'_>, choice: &Choice) -> Json {
    if !show.takes_one_more() {
        return Json::Object(Vec::new());
    }
    let is_id = |chosen: &&Chosen| matches!(chosen.field.source, Source::Id);
    let mut out = Vec::with_capacity(choice.body.len() + 1);
    add(&mut out, show, subject, choice.body.iter().filter(is_id));
    if !choice.meta.is_empty() {
        let mut meta = Vec::with_capacity(choice.meta.len());
        add(&mut meta, show, subject, &choice.meta);
        out.push((Name::Fixed("meta"), Json::Object(meta)));
    }
    add(&mut out, show, subject, choice.body.iter().filter(|chosen| !is_id(chosen)));
    Json::Object(out)
}

fn add<'c>(
    out: &mut Vec<(Name, Json)>,
    show: &Show<'_>,
    subject: Subject<'_>,
    fields: impl IntoIterator<Item = &'c Chosen>,
) {
    for chosen in fields {
        if let Some(value) = field(show, subject, chosen) {
            out.push((Name::Of(chosen.field.clone()), value));
        }
    }
}

/// The value of a field; `None` leaves its key out.
fn field(show: &Show<'_>, subject: Subject<'_>, chosen: &Chosen) -> Option<Json> {
    match (&chosen.field.source, subject) {
        (Source::Id, subject) => Some(subject.id().into()),
        (Source::Type, subject) => Some(subject.label().into()),
        (Source::DetailUrl, subject) => show.detail_url(subject.label(), subject.id()).map(Json::from),
        (Source::Declared(field), Subject::Item(item)) => {
            let siblings = Siblings::of_item(show.schema, item);
            Some(shape::value(show, &siblings, field, chosen.nested.as_ref()))
        }
        (Source::Declared(field), Subject::Row { row, fields, owner, .. }) => {
            let siblings = Siblings { among: Among::Row(row), fields, owner };
            Some(shape::value(show, &siblings, field, chosen.nested.as_ref()))
        }
        (source, Subject::Item(item)) => Some(built_in(show, item, source, chosen.nested.as_ref())),
        (Source::OldPath, Subject::Redirect(redirect)) => Some(redirect.old_path.as_str().into()),
        (Source::Location, Subject::Redirect(redirect)) => Some(show.location(redirect).into()),
        _ => Some(Json::NULL),
    }
}

fn built_in(show: &Show<'_>, item: &Item, source: &Source, nested: Option<&Choice>) -> Json {
    let text = |text: &Option<String>| Json::from(text.as_deref().unwrap_or_default());
    match source {
        Source::Title => item.title.as_str().into(),
        Source::HtmlUrl => show.html_url(item).into(),
        Source::Slug => text(&item.slug),
        Source::ShowInMenus => item.show_in_menus.unwrap_or_default().into(),
        Source::SeoTitle => text(&item.seo_title),
        Source::SearchDescription => text(&item.search_description),
        Source::FirstPublishedAt => item.first_published_at.map(moment).into(),
        Source::AliasOf => relative(show, item.alias_of.map(|id| Reference::Id(PAGE_FAMILY.to_owned(), id))),
        Source::Parent => relative(show, item.parent.map(Reference::Page)),
        Source::Locale => item.locale.clone().into(),
        Source::Tags => shape::tags(item.doc.get("tags").unwrap_or(&Value::Null)).into(),
        Source::DownloadUrl => show.download_url(item).into(),
        Source::Width => picture(item).and_then(|picture| picture.width).into(),
        Source::Height => picture(item).and_then(|picture| picture.height).into(),
        Source::Collection => collection(show, item, nested),
        _ => Json::NULL,
    }
}

fn picture(item: &Item) -> Option<&Picture> {
    item.file.as_ref()?.picture.as_ref()
}

/// A page above or beside, told in the one way that has no choice of fields.
fn relative(show: &Show<'_>, reference: Option<Reference>) -> Json {
    let page = reference.and_then(|reference| show.at_least(&reference, Extent::Brief));
    let Some(page) = page.filter(|page| show.holds(page)) else { return Json::NULL };
    let meta = [
        ("type", page.type_.as_str().into()),
        ("detail_url", show.detail_url(&page.type_, page.id.into()).into()),
        ("html_url", show.html_url(page).into()),
    ];
    let meta = Json::object(meta);
    Json::object([("id", page.id.into()), ("meta", meta), ("title", page.title.as_str().into())])
}

fn collection(show: &Show<'_>, item: &Item, nested: Option<&Choice>) -> Json {
    match (item.collection, nested) {
        (Some(id), Some(nested)) => object(show, Subject::Bare(COLLECTION, id), nested),
        _ => Json::NULL,
    }
}

/// A moment as the original writes it: fractions of a second only where there are any.
pub fn moment(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.strip_suffix(".000000Z").map(|whole| format!("{whole}Z")).unwrap_or(text)
}
