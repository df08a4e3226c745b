//! The `search` parameter.

use super::answer::Refusal;
use super::ask::Ask;
use super::columns;
use super::endpoint::Endpoint;
use super::face::FaceField;
use super::ordering;
use super::source::Source;
use crate::query::Finding;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::schema::Shape;
use crate::search;

/// What a search finds. `filtered` are the fields that the same request filters by.
pub fn found(ask: &Ask, endpoint: &Endpoint, filtered: &[&FaceField]) -> Result<Finding, Refusal> {
    let text = ask.params.get("search").unwrap_or_default();
    if !ask.cms.config.api.search {
        return Err(Refusal::bad("search is disabled"));
    }
    if filtered.iter().any(|field| columns::holds_tags(field)) {
        return Err(Refusal::bad("filtering by tag with a search query is not supported"));
    }
    let operator = operator(ask)?;
    if text.is_empty() {
        return Ok(Finding::default());
    }
    if text.trim().is_empty() {
        return Err(Refusal::bad("search must hold a word"));
    }
    refuse_unindexed(ask, endpoint, filtered)?;
    let family = match endpoint {
        Endpoint::Pages => PAGE_FAMILY,
        Endpoint::Images => IMAGE,
        Endpoint::Documents => DOCUMENT,
        // Nothing else is searched.
        Endpoint::Redirects | Endpoint::Snippets(_) => return Ok(Finding::default()),
    };
    let asked = search::Ask { words: text, operator, families: &[family], public_only: ask.is_public() };
    let found = ask.cms.index.found(&asked)?;
    let ranked = found.into_iter().map(|found| (found.key, found.rank()));
    Ok(Finding::of(format!("{operator:?} {text}"), ranked))
}

fn operator(ask: &Ask) -> Result<search::Operator, Refusal> {
    match ask.params.get("search_operator").unwrap_or_default().to_lowercase().as_str() {
        "" | "and" => Ok(search::Operator::And),
        "or" => Ok(search::Operator::Or),
        _ => Err(Refusal::bad("search_operator must be 'and' or 'or'")),
    }
}

fn refuse_unindexed(ask: &Ask, endpoint: &Endpoint, filtered: &[&FaceField]) -> Result<(), Refusal> {
    let indexed = endpoint.searchable();
    let words = |what: &str, name: &str| {
        Refusal::bad(format!("cannot {what} by '{name}' while searching (field is not indexed)"))
    };
    if let Some(field) = filtered.iter().find(|field| !indexed.contains(&field.name.as_str())) {
        return Err(words("filter", &column_name(field)));
    }
    match ordering::unindexed(&ask.params, indexed) {
        Some(name) => Err(words("order", name)),
        None => Ok(()),
    }
}

/// The name of the column behind a field: that of a reference ends in `_id`.
fn column_name(field: &FaceField) -> String {
    let refers = match &field.source {
        Source::Declared(declared) => matches!(declared.shape, Shape::Link(_)),
        source => matches!(source, Source::AliasOf | Source::Collection),
    };
    if refers { format!("{}_id", field.name) } else { field.name.clone() }
}
