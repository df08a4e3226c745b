//! Single pages, snippets and settings.

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use tera::Tera;

use super::register;
use crate::cache::Tag;
use crate::error::Error;
use crate::error::Result;
use crate::query::By;
use crate::query::Column;
use crate::query::Filter;
use crate::query::Order;
use crate::query::Selection;
use crate::query::Term;
use crate::render::session::Session;
use crate::render::shown::Shown;
use crate::schema;
use crate::settings;

/// Snippets that one list gives at most.
const MOST: i64 = 500;

pub(super) fn equip(tera: &mut Tera) {
    register(tera, "page", |session, ask: Id| {
        let page = ask.id.map(|id| session.page_by_id(id)).transpose()?.flatten();
        Ok(page.map(|page| page.page(&session.props.schema, &session.sites, session.scene.site)))
    });
    register(tera, "page_url", |session, ask: Id| Ok(ask.id.and_then(|id| page_url(session, id))));
    register(tera, "snippet", snippet);
    register(tera, "snippets", snippets);
    register(tera, "setting", setting);
    register(tera, "images", images);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    id: Option<i64>,
}

/// The address of a public page.
pub(super) fn page_url(session: &Session, id: i64) -> Option<String> {
    let page = session.page_by_id(id).ok().flatten()?;
    let address = session.sites.address_of(&page.url_path, Some(session.scene.site))?;
    Some(address.seen_from(session.scene.site))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneSnippet {
    r#type: String,
    id: Option<i64>,
}

fn snippet(session: &Session, ask: OneSnippet) -> Result<Option<Value>> {
    let (Some(declared), Some(id)) = (session.props.schema.get(&ask.r#type), ask.id) else { return Ok(None) };
    let selection = Selection::of_type(&declared.label);
    session.look_at(Tag::Object(declared.label.clone(), id));
    let found = session.read(|conn| Box::pin(async move { selection.get(conn, id).await }))?;
    Ok(found.map(|item| Shown::from(item).object(declared)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManySnippets {
    r#type: String,
    locale: Option<String>,
    order: Option<String>,
    limit: Option<i64>,
}

fn snippets(session: &Session, ask: ManySnippets) -> Result<Vec<Value>> {
    let Some(declared) = session.props.schema.get(&ask.r#type) else { return Ok(Vec::new()) };
    session.look_at(Tag::Type(declared.label.clone()));
    let mut selection = Selection::of_type(&declared.label);
    if let Some(locale) = ask.locale.filter(|_| declared.locales) {
        selection = selection.filter(Filter::Is(Column::Locale, locale.into()));
    }
    if let Some(order) = ask.order.as_deref() {
        let (descending, name) = order.strip_prefix('-').map_or((false, order), |name| (true, name));
        let field = declared.field(name);
        if let Some(field) = field.filter(|field| !field.options.filterable) {
            let told =
                format!("`{name}` is not filterable: add `filterable = true` to it in {}", field.place.file);
            return Err(Error::Bad(told));
        }
        field.map_or(Ok(()), |_| session.require(&declared.label, name))?;
        let by = field.and_then(|field| By::field(name, &field.shape));
        selection = selection.order(Order::By(by.map(|by| Term { by, descending }).into_iter().collect()));
    }
    let limit = ask.limit.unwrap_or(MOST).clamp(0, MOST);
    let items = session.read(|conn| Box::pin(async move { selection.items(conn, 0, limit).await }))?;
    Ok(items.into_iter().map(|item| Shown::from(item).object(declared)).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneSetting {
    r#type: String,
}

fn setting(session: &Session, ask: OneSetting) -> Result<Value> {
    let Some(declared) = session.props.schema.get(&ask.r#type).cloned() else { return Ok(json!({})) };
    session.look_at(Tag::Type(declared.label.clone()));
    let (asked, site) = (declared.clone(), session.scene.site);
    let found = session.read(|conn| Box::pin(async move { settings::find(conn, &asked, site).await }))?;
    let mut content = declared.initial();
    if let Some(object) = found {
        content.extend(object.live_document()?);
    }
    Ok(Value::Object(content))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManyImages {
    collection: Option<i64>,
    limit: Option<i64>,
}

/// The public images of a collection, as what `image` asks for.
fn images(session: &Session, ask: ManyImages) -> Result<Vec<Value>> {
    let Some(collection) = ask.collection else { return Ok(Vec::new()) };
    session.look_at(Tag::Type(schema::IMAGE.to_owned()));
    let selection = Selection::of_type(schema::IMAGE).without_documents();
    let selection = selection.filter(Filter::Is(Column::Collection, collection.into()));
    let limit = ask.limit.unwrap_or(MOST).clamp(0, MOST);
    let items = session.read(|conn| Box::pin(async move { selection.items(conn, 0, limit).await }))?;
    Ok(items.into_iter().map(|item| json!({ "id": item.id, "title": item.title })).collect())
}
