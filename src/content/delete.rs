//! Deleting objects with everything that hangs on them.

use super::Object;
use super::object::event;
use crate::accounts::Work;
use crate::error::Result;
use crate::store::sql;

/// Objects that one statement deletes.
const AT_ONCE: usize = 500;

/// Deletes the objects, their revisions, values and references. What pointed to them shows nothing there from now on;
/// whoever calls has asked [`usages`](super::usages) first where that matters.
pub async fn delete(work: &mut Work, objects: &[Object]) -> Result<()> {
    objects.iter().try_for_each(|object| object.unlocked_for(work))?;
    for some in objects.chunks(AT_ONCE) {
        // Themselves first: whoever is making their value rows meanwhile is waited for, and leaves none behind.
        let themselves = sql("delete from objects where key in ");
        work.execute(themselves.bind_list(some.iter().map(|object| object.key))).await?;
        for table in
            ["value_text", "value_int", "value_real", "refs", "revisions", "files", "view_restrictions"]
        {
            let hanging = sql(format!("delete from {table} where object in "));
            work.execute(hanging.bind_list(some.iter().map(|object| object.key))).await?;
        }
    }
    for object in objects {
        let mut deleted = event("deleted", object);
        (deleted.path_after, deleted.url_after) = (None, None);
        work.record(deleted);
    }
    Ok(())
}
