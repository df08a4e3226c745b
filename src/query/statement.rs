//! The statements that a selection becomes. Which way is the quickest follows from the order: where an index has it,
//! the index is walked until the page is full; else what meets the conditions is sorted.

use crate::base::Key;
use crate::content::bound;
use crate::schema::FilterValue;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Bind;
use crate::store::Sql;
use crate::store::sql;

use super::columns;
use super::filter::Column;
use super::filter::Filter;
use super::item::Extent;
use super::order::By;
use super::order::Order;
use super::order::Rows;
use super::order::Term;
use super::selection::Selection;

/// Up to so many objects that meet the conditions are looked at one by one rather than found on a walk.
const FEW: i64 = 500;
/// Farther pages of a list are counted off by keys alone, and only what is shown is read.
const FAR: i64 = 100;

/// So many keys are joined to as rows of their own: of a list behind `in`, SQLite makes a table first.
const MOST_JOINED: usize = 100;

/// A number as a row that is written out, the first one with a name.
const FIRST_ROW: &str = "select ? as found";
const ROW: &str = " union all select ?";

/// What is tried object by object on a walk, rather than found by an index of its own.
#[derive(Clone, Copy, Default)]
struct Tried {
    /// Where a page stands.
    places: bool,
    /// The values of its fields.
    values: bool,
    /// Everything but what a filter finds by an index of its own.
    found: bool,
}

/// What a statement walks along until the page is full, or gathers and sorts.
#[derive(Clone, Copy)]
enum Way<'s> {
    /// The objects.
    Objects,
    /// The values of a field of which one is asked for, the newest first; and where that condition stands.
    With(&'s str, &'s FilterValue, usize),
    /// All values of the field that the order goes by, of this table.
    By(&'s str, &'static str),
}

impl Selection {
    /// Some of them, in order. `total` says how many there are, where that is known.
    pub(super) fn listing(&self, (offset, limit): (i64, i64), total: Option<i64>) -> Sql {
        let mut statement = if self.is_walked(total) && offset <= FAR {
            let mut statement = self.beginning(&self.columns(), total);
            statement.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
            return statement;
        } else {
            sql(format!("select {} from (", self.columns()))
        };
        statement.append(self.beginning("o.key as found", total));
        statement.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
        statement.push(") k join objects o on o.key = k.found");
        if columns::has_files(&self.family) {
            statement.push(" left join files f on f.object = o.key");
        }
        if self.order != Some(Order::Random) {
            statement.push(" order by ").append(self.order_clause(Rows::Objects));
        }
        statement
    }

    /// Columns, tables, conditions and order.
    fn beginning(&self, columns: &str, total: Option<i64>) -> Sql {
        match self.way(total) {
            Way::Objects => {}
            Way::By(field, table) => return self.along_values(columns, (table, field), None),
            Way::With(field, value, place) => {
                let (table, bind) = bound(value);
                return self.along_values(columns, (table, field), Some((bind, place)));
            }
        }
        let places = self.is_walked(total) && !matches!(self.order, None | Some(Order::Usual));
        let values = self.is_walked(total) && total.is_some_and(|total| total > FEW);
        let mut statement =
            sql(["select ", columns, " from ", columns::tables(&self.family), " where "].concat());
        statement.append(self.condition_without(None, Tried { places, values, found: self.is_found(total) }));
        self.push_behind(&mut statement, Rows::Objects);
        statement.push(" order by ").append(self.order_clause(Rows::Objects));
        statement
    }

    /// The same along the values of a field, or those rows that have one of them, of which the condition needs no other
    /// look.
    fn along_values(&self, columns: &str, (table, field): (&str, &str), one: Option<(Bind, usize)>) -> Sql {
        let mut statement = sql(["select ", columns, " from ", table, " v cross join objects o"].concat());
        if columns::has_files(&self.family) {
            statement.push(" left join files f on f.object = o.key");
        }
        statement.push(" where v.type = ").push_bind(self.types.first()).push(" and v.field = ");
        statement.push_bind(field).push(" and v.public = 1");
        let met = one.map(|(value, place)| {
            statement.push(" and v.value = ").push_bind(value);
            place
        });
        let tried = Tried { places: true, values: true, found: false };
        statement.push(" and o.key = v.object and ").append(self.condition_without(met, tried));
        self.push_behind(&mut statement, Rows::Values);
        statement.push(" order by ").append(self.order_clause(Rows::Values));
        statement
    }

    /// Those of these keys, in any order.
    pub(super) fn of(&self, keys: &[Key]) -> Sql {
        let (columns, tables) = (self.columns(), columns::tables(&self.family));
        if keys.len() > MOST_JOINED {
            return sql(format!("select {columns} from {tables} where o.key in ")).bind_list(keys);
        }
        let mut statement = sql(["select ", &columns, " from ("].concat());
        statement.append(rows_of(keys.iter().map(|key| key.0)));
        statement.push(") k cross join ").push(tables).push(" where o.key = k.found");
        statement
    }

    /// The one that there is, marked, and unmarked whatever these fields of it refer to and the page above it.
    pub(super) fn with_what_it_refers_to(&self, fields: &[String]) -> Sql {
        let doc = "case when k.is_asked = 1 or o.family <> 'page' then o.doc end";
        let (columns, tables) = (columns::columns(IMAGE, Extent::Whole, doc), columns::tables(&self.family));
        let mut statement = sql(format!("with s as (select o.key, o.parent from {tables} where "));
        statement.append(self.condition());
        statement.push(&format!(
            ") select k.is_asked, {columns} from (select s.key as found, 1 as is_asked from s"
        ));
        if !fields.is_empty() {
            let referred = " union all select t.key, 0 from s join refs r on r.object = s.key \
                            join objects t on t.family = r.target_family and t.id = r.target_id where ";
            statement.push(referred).append(is_one_of("r.field", fields));
        }
        if self.family == PAGE_FAMILY {
            statement.push(" union all select s.parent, 0 from s");
        }
        statement.push(") k join objects o on o.key = k.found left join files f on f.object = o.key where ");
        statement.append(self.scope.everywhere().condition());
        statement
    }

    fn columns(&self) -> String {
        columns::columns(&self.family, self.extent, self.documents.column())
    }

    /// Whether an index has the order.
    fn is_walked(&self, total: Option<i64>) -> bool {
        match &self.order {
            _ if !matches!(self.way(total), Way::Objects) => true,
            None | Some(Order::Usual) => true,
            Some(Order::By(terms)) => {
                let by: Vec<&By> = terms.iter().map(|term| &term.by).collect();
                matches!(by[..], [By::Column(Column::FirstPublishedAt | Column::Id)])
            }
            Some(Order::Random) => false,
        }
    }

    /// Along values where one of a field is asked for and the newest come first; and where the order is a field's, unless
    /// few meet the conditions: those are found sooner than met.
    fn way(&self, total: Option<i64>) -> Way<'_> {
        let Some(Order::By(terms)) = &self.order else { return Way::Objects };
        if self.types.len() != 1 || !self.scope.is_public() {
            return Way::Objects;
        }
        let with = self.filters.iter().enumerate().find_map(|(place, filter)| match filter {
            Filter::Has(field, value) => Some(Way::With(field, value, place)),
            _ => None,
        });
        let are_many = self.filters.is_empty() || total.is_some_and(|total| total > FEW);
        match &terms[..] {
            [Term { by: By::Column(Column::FirstPublishedAt), .. }] => with.unwrap_or(Way::Objects),
            [Term { by: By::Field { name, table, of_many: false }, .. }] if are_many => Way::By(name, table),
            _ => Way::Objects,
        }
    }

    pub(super) fn order_clause(&self, rows: Rows) -> Sql {
        let order = self.order.as_ref().unwrap_or(&Order::Usual);
        order.clause(self.family == PAGE_FAMILY, rows)
    }

    pub(super) fn condition(&self) -> Sql {
        let found = self.filters.iter().any(|filter| filter.finds_few() || filter.finds_children());
        self.condition_without(None, Tried { found, ..Tried::default() })
    }

    /// Whether a filter finds what there is, and no order makes it better to meet that on a walk: children come in the
    /// order of the tree, and a few of them are soon sorted.
    fn is_found(&self, total: Option<i64>) -> bool {
        let in_tree = self.family == PAGE_FAMILY && matches!(self.order, None | Some(Order::Usual));
        let has_children = in_tree || total.is_some_and(|total| total <= FEW);
        self.filters.iter().any(|filter| filter.finds_few() || (has_children && filter.finds_children()))
    }

    /// Every condition but one that is met already.
    fn condition_without(&self, met: Option<usize>, tried: Tried) -> Sql {
        // A type is of one family alone; told both, a planner may walk the whole family for a few of the type. And it may
        // walk either where a filter finds what there is.
        let column = |name: &'static str| {
            let (before, behind) = if tried.found { ("coalesce(o.", ", '')") } else { ("o.", "") };
            let mut condition = sql(before);
            condition.push(name).push(behind);
            condition
        };
        let mut condition = column(if self.types.is_empty() { "family" } else { "type" });
        match &self.types[..] {
            [] => condition.push(" = ").push_bind(&self.family),
            [one] => condition.push(" = ").push_bind(one),
            some => condition.push(" in ").push_list(some),
        };
        let scope = if tried.places || tried.found {
            self.scope.condition_on_the_way()
        } else {
            self.scope.condition()
        };
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
/// They are filled up with zeros, of which there is no key and no id.
pub(super) fn rows_of(numbers: impl ExactSizeIterator<Item = i64>) -> Sql {
    let filled = filled(numbers.len());
    let mut rows = Sql::with_room(FIRST_ROW.len() + filled * ROW.len(), filled);
    rows.push(FIRST_ROW);
    (1..filled).for_each(|_| _ = rows.push(ROW));
    rows.bind_all(numbers.chain(std::iter::repeat(0)).take(filled))
}

/// How many rows there are when so many are filled up, so that few texts have to be prepared; what fills them up is
/// looked for, too, so it is little where most lists are.
pub(super) fn filled(rows: usize) -> usize {
    if rows <= 64 { rows.max(1).next_multiple_of(4) } else { rows.next_power_of_two() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_rows_are_filled_up_a_little_and_never_empty() {
        for (rows, expected) in [(0, 4), (1, 4), (4, 4), (20, 20), (21, 24), (64, 64), (65, 128), (256, 256)]
        {
            assert_eq!(filled(rows), expected, "{rows}");
        }
        assert_eq!(
            rows_of([].into_iter()).text(),
            "select ? as found union all select ? union all select ? union all select ?"
        );
    }
}
