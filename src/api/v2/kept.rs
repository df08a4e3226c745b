//! Answers from the cache, and what a new one is made of.

use std::collections::BTreeSet;

use axum::http::Uri;

use super::accept::Form;
use super::answer;
use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::narrow::Narrowed;
use crate::cache::ANY_PAGE;
use crate::cache::Answer as Written;
use crate::cache::Tag;
use crate::cms::Cms;
use crate::query::Item;
use crate::query::Library;
use crate::query::Reference;
use crate::schema::PAGE_FAMILY;
use crate::web;

/// Longer questions are answered and forgotten.
const LONGEST_KEY: usize = 2_000;

/// What the answer to a request depends on besides the content; `None` if it may not be kept: a shuffled list is
/// another each time, a search follows the index, which may be behind the log, and what is shown to one person is
/// shown to no other.
pub fn key(ask: &Ask, form: Form, uri: &Uri) -> Option<String> {
    let changing = ask.params.get("search").is_some() || ask.params.get("order") == Some("random");
    let site = ask.site.as_ref().map_or(0, |site| site.id);
    let key = format!("v2 {site} {form:?} {uri}");
    (ask.is_public() && !changing && key.len() <= LONGEST_KEY).then_some(key)
}

/// The kept answer, or the one that `make` makes, which is then kept.
pub async fn or_made(
    cms: &Cms,
    key: Option<String>,
    form: Form,
    make: impl Future<Output = Result<Answer, Refusal>>,
) -> Written {
    let head = cms.snapshot().followed;
    if let Some(key) = &key
        && let Some(written) = web::remembered(cms, key).await
    {
        return written;
    }
    let outcome = make.await;
    let tags = match &outcome {
        Ok(Answer::Object(_, tags)) => Some(tags.clone()),
        _ => None,
    };
    let written = answer::written(outcome, form);
    if let (Some(key), Some(tags)) = (key, tags) {
        cms.cache().put(key, written.clone(), tags, head).await;
    }
    written
}

/// Everything that was looked at for an answer, seen or not: what was hidden may come to light.
pub fn looked_at(library: &Library) -> Vec<Tag> {
    let tag = |reference: &Reference| match (reference, library.get(reference)) {
        (Reference::Id(family, id), _) => Tag::Object(family.clone(), *id),
        (Reference::Page(_), Some(page)) => Tag::Object(PAGE_FAMILY.to_owned(), page.id),
        (Reference::Page(_), None) => Tag::Type(ANY_PAGE.to_owned()),
    };
    let references: BTreeSet<_> = library.asked().collect();
    references.into_iter().map(tag).collect()
}

/// What a list is made of, besides what its items refer to: every object of its types.
pub fn list(ask: &Ask, narrowed: &Narrowed) -> Vec<Tag> {
    match narrowed.types.is_empty() || is_related(ask) {
        true => vec![Tag::Type(ANY_PAGE.to_owned())],
        false => narrowed.types.iter().cloned().map(Tag::Type).collect(),
    }
}

/// What one object is made of, besides what it refers to.
pub fn one(ask: &Ask, item: &Item) -> Vec<Tag> {
    let any_page = is_related(ask).then(|| Tag::Type(ANY_PAGE.to_owned()));
    any_page.into_iter().chain([Tag::Object(item.family.clone(), item.id)]).collect()
}

/// Whether another page decides what is in the answer.
fn is_related(ask: &Ask) -> bool {
    let relatives = ["child_of", "ancestor_of", "descendant_of", "translation_of"];
    relatives.iter().any(|name| ask.params.get(name).is_some())
}
