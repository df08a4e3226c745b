//! What a process keeps in memory of the store, and how it follows the log: sites, collections, restrictions.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use tokio::sync::watch;

use crate::base::Clock;
use crate::cache::Cache;
use crate::config::Config;
use crate::error::Result;
use crate::events;
use crate::events::Event;
use crate::media::Collections;
use crate::pages;
use crate::pages::Restriction;
use crate::schema;
use crate::sites::Sites;
use crate::store::Conn;
use crate::store::Db;

/// Events that are read at once.
const BATCH: i64 = 500;

/// A few small tables, as they were at one event.
pub struct Snapshot {
    /// Sites, locales and the roots of every site.
    pub sites: Arc<Sites>,
    /// Collections with their restrictions.
    pub collections: Arc<Collections>,
    /// Restricted places of the page tree.
    pub restrictions: Arc<Vec<Restriction>>,
    /// The number of the last event that is in it.
    pub followed: i64,
}

impl Snapshot {
    async fn load(conn: &mut Conn, config: &Config) -> Result<Self> {
        // The head first: what is committed while the tables are read is then read once more, never missed.
        let followed = events::head(conn).await?;
        Ok(Self {
            sites: Arc::new(Sites::load(conn, &config.site).await?),
            collections: Arc::new(Collections::load(conn).await?),
            restrictions: Arc::new(pages::restrictions(conn).await?),
            followed,
        })
    }
}

/// The current snapshot and its place in the log.
pub(super) struct Following {
    current: ArcSwap<Snapshot>,
    one_at_a_time: Mutex<()>,
    followed: watch::Sender<i64>,
    cache: Cache,
}

impl Following {
    pub async fn start(db: &Db, config: &Config, clock: &Clock) -> Result<Self> {
        let snapshot = Snapshot::load(&mut db.read().await?, config).await?;
        let (followed, _) = watch::channel(snapshot.followed);
        let cache = Cache::new(&config.cache, snapshot.followed, clock.now());
        Ok(Self { current: ArcSwap::from_pointee(snapshot), one_at_a_time: Mutex::new(()), followed, cache })
    }

    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    pub fn watch(&self) -> watch::Receiver<i64> {
        self.followed.subscribe()
    }

    pub async fn catch_up(&self, db: &Db, config: &Config, clock: &Clock) -> Result<()> {
        let _alone = self.one_at_a_time.lock().await;
        let mut conn = db.read().await?;
        let before = self.current();
        if events::head(&mut conn).await? == before.followed {
            return Ok(());
        }
        let mut log = Vec::new();
        let mut followed = before.followed;
        loop {
            let batch = events::since(&mut conn, followed, BATCH).await?;
            let Some(last) = batch.last() else { break };
            followed = last.number;
            log.extend(batch);
        }
        let next = if log.iter().any(touches) {
            Snapshot { followed, ..Snapshot::load(&mut conn, config).await? }
        } else {
            let (sites, collections) = (before.sites.clone(), before.collections.clone());
            Snapshot { sites, collections, restrictions: before.restrictions.clone(), followed }
        };
        self.cache.follow(&log, |id| beneath(&before, &next, id));
        // Sites, locales and roots decide every address.
        if next.sites != before.sites {
            self.cache.forget(clock.now());
        }
        self.current.store(Arc::new(next));
        self.followed.send_replace(followed);
        Ok(())
    }
}

/// The collections in a collection, before or after.
fn beneath(before: &Snapshot, after: &Snapshot, id: i64) -> Vec<i64> {
    let inner = |snapshot: &Snapshot| -> Vec<i64> {
        let tree = &snapshot.collections;
        tree.get(Some(id))
            .map_or_else(|_| Vec::new(), |above| tree.beneath(above).map(|one| one.id).collect())
    };
    [inner(before), inner(after)].concat()
}

/// Whether an event changes anything that the snapshot holds.
fn touches(event: &Event) -> bool {
    let family = event.family.as_deref().unwrap_or_default();
    let is_restricted =
        matches!(event.kind.as_str(), "restricted" | "renumbered") || event.path_before != event.path_after;
    Sites::is_touched_by(event)
        || family == schema::COLLECTION
        || (family == schema::PAGE_FAMILY && is_restricted)
}
