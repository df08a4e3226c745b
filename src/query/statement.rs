//! The statements that a selection becomes. Which way is the quickest follows from the order: where an index has it,
//! the index is walked until the page is full; else what meets the conditions is sorted.

use crate::base::Key;
use crate::schema::FilterValue;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Sql;
use crate::store::sql;

use super::filter;
use super::filter::Column;
use super::filter::Filter;
use super::item;
use super::item::Extent;
use super::order::By;
use super::order::Order;
use super::order::Rows;
use super::selection::Selection;

/// Up to so many objects that meet the conditions are looked at one by one rather than found on a walk.
const FEW: i64 = 500;
/// Farther pages of a list are counted off by keys alone, and only what is shown is read.
const FAR: i64 = 100;

/// So many keys are joined to as rows of their own: of a list behind `in`, SQLite makes a table first.
const MOST_JOINED: usize = 100;

/// What is tried object by object on a walk, rather than found by an index of its own.
#[derive(Clone, Copy, Default)]
struct Tried {
    /// Where a page stands.
    places: bool,
    /// The values of its fields.
    values: bool,
}

impl Selection {
    /// Some of them, in order. `total` says how many there are, where that is known.
    pub(super) fn listing(&self, (offset, limit): (i64, i64), total: Option<i64>) -> Sql {
        let mut statement = if self.is_walked() && offset <= FAR {
            let mut statement = self.beginning(&self.columns(), total);
            statement.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
            return statement;
        } else {
            sql(format!("select {} from (", self.columns()))
        };
        statement.append(self.beginning("o.key as found", total));
        statement.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
        statement.push(") k join objects o on o.key = k.found");
        if item::has_files(&self.family) {
            statement.push(" left join files f on f.object = o.key");
        }
        if self.order != Some(Order::Random) {
            statement.push(" order by ").append(self.order_clause(Rows::Objects));
        }
        statement
    }

    /// Columns, tables, conditions and order.
    fn beginning(&self, columns: &str, total: Option<i64>) -> Sql {
        if let Some((place, field, value)) = self.newest_with() {
            let (table, bind) = filter::bound(value);
            let mut statement = sql(format!("select {columns} from {table} v cross join objects o"));
            if item::has_files(&self.family) {
                statement.push(" left join files f on f.object = o.key");
            }
            statement.push(" where v.type = ").push_bind(self.types.first()).push(" and v.field = ");
            statement.push_bind(field).push(" and v.public = 1 and v.value = ").push_bind(bind);
            statement
                .push(" and o.key = v.object and ")
                .append(self.condition_without(Some(place), Tried { places: true, values: true }));
            self.push_behind(&mut statement, Rows::Values);
            statement.push(" order by ").append(self.order_clause(Rows::Values));
            return statement;
        }
        let places = self.is_walked() && !matches!(self.order, None | Some(Order::Usual));
        let values = self.is_walked() && total.is_some_and(|total| total > FEW);
        let mut statement = sql(format!("select {columns} from {} where ", item::tables(&self.family)));
        statement.append(self.condition_without(None, Tried { places, values }));
        self.push_behind(&mut statement, Rows::Objects);
        statement.push(" order by ").append(self.order_clause(Rows::Objects));
        statement
    }

    /// Those of these keys, in any order.
    pub(super) fn of(&self, keys: &[Key]) -> Sql {
        let (columns, tables) = (self.columns(), item::tables(&self.family));
        if keys.len() > MOST_JOINED {
            return sql(format!("select {columns} from {tables} where o.key in ")).bind_list(keys);
        }
        let mut statement = sql(format!("select {columns} from ("));
        statement.append(rows_of(keys.iter().map(|key| key.0)));
        statement.push(") k cross join ").push(tables).push(" where o.key = k.found");
        statement
    }

    /// The one with this id, marked, and unmarked whatever these fields of it refer to and the page above it.
    pub(super) fn with_what_it_refers_to(&self, id: i64, fields: &[String]) -> Sql {
        let itself = |text: &str| sql(text).bind(&self.family).bind(id);
        let doc = "case when k.is_asked = 1 or o.family <> 'page' then o.doc end";
        let (columns, tables) = (item::columns(IMAGE, Extent::Whole, doc), item::tables(&self.family));
        let mut statement = sql(format!(
            "select k.is_asked, {columns} from (select o.key as found, 1 as is_asked from {tables} where "
        ));
        statement.append(self.condition());
        if !fields.is_empty() {
            let referred = "select t.key, 0 from objects s join refs r on r.object = s.key \
                            join objects t on t.family = r.target_family and t.id = r.target_id \
                            where s.family = ? and s.id = ? and ";
            statement.push(" union all ").append(itself(referred)).append(is_one_of("r.field", fields));
        }
        if self.family == PAGE_FAMILY {
            statement.push(" union all ");
            statement.append(itself("select s.parent, 0 from objects s where s.family = ? and s.id = ?"));
        }
        statement.push(") k join objects o on o.key = k.found left join files f on f.object = o.key where ");
        statement.append(self.scope.everywhere().condition());
        statement
    }

    fn columns(&self) -> String {
        item::columns(&self.family, self.extent, self.documents.column())
    }

    /// Whether an index has the order.
    fn is_walked(&self) -> bool {
        match &self.order {
            None | Some(Order::Usual) => true,
            Some(Order::By(terms)) => {
                let by: Vec<&By> = terms.iter().map(|term| &term.by).collect();
                matches!(by[..], [By::Column(Column::FirstPublishedAt | Column::Id)])
            }
            Some(Order::Random) => false,
        }
    }

    /// The condition whose value rows are walked, where the newest with a value are asked for.
    fn newest_with(&self) -> Option<(usize, &str, &FilterValue)> {
        let Some(Order::By(terms)) = &self.order else { return None };
        let is_newest = matches!(&terms[..], [one] if one.by == By::Column(Column::FirstPublishedAt));
        if !is_newest || self.types.len() != 1 || !self.scope.is_public() {
            return None;
        }
        self.filters.iter().enumerate().find_map(|(place, filter)| match filter {
            Filter::Has(field, value) => Some((place, field.as_str(), value)),
            _ => None,
        })
    }

    pub(super) fn order_clause(&self, rows: Rows) -> Sql {
        let order = self.order.as_ref().unwrap_or(&Order::Usual);
        order.clause(self.family == PAGE_FAMILY, rows)
    }

    pub(super) fn condition(&self) -> Sql {
        self.condition_without(None, Tried::default())
    }

    /// Every condition but one that is met already.
    fn condition_without(&self, met: Option<usize>, tried: Tried) -> Sql {
        // A type is of one family alone; told both, a planner may walk the whole family for a few of the type.
        let mut condition = match &self.types[..] {
            [] => sql("o.family = ?").bind(&self.family),
            [one] => sql("o.type = ?").bind(one),
            some => sql("o.type in ").bind_list(some),
        };
        let scope = if tried.places { self.scope.condition_on_the_way() } else { self.scope.condition() };
        condition.push(" and ").append(scope);
        let others = self.filters.iter().enumerate().filter(|(place, _)| Some(*place) != met);
        for (_, filter) in others {
            let one_by_one =
                filter.on_the_way(&self.types).filter(|_| tried.values && self.scope.is_public());
            let found = || filter.condition(&self.types, self.scope.is_public());
            condition.push(" and ").append(one_by_one.unwrap_or_else(found));
        }
        condition
    }
}

/// Numbers as rows of their own, each called `found`: what is joined to them is found by an index, one after the other.
/// They are filled up with zeros, of which there is no key and no id, so that few texts have to be prepared.
pub(super) fn rows_of(numbers: impl ExactSizeIterator<Item = i64>) -> Sql {
    let filled = numbers.len().next_power_of_two();
    let mut rows = Sql::default();
    for (place, number) in numbers.chain(std::iter::repeat(0)).take(filled).enumerate() {
        rows.push(if place == 0 { "select " } else { " union all select " });
        rows.push_bind(number).push(if place == 0 { " as found" } else { "" });
    }
    rows
}

/// The same as `in`, tried row by row: of a list behind `in`, SQLite makes a table first.
fn is_one_of(column: &str, values: &[String]) -> Sql {
    let mut condition = sql(format!("case {column}"));
    for value in values {
        condition.push(" when ").push_bind(value).push(" then 1");
    }
    condition.push(" else 0 end = 1");
    condition
}
