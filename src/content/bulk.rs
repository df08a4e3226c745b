//! Objects many at a time, with their live documents: for followers and exports that go through all of them.

use super::COLUMNS;
use super::Object;
use crate::base::Key;
use crate::base::TreePath;
use crate::error::Result;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

impl Object {
    /// Objects in the order of their keys, those after `after`.
    pub async fn after(conn: &mut Conn, after: Key, limit: i64) -> Result<Vec<Self>> {
        conn.all(in_order(whole("o.key > ?").bind(after), limit)).await
    }

    /// The objects of a family with these ids, in the order of their keys; unknown ones are left out.
    pub async fn many(conn: &mut Conn, family: &str, ids: &[i64]) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for some in ids.chunks(500) {
            let mut ask = whole("o.family = ? and o.id in ").bind(family);
            ask.push_list(some.iter().copied()).push(" order by o.key");
            found.extend(conn.all::<Self>(ask).await?);
        }
        Ok(found)
    }

    /// The pages at and beneath a place in the order of their keys, those after `after`.
    pub async fn beneath(conn: &mut Conn, place: &TreePath, after: Key, limit: i64) -> Result<Vec<Self>> {
        let ask = whole("o.path >= ? and o.path < ? and o.key > ?").bind(place).bind(place.end()).bind(after);
        conn.all(in_order(ask, limit)).await
    }
}

/// Puts the order of keys and a limit behind a statement.
fn in_order(mut ask: Sql, limit: i64) -> Sql {
    ask.push(" order by o.key limit ").push_bind(limit);
    ask
}

fn whole(condition: &str) -> Sql {
    sql(format!("select {COLUMNS}, o.doc from objects o where {condition}"))
}
