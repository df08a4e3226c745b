//! Choosing a page: by walking down the tree, or by words.

use super::{Item, View, Wanted};
use crate::accounts::{Action, Reading, may};
use crate::admin::desk::Desk;
use crate::admin::frame::is_shown;
use crate::admin::references;
use crate::admin::words::Crumb;
use crate::base::Key;
use crate::content::{Listing, Object, Order};
use crate::error::{Error, Result};
use crate::pages;
use crate::schema::PAGE_FAMILY;

/// Pages that are listed at once.
const SIZE: i64 = 30;

/// What there is to choose. Pages of other types are shown, as the way to those that can be chosen.
pub async fn view(desk: &Desk, wanted: &Wanted) -> Result<View> {
    let mut reading = desk.reading().await?;
    let labels = wanted.labels();
    if !wanted.asked.q.trim().is_empty() {
        return searched(desk, &mut reading, wanted, &labels).await;
    }
    let parent = match wanted.parent {
        Some(parent) => pages::by_id(&mut reading, parent).await?,
        None => start(&mut reading).await?,
    };
    if !is_shown(&reading, &parent)? {
        return Err(Error::not_found(format!("page {}", parent.id)));
    }
    let listing = Listing { family: Some(PAGE_FAMILY), parent: Some(parent.key), ..Listing::default() };
    let mut found = listing.rows(&mut reading, SIZE, wanted.asked.offset(SIZE)).await?;
    // The page itself can be chosen where its children are listed, first of all.
    if parent.parent.is_some() && wanted.asked.p <= 1 {
        found.insert(0, parent.clone());
    }
    let items = items(desk, &mut reading, &found, &parent, wanted, &labels).await?;
    let total = listing.count(&mut reading).await?;
    let crumbs = crumbs(&mut reading, &parent, &wanted.of).await?;
    Ok(View { icon: "page", crumbs, items, pager: wanted.asked.pager(total, SIZE), ..View::default() })
}

async fn start(reading: &mut Reading) -> Result<Object> {
    let root = pages::root(reading).await?.ok_or_else(|| Error::not_found("the page tree"))?;
    let mut tops = pages::children(reading, root.key, 2, 0).await?;
    Ok(if tops.len() == 1 { tops.remove(0) } else { root })
}

async fn searched(desk: &Desk, reading: &mut Reading, wanted: &Wanted, labels: &[String]) -> Result<View> {
    let listing = Listing {
        family: Some(PAGE_FAMILY),
        labels,
        words: &wanted.asked.q,
        order: Order::Title,
        ..Listing::default()
    };
    let mut items = Vec::new();
    for page in listing.rows(reading, 5 * SIZE, 0).await? {
        if page.parent.is_some() && may(&reading.viewer, Action::View, &pages::scope(&page)?) {
            items.push(Item::from(references::object(desk.schema(), reading, &page)?));
        }
    }
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(View { icon: "page", items, pager: wanted.asked.pager(total, 5 * SIZE), ..View::default() })
}

async fn items(
    desk: &Desk,
    reading: &mut Reading,
    found: &[Object],
    parent: &Object,
    wanted: &Wanted,
    labels: &[String],
) -> Result<Vec<Item>> {
    let keys: Vec<Key> = found.iter().map(|page| page.key).collect();
    let counts = pages::children_counts(reading, &keys).await?;
    let mut items = Vec::new();
    for page in found {
        if !is_shown(reading, page)? {
            continue;
        }
        let has_children = counts.get(&page.key.0).is_some_and(|count| *count > 0);
        let is_taken = labels.is_empty() || labels.contains(&page.label);
        let is_seen = may(&reading.viewer, Action::View, &pages::scope(page)?);
        items.push(Item {
            chosen: references::object(desk.schema(), reading, page)?,
            disabled: !is_taken || !is_seen,
            inner_url: if has_children && page.key != parent.key {
                address(page, &wanted.of)
            } else {
                String::new()
            },
        });
    }
    Ok(items)
}

async fn crumbs(reading: &mut Reading, parent: &Object, of: &str) -> Result<Vec<Crumb>> {
    let mut crumbs = Vec::new();
    for page in pages::ancestors(reading, parent.tree_path()?).await? {
        if is_shown(reading, &page)? {
            let title = if page.parent.is_none() { "All pages".to_owned() } else { page.draft_title.clone() };
            crumbs.push(Crumb::new(title, address(&page, of)));
        }
    }
    Ok(crumbs)
}

fn address(page: &Object, of: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("parent", &page.id.to_string())
        .append_pair("of", of)
        .finish();
    format!("/admin/choosers/page?{query}")
}
