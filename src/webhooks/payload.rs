//! What a call says: one shape for every event. What happened to which object, where it was and where it is, and by
//! which surrogate keys caches drop what shows it; never what is in it, and never the address of what not everybody may
//! see.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::base::{Timestamp, TreePath};
use crate::error::Result;
use crate::events::Event;
use crate::pages::Restriction;
use crate::schema::PAGE_FAMILY;
use crate::sites::{Address, Sites};
use crate::store::{Conn, sql};

use super::Kind;

/// Where a page was and is seen; nowhere where not everybody sees it.
#[derive(Debug, Clone, Default)]
pub struct Addresses<'a> {
    before: Option<Address<'a>>,
    after: Option<Address<'a>>,
    /// The sites that it belongs to, whether it is seen or not.
    pub sites: Vec<i64>,
}

/// What the addresses of events are decided by.
pub struct Ground<'a> {
    /// Sites, locales, roots.
    pub sites: &'a Sites,
    /// Restricted places.
    pub restrictions: &'a [Restriction],
    /// The ids of pages among those of a batch that everybody can see.
    pub public: HashSet<i64>,
}

impl Ground<'_> {
    /// Where the page of an event was and is.
    pub fn addresses<'a>(&'a self, event: &'a Event) -> Addresses<'a> {
        let place = |url: &'a Option<String>| self.sites.address_of(url.as_deref()?, event.site);
        let (before, after) = (place(&event.url_before), place(&event.url_after));
        let sites = event.site.into_iter().chain(before.iter().chain(&after).map(|address| address.site));
        let sites = sites.collect();
        let was_public = event.data.get("public").and_then(Value::as_bool).unwrap_or(false);
        let is_public = event.id.is_some_and(|id| self.public.contains(&id));
        Addresses {
            before: before.filter(|_| was_public),
            // Public by now, and the place of then too: a page may have been moved out of a private section since.
            after: after.filter(|_| is_public && !self.is_restricted(event.path_after.as_ref())),
            sites,
        }
    }

    fn is_restricted(&self, path: Option<&TreePath>) -> bool {
        path.is_none_or(|path| self.restrictions.iter().any(|restriction| restriction.path.contains(path)))
    }
}

/// The pages that events are about, as far as everybody can see them now.
pub async fn public_pages(conn: &mut Conn, events: &[Event]) -> Result<HashSet<i64>> {
    let pages = events.iter().filter(|event| event.family.as_deref() == Some(PAGE_FAMILY));
    let ids: Vec<i64> = pages.filter_map(|event| event.id).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    // A planner that could find the family by an index would walk all public pages.
    let ask = sql("select id from objects where coalesce(family, '') = ? and public = 1 and id in ");
    let ask = ask.bind(PAGE_FAMILY);
    Ok(conn.all::<i64>(ask.bind_list(ids)).await?.into_iter().collect())
}

/// The body of a call about an event.
pub fn body(
    delivery: &str,
    (event, kind): (&Event, Kind),
    addresses: &Addresses<'_>,
    keys: &[String],
) -> String {
    let url = |address: &Option<Address<'_>>| address.as_ref().map(Address::url);
    let site = addresses.after.as_ref().or(addresses.before.as_ref()).map(|address| address.site);
    json!({
        "delivery": delivery,
        "event": event.number,
        "kind": kind.word,
        "type": event.type_,
        "id": event.id,
        "site": site.or(event.site),
        "locale": event.locale,
        "address": { "before": url(&addresses.before), "after": url(&addresses.after) },
        "keys": keys,
        "actor": event.actor_id,
        "at": event.at,
    })
    .to_string()
}

/// The body of a test: the same shape, about nothing.
pub fn test_body(delivery: &str, actor: Option<i64>, at: Timestamp) -> String {
    let nothing = Value::Null;
    json!({
        "delivery": delivery,
        "event": nothing,
        "kind": "test",
        "type": nothing,
        "id": nothing,
        "site": nothing,
        "locale": nothing,
        "address": { "before": nothing, "after": nothing },
        "keys": [],
        "actor": actor,
        "at": at,
    })
    .to_string()
}
