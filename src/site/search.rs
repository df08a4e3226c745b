//! The search page of a language.

use axum::response::Response;

use super::visit::Visit;
use super::visit::html;
use crate::error::Result;
use crate::query::Finding;
use crate::query::Item;
use crate::query::Scope;
use crate::query::Selection;
use crate::render::Found;
use crate::render::Scene;
use crate::render::Search;
use crate::render::Subject;
use crate::search::Question;
use crate::web::conditional;

/// The last part of its address.
const NAME: &str = "search/";
/// Results of one page.
const PER_PAGE: i64 = 10;
/// Characters of a question that are looked at.
const LONGEST: usize = 200;

/// Whether a visit is to the search page of one of the site's languages.
pub fn is_here(visit: &Visit) -> bool {
    let Some(located) = visit.located() else { return false };
    let mut roots = visit.here.sites.roots_of(visit.here.site.id);
    roots.any(|root| located.url_path.strip_prefix(&root.url_path) == Some(NAME))
}

/// `GET /search/?query=…`
pub async fn show(visit: &Visit) -> Result<Response> {
    let words: String = visit.asked("query").unwrap_or_default().trim().chars().take(LONGEST).collect();
    let locale = visit.locale();
    let search = if words.is_empty() { Search::default() } else { found(visit, words, &locale).await? };
    let body = visit.draw(&locale, Subject::Search(search)).await?.html;
    Ok(conditional(&visit.headers, html(200, body, false)))
}

async fn found(visit: &Visit, words: String, locale: &str) -> Result<Search> {
    let question = Question { words: &words, locale };
    let keys = visit.cms.index.pages(question)?;
    let scene = Scene { path: visit.path.clone(), query: visit.query.clone(), ..Scene::default() };
    let number = scene.page_number();
    let scope = Scope::site(&visit.here.sites, visit.here.site.id);
    let selection = Selection::pages(scope).found(Finding::in_order(keys));
    let mut reading = visit.reading().await?;
    let selection = selection.without_documents();
    let (total, items) = selection.page(&mut reading, (number - 1) * PER_PAGE, PER_PAGE).await?;
    drop(reading);
    let shown: Vec<_> = items.iter().map(|item| item.key).collect();
    let hits = visit.cms.index.excerpts(question, &shown)?;
    let pages = (total + PER_PAGE - 1) / PER_PAGE;
    let result = |item: Item| {
        let address = visit.here.sites.address_of(item.url_path.as_deref()?, Some(visit.here.site.id))?;
        let excerpt = hits.iter().find(|hit| hit.key == item.key).map(|hit| hit.excerpt.clone());
        let url = address.seen_from(visit.here.site.id);
        Some(Found { title: item.columns.title, url, excerpt: excerpt.unwrap_or_default() })
    };
    Ok(Search {
        items: items.into_iter().filter_map(result).collect(),
        total,
        number,
        pages,
        previous: (number > 1).then(|| scene.with_page((number - 1).min(pages.max(1)))),
        next: (number < pages).then(|| scene.with_page(number + 1)),
        words,
    })
}
