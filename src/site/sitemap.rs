//! Every public page of a site for search engines, with its translations. Sitemaps of more than fifty thousand pages
//! are split.

use std::collections::HashMap;
use std::fmt::Write;

use axum::extract::Path;
use axum::response::Response;

use super::told::answered;
use super::visit::Visit;
use crate::cache::ANY_PAGE;
use crate::cache::Answer;
use crate::cache::Made;
use crate::cache::Sort;
use crate::cache::Tag;
use crate::error::Error;
use crate::error::Result;
use crate::query::Item;
use crate::query::Scope;
use crate::query::Selection;
use crate::text::escape_html;

/// The most addresses that a sitemap may have, by its protocol.
const MOST: usize = 50_000;
/// Pages that are read at one time.
const CHUNK: i64 = 10_000;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `GET /sitemap.xml`
pub async fn show(visit: Visit) -> Response {
    let outcome = answer(&visit, None).await;
    answered(&visit, outcome).await
}

/// `GET /sitemap/{part}`: one part of a long one, from 1.
pub async fn part(Path(part): Path<String>, visit: Visit) -> Response {
    let number =
        part.strip_suffix(".xml").and_then(|part| part.parse::<usize>().ok()).filter(|part| *part > 0);
    let outcome = match number {
        Some(number) => answer(&visit, Some(number)).await,
        None => Err(Error::not_found("a sitemap")),
    };
    answered(&visit, outcome).await
}

async fn answer(visit: &Visit, part: Option<usize>) -> Result<Response> {
    let key = format!("sitemap {} {}", visit.here.site.id, part.unwrap_or(0));
    let made = async {
        let pages = all(visit).await?;
        let body = match part {
            None if pages.len() > MOST => index(visit, pages.len().div_ceil(MOST)),
            None => urls(visit, &pages, 0),
            Some(number) if (number - 1) * MOST < pages.len() => urls(visit, &pages, number - 1),
            Some(_) => return Err(Error::not_found("a sitemap")),
        };
        let headers = [
            ("content-type", "application/xml; charset=utf-8"),
            ("cache-control", "public, max-age=0, must-revalidate"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let roots = visit.here.sites.roots_of(visit.here.site.id);
        let made_of = roots.map(|root| Tag::Listed(ANY_PAGE.to_owned(), root.place.clone())).collect();
        let made = Made::of(Answer { status: 200, headers, body: body.into() }, made_of);
        Ok(Made { sort: Some(Sort::Feed), ..made })
    };
    visit.kept(key, made).await
}

async fn all(visit: &Visit) -> Result<Vec<Item>> {
    let selection = Selection::pages(Scope::site(&visit.here.sites, visit.here.site.id)).without_documents();
    let mut reading = visit.reading().await?;
    let mut pages: Vec<Item> = Vec::new();
    let mut position = None;
    loop {
        let (some, next) = selection.items_behind(&mut reading, position.as_ref(), CHUNK).await?;
        pages.extend(some);
        match next {
            Some(next) => position = Some(next),
            None => return Ok(pages),
        }
    }
}

fn index(visit: &Visit, parts: usize) -> String {
    let root = visit.here.site.root_url();
    let mut xml = format!("{HEAD}<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for number in 1..=parts {
        let _ = writeln!(xml, "<sitemap><loc>{}/sitemap/{number}.xml</loc></sitemap>", escape_html(&root));
    }
    xml + "</sitemapindex>\n"
}

fn urls(visit: &Visit, pages: &[Item], part: usize) -> String {
    let mut twins: HashMap<&str, Vec<&Item>> = HashMap::new();
    for page in pages {
        twins.entry(page.translation_key.as_deref().unwrap_or_default()).or_default().push(page);
    }
    let mut xml =
        format!("{HEAD}<urlset xmlns=\"{NAMESPACE}\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
    for page in pages.iter().skip(part * MOST).take(MOST) {
        let Some(here) = location(visit, page) else { continue };
        let _ = write!(xml, "<url><loc>{here}</loc>");
        if let Some(changed) = page.last_published_at.and_then(|at| at.to_datetime()) {
            let _ = write!(xml, "<lastmod>{}</lastmod>", changed.format("%Y-%m-%dT%H:%M:%SZ"));
        }
        let key = page.translation_key.as_deref().unwrap_or_default();
        // A page names itself too, once it has a translation.
        let all = twins.get(key).filter(|all| !key.is_empty() && all.len() > 1);
        for twin in all.into_iter().flatten() {
            if let (Some(address), Some(locale)) = (location(visit, twin), twin.locale.as_deref()) {
                let _ = write!(
                    xml,
                    "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{address}\"/>",
                    escape_html(locale)
                );
            }
        }
        xml.push_str("</url>\n");
    }
    xml + "</urlset>\n"
}

fn location(visit: &Visit, page: &Item) -> Option<String> {
    let address = visit.address(page.url_path.as_deref()?)?;
    Some(escape_html(address.as_str()).into_owned())
}
