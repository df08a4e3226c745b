//! What is asked for, and the statements that it becomes.

use std::collections::HashSet;

use crate::base::Key;
use crate::error::Result;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::filter::Filter;
use super::item;
use super::item::Extent;
use super::item::Item;
use super::item::Marked;
use super::library::Library;
use super::order::Order;
use super::scope::Scope;

/// Published objects of one family, of which a viewer sees some.
#[derive(Debug, Clone)]
pub struct Selection {
    family: String,
    scope: Scope,
    types: Vec<String>,
    filters: Vec<Filter>,
    order: Option<Order>,
    found: Option<Vec<Key>>,
    with_doc: bool,
    extent: Extent,
}

/// How many found keys go into a statement; where there are more, what meets the conditions is read instead.
const MOST_BOUND: usize = 10_000;

impl Selection {
    /// Pages.
    pub fn pages(scope: Scope) -> Self {
        Self::of_family(PAGE_FAMILY, scope)
    }

    /// Everything of a family that is no page's: a snippet type, images, documents.
    pub fn of_type(label: &str) -> Self {
        let mut selection = Self::of_family(label, Scope::public());
        selection.types = vec![label.to_owned()];
        selection
    }

    fn of_family(family: &str, scope: Scope) -> Self {
        let (family, types, filters) = (family.to_owned(), Vec::new(), Vec::new());
        Self {
            family,
            scope,
            types,
            filters,
            order: None,
            found: None,
            with_doc: true,
            extent: Extent::Whole,
        }
    }

    /// As much of it as this scope shows.
    pub fn seen_in(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Only these types.
    pub fn of_types(mut self, types: Vec<String>) -> Self {
        self.types = types;
        self
    }

    /// Only what also meets this condition.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// In this order.
    pub fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    /// Only what a search found; in its order, best first, where no other is asked for.
    pub fn found(mut self, keys: Vec<Key>) -> Self {
        self.found = Some(keys);
        self
    }

    /// Columns alone: for answers that show no declared field, the documents are not read.
    pub fn without_documents(mut self) -> Self {
        self.with_doc = false;
        self
    }

    /// Only as much of the columns.
    pub fn extent(mut self, extent: Extent) -> Self {
        self.extent = extent;
        self
    }

    /// How many there are, and some of them, in order.
    pub async fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<(i64, Vec<Item>)> {
        match &self.found {
            None => Ok((self.count(conn).await?, self.items(conn, offset, limit).await?)),
            Some(found) => self.found_page(conn, found, offset, limit).await,
        }
    }

    /// How many there are.
    pub async fn count(&self, conn: &mut Conn) -> Result<i64> {
        if let Some(found) = &self.found {
            return Ok(i64::try_from(self.among(conn, found).await?.len()).unwrap_or(i64::MAX));
        }
        let mut statement = sql(format!("select count(*) from {} where ", item::tables(&self.family)));
        statement.append(self.condition());
        conn.one(statement).await
    }

    /// Some of them, in order, without counting them all.
    pub async fn items(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<Item>> {
        if let Some(found) = &self.found {
            return Ok(self.found_page(conn, found, offset, limit).await?.1);
        }
        let mut statement = self.select();
        statement.push(" where ").append(self.condition());
        statement.push(" order by ").append(self.order_clause());
        statement.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
        item::read(conn, &self.family, self.extent, statement).await
    }

    fn select(&self) -> Sql {
        let doc = if self.with_doc { "o.doc" } else { "null" };
        let columns = item::columns(&self.family, self.extent, doc);
        sql(format!("select {columns} from {}", item::tables(&self.family)))
    }

    /// The one with this id, if it is among them.
    pub async fn get(&self, conn: &mut Conn, id: i64) -> Result<Option<Item>> {
        Ok(self.clone().filter(Filter::Id(id)).order(Order::Usual).items(conn, 0, 1).await?.pop())
    }

    /// The one with this id, if it is among them; the objects that these fields of it refer to, and the page above it,
    /// come in the same statement and are put into the library, as far as a reader may see them.
    pub async fn get_with(
        &self,
        conn: &mut Conn,
        id: i64,
        (fields, library): (&[String], &mut Library),
    ) -> Result<Option<Item>> {
        let one = self.clone().filter(Filter::Id(id));
        let itself = |text: &str| sql(text).bind(&self.family).bind(id);
        let mut statement = sql(format!(
            "select k.is_asked, {} from (select o.key as found, 1 as is_asked from {} where ",
            item::columns(
                IMAGE,
                Extent::Whole,
                "case when k.is_asked = 1 or o.family <> 'page' then o.doc end"
            ),
            item::tables(&self.family)
        ));
        statement.append(one.condition());
        if !fields.is_empty() {
            let referred = "select t.key, 0 from objects s join refs r on r.object = s.key \
                            join objects t on t.family = r.target_family and t.id = r.target_id \
                            where s.family = ? and s.id = ? and r.field in ";
            statement.push(" union ").append(itself(referred)).push_list(fields);
        }
        if self.family == PAGE_FAMILY {
            statement.push(" union ");
            statement.append(itself("select s.parent, 0 from objects s where s.family = ? and s.id = ?"));
        }
        statement.push(") k join objects o on o.key = k.found left join files f on f.object = o.key where ");
        statement.append(self.scope.everywhere().condition());
        let mut asked = None;
        for Marked(is_asked, item) in conn.all(statement).await? {
            match is_asked {
                true => asked = Some(item),
                false => library.put(item.family_extent(), item),
            }
        }
        Ok(asked)
    }

    /// The first in order, if there is any.
    pub async fn first(&self, conn: &mut Conn) -> Result<Option<Item>> {
        Ok(self.items(conn, 0, 1).await?.pop())
    }

    async fn found_page(
        &self,
        conn: &mut Conn,
        found: &[Key],
        offset: i64,
        limit: i64,
    ) -> Result<(i64, Vec<Item>)> {
        let all = self.among(conn, found).await?;
        let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX).min(all.len());
        let wanted = &all[place(offset)..place(offset.saturating_add(limit))];
        let mut statement = self.select();
        statement.push(" where o.key in ").push_list(wanted);
        let mut items = match wanted.is_empty() {
            true => Vec::new(),
            false => item::read(conn, &self.family, self.extent, statement).await?,
        };
        items.sort_by_key(|item| wanted.iter().position(|key| *key == item.key));
        Ok((i64::try_from(all.len()).unwrap_or(i64::MAX), items))
    }

    /// The keys that a search found and that meet every condition, in order.
    async fn among(&self, conn: &mut Conn, found: &[Key]) -> Result<Vec<Key>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = sql(format!("select o.key from {} where ", item::tables(&self.family)));
        statement.append(self.condition());
        if found.len() <= MOST_BOUND {
            statement.push(" and o.key in ").push_list(found);
        }
        let ordered = self.order.is_some();
        if ordered {
            statement.push(" order by ").append(self.order_clause());
        }
        let matching = conn.all::<Key>(statement).await?;
        let (outer, inner) = if ordered { (&*matching, found) } else { (found, &*matching) };
        let inner: HashSet<&Key> = inner.iter().collect();
        Ok(outer.iter().filter(|key| inner.contains(key)).copied().collect())
    }

    fn order_clause(&self) -> Sql {
        self.order.as_ref().unwrap_or(&Order::Usual).clause(self.family == PAGE_FAMILY)
    }

    fn condition(&self) -> Sql {
        let mut condition = sql("o.family = ?").bind(&self.family);
        condition.push(" and ").append(self.scope.condition());
        if !self.types.is_empty() {
            condition.push(" and o.type in ").push_list(&self.types);
        }
        for filter in &self.filters {
            condition.push(" and ").append(filter.condition(&self.types, self.scope.is_public()));
        }
        condition
    }
}
