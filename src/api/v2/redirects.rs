//! The redirects endpoint: old paths and where they lead.

use serde_json::json;

use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::choice::View;
use super::columns;
use super::endpoint::Endpoint;
use super::face::REDIRECT;
use super::find;
use super::kept;
use super::listing;
use super::narrow;
use super::object::Subject;
use super::ordering;
use super::rich::Format;
use super::show;
use super::show::Envelope;
use super::source::Source;
use super::words;
use crate::cache::Tag;
use crate::query::By;
use crate::query::Column;
use crate::query::Filter;
use crate::query::Library;
use crate::query::Order;
use crate::query::RedirectColumn;
use crate::query::Redirects;
use crate::redirects::Redirect;

/// A list of redirects.
pub async fn list(ask: &Ask) -> Result<Answer, Refusal> {
    let mut reading = ask.reading().await?;
    narrow::refuse_unknown(ask, &Endpoint::Redirects, ask.faces.get(REDIRECT))?;
    let selected = select(ask)?;
    let (offset, limit) = listing::window(ask)?;
    let choice = listing::choice(ask, REDIRECT, View::Listing)?;
    let format = Format::read(&ask.params)?;
    let (total, redirects) = match selected {
        Some(selected) => selected.page(&mut reading, offset, limit).await?,
        None => (0, Vec::new()),
    };
    let subjects = &redirects.iter().map(Subject::Redirect).collect::<Vec<_>>()[..];
    let (scope, library) = (ask.everywhere(), Library::new(ask.everywhere()));
    let setting = ask.setting(&scope, format)?;
    let shown = (subjects, library, Envelope::List(json!({ "total_count": total })));
    let (text, library) = show::all(&mut reading, &setting, shown, &choice).await?;
    let mut tags = kept::looked_at(&library, subjects);
    tags.push(Tag::Type(REDIRECT.to_owned()));
    Ok(Answer::Object(text, tags))
}

/// One redirect.
pub async fn show(ask: &Ask, id: Option<i64>) -> Result<Answer, Refusal> {
    let mut reading = ask.reading().await?;
    let missing = || Refusal::no_such(REDIRECT, vec![Tag::Type(REDIRECT.to_owned())]);
    let selected = select(ask)?.ok_or_else(missing)?.filter(RedirectColumn::Id, id.ok_or_else(missing)?);
    let (_, redirects) = selected.page(&mut reading, 0, 1).await?;
    let redirect = redirects.first().ok_or_else(missing)?;
    let choice = listing::choice(ask, REDIRECT, View::Detail)?;
    let format = Format::read(&ask.params)?;
    let (scope, library) = (ask.everywhere(), Library::new(ask.everywhere()));
    let setting = ask.setting(&scope, format)?;
    let subjects = &[Subject::Redirect(redirect)][..];
    let shown = (subjects, library, Envelope::One);
    let (text, library) = show::all(&mut reading, &setting, shown, &choice).await?;
    let mut tags = kept::looked_at(&library, subjects);
    tags.push(Tag::Type(REDIRECT.to_owned()));
    Ok(Answer::Object(text, tags))
}

/// The redirect that answers a path: with its query, then without.
pub async fn find(ask: &Ask) -> Result<Answer, Refusal> {
    if !ask.shows(REDIRECT) {
        return Err(Refusal::not_found(""));
    }
    let mut reading = ask.reading().await?;
    let Some(path) = ask.params.get("html_path") else {
        let id = find::id(ask)?.ok_or_else(|| Refusal::not_found("not found"))?;
        let redirect = Redirect::find(&mut reading, id).await;
        let redirect = redirect.map_err(|error| match error.is_not_found() {
            true => Refusal::not_found("not found"),
            false => error.into(),
        })?;
        return find::found(ask, REDIRECT, redirect.id, &["id"]);
    };
    let site = ask.site.as_ref().map_or(0, |site| site.id);
    for path in [path, path.split('?').next().unwrap_or_default()] {
        if let Some(redirect) = Redirect::answering(&mut reading, site, path).await? {
            return find::found(ask, REDIRECT, redirect.id, &["id"]);
        }
    }
    Err(Refusal::not_found(""))
}

/// The redirects that the conditions leave; `None` if no redirect can meet them.
fn select(ask: &Ask) -> Result<Option<Redirects>, Refusal> {
    let face = ask.faces.get(REDIRECT);
    let mut selected = ask.shows(REDIRECT).then(Redirects::default);
    let mut by_fields = Vec::new();
    for (name, text) in ask.params.iter() {
        let Some(field) = columns::stored(face, name) else { continue };
        by_fields.push(field);
        for filter in columns::filters(field, text)? {
            selected = selected.and_then(|selected| match (&field.source, filter) {
                (Source::OldPath, _) => Some(selected.filter(RedirectColumn::OldPath, text)),
                (_, Filter::Is(Column::Id, id)) => Some(selected.filter(RedirectColumn::Id, id)),
                _ => None,
            });
        }
    }
    let order = ordering::read(ask, REDIRECT, face)?;
    if ask.params.get("search").is_some() {
        words::found(ask, &Endpoint::Redirects, &by_fields)?;
        return Ok(None);
    }
    Ok(selected.map(|selected| ordered(selected, order)))
}

fn ordered(mut selected: Redirects, order: Option<Order>) -> Redirects {
    match order {
        Some(Order::Random) => selected.shuffled(),
        Some(Order::By(terms)) => {
            for term in terms {
                let column = match term.by {
                    By::Column(Column::Id) => RedirectColumn::Id,
                    _ => RedirectColumn::OldPath,
                };
                selected = selected.order(column, term.descending);
            }
            selected
        }
        _ => selected,
    }
}
