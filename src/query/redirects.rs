//! Redirects, listed. They are public by nature: whoever asks for the old address is told the new one.

use crate::error::Result;
use crate::redirects::Redirect;
use crate::store::Bind;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Sql;
use crate::store::sql;

/// A column that redirects can be filtered and ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectColumn {
    /// The id.
    Id,
    /// The old path.
    OldPath,
}

impl RedirectColumn {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::OldPath => "old_path",
        }
    }
}

/// Redirects that meet conditions, in an order.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    filters: Vec<(RedirectColumn, Bind)>,
    order: Vec<(RedirectColumn, bool)>,
    shuffled: bool,
}

impl Redirects {
    /// Only those whose column has exactly this value.
    pub fn filter(mut self, column: RedirectColumn, value: impl Into<Bind>) -> Self {
        self.filters.push((column, value.into()));
        self
    }

    /// By this column next; `descending` puts the largest first.
    pub fn order(mut self, column: RedirectColumn, descending: bool) -> Self {
        self.order.push((column, descending));
        self
    }

    /// In a new order each time.
    pub fn shuffled(mut self) -> Self {
        self.shuffled = true;
        self
    }

    /// How many there are, and some of them, in order.
    pub async fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<(i64, Vec<Redirect>)> {
        let mut count = sql("select count(*) from redirects");
        count.append(self.condition());
        let mut page = sql(format!("select {} from redirects", Redirect::COLUMNS));
        page.append(self.condition()).push(" order by ");
        for (column, descending) in &self.order {
            page.push(column.name()).push(if *descending { " desc, " } else { ", " });
        }
        page.push(if self.shuffled { "random()" } else { "id" });
        page.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
        Ok((conn.one(count).await?, conn.all(page).await?))
    }

    fn condition(&self) -> Sql {
        let mut condition = Sql::default();
        for (number, (column, value)) in self.filters.iter().enumerate() {
            condition.push(if number == 0 { " where " } else { " and " });
            condition.push(column.name()).push(" = ").push_bind(value.clone());
        }
        condition
    }
}
