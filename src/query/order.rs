//! The order of what is listed. Nulls come first ascending and last descending on every database, and what is
//! equal comes in the order of ids, up or down, so that pages of a list neither repeat nor miss anything.

use crate::content::no_value;
use crate::schema::Shape;
use crate::store::Bind;
use crate::store::Sql;
use crate::store::sql;

use super::filter::Column;

/// How a selection is ordered.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Order {
    /// Pages as a walk through the tree meets them, everything else by id.
    #[default]
    Usual,
    /// By these, one after the other.
    By(Vec<Term>),
    /// Shuffled anew each time.
    Random,
}

/// One step of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// By what.
    pub by: By,
    /// The largest first.
    pub descending: bool,
}

impl Term {
    /// Whether what is equal comes with the largest id first: where the original's database walks an index backwards.
    pub(super) fn goes_down(&self) -> bool {
        let column = match &self.by {
            By::Column(column) => column,
            By::Field { .. } => return false,
        };
        self.descending
            && matches!(column, Column::AliasOf | Column::FirstPublishedAt | Column::Locale | Column::Slug)
    }
}

/// The rows in which a statement finds what every list can be ordered by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows {
    /// Those of the objects.
    Objects,
    /// Those of a field's values, where an index has both behind the value.
    Values,
}

impl Rows {
    fn moment(self) -> &'static str {
        match self {
            Self::Objects => "o.first_published_at",
            Self::Values => "v.moment",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Objects => "o.id",
            Self::Values => "v.id",
        }
    }
}

/// What an order goes by.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// A column.
    Column(Column),
    /// A declared field's values.
    Field {
        /// The field.
        name: String,
        /// The value table that keeps them.
        table: &'static str,
        /// Whether an object may have several of them: then the least counts.
        of_many: bool,
    },
}

impl By {
    /// By a declared field, if its shape can be ordered by.
    pub fn field(name: &str, shape: &Shape) -> Option<Self> {
        let field = |table| Self::Field { name: name.to_owned(), table, of_many: shape.is_of_many() };
        shape.value_table().map(field)
    }

    /// The value of this kind that stands for none.
    pub(super) fn nothing(&self) -> Bind {
        match self {
            Self::Column(column) if column.is_text() => Bind::Text(None),
            Self::Column(_) => Bind::Int(None),
            Self::Field { table, .. } => no_value(table),
        }
    }

    pub(super) fn expression(&self, rows: Rows) -> Sql {
        match self {
            Self::Column(Column::FirstPublishedAt) => sql(rows.moment()),
            Self::Column(Column::Id) => sql(rows.id()),
            Self::Column(column) => sql(column.name()),
            // It is the field's own values that are walked.
            Self::Field { of_many: false, .. } if matches!(rows, Rows::Values) => sql("v.value"),
            Self::Field { name, table, .. } => {
                sql(format!("(select min(v.value) from {table} v where v.object = o.key and v.field = ?)"))
                    .bind(name)
            }
        }
    }
}

impl Order {
    /// What stands behind `order by`.
    pub(super) fn clause(&self, in_tree: bool, rows: Rows) -> Sql {
        match self {
            Self::Usual if in_tree => sql("o.path"),
            Self::Usual => sql(rows.id()),
            Self::Random => sql("random()"),
            Self::By(terms) => by(terms, rows),
        }
    }
}

fn by(terms: &[Term], rows: Rows) -> Sql {
    let mut clause = Sql::default();
    for term in terms {
        clause.append(term.by.expression(rows));
        clause.push(if term.descending { " desc nulls last, " } else { " asc nulls first, " });
    }
    clause.push(rows.id()).push(if terms.last().is_some_and(Term::goes_down) { " desc" } else { "" });
    clause
}
