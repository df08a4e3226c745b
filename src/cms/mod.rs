//! [`Cms`]: the handle to everything above the doors. One is made at start and shared.
//!
//! Reading order: this file (what it holds), `builder` (how it is made; `changes` of the models at
//! opening), `extension` and `command` (what an embedding
//! program adds, for the doors to open), `beginning` (what an empty store is filled with), `snapshot` (what is kept in
//! memory and how it follows the log).

mod beginning;
mod builder;
mod changes;
mod command;
mod extension;
mod snapshot;

use std::sync::Arc;

pub use builder::Builder;
pub use changes::ModelChanges;
pub use command::{AddedCommand, Command, SiteFolder};
pub use extension::{Extension, Handler};
pub use snapshot::Snapshot;

use crate::accounts::Actor;
use crate::accounts::Reading;
use crate::accounts::Recognised;
use crate::accounts::Work;
use crate::base::Clock;
use crate::cache::Cache;
use crate::config::Config;
use crate::content::values;
use crate::content::values::Readiness;
use crate::content::values::Step;
use crate::error::Error;
use crate::error::Result;
use crate::events::Event;
use crate::files::Files;
use crate::media::Addresses;
use crate::media::Workshop;
use crate::query::Memory;
use crate::query::Totals;
use crate::render::Stage;
use crate::schema::Registry;
use crate::schema::Schema;
use crate::search::Index;
use crate::sites::Sites;
use crate::store::Db;
use crate::webhooks;
use crate::webhooks::Courier;

/// The wait where somebody else holds what is to be filled next, and how often it is waited for.
const WHILE_HELD: std::time::Duration = std::time::Duration::from_millis(50);
const PATIENCE: u32 = 600;

/// A site's content management system, open and ready.
pub struct Cms {
    /// What the operator decided.
    pub config: Config,
    /// The store.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Originals and renditions.
    pub files: Files,
    /// The content types.
    pub schema: Arc<Schema>,
    /// The field kinds that models may name, and the blocks of the program.
    pub registry: Registry,
    /// What the program adds for the doors.
    pub extension: Extension,
    /// Which fields can be filtered and ordered by.
    pub values: Arc<Readiness>,
    /// Where renditions are made.
    pub workshop: Workshop,
    /// Addresses of renditions.
    pub addresses: Addresses,
    /// The theme, and where its pages are drawn.
    pub stage: Stage,
    /// The search index of this node.
    pub index: Arc<Index>,
    /// Makes the calls of webhooks.
    pub courier: Arc<Courier>,
    /// Who showed name and password a short while ago.
    pub recognised: Recognised,
    /// The key that signs what leaves and comes back.
    pub signing_key: [u8; 32],
    totals: Totals,
    following: snapshot::Following,
}

impl Cms {
    /// Starts to open the site in a folder.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let folder = std::env::temp_dir().join("siskin-builder-example");
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// use siskin::cms::Cms;
    ///
    /// let cms = Cms::builder(folder).open().await.unwrap();
    /// assert!(cms.schema.get("wagtailimages.Image").is_some());
    /// # });
    /// ```
    pub fn builder(dir: impl Into<std::path::PathBuf>) -> Builder {
        Builder::new(dir.into())
    }

    /// Begins to read for a viewer.
    pub async fn reading(&self, viewer: Actor) -> Result<Reading> {
        Reading::begin(&self.db, &self.clock, viewer).await
    }

    /// Begins to read for a viewer on one snapshot of the store, for when several statements must agree.
    pub async fn snapshot_reading(&self, viewer: Actor) -> Result<Reading> {
        Reading::snapshot(&self.db, &self.clock, viewer).await
    }

    /// Begins a change by an actor; it ends with [`Cms::commit`].
    pub async fn work(&self, actor: Actor) -> Result<Work> {
        Work::begin(&self.db, &self.clock, actor).await
    }

    /// Makes a change last, and has this process know of it before anybody asks again.
    pub async fn commit(&self, work: Work) -> Result<()> {
        work.commit().await?;
        self.catch_up().await
    }

    /// What this process keeps in memory of the store.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.following.current()
    }

    /// Finished answers, dropped by the log.
    pub fn cache(&self) -> &Cache {
        self.following.cache()
    }

    /// What lists came to before, as of the last event that this process followed.
    pub fn memory(&self) -> Memory<'_> {
        Memory { totals: &self.totals, cache: self.cache(), head: self.snapshot().followed }
    }

    /// The sites, as of the last event that this process followed.
    pub fn sites(&self) -> Arc<Sites> {
        self.snapshot().sites.clone()
    }

    /// Follows the log up to its head. Commands and other processes commit too: `serve` calls this several times a
    /// second.
    pub async fn catch_up(&self) -> Result<()> {
        self.following.catch_up(&self.db, &self.config).await
    }

    /// Writes what is to be told to webhooks of everything that this process has followed.
    pub async fn follow_for_webhooks(&self) -> Result<usize> {
        let snapshot = self.snapshot();
        let keys = |event: &Event| self.cache().dropped_by(event, &snapshot.reach(event));
        let told = webhooks::Told {
            sites: &snapshot.sites,
            restrictions: &snapshot.restrictions,
            followed: snapshot.followed,
            keys: &keys,
        };
        webhooks::follow(&self.db, &self.clock, &told).await
    }

    /// Does a bounded piece of what is left to do after a change of the models: fills the value rows of some objects, or
    /// empties some of what is left of a field.
    pub async fn fill_some(&self) -> Result<Step> {
        let mut work = self.work(Actor::System("models")).await?;
        let step = values::fill_some(&mut work, &self.schema).await?;
        if let Step::Done(..) = step {
            self.commit(work).await?;
        }
        Ok(step)
    }

    /// Does all of it, and tells after every step how much is done of how much.
    ///
    /// # Errors
    /// `Busy` when somebody else holds an object for long.
    pub async fn fill_all(&self, mut told: impl FnMut(i64, i64)) -> Result<()> {
        let mut waited = 0;
        loop {
            match self.fill_some().await? {
                Step::Nothing => return Ok(()),
                Step::Done(done, all) => (waited = 0, told(done, all)).1,
                Step::Held if waited < PATIENCE => {
                    waited += 1;
                    tokio::time::sleep(WHILE_HELD).await;
                }
                Step::Held => return Err(Error::Busy("another program changes the same objects".to_owned())),
            }
        }
    }

    /// The number of the last event that this process followed; changes when it follows further.
    pub fn followed(&self) -> tokio::sync::watch::Receiver<i64> {
        self.following.watch()
    }
}
