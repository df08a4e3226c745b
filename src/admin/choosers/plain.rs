//! Choosers of what is only a list of names: snippets, people, collections.

use super::{Item, View, Wanted};
use crate::accounts::{self, Action, Scope};
use crate::admin::desk::Desk;
use crate::admin::references;
use crate::content::{Listing, Order};
use crate::error::{Error, Result};
use crate::schema::{IMAGE, Kind};

/// Rows that are listed at once.
const SIZE: i64 = 30;

/// Snippets of the type that is asked for.
pub async fn snippets(desk: &Desk, wanted: &Wanted) -> Result<View> {
    let labels = wanted.labels();
    for label in &labels {
        let declared = desk.schema().require(label)?;
        if declared.kind != Kind::Snippet {
            return Err(Error::not_found(format!("the snippet type {label}")));
        }
        desk.must(Action::View, &Scope::Type(label), "choose one of these")?;
    }
    if labels.is_empty() {
        return Err(Error::Bad("say which snippets: ?of=app.Type".to_owned()));
    }
    let mut reading = desk.reading().await?;
    let listing =
        Listing { labels: &labels, words: &wanted.asked.q, order: Order::Title, ..Listing::default() };
    let found = listing.rows(&mut reading, SIZE, wanted.asked.offset(SIZE)).await?;
    let total = listing.count(&mut reading).await?;
    let items = found.iter().map(|one| references::object(desk.schema(), &reading, one).map(Item::from));
    let items = items.collect::<Result<_>>()?;
    Ok(View { icon: "snippet", items, pager: wanted.asked.pager(total, SIZE), ..View::default() })
}

/// People.
pub async fn users(desk: &Desk, wanted: &Wanted) -> Result<View> {
    let mut reading = desk.reading().await?;
    let found = accounts::choose(&mut reading, &wanted.asked.q, SIZE).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let items = found.into_iter().map(|(id, name)| Item::from(references::named(id, name))).collect();
    Ok(View { icon: "user", items, pager: wanted.asked.pager(total, SIZE), ..View::default() })
}

/// Collections that the person may use.
pub async fn collections(desk: &Desk, wanted: &Wanted) -> Result<View> {
    let tree = desk.cms().snapshot().collections.clone();
    let words = wanted.asked.q.to_lowercase();
    let found = tree.where_may(&desk.actor(), Action::View, IMAGE);
    let named = found.into_iter().filter(|one| one.name.to_lowercase().contains(words.trim()));
    let items: Vec<Item> = named.map(|one| Item::from(references::named(one.id, one.name.clone()))).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(View { icon: "folder", items, pager: wanted.asked.pager(total, total.max(1)), ..View::default() })
}
