//! How far each follower has read the log.

use crate::error::Result;
use crate::store::{Conn, sql};

/// The number of the last event that this follower has dealt with; 0 if it has never followed.
pub async fn position(conn: &mut Conn, name: &str) -> Result<i64> {
    let position = conn.optional(sql("select position from followers where name = ?").bind(name)).await?;
    Ok(position.unwrap_or(0))
}

/// Notes that this follower has dealt with everything up to `position`. It never goes back: of two processes that
/// follow under one name the one that is further is believed.
pub async fn advance(conn: &mut Conn, name: &str, position: i64) -> Result<()> {
    let forward = sql("update followers set position = ? where name = ? and position < ?");
    if conn.execute(forward.bind(position).bind(name).bind(position)).await? > 0 {
        return Ok(());
    }
    let first = sql("insert into followers (name, position) select ?, ? \
         where not exists (select 1 from followers where name = ?)");
    conn.execute(first.bind(name).bind(position).bind(name)).await.map(drop)
}
