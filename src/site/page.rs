//! From an address to a page.

use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use url::Url;

use super::feed;
use super::form;
use super::gate;
use super::gate::Opening;
use super::search;
use super::told::absent;
use super::told::answered;
use super::visit::Visit;
use super::visit::html;
use crate::base::Timestamp;
use crate::cache::Made;
use crate::cache::Sort;
use crate::cache::Tag;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::pages;
use crate::redirects;
use crate::redirects::Redirect;
use crate::render::Drawn;
use crate::render::Form;
use crate::render::Shown;
use crate::render::Subject;
use crate::web::conditional;

/// How long a page that shows what is coming and what is past may be kept, in seconds.
const KEPT_SECONDS: i64 = 600;

/// `GET /{path}`
pub async fn show(visit: Visit) -> Response {
    let outcome = find(&visit).await;
    answered(&visit, outcome).await
}

async fn find(visit: &Visit) -> Result<Response> {
    if let Some(section) = visit.path.strip_suffix(feed::NAME).filter(|section| section.ends_with('/')) {
        return feed::show(visit, section).await;
    }
    if !visit.path.ends_with('/') {
        return match at(visit, &format!("{}/", visit.path)).await? {
            Some(_) => with_slash(visit),
            None => elsewhere(visit).await,
        };
    }
    match at(visit, &visit.path).await? {
        Some(page) => draw(visit, page).await,
        None if search::is_here(visit) => search::show(visit).await,
        None => elsewhere(visit).await,
    }
}

/// The live page at a path of this site.
pub(super) async fn at(visit: &Visit, path: &str) -> Result<Option<Object>> {
    let Some(located) = visit.here.sites.locate(&visit.here.site, path) else { return Ok(None) };
    let mut reading = visit.reading().await?;
    let found = pages::at_url_path(&mut reading, &located.url_path).await?;
    Ok(found.filter(|page| page.live))
}

async fn draw(visit: &Visit, page: Object) -> Result<Response> {
    if visit.cms.stage.theme().is_none() {
        return at_front_end(visit, &page);
    }
    let opening = if page.public { Opening::Public } else { gate::opening(visit, &page)? };
    match opening {
        Opening::Closed(gate) => gate::show(visit, &page, gate).await,
        Opening::Opened => {
            let body = drawn(visit, &page, None).await?.html;
            Ok(conditional(&visit.headers, html(200, body, false)))
        }
        Opening::Public => public(visit, &page).await,
    }
}

/// Leads whoever comes to Siskin itself to where the site's front end shows a page.
fn at_front_end(visit: &Visit, page: &Object) -> Result<Response> {
    let site = &visit.here.site;
    let address = visit.address(&page.url_path).filter(|_| page.public && site.root_url() != site.own_url());
    moved(address.ok_or_else(|| Error::not_found("a page"))?.as_str(), false)
}

async fn public(visit: &Visit, page: &Object) -> Result<Response> {
    let is_plain = visit.query.len() <= 1 && visit.query.iter().all(|(name, _)| name == "page");
    if !visit.is_strange() || !is_plain {
        let body = drawn(visit, page, None).await?.html;
        return Ok(conditional(&visit.headers, html(200, body, visit.is_strange())));
    }
    let key = format!("page {} {} {:?}", visit.here.site.id, visit.path, visit.asked("page"));
    let slice = visit.cms.clock.now().seconds() / KEPT_SECONDS * KEPT_SECONDS;
    let since = Timestamp::from_micros(slice * 1_000_000);
    visit
        .kept(key, async {
            let Drawn { html: body, mut made_of } = drawn(visit, page, None).await?;
            made_of.push(Tag::Address(page.url_path.clone()));
            let (until, since) = (Some(since.plus_seconds(KEPT_SECONDS)), Some(since));
            Ok(Made { until, since, sort: Some(Sort::Page), ..Made::of(html(200, body, true), made_of) })
        })
        .await
}

/// A page as the theme draws it; with its form as it was sent, if it was.
pub(super) async fn drawn(visit: &Visit, page: &Object, sent: Option<Form>) -> Result<Drawn> {
    let shown = Shown::of(page, page.live_document()?);
    let form = sent.or_else(|| form::of(visit, page, &shown.document));
    visit.draw(&page.locale, Subject::Page(Box::new(shown), form)).await
}

fn with_slash(visit: &Visit) -> Result<Response> {
    let (path, query) = visit.sent.split_once('?').map_or((visit.sent.as_str(), None), |(p, q)| (p, Some(q)));
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    moved(&format!("{path}/{query}"), true)
}

/// Where an address leads that no page has.
async fn elsewhere(visit: &Visit) -> Result<Response> {
    let mut reading = visit.reading().await?;
    let site = visit.here.site.id;
    let mut found = Redirect::answering(&mut reading, site, &redirects::normalise(&visit.sent)).await?;
    if found.is_none() {
        found = Redirect::answering(&mut reading, site, &redirects::normalise(&visit.path)).await?;
    }
    let missing = || Error::not_found("a page");
    let Some(redirect) = found else {
        // Whoever holds a connection waits for no other.
        drop(reading);
        return absent(visit).await;
    };
    let target = match redirect.page {
        Some(id) => {
            let page = pages::by_id(&mut reading, id).await?;
            let address = visit.here.sites.address_of(&page.url_path, Some(site)).filter(|_| page.live);
            let address = address.ok_or_else(missing)?;
            let here = address.seen_from(site);
            format!("{here}{}", redirect.route_path.trim_start_matches('/'))
        }
        None if redirect.link.is_empty() || !redirect.ends(&mut reading, site).await? => {
            return Err(missing());
        }
        None => redirect.link,
    };
    moved(&target, redirect.permanent)
}

/// Sends a browser on. What is not ASCII in an address is escaped.
pub(super) fn moved(target: &str, is_permanent: bool) -> Result<Response> {
    let status = if is_permanent { StatusCode::MOVED_PERMANENTLY } else { StatusCode::FOUND };
    let value = HeaderValue::from_str(&escaped(target)).map_err(Error::internal)?;
    Ok((status, [(header::LOCATION, value)]).into_response())
}

/// An address as headers take it. A path that begins with two slashes would name another host.
pub(super) fn escaped(target: &str) -> String {
    if !target.starts_with('/') {
        return Url::parse(target).map_or_else(|_| "/".to_owned(), String::from);
    }
    let inside = format!("http://x/{}", target.trim_start_matches(['/', '\\']));
    Url::parse(&inside).map_or_else(|_| "/".to_owned(), |url| url.as_str()["http://x".len()..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_where_it_was_sent() {
        for (target, expected) in [
            ("/blog/", "/blog/"),
            ("/vögel/?a=ü", "/v%C3%B6gel/?a=%C3%BC"),
            ("//evil.example/", "/evil.example/"),
            ("/\\evil.example/", "/evil.example/"),
            ("https://example.org/x", "https://example.org/x"),
            ("javascript", "/"),
        ] {
            assert_eq!(escaped(target), expected, "{target}");
        }
    }
}
