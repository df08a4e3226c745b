//! `GET /api/v2/{endpoint}/find/`: from an id or a public path to the address of the detail view.

use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::narrow::Narrowed;
use super::number;
use super::redirects;
use crate::query::Filter;
use crate::query::Item;
use crate::store::Conn;

/// Where the object is that `?html_path=` or `?id=` means; the path goes before the id.
pub async fn find(ask: &Ask, endpoint: &Endpoint) -> Result<Answer, Refusal> {
    if *endpoint == Endpoint::Redirects {
        return redirects::find(ask).await;
    }
    let mut reading = ask.reading().await?;
    let narrowed = Narrowed::base(ask, endpoint)?;
    let path = ask.params.get("html_path").filter(|_| *endpoint == Endpoint::Pages);
    let item = match (path, id(ask)?) {
        (Some(path), _) => by_path(ask, &narrowed, &mut reading, path).await?,
        (None, Some(id)) => narrowed.selection.get(&mut reading, id).await?,
        (None, None) => None,
    };
    let item = item.ok_or_else(|| Refusal::not_found("not found"))?;
    found(ask, &item.type_, item.id, &["id", "html_path"])
}

/// The redirect to a detail view, with every other parameter.
pub fn found(ask: &Ask, label: &str, id: i64, taken: &[&str]) -> Result<Answer, Refusal> {
    let endpoint = ask.faces.endpoint(label).ok_or_else(|| Refusal::not_found("not found"))?;
    Ok(Answer::Found(format!("{}/api/v2/{endpoint}/{id}/?{}", ask.base, ask.params.encode_without(taken))))
}

/// The id that was asked for, if one was.
pub fn id(ask: &Ask) -> Result<Option<i64>, Refusal> {
    let Some(text) = ask.params.get("id") else { return Ok(None) };
    let number = number::parse(text).ok_or_else(|| Refusal::bad("id must be a positive integer"))?;
    Ok(Some(number.value().unwrap_or(-1)))
}

async fn by_path(
    ask: &Ask,
    narrowed: &Narrowed,
    conn: &mut Conn,
    path: &str,
) -> Result<Option<Item>, Refusal> {
    let slugs: Vec<&str> = path.split('/').filter(|slug| !slug.is_empty()).collect();
    let path = format!("/{}", slugs.join("/"));
    let Some(located) = ask.site.as_ref().and_then(|site| ask.sites.locate(site, &path)) else {
        return Ok(None);
    };
    let selection = narrowed.selection.clone().filter(Filter::UrlPath(located.url_path));
    Ok(selection.without_documents().first(conn).await?)
}
