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
    let mut reading = ask.looking().await?;
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

/// Parts of a path that are looked at: the most deeply that a page can stand.
const MOST_PARTS: usize = 64;

/// The page at a path of the request's site, or the closest one above that answers the rest itself.
async fn by_path(
    ask: &Ask,
    narrowed: &Narrowed,
    conn: &mut Conn,
    path: &str,
) -> Result<Option<Item>, Refusal> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let located = ask.site.as_ref().and_then(|site| ask.sites.locate(site, &format!("/{}", parts.join("/"))));
    let Some(located) = located.filter(|_| parts.len() <= MOST_PARTS) else { return Ok(None) };
    let url_paths = above(&located.url_path);
    let selection = narrowed.selection.clone().filter(Filter::UrlPaths(url_paths.clone()));
    let pages = selection.without_documents().items(conn, 0, MOST_PARTS as i64).await?;
    Ok(url_paths.iter().find_map(|url_path| {
        let rest: Vec<&str> =
            located.url_path[url_path.len()..].split('/').filter(|part| !part.is_empty()).collect();
        let at_path = pages.iter().filter(|page| page.url_path.as_ref() == Some(url_path));
        at_path.into_iter().find(|page| rest.is_empty() || answers(ask, page, &rest)).cloned()
    }))
}

fn answers(ask: &Ask, page: &Item, rest: &[&str]) -> bool {
    ask.schema.get(&page.type_).is_some_and(|declared| declared.answers(rest))
}

/// A stored URL path and those above it, the longest first.
fn above(url_path: &str) -> Vec<String> {
    let ends = url_path.match_indices('/').map(|(at, _)| at + 1);
    let mut paths: Vec<String> = ends.map(|end| url_path[..end].to_owned()).collect();
    paths.reverse();
    paths
}
