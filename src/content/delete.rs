//! Deleting one object with everything that hangs on it.

use super::Object;
use super::object::event;
use crate::accounts::Work;
use crate::error::Result;
use crate::store::sql;

/// Deletes the object, its revisions, values and references. What pointed to it shows nothing there from now on;
/// whoever calls has asked [`usages`](super::usages) first where that matters.
pub async fn delete(work: &mut Work, object: &Object) -> Result<()> {
    object.unlocked_for(work)?;
    for table in ["value_text", "value_int", "value_real", "refs", "revisions", "files"] {
        work.execute(sql(format!("delete from {table} where object = ?")).bind(object.key)).await?;
    }
    work.execute(sql("delete from objects where key = ?").bind(object.key)).await?;
    let mut deleted = event("deleted", object);
    (deleted.path_after, deleted.url_after) = (None, None);
    work.record(deleted);
    Ok(())
}
