//! Who uses what: asked before something is deleted, and shown to editors.

use crate::base::Key;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::sql;

row! {
    /// One object that points to another.
    #[derive(Debug, Clone, serde::Serialize)]
    pub struct Usage {
        /// The key of the object that points.
        pub key: Key,
        /// Its family.
        pub family: String,
        /// Its id.
        pub id: i64,
        /// Its type.
        pub label: String,
        /// Its title.
        pub draft_title: String,
        /// The field that points.
        pub field: String,
    }
}

/// Most usages that are listed; the count beyond it does not change what a person does next.
const LISTED: i64 = 100;

/// The objects that point to this one.
pub async fn usages(conn: &mut Conn, family: &str, id: i64) -> Result<Vec<Usage>> {
    let text = "select o.key, o.family, o.id, o.type as label, o.draft_title, r.field from refs r \
                join objects o on o.key = r.object where r.target_family = ? and r.target_id = ? \
                order by o.draft_title, o.key limit ?";
    conn.all(sql(text).bind(family).bind(id).bind(LISTED)).await
}
