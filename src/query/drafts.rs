//! The drafts' side: content as editors have it, for tokens with the right to it.
//!
//! A draft is the document of the latest revision, which no table of values knows. Conditions and orders that go by
//! content are tried on the drafts themselves, and by the tables on whatever has no draft of its own.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use rand::seq::SliceRandom;
use serde_json::Value;

use crate::base::Key;
use crate::content;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::FilterValue;
use crate::schema::PAGE_FAMILY;
use crate::schema::Schema;
use crate::schema::filter_values;
use crate::store::Bind;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::columns;
use super::document::RawDocument;
use super::filter::Column;
use super::filter::Filter;
use super::finding::Finding;
use super::item::Item;
use super::order::By;
use super::order::Order;
use super::order::Rows;
use super::order::Term;
use super::selection::Selection;

/// Drafts that are read at once.
const CHUNK: usize = 500;
/// What has no draft of its own: what is live is what editors have.
const SETTLED: &str = " and o.live = 1 and o.has_draft = 0";
/// What has one.
const DRAFTED: &str = " and (o.live = 0 or o.has_draft = 1)";

/// The right to see what editors have.
#[derive(Clone)]
pub struct Drafts(Arc<Schema>);

impl fmt::Debug for Drafts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Drafts")
    }
}

impl PartialEq for Drafts {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Drafts {
    /// Of objects of these types.
    pub fn of(schema: Arc<Schema>) -> Self {
        Self(schema)
    }

    /// Gives those of the items that have a draft its content.
    pub(super) async fn put_on(&self, conn: &mut Conn, items: &mut [Item]) -> Result<()> {
        for some in items.chunks_mut(CHUNK) {
            let text = "select o.key, r.doc from objects o join revisions r on r.id = o.latest_revision where o.key in ";
            let mut ask = sql(text).bind_list(some.iter().map(|item| item.key));
            ask.push(DRAFTED);
            let drafts = conn.all::<(Key, Option<RawDocument>)>(ask).await?;
            let drafts: HashMap<Key, Option<RawDocument>> = drafts.into_iter().collect();
            // The same object may have been read twice.
            for item in some {
                if let Some(Some(draft)) = drafts.get(&item.key) {
                    self.dress(item, draft.to_document());
                }
            }
        }
        Ok(())
    }

    /// The columns that follow from a document are those that it would have if it were published. The address stays: it
    /// moves when the page is published.
    fn dress(&self, item: &mut Item, draft: Document) {
        let text = |name: &str| draft.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let columns = &mut item.columns;
        if let Some(declared) = self.0.get(&columns.type_) {
            columns.title = content::title(declared, &draft);
        }
        if columns.is_page() {
            columns.slug = Some(text("slug")).filter(|slug| !slug.is_empty()).or(columns.slug.take());
            let rest = columns.rest.get_or_insert_default();
            rest.seo_title = Some(text("seo_title"));
            rest.search_description = Some(text("search_description"));
            rest.show_in_menus = draft.get("show_in_menus").and_then(Value::as_bool);
        }
        item.doc = draft.into();
    }

    fn values(&self, item: &Item) -> Vec<(String, FilterValue)> {
        self.0
            .get(&item.type_)
            .map(|declared| filter_values(declared, &item.doc.to_document()))
            .unwrap_or_default()
    }
}

/// An object on its way into an order.
struct Placed {
    key: Key,
    id: i64,
    by: Vec<Bind>,
}

impl Selection {
    /// The same, where drafts decide what is in it or in which order: as the objects that were found, in that order.
    pub(super) async fn settled(&self, conn: &mut Conn) -> Result<Cow<'_, Self>> {
        let Some(drafts) = self.scope.drafts().filter(|_| self.goes_by_content()) else {
            return Ok(Cow::Borrowed(self));
        };
        let terms = self.terms();
        let mut placed = self.placed_by_tables(conn, &terms).await?;
        placed.extend(self.placed_by_drafts(conn, (drafts, &terms)).await?);
        if self.order == Some(Order::Random) {
            placed.shuffle(&mut rand::rng());
        } else {
            let down = terms.last().is_some_and(Term::goes_down);
            placed.sort_by(|one, other| in_order(&terms, one, other, down));
        }
        let mut settled = self.by_place();
        settled.order = None;
        Ok(Cow::Owned(settled.found(Finding::in_order(placed.into_iter().map(|placed| placed.key)))))
    }

    fn goes_by_content(&self) -> bool {
        let terms = match &self.order {
            Some(Order::By(terms)) => &terms[..],
            _ => &[],
        };
        let is_content = |by: &By| match by {
            By::Column(column) => column.is_content(),
            By::Field { .. } => true,
        };
        self.filters.iter().any(Filter::is_content) || terms.iter().any(|term| is_content(&term.by))
    }

    /// The same without conditions on content.
    fn by_place(&self) -> Self {
        let mut selection = self.clone();
        selection.filters.retain(|filter| !filter.is_content());
        selection
    }

    fn terms(&self) -> Vec<Term> {
        match &self.order {
            Some(Order::By(terms)) => terms.clone(),
            _ if self.family == PAGE_FAMILY => vec![Term { by: By::Column(Column::Path), descending: false }],
            _ => Vec::new(),
        }
    }

    async fn placed_by_tables(&self, conn: &mut Conn, terms: &[Term]) -> Result<Vec<Placed>> {
        let ask = |what: Sql| {
            let mut statement = sql("select o.key, ");
            statement.append(what).push(&format!(" from {} where ", columns::tables(&self.family)));
            statement.append(self.condition()).push(SETTLED);
            statement
        };
        let placed = conn.all::<(Key, i64)>(ask(sql("o.id"))).await?;
        let mut placed: HashMap<Key, Placed> =
            placed.into_iter().map(|(key, id)| (key, Placed { key, id, by: Vec::new() })).collect();
        for term in terms {
            for (key, value) in values(conn, &term.by, ask(term.by.expression(Rows::Objects))).await? {
                placed.entry(key).and_modify(|placed| placed.by.push(value));
            }
        }
        Ok(placed.into_values().filter(|placed| placed.by.len() == terms.len()).collect())
    }

    async fn placed_by_drafts(
        &self,
        conn: &mut Conn,
        (drafts, terms): (&Drafts, &[Term]),
    ) -> Result<Vec<Placed>> {
        let by_place = self.by_place();
        let mut statement = sql(format!("select o.key from {} where ", columns::tables(&self.family)));
        statement.append(by_place.condition()).push(DRAFTED);
        let mut placed = Vec::new();
        for keys in conn.all::<Key>(statement).await?.chunks(CHUNK) {
            for item in by_place.of_keys(conn, keys).await? {
                let values = drafts.values(&item);
                if self.filters.iter().all(|filter| meets(filter, &item, &values)) {
                    let by = terms.iter().map(|term| value(&term.by, &item, &values)).collect();
                    placed.push(Placed { key: item.key, id: item.id, by });
                }
            }
        }
        Ok(placed)
    }
}

/// What a step of an order says of each object.
async fn values(conn: &mut Conn, by: &By, ask: Sql) -> Result<Vec<(Key, Bind)>> {
    fn bound<T: Into<Bind>>(rows: Vec<(Key, T)>) -> Vec<(Key, Bind)> {
        rows.into_iter().map(|(key, value)| (key, value.into())).collect()
    }
    Ok(match by.nothing() {
        Bind::Int(_) => bound(conn.all::<(Key, Option<i64>)>(ask).await?),
        Bind::Real(_) => bound(conn.all::<(Key, Option<f64>)>(ask).await?),
        Bind::Text(_) | Bind::Bytes(_) => bound(conn.all::<(Key, Option<String>)>(ask).await?),
    })
}

/// The same of an object with a draft: of several values the least.
fn value(by: &By, item: &Item, values: &[(String, FilterValue)]) -> Bind {
    match by {
        By::Column(column) => column.of(item),
        By::Field { name: field, .. } => {
            let own =
                values.iter().filter(|(name, _)| name == field).map(|(_, value)| content::bound(value).1);
            own.min_by(compared).unwrap_or_else(|| by.nothing())
        }
    }
}

fn meets(filter: &Filter, item: &Item, values: &[(String, FilterValue)]) -> bool {
    let some = |field: &String, value: &FilterValue, fits: fn(Ordering) -> bool| {
        let wanted = content::bound(value).1;
        let own = values.iter().filter(|(name, _)| name == field);
        own.into_iter().any(|(_, known)| fits(compared(&content::bound(known).1, &wanted)))
    };
    match filter {
        Filter::Is(column, wanted) => column.of(item) == *wanted,
        Filter::Has(field, value) => some(field, value, Ordering::is_eq),
        Filter::AtLeast(field, value) => some(field, value, Ordering::is_ge),
        Filter::Below(field, value) => some(field, value, Ordering::is_lt),
        // Where it stands was asked of the store.
        _ => true,
    }
}

fn in_order(terms: &[Term], one: &Placed, other: &Placed, down: bool) -> Ordering {
    let steps = terms.iter().zip(one.by.iter().zip(&other.by));
    let differ = |(term, (one, other)): (&Term, (&Bind, &Bind))| {
        let order = compared(one, other);
        if term.descending { order.reverse() } else { order }
    };
    let ids = if down { other.id.cmp(&one.id) } else { one.id.cmp(&other.id) };
    steps.map(differ).find(|order| order.is_ne()).unwrap_or(ids)
}

/// As the store compares values of one kind: null before everything, text by its bytes.
fn compared(one: &Bind, other: &Bind) -> Ordering {
    match (one, other) {
        (Bind::Int(one), Bind::Int(other)) => one.cmp(other),
        (Bind::Text(one), Bind::Text(other)) => one.cmp(other),
        (Bind::Real(Some(one)), Bind::Real(Some(other))) => one.total_cmp(other),
        (Bind::Real(one), Bind::Real(other)) => one.is_some().cmp(&other.is_some()),
        _ => Ordering::Equal,
    }
}
