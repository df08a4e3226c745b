//! One object, as an answer shows it: the chosen fields, in order.

use serde_json::Value;

use super::choice::Choice;
use super::choice::Chosen;
use super::json::Writer;
use super::shape;
use super::shape::Among;
use super::shape::Beside;
use super::shape::Siblings;
use super::show::Show;
use super::source::Source;
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
            Self::Item(item) if item.type_ == IMAGE => Some(item),
            _ => None,
        }
    }

    fn id(self) -> Option<i64> {
        match self {
            Self::Item(item) => Some(item.id),
            Self::Row { row, .. } => row.get("id").and_then(Value::as_i64),
            Self::Bare(_, id) => Some(id),
            Self::Redirect(redirect) => Some(redirect.id),
        }
    }
}

/// An object with the chosen fields: its id, then `meta`, then the others.
pub fn object(out: &mut Writer, show: &Show<'_>, subject: Subject<'_>, choice: &Choice) {
    object_with(out, show, subject, choice, |_| ());
}

/// The object at the other end of a reference. Twenty articles share a few authors: what an answer has shown already is
/// copied from there.
pub fn linked(out: &mut Writer, show: &Show<'_>, subject: Subject<'_>, choice: &Choice) {
    let Subject::Item(item) = subject else { return object(out, show, subject, choice) };
    let room = &show.room;
    if let Some(written) = room.written(out, (item.key, choice)) {
        return out.again(written);
    }
    let ((from, depth), before) = (out.place(), room.objects());
    object(out, show, subject, choice);
    room.remember((item.key, choice, depth), from..out.place().0, before);
}

/// An object with the chosen fields, and what comes behind them.
pub fn object_with(
    out: &mut Writer,
    show: &Show<'_>,
    subject: Subject<'_>,
    choice: &Choice,
    behind: impl FnOnce(&mut Writer),
) {
    let has_room = show.room.takes_one_more(out);
    out.object(|out| {
        if !has_room {
            return;
        }
        let is_id = |chosen: &&Chosen| matches!(chosen.field.source, Source::Id);
        choice.body.iter().filter(is_id).for_each(|chosen| field(out, show, subject, chosen));
        if !choice.meta.is_empty() {
            let meta = |out: &mut Writer| choice.meta.iter().for_each(|of| field(out, show, subject, of));
            out.member("meta").object(meta);
        }
        let others = choice.body.iter().filter(|chosen| !is_id(chosen));
        others.for_each(|chosen| field(out, show, subject, chosen));
        behind(out);
    });
}

/// A field with its name; where no endpoint serves an object, the address of its detail view is left out.
fn field(out: &mut Writer, show: &Show<'_>, subject: Subject<'_>, chosen: &Chosen) {
    if let Source::DetailUrl = chosen.field.source {
        return show.detail_url(out, subject.label(), subject.id());
    }
    out.spelt_member(&chosen.field.spelt);
    let nested = chosen.nested.as_ref();
    match (&chosen.field.source, subject) {
        (Source::Id, subject) => out.int_or_null(subject.id()),
        (Source::Type, subject) => out.text(subject.label()),
        (Source::Declared(field), Subject::Item(item)) => {
            shape::value(out, show, &Siblings::of_item(show.schema, item), field, nested);
        }
        (Source::Declared(field), Subject::Row { row, fields, owner, .. }) => {
            let siblings = Siblings { among: Among::Row(row), fields: Beside::Fields(fields), owner };
            shape::value(out, show, &siblings, field, nested);
        }
        (source, Subject::Item(item)) => built_in(out, show, item, source, nested),
        (Source::OldPath, Subject::Redirect(redirect)) => out.text(&redirect.old_path),
        (Source::Location, Subject::Redirect(redirect)) => out.value(&show.location(redirect)),
        _ => out.null(),
    }
}

fn built_in(out: &mut Writer, show: &Show<'_>, item: &Item, source: &Source, nested: Option<&Choice>) {
    match source {
        Source::Title => out.text(&item.title),
        Source::HtmlUrl => show.html_url(out, item),
        Source::Slug => out.text(item.slug.as_deref().unwrap_or_default()),
        Source::ShowInMenus => out.value(&item.show_in_menus.unwrap_or_default().into()),
        Source::SeoTitle => out.text(item.seo_title.as_deref().unwrap_or_default()),
        Source::SearchDescription => out.text(item.search_description.as_deref().unwrap_or_default()),
        Source::FirstPublishedAt => match item.first_published_at {
            Some(moment) => moment.told(|text| out.plain_text(&briefly(text))),
            None => out.null(),
        },
        Source::AliasOf => relative(out, show, item.alias_of.map(Reference::page)),
        Source::Parent => relative(out, show, item.parent.map(Reference::Page)),
        Source::Locale => out.text_or_null(item.locale.as_deref()),
        Source::Tags => match item.doc.strings("tags") {
            Some(names) => shape::names(out, names),
            None => out.value(&shape::tags(item.doc.get("tags").unwrap_or(&Value::Null))),
        },
        Source::DownloadUrl => out.value(&show.download_url(item)),
        Source::Width => out.int_or_null(picture(item).and_then(|picture| picture.width)),
        Source::Height => out.int_or_null(picture(item).and_then(|picture| picture.height)),
        Source::Collection => collection(out, show, item, nested),
        _ => out.null(),
    }
}

fn picture(item: &Item) -> Option<&Picture> {
    item.file.as_ref()?.picture.as_deref()
}

/// A page above or beside, told in the one way that has no choice of fields.
fn relative(out: &mut Writer, show: &Show<'_>, reference: Option<Reference<'_>>) {
    let page = reference.and_then(|reference| show.at_least(reference, Extent::Placed));
    let Some(page) = page.filter(|page| show.holds(page)) else { return out.null() };
    out.object(|out| {
        out.member("id").int(page.id);
        out.member("meta").object(|out| {
            out.member("type").text(&page.type_);
            show.detail_url(out, &page.type_, Some(page.id));
            show.html_url(out.member("html_url"), page);
        });
        out.member("title").text(&page.title);
    });
}

fn collection(out: &mut Writer, show: &Show<'_>, item: &Item, nested: Option<&Choice>) {
    match (item.collection, nested) {
        (Some(id), Some(nested)) => object(out, show, Subject::Bare(COLLECTION, id), nested),
        _ => out.null(),
    }
}

/// A moment as the original writes it.
pub fn moment(moment: Timestamp) -> String {
    moment.told(|text| briefly(text).concat())
}

/// Fractions of a second only where there are any.
fn briefly(moment: &str) -> [&str; 2] {
    moment.strip_suffix(".000000Z").map_or([moment, ""], |whole| [whole, "Z"])
}
