//! Where a list goes on: behind an item, by the values that it was ordered by. What is added or removed meanwhile moves
//! nothing, and where an index has the order, a page far down costs what the first one does.

use crate::base::Key;
use crate::error::Error;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;
use crate::store::Bind;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::columns;
use super::filter::Column;
use super::item::Extent;
use super::item::Item;
use super::order::By;
use super::order::Order;
use super::order::Rows;
use super::order::Term;
use super::selection::Selection;
use super::totals::Memory;
use super::totals::Outcome;

/// A place in an order: what stands behind it is what comes behind these values.
#[derive(Debug, Clone, PartialEq)]
pub struct Position(pub Vec<Bind>);

/// A part of what stands behind a place. Beyond the least or the largest value there may be a part without any, which an
/// index finds apart.
#[derive(Debug, Clone)]
pub(super) struct Behind {
    position: Position,
    part: usize,
}

impl Selection {
    /// How many there are in all, so many behind a place (from the beginning, where none is named), and the place behind
    /// those, if there are more.
    ///
    /// # Errors `Bad` for a shuffled list, for search results in the order of their fitting, and for drafts: no place
    /// in them lasts.
    pub async fn remembered_behind(
        &self,
        conn: &mut Conn,
        memory: Memory<'_>,
        (position, limit): (Option<&Position>, i64),
    ) -> Result<(i64, Vec<Item>, Option<Position>)> {
        self.steps()?;
        let total = match self.outcome(conn, memory).await? {
            Outcome::Total(total) => total,
            Outcome::Keys(keys) => i64::try_from(keys.len()).unwrap_or(i64::MAX),
        };
        let (items, next) = self.going(conn, (position, limit), Some(total)).await?;
        Ok((total, items, next))
    }

    /// So many behind a place, and the place behind those, if there are more.
    ///
    /// # Errors
    /// As above.
    pub async fn items_behind(
        &self,
        conn: &mut Conn,
        position: Option<&Position>,
        limit: i64,
    ) -> Result<(Vec<Item>, Option<Position>)> {
        self.going(conn, (position, limit), None).await
    }

    async fn going(
        &self,
        conn: &mut Conn,
        (position, limit): (Option<&Position>, i64),
        total: Option<i64>,
    ) -> Result<(Vec<Item>, Option<Position>)> {
        let steps = self.steps()?;
        let parts = position.map_or(1, |position| position.parts(&steps, Rows::Objects).len());
        let mut items: Vec<Item> = Vec::new();
        for part in 0..parts {
            // One more than is shown tells whether there are more.
            let wanted = limit + 1 - i64::try_from(items.len()).unwrap_or(i64::MAX);
            if wanted > 0 {
                let behind = position.map(|position| Behind { position: position.clone(), part });
                let part = Self { behind, extent: self.extent.max(Extent::Placed), ..self.clone() };
                items.extend(match part.found {
                    None => part.some(conn, (0, wanted), total).await?,
                    Some(_) => part.items(conn, 0, wanted).await?,
                });
            }
        }
        let shown = usize::try_from(limit).unwrap_or_default();
        let is_more = items.len() > shown;
        items.truncate(shown);
        let next = match items.last().filter(|_| is_more) {
            Some(last) => Some(self.place_of(conn, &steps, last).await?),
            None => None,
        };
        Ok((items, next))
    }

    /// The steps of the order, of which the last is different for every object.
    fn steps(&self) -> Result<Vec<Term>> {
        if self.scope.drafts().is_some() {
            return Err(Error::Bad("cursor with draft is not supported".to_owned()));
        }
        let by = |column| Term { by: By::Column(column), descending: false };
        match &self.order {
            Some(Order::Random) => Err(Error::Bad("random ordering with cursor is not supported".to_owned())),
            None if self.found.is_some() => Err(Error::Bad(
                "cursor with search needs an order: that of relevance is not supported".to_owned(),
            )),
            Some(Order::By(terms)) => {
                let mut steps = terms.clone();
                let descending = terms.last().is_some_and(Term::goes_down);
                steps.push(Term { by: By::Column(Column::Id), descending });
                Ok(steps)
            }
            None | Some(Order::Usual) if self.family == PAGE_FAMILY => Ok(vec![by(Column::Path)]),
            None | Some(Order::Usual) => Ok(vec![by(Column::Id)]),
        }
    }

    /// Where an item stands. What an item does not tell is read.
    async fn place_of(&self, conn: &mut Conn, steps: &[Term], item: &Item) -> Result<Position> {
        let mut values = Vec::new();
        for step in steps {
            values.push(match &step.by {
                By::Column(column) if column.is_placed() => column.of(item),
                by => self.value_of(conn, by, item.key).await?,
            });
        }
        Ok(Position(values))
    }

    async fn value_of(&self, conn: &mut Conn, by: &By, key: Key) -> Result<Bind> {
        let mut ask = sql("select ");
        ask.append(by.expression(Rows::Objects));
        ask.push(&format!(" from {} where o.key = ", columns::tables(&self.family))).push_bind(key);
        Ok(match by.nothing() {
            Bind::Int(_) => conn.one::<Option<i64>>(ask).await?.into(),
            Bind::Real(_) => conn.one::<Option<f64>>(ask).await?.into(),
            Bind::Text(_) | Bind::Bytes(_) => conn.one::<Option<String>>(ask).await?.into(),
        })
    }

    /// Adds the condition for the part that is asked for.
    pub(super) fn push_behind(&self, statement: &mut Sql, rows: Rows) {
        let (Some(behind), Ok(steps)) = (&self.behind, self.steps()) else { return };
        let parts = behind.position.parts(&steps, rows);
        if let Some(part) = parts.into_iter().nth(behind.part) {
            statement.push(" and (").append(part).push(")");
        }
    }
}

impl Position {
    /// What stands behind, in parts that follow one another. Each begins with a bound that an index can go to.
    fn parts(&self, steps: &[Term], rows: Rows) -> Vec<Sql> {
        let mut walk = steps.iter().zip(&self.0);
        let Some((step, value)) = walk.next() else { return vec![sql("1 = 0")] };
        let rest: Vec<_> = walk.collect();
        let by = &step.by;
        if rest.is_empty() {
            return vec![compared(by, rows, if step.descending { "<" } else { ">" }, value)];
        }
        let rest = behind(&rest, rows);
        let mut bounded = Sql::default();
        match (is_null(value), step.descending) {
            (true, _) => {
                bounded.append(null(by, rows, true)).push(" and ").append(rest);
            }
            (false, descending) => {
                let (bound, beyond) = if descending { ("<=", "<") } else { (">=", ">") };
                bounded.append(compared(by, rows, bound, value)).push(" and (");
                bounded.append(compared(by, rows, beyond, value)).push(" or ").append(rest).push(")");
            }
        }
        match (is_null(value), step.descending) {
            (true, true) | (false, false) => vec![bounded],
            (true, false) => vec![bounded, null(by, rows, false)],
            (false, true) => vec![bounded, null(by, rows, true)],
        }
    }
}

/// What stands behind by these steps, where all before them are equal.
fn behind(steps: &[(&Term, &Bind)], rows: Rows) -> Sql {
    let Some(((step, value), rest)) = steps.split_first() else { return sql("1 = 0") };
    let by = &step.by;
    let mut condition = sql("(");
    match (is_null(value), step.descending) {
        (true, true) => condition.append(null(by, rows, true)).push(" and ").append(behind(rest, rows)),
        (true, false) => condition.append(null(by, rows, false)).push(" or ").append(behind(rest, rows)),
        (false, descending) => {
            let beyond = if descending { "<" } else { ">" };
            condition.append(compared(by, rows, beyond, value));
            if descending {
                condition.push(" or ").append(null(by, rows, true));
            }
            condition.push(" or (").append(compared(by, rows, "=", value)).push(" and ");
            condition.append(behind(rest, rows)).push(")")
        }
    };
    condition.push(")");
    condition
}

fn compared(by: &By, rows: Rows, how: &str, value: &Bind) -> Sql {
    let mut condition = by.expression(rows);
    condition.push(" ").push(how).push(" ").push_bind(value.clone());
    condition
}

fn null(by: &By, rows: Rows, is: bool) -> Sql {
    let mut condition = by.expression(rows);
    condition.push(if is { " is null" } else { " is not null" });
    condition
}

fn is_null(value: &Bind) -> bool {
    matches!(value, Bind::Int(None) | Bind::Real(None) | Bind::Text(None) | Bind::Bytes(None))
}
