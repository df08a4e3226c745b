//! Answers from the cache, and what a new one is made of.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use super::accept::Form;
use super::answer;
use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::columns;
use super::endpoint::Endpoint;
use super::narrow::Narrowed;
use super::object::Subject;
use super::routes::View;
use crate::base::Key;
use crate::base::TreePath;
use crate::cache::ANY_PAGE;
use crate::cache::Kept;
use crate::cache::Made;
use crate::cache::Sort;
use crate::cache::Tag;
use crate::query::Item;
use crate::query::Library;
use crate::query::Reference;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::web;

/// Longer questions are answered and forgotten.
const LONGEST_KEY: usize = 2_000;
/// Bytes that a key may take without growing.
const USUAL_KEY: usize = 256;
/// Parameters that choose the form, which has a place of its own in a key, and the one that means nothing.
const FORMAL: [&str; 2] = ["format", "_"];

/// Whether the answer to a request may be kept: a shuffled list is another each time, a search follows the index, which
/// may be behind the log, and what is shown to one person is shown to no other.
pub fn may_keep(ask: &Ask) -> bool {
    ask.is_public() && ask.params.get("search").is_none() && ask.params.get("order") != Some("random")
}

/// What the answer to a request depends on besides the content; `None` if it may not be kept: a list refuses parameters
/// that it does not know, too. Parameters that say the same in another order or spelling have one key, and those that
/// nobody reads have no part in it.
pub fn key(ask: &Ask, endpoint: &Endpoint, view: &View, path: &str) -> Option<String> {
    if !may_keep(ask) {
        return None;
    }
    let label = Narrowed::label(ask, endpoint).ok()?;
    let face = ask.faces.get(&label);
    let operations = endpoint.operations();
    let is_read = |name: &str| operations.contains(&name) || columns::stored(face, name).is_some();
    let mut params = Vec::new();
    for (name, value) in ask.params.iter() {
        match is_read(name) {
            true if FORMAL.contains(&name) => {}
            true => params.push((name, value)),
            false if matches!(view, View::List) => return None,
            false => {}
        }
    }
    params.sort_unstable();
    let (mut digits, mut key) = (itoa::Buffer::new(), String::with_capacity(USUAL_KEY));
    let site = ask.site.as_ref().map_or(0, |site| site.id);
    ["v2 ", digits.format(site)].into_iter().for_each(|piece| key.push_str(piece));
    match ask.form {
        Form::Json(indent) => [" ", digits.format(indent)].into_iter().for_each(|piece| key.push_str(piece)),
        Form::Page => key.push_str(" page"),
    }
    [" ", path].into_iter().for_each(|piece| key.push_str(piece));
    for text in params.iter().flat_map(|(name, value)| [name, value]) {
        // Its length first, so that nothing in it is taken for the next one.
        [" ", digits.format(text.len()), "\"", text].into_iter().for_each(|piece| key.push_str(piece));
    }
    (key.len() <= LONGEST_KEY).then_some(key)
}

/// The kept answer, or the one that `make` makes, which is then kept if it shows anything, or tells that it is not there.
pub async fn or_made(
    ask: &Ask,
    key: Option<String>,
    make: impl Future<Output = Result<Answer, Refusal>>,
) -> Arc<Kept> {
    let Some(key) = key else {
        let written = answer::written(make.await, ask.form);
        let written = if ask.is_public() { written } else { answer::for_one_alone(written) };
        return Arc::new(Kept::passing(written));
    };
    let made = async {
        let mut outcome = make.await;
        let made_of = match &mut outcome {
            Ok(Answer::Object(_, tags)) | Err(Refusal::Absent(_, tags)) => Some(std::mem::take(tags)),
            _ => None,
        };
        // A cache that takes one form for the other must not come to keep the page for eyes.
        let sort = matches!(ask.form, Form::Json(_)).then_some(Sort::Api);
        Ok::<_, std::convert::Infallible>(Made {
            made_of,
            sort,
            ..Made::passing(answer::written(outcome, ask.form))
        })
    };
    web::kept(&ask.cms, (key, ask.head), made).await.unwrap_or_else(|never| match never {})
}

/// Everything that was looked at for an answer, seen or not: what was hidden may come to light.
pub fn looked_at(library: &Library, subjects: &[Subject<'_>]) -> Vec<Tag> {
    let shown = subjects.iter().filter_map(|subject| match subject {
        Subject::Item(item) => Some(*item),
        _ => None,
    });
    let items = shown.chain(library.asked().filter_map(|(_, item)| item.map(AsRef::as_ref)));
    let mut above: Option<HashMap<Key, TreePath>> = None;
    // Most things that are shown have one tag, images two.
    let mut tags = Vec::with_capacity(2 * (subjects.len() + library.asked().count()));
    tags.extend(items.clone().flat_map(item_tags));
    for (reference, _) in library.asked().filter(|(_, item)| item.is_none()) {
        match reference {
            Reference::Id(family, id) => tags.extend(unseen(family, id)),
            Reference::Page(key) => {
                let below = |item: &Item| Some((item.parent?, item.path.as_ref()?.parent()?));
                let above = above.get_or_insert_with(|| items.clone().filter_map(below).collect());
                let place = above.get(&key).cloned();
                tags.push(place.map_or_else(|| Tag::Type(ANY_PAGE.to_owned()), Tag::At));
            }
        }
    }
    tags
}

/// An object that is shown.
fn item_tags(item: &Item) -> impl Iterator<Item = Tag> {
    let object = || Tag::Object(item.type_.clone(), item.id);
    let (tag, more) = match (&item.url_path, item.type_.as_str()) {
        (Some(url_path), _) if item.is_page() => (Tag::Page(item.id, url_path.clone()), None),
        // A brief selection does not say in which one it lies.
        (_, IMAGE | DOCUMENT) => (object(), Some(item.collection.map_or(Tag::Collections, Tag::Collection))),
        _ => (object(), None),
    };
    iter::once(tag).chain(more)
}

/// An object that is not there, or may not be seen.
fn unseen(family: &str, id: i64) -> Vec<Tag> {
    let hidden = match family {
        PAGE_FAMILY => Some(Tag::Unseen),
        IMAGE | DOCUMENT => Some(Tag::Collections),
        _ => None,
    };
    [Tag::Object(family.to_owned(), id)].into_iter().chain(hidden).collect()
}

/// What would bring to light an object that is not there for whoever asks.
pub fn absent(narrowed: &Narrowed, endpoint: &Endpoint, id: Option<i64>) -> Vec<Tag> {
    let family = if *endpoint == Endpoint::Pages { PAGE_FAMILY } else { &narrowed.label };
    id.into_iter().flat_map(|id| unseen(family, id)).chain(relatives(narrowed)).collect()
}

/// What a list is made of, besides what its items refer to: every object of its types, within the trees that it looks
/// into.
pub fn list(narrowed: &Narrowed, endpoint: &Endpoint) -> Vec<Tag> {
    if *endpoint != Endpoint::Pages {
        return narrowed.types.iter().cloned().map(Tag::Type).collect();
    }
    let any = narrowed.types.is_empty().then(|| ANY_PAGE.to_owned());
    let labels = narrowed.types.iter().cloned().chain(any);
    let listed = labels.flat_map(|label| {
        narrowed.scope.places().iter().map(move |place| Tag::Listed(label.clone(), place.clone()))
    });
    listed.chain(relatives(narrowed)).collect()
}

/// The pages that decide what is in an answer.
pub fn relatives(narrowed: &Narrowed) -> impl Iterator<Item = Tag> {
    narrowed.relatives.iter().flat_map(item_tags)
}
