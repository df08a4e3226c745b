//! What a process keeps in memory of the store, and how it follows the log: sites, collections, restrictions.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use tokio::sync::watch;

use crate::base::Clock;
use crate::cache::Cache;
use crate::cache::Keys;
use crate::cache::Outside;
use crate::cache::Reach;
use crate::config::Config;
use crate::content::values::Readiness;
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

    /// What an event touches beyond what it tells, as far as this snapshot knows.
    pub fn reach(&self, event: &Event) -> Reach {
        let is_collection = event.family.as_deref() == Some(schema::COLLECTION);
        let above = event.id.filter(|_| is_collection).and_then(|id| self.collections.get(Some(id)).ok());
        let inner = above.into_iter().flat_map(|above| self.collections.beneath(above)).map(|one| one.id);
        Reach { is_everywhere: self.sites.are_decided_by(event), collections: inner.collect() }
    }
}

/// The current snapshot and its place in the log.
pub(super) struct Following {
    current: ArcSwap<Snapshot>,
    one_at_a_time: Mutex<()>,
    followed: watch::Sender<i64>,
    cache: Cache,
    values: Arc<Readiness>,
}

impl Following {
    pub async fn start(
        db: &Db,
        config: &Config,
        clock: &Clock,
        (signing_key, values): (&[u8; 32], Arc<Readiness>),
    ) -> Result<Self> {
        let outside = Outside::new(&config.http, Keys::new(signing_key))?;
        let snapshot = Snapshot::load(&mut db.read().await?, config).await?;
        let (followed, _) = watch::channel(snapshot.followed);
        let cache = Cache::new(&config.cache, outside, (snapshot.followed, clock.now()));
        // After the head: what becomes ready while this is read is read once more.
        values.refresh(&mut db.read().await?).await?;
        let (current, one_at_a_time) = (ArcSwap::from_pointee(snapshot), Mutex::new(()));
        Ok(Self { current, one_at_a_time, followed, cache, values })
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

    pub async fn catch_up(&self, db: &Db, config: &Config) -> Result<()> {
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
        if log.iter().any(|event| event.kind == "values") {
            self.values.refresh(&mut conn).await?;
        }
        let next = if log.iter().any(touches) {
            Snapshot { followed, ..Snapshot::load(&mut conn, config).await? }
        } else {
            let (sites, collections) = (before.sites.clone(), before.collections.clone());
            Snapshot { sites, collections, restrictions: before.restrictions.clone(), followed }
        };
        // As it was and as it is: what an event took away is known before it alone, and what it brought only after.
        self.cache.follow(&log, |event| {
            let (was, is) = (before.reach(event), next.reach(event));
            let collections = [was.collections, is.collections].concat();
            Reach { is_everywhere: was.is_everywhere || is.is_everywhere, collections }
        });
        self.current.store(Arc::new(next));
        self.followed.send_replace(followed);
        Ok(())
    }
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
