//! The only writer of the index: it follows the event log, or makes the index anew from the store.
//!
//! An event names what changed; what the index then knows is read from the store as it is now, so a follower that
//! runs twice, or late, ends at the same place.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::index::{Index, Mark};
use super::mapping;
use crate::base::Key;
use crate::base::TreePath;
use crate::content::Object;
use crate::error::{Error, Result};
use crate::events;
use crate::events::Event;
use crate::schema::PAGE_FAMILY;
use crate::schema::Schema;
use crate::store::Conn;
use crate::store::Db;

/// Events that are followed between two commits of the index.
const BATCH: i64 = 500;
/// Objects that are read at one time.
const CHUNK: i64 = 500;

/// Keeps an index in step with the store.
pub struct Follower {
    index: Arc<Index>,
    db: Db,
    schema: Arc<Schema>,
    models: String,
}

impl Follower {
    /// A follower for this index.
    pub fn new(index: Arc<Index>, db: Db, schema: Arc<Schema>) -> Self {
        let models = mapping::fingerprint(&schema);
        Self { index, db, schema, models }
    }

    /// Brings the index up to the head of the log and tells how many objects it wrote. An index that never was made,
    /// was made by other models, or comes from another store is made anew.
    pub async fn catch_up(&self) -> Result<usize> {
        let head = events::head(&mut self.db.read().await?).await?;
        let Some(mark) = self.index.mark().filter(|mark| mark.models == self.models && mark.cursor <= head)
        else {
            return self.rebuild().await;
        };
        let (mut cursor, mut written) = (mark.cursor, 0);
        while cursor < head {
            let mut conn = self.db.snapshot().await?;
            let batch = events::since(&mut conn, cursor, BATCH).await?;
            let Some(last) = batch.last() else { break };
            written += self.follow(&mut conn, &batch).await?;
            drop(conn);
            cursor = last.number;
            self.commit(cursor).await?;
        }
        Ok(written)
    }

    /// Makes the index anew from the store and tells how many objects are in it. Readers keep the old one until it is
    /// done.
    pub async fn rebuild(&self) -> Result<usize> {
        let mut conn = self.db.snapshot().await?;
        // The head first: what is committed while we read is followed afterwards, never missed.
        let head = events::head(&mut conn).await?;
        self.index.clear()?;
        let (mut after, mut written) = (Key(0), 0);
        loop {
            let objects = Object::after(&mut conn, after, CHUNK).await?;
            let Some(last) = objects.last() else { break };
            after = last.key;
            written += self.write(&objects)?;
        }
        drop(conn);
        self.commit(head).await?;
        self.rest().await?;
        Ok(written)
    }

    /// Tidies the index up and gives back the memory that writing takes. For when nothing has changed for a while.
    pub async fn rest(&self) -> Result<()> {
        let index = self.index.clone();
        blocking(move || index.rest()).await
    }

    async fn follow(&self, conn: &mut Conn, batch: &[Event]) -> Result<usize> {
        let mut changed: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for event in batch {
            if let (Some(family), Some(id)) = (event.family.as_deref(), event.id)
                && mapping::is_indexed(&self.schema, family)
            {
                changed.entry(family).or_default().insert(id);
            }
        }
        let mut written = 0;
        for (family, ids) in changed {
            let ids: Vec<i64> = ids.into_iter().collect();
            ids.iter().try_for_each(|&id| self.index.remove(family, id))?;
            written += self.write(&Object::many(conn, family, &ids).await?)?;
        }
        for place in batch.iter().filter_map(privacy_may_change) {
            written += self.write_beneath(conn, place).await?;
        }
        Ok(written)
    }

    async fn write_beneath(&self, conn: &mut Conn, place: &TreePath) -> Result<usize> {
        let (mut after, mut written) = (Key(0), 0);
        loop {
            let pages = Object::beneath(conn, place, after, CHUNK).await?;
            let Some(last) = pages.last() else { return Ok(written) };
            after = last.key;
            written += self.write(&pages)?;
        }
    }

    fn write(&self, objects: &[Object]) -> Result<usize> {
        let mut written = 0;
        for object in objects {
            match mapping::document(&self.schema, object)? {
                Some(document) => {
                    self.index.replace(&document)?;
                    written += 1;
                }
                None => self.index.remove(&object.family, object.id)?,
            }
        }
        Ok(written)
    }

    async fn commit(&self, cursor: i64) -> Result<()> {
        let (index, mark) = (self.index.clone(), Mark::at(cursor, self.models.as_str()));
        blocking(move || index.commit(&mark)).await
    }
}

/// The place beneath which readers may see more or less than before, though no event names each page.
fn privacy_may_change(event: &Event) -> Option<&TreePath> {
    let is_page = event.family.as_deref() == Some(PAGE_FAMILY);
    let is_moved = event.path_before.is_some() && event.path_before != event.path_after;
    (is_page && (is_moved || event.kind == "restricted")).then_some(event.path_after.as_ref()).flatten()
}

async fn blocking(act: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    tokio::task::spawn_blocking(act).await.map_err(Error::internal)?
}
