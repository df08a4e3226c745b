//! Lists of pages.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use tera::Tera;

use super::register;
use crate::base::TreePath;
use crate::cache::ANY_PAGE;
use crate::cache::Tag;
use crate::error::{Error, Result};
use crate::query::By;
use crate::query::Column;
use crate::query::Filter;
use crate::query::Item;
use crate::query::Order;
use crate::query::Selection;
use crate::query::Term;
use crate::query::filter_value;
use crate::render::session::Session;
use crate::render::shown::Shown;
use crate::schema::Field;

/// Pages that one list gives at most.
const MOST: i64 = 500;
/// Pages that a list gives unless it says otherwise.
const USUAL: i64 = 100;
/// Pages of one page of a listing unless it says otherwise.
const PER_PAGE: i64 = 20;
/// Characters of a date: `2026-11-20`.
const DATE: usize = 10;

pub(super) fn equip(tera: &mut Tera) {
    register(tera, "pages", |session, ask: Ask| {
        let selection = ask.selection(session)?;
        let (offset, limit) = (ask.offset.unwrap_or(0).max(0), ask.limit.unwrap_or(USUAL).clamp(0, MOST));
        let items =
            session.read(|conn| Box::pin(async move { selection.items(conn, offset, limit).await }))?;
        ask.sorted(views(session, items)?)
    });
    register(tera, "listing", listing);
    register(tera, "menu", menu);
}

/// Which pages, in which order.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ask {
    /// Directly beneath this page.
    child_of: Option<i64>,
    /// Anywhere beneath this page.
    under: Option<i64>,
    /// These, in this order.
    ids: Option<Vec<i64>>,
    /// Of this type, or of these.
    r#type: Option<OneOrMany>,
    /// Whose fields have these values.
    r#where: Option<Map<String, Value>>,
    /// Whose field of this name is now or later.
    after: Option<String>,
    /// Whose field of this name is earlier than now.
    before: Option<String>,
    /// By these fields, `-` before a descending one.
    order: Option<OneOrMany>,
    /// In this language; `*` is any. Unless pages are named, the language that is shown.
    locale: Option<String>,
    /// At most so many.
    limit: Option<i64>,
    /// Leaving out the first.
    offset: Option<i64>,
    /// For a listing: so many on a page.
    per: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::One(one) => one.split(',').map(str::trim).collect(),
            Self::Many(many) => many.iter().map(String::as_str).collect(),
        }
    }
}

impl Ask {
    fn selection(&self, session: &Session) -> Result<Selection> {
        let types = self.types(session);
        let mut selection = session.pages();
        if types.is_empty() && (self.r#type.is_some() || self.asks_fields()) {
            selection = selection.filter(Filter::Nothing);
        }
        let place = self.child_of.or(self.under);
        if let Some(id) = place {
            let above = session.page_by_id(id)?;
            self.look_beneath(session, above.as_ref().and_then(|page| page.path.clone()), &types);
            selection = selection.filter(match above {
                Some(page) if self.child_of.is_some() => Filter::ChildOf(page.key),
                Some(Shown { path: Some(path), .. }) => Filter::Beneath(path),
                _ => Filter::Nothing,
            });
        } else {
            labels(&types).for_each(|label| session.look_at_all(label));
        }
        selection = selection.of_types(types);
        if let Some(ids) = &self.ids {
            selection = selection.filter(Filter::AnyId(ids.clone()));
        }
        let anywhere = place.is_none() && self.ids.is_none();
        let locale = self.locale.as_deref().unwrap_or(if anywhere { &session.scene.locale } else { "*" });
        if locale != "*" {
            selection = selection.filter(Filter::Is(Column::Locale, locale.into()));
        }
        for filter in self.filters(session)? {
            selection = selection.filter(filter);
        }
        match &self.order {
            Some(order) => Ok(selection.order(self.by(session, &order.all())?)),
            None => Ok(selection),
        }
    }

    fn look_beneath(&self, session: &Session, place: Option<TreePath>, types: &[String]) {
        let Some(place) = place else { return };
        match self.child_of {
            Some(_) => session.look_at(Tag::Children(place)),
            None => {
                labels(types).for_each(|label| session.look_at(Tag::Listed(label.to_owned(), place.clone())))
            }
        }
    }

    fn asks_fields(&self) -> bool {
        self.after.is_some() || self.before.is_some() || self.r#where.is_some()
    }

    /// The types that are asked for, as far as the models have them; where fields matter, those that have them.
    fn types(&self, session: &Session) -> Vec<String> {
        let fields: Vec<&str> = self.r#where.iter().flat_map(|map| map.keys().map(String::as_str)).collect();
        let fields: Vec<&str> =
            fields.into_iter().chain(self.after.as_deref()).chain(self.before.as_deref()).collect();
        let wanted: Option<Vec<&str>> = self.r#type.as_ref().map(OneOrMany::all);
        if wanted.is_none() && fields.is_empty() {
            return Vec::new();
        }
        let fits = |label: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(&label));
        let pages = session.props.schema.pages().filter(|declared| fits(&declared.label));
        let having = pages.filter(|declared| fields.iter().all(|name| declared.field(name).is_some()));
        having.map(|declared| declared.label.clone()).collect()
    }

    fn filters(&self, session: &Session) -> Result<Vec<Filter>> {
        let mut filters = Vec::new();
        for (name, value) in self.r#where.iter().flatten() {
            let Some(field) = self.field(session, name)? else { continue };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = filter_value(&field.shape, &text, |text| text.parse().ok().map(Some));
            let value = value
                .ok()
                .flatten()
                .ok_or_else(|| Error::Bad(format!("“{text}” is no value of `{name}`")))?;
            filters.push(Filter::Has(name.clone(), value));
        }
        let now = session.now().to_string();
        for (name, is_after) in self.moments() {
            let Some(field) = self.field(session, name)? else { continue };
            let now = if is_date(field) { now.get(..DATE).unwrap_or_default() } else { &now };
            let value = filter_value(&field.shape, now, |_| None).ok().flatten();
            let value = value.ok_or_else(|| Error::Bad(format!("`{name}` is no date")))?;
            let name = name.to_owned();
            filters.push(if is_after { Filter::AtLeast(name, value) } else { Filter::Below(name, value) });
        }
        Ok(filters)
    }

    /// Fields that are compared with now, and whether they must be later.
    fn moments(&self) -> impl Iterator<Item = (&str, bool)> {
        let after = self.after.as_deref().map(|name| (name, true));
        after.into_iter().chain(self.before.as_deref().map(|name| (name, false)))
    }

    fn by(&self, session: &Session, names: &[&str]) -> Result<Order> {
        let mut terms = Vec::new();
        for name in names {
            let (descending, name) = name.strip_prefix('-').map_or((false, *name), |name| (true, name));
            let by = match name {
                "id" => By::Column(Column::Id),
                "title" => By::Column(Column::Title),
                "slug" => By::Column(Column::Slug),
                "first_published_at" => By::Column(Column::FirstPublishedAt),
                name => {
                    let Some(field) = self.field(session, name)? else { continue };
                    By::field(name, &field.shape)
                        .ok_or_else(|| Error::Bad(format!("nothing is ordered by `{name}`")))?
                }
            };
            terms.push(Term { by, descending });
        }
        Ok(Order::By(terms))
    }

    /// A field that lists can be made by; `None` where the models do not have it.
    fn field<'s>(&self, session: &'s Session, name: &str) -> Result<Option<&'s Field>> {
        let wanted: Vec<&str> = self.r#type.iter().flat_map(OneOrMany::all).collect();
        let schema = &session.props.schema;
        let mut types =
            schema.pages().filter(|declared| wanted.is_empty() || wanted.contains(&declared.label.as_str()));
        let Some(field) = types.find_map(|declared| declared.field(name)) else { return Ok(None) };
        if !field.options.filterable {
            let told =
                format!("`{name}` is not filterable: add `filterable = true` to it in {}", field.place.file);
            return Err(Error::Bad(told));
        }
        let asked = schema.pages().filter(|one| wanted.is_empty() || wanted.contains(&one.label.as_str()));
        for declared in asked.filter(|declared| declared.field(name).is_some()) {
            session.require(&declared.label, name)?;
        }
        Ok(Some(field))
    }

    /// In the order of the ids, where pages are named.
    fn sorted(&self, mut views: Vec<Value>) -> Result<Vec<Value>> {
        if let Some(ids) = self.ids.as_ref().filter(|_| self.order.is_none()) {
            views.sort_by_key(|view| ids.iter().position(|id| view["id"] == *id));
        }
        Ok(views)
    }
}

/// The labels of types; no type is every one.
fn labels(types: &[String]) -> impl Iterator<Item = &str> {
    let any = types.is_empty().then_some(ANY_PAGE);
    types.iter().map(String::as_str).chain(any)
}

fn is_date(field: &Field) -> bool {
    matches!(field.shape, crate::schema::Shape::Date)
}

/// One page of a long list.
#[derive(Serialize)]
struct Listing {
    items: Vec<Value>,
    total: i64,
    number: i64,
    pages: i64,
    previous: Option<String>,
    next: Option<String>,
}

fn listing(session: &Session, ask: Ask) -> Result<Listing> {
    let per = ask.per.unwrap_or(PER_PAGE).clamp(1, MOST);
    let number = session.scene.page_number();
    let selection = ask.selection(session)?;
    let read =
        session.read(|conn| Box::pin(async move { selection.page(conn, (number - 1) * per, per).await }));
    let (total, items) = read?;
    let pages = (total + per - 1) / per;
    Ok(Listing {
        items: ask.sorted(views(session, items)?)?,
        total,
        number,
        pages,
        previous: (number > 1).then(|| session.scene.with_page((number - 1).min(pages.max(1)))),
        next: (number < pages).then(|| session.scene.with_page(number + 1)),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MenuOf {
    of: Option<i64>,
}

fn menu(session: &Session, ask: MenuOf) -> Result<tera::Value> {
    let make = || {
        let roots = || session.sites.roots_of(session.scene.site);
        let root = roots().find(|root| root.locale == session.scene.locale).or_else(|| roots().next());
        let above = match ask.of.or(root.map(|root| root.page)) {
            Some(id) => session.page_by_id(id)?,
            None => None,
        };
        let Some(above) = above else { return Ok(tera::Value::from(Vec::<tera::Value>::new())) };
        above.path.iter().for_each(|place| session.look_at(Tag::Children(place.clone())));
        let selection = session.pages().without_documents().filter(Filter::ChildOf(above.key));
        let selection = selection.filter(Filter::Is(Column::ShowInMenus, true.into()));
        let items = session.read(|conn| Box::pin(async move { selection.items(conn, 0, USUAL).await }))?;
        let links: Vec<Value> = links(session, items).collect();
        tera::Value::try_from_serializable(&links).map_err(|error| Error::Setup(error.to_string()))
    };
    if ask.of.is_some() { make() } else { session.menu(make) }
}

/// Pages as no more than links.
pub(in crate::render) fn links(session: &Session, items: Vec<Item>) -> impl Iterator<Item = Value> {
    let here = &session.scene.path;
    items.into_iter().filter_map(move |item| {
        let url_path = item.url_path.as_deref()?;
        let address = session.sites.address_of(url_path, Some(session.scene.site))?;
        let url = address.seen_from(session.scene.site);
        Some(json!({
            "id": item.id, "title": item.title, "type": item.type_, "url": url, "full_url": address.url(),
            "is_current": url == *here, "is_above": url != *here && here.starts_with(&url),
        }))
    })
}

fn views(session: &Session, items: Vec<Item>) -> Result<Vec<Value>> {
    let shown: Vec<Shown> = items.into_iter().map(Shown::from).collect();
    session.foresee(&shown)?;
    Ok(shown
        .iter()
        .map(|page| page.page(&session.props.schema, &session.sites, session.scene.site))
        .collect())
}
