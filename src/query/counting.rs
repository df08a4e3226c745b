//! How many there are: counted, or told from what was counted before and by the events since. Counting a hundred
//! thousand pages takes longer than listing twenty of them, and one that is published changes the number by one.

use std::collections::BTreeMap;

use crate::content::bound;
use crate::error::Result;
use crate::events;
use crate::events::Event;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::columns;
use super::filter::Filter;
use super::selection::Selection;
use super::statement::rows_of;

/// So many events are looked through; after more than that all is counted anew.
const MOST_EVENTS: usize = 64;

/// The last event, read in the same statement as what is counted and so of the same moment.
const LAST_EVENT: &str = "(select coalesce(max(number), 0) from events)";

/// A number, and the last event that it takes into account: all before it and none behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pub total: i64,
    pub at: i64,
}

impl Selection {
    /// How many there are now; `before` is what was counted earlier.
    pub(super) async fn counted(&self, conn: &mut Conn, before: Option<Counted>) -> Result<Counted> {
        if let Some(before) = before.filter(|_| self.is_told_by_events())
            && let Some(counted) = self.counted_on(conn, before).await?
        {
            return Ok(counted);
        }
        let mut statement = self.counting();
        statement.push(", ").push(LAST_EVENT);
        counted(conn, statement).await
    }

    /// The statement that counts all of them.
    pub(super) fn counting(&self) -> Sql {
        let mut statement = sql("select ");
        let Some((outside, wherever)) = self.scope.outside().zip(self.wherever()) else {
            statement.append(self.number());
            return statement;
        };
        statement.push("case when ").append(outside).push(" then ").append(self.number());
        statement.push(" else ").append(wherever).push(" end");
        statement
    }

    /// How many there are.
    pub(super) fn number(&self) -> Sql {
        let mut number = sql(["(select count(*) from ", columns::tables(&self.family), " where "].concat());
        number.append(self.condition()).push(")");
        number
    }

    /// The same where no page stands elsewhere: an index alone tells, and the place of none is looked at. `None` where no
    /// index does.
    fn wherever(&self) -> Option<Sql> {
        let mut number = match (&self.types[..], &self.filters[..]) {
            ([], []) => sql("(select count(*) from objects o where o.family = ?").bind(&self.family),
            ([one], []) => sql("(select count(*) from objects o where o.type = ?").bind(one),
            ([one], [Filter::Has(field, value)]) => {
                let (table, value) = bound(value);
                let text = format!("(select count(*) from {table} o where o.type = ? and o.field = ?");
                let mut rows = sql(text).bind(one).bind(field);
                rows.push(" and o.value = ").push_bind(value);
                rows
            }
            _ => return None,
        };
        number.push(" and o.public = 1)");
        Some(number)
    }

    /// Counts among the pages of these ids. They are joined to: else all are walked of which some may be meant.
    async fn count_among(&self, conn: &mut Conn, ids: impl ExactSizeIterator<Item = i64>) -> Result<Counted> {
        let mut statement = sql(format!("select count(*), {LAST_EVENT} from ("));
        statement.append(rows_of(ids)).push(") k cross join objects o where o.family = ");
        statement.push_bind(PAGE_FAMILY).push(" and o.id = k.found and ").append(self.condition());
        counted(conn, statement).await
    }

    /// Whether events tell whatever changes the number: of pages that everybody sees, whatever their fields hold.
    fn is_told_by_events(&self) -> bool {
        self.family == PAGE_FAMILY && self.filters.is_empty() && self.scope.is_everybodys()
    }

    /// What was counted before, without the pages that something happened to since, as they were then, and with them as
    /// they are now. `None` where that cannot be told.
    async fn counted_on(&self, conn: &mut Conn, before: Counted) -> Result<Option<Counted>> {
        let most = i64::try_from(MOST_EVENTS).unwrap_or(i64::MAX) + 1;
        let events = events::since(conn, before.at, most).await?;
        let at = before.at + i64::try_from(events.len()).unwrap_or(i64::MAX);
        let are_all = events.len() <= MOST_EVENTS && events.last().is_some_and(|last| last.number == at);
        let Some(pages) = touched(&events).filter(|_| are_all) else { return Ok(None) };
        let were = pages.values().filter(|event| self.held(event)).count();
        let now = self.count_among(conn, pages.into_keys()).await?;
        let total = before.total - i64::try_from(were).unwrap_or(i64::MAX) + now.total;
        Ok(Some(Counted { total, at }).filter(|_| now.at == at))
    }

    /// Whether the page of an event was among these until then.
    fn held(&self, event: &Event) -> bool {
        let was_public = event.data.get("public").and_then(serde_json::Value::as_bool).unwrap_or_default();
        let label = event.type_.as_ref();
        let is_of_types = self.types.is_empty() || label.is_some_and(|label| self.types.contains(label));
        was_public
            && is_of_types
            && event.path_before.as_ref().is_some_and(|path| self.scope.holds_place(path))
    }
}

async fn counted(conn: &mut Conn, statement: Sql) -> Result<Counted> {
    let (total, at) = conn.one(statement).await?;
    Ok(Counted { total, at })
}

/// The pages that came to light or went, each with the first event about it. `None` if something happened of which an
/// event does not tell every page that it is about.
fn touched(events: &[Event]) -> Option<BTreeMap<i64, &Event>> {
    let mut pages = BTreeMap::new();
    for event in events {
        match (event.family.as_deref(), event.kind.as_str()) {
            // A draft shows nowhere.
            (Some(PAGE_FAMILY), "created" | "edited") => {}
            (Some(PAGE_FAMILY), "published" | "unpublished" | "deleted") => {
                pages.entry(event.id?).or_insert(event);
            }
            (Some(PAGE_FAMILY), _) | (None, "models") => return None,
            _ => {}
        }
    }
    Some(pages)
}
