//! Opening a site: configuration, models, store, and what is kept in memory.

use std::path::PathBuf;
use std::sync::Arc;

use super::Cms;
use super::snapshot::Following;
use crate::accounts::Actor;
use crate::accounts::Work;
use crate::base::Clock;
use crate::config;
use crate::config::Config;
use crate::content::evolve;
use crate::content::evolve::Evolution;
use crate::error::Error;
use crate::error::Result;
use crate::files::Files;
use crate::media::Addresses;
use crate::media::Workshop;
use crate::render::Stage;
use crate::render::Theme;
use crate::schema;
use crate::schema::FieldKind;
use crate::schema::Registry;
use crate::schema::Schema;
use crate::search::Index;
use crate::store::Db;

/// What happens at opening when the models have changed since content was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelChanges {
    /// What touches no content is applied; anything else is told, and the site stays closed.
    ApplyHarmless,
    /// All are applied, unless a value does not convert.
    ApplyAll,
    /// None is applied: for the commands that show them.
    Ignore,
}

/// Opens a site, with whatever an embedding program adds.
pub struct Builder {
    dir: PathBuf,
    config: Option<Config>,
    clock: Clock,
    registry: Registry,
    model_changes: ModelChanges,
    theme: Option<PathBuf>,
    watch_theme: bool,
}

impl Builder {
    pub(super) fn new(dir: PathBuf) -> Self {
        let (clock, registry) = (Clock::system(), Registry::default());
        Self {
            dir,
            config: None,
            clock,
            registry,
            model_changes: ModelChanges::ApplyHarmless,
            theme: None,
            watch_theme: false,
        }
    }

    /// Uses this configuration instead of the folder's.
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Uses another clock; tests own it and move it.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Adds a kind of field that models may name.
    pub fn field_kind(mut self, kind: impl FieldKind + 'static) -> Self {
        self.registry.add(Arc::new(kind));
        self
    }

    /// Decides what happens when the models have changed.
    pub fn model_changes(mut self, changes: ModelChanges) -> Self {
        self.model_changes = changes;
        self
    }

    /// Uses the theme in this folder, wherever it lies.
    pub fn theme(mut self, folder: impl Into<PathBuf>) -> Self {
        self.theme = Some(folder.into());
        self
    }

    /// Takes in changes of the theme while the program runs: for development.
    pub fn watch_theme(mut self) -> Self {
        self.watch_theme = true;
        self
    }

    /// Opens everything: the store is migrated, the models are checked and held against the content.
    ///
    /// # Errors
    /// `Setup`, in words for the operator.
    pub async fn open(self) -> Result<Arc<Cms>> {
        let config = self.config.map_or_else(|| Config::load(&self.dir), Ok)?;
        let schema = schema::load_dir(&config.dir.join("models"), &self.registry)?;
        let signing_key = config::keys::signing(&config.dir)?;
        let theme = match &self.theme {
            Some(folder) => Some(Theme::of_folder(folder, self.watch_theme)?),
            None => named_theme(&config, self.watch_theme)?,
        };
        let renditions = theme.as_ref().map_or(&[][..], |theme| &theme.about.renditions);
        let addresses = Addresses::new(signing_key, &schema, &config.media.extra_specs, renditions)?;
        let db = Db::open(&config.database, &config.dir).await?;
        db.migrate().await?;
        models(&db, &self.clock, &schema, self.model_changes).await?;
        let files = Files::open(&config);
        let index = Arc::new(Index::open(&config.data("index"))?);
        let schema = Arc::new(schema);
        let stage = Stage::new(theme, schema.clone(), addresses.clone(), &config.site.time_zone)?;
        Ok(Arc::new(Cms {
            stage,
            following: Following::start(&db, &config, &self.clock).await?,
            workshop: Workshop::new(files.clone(), &config.media),
            schema,
            registry: self.registry,
            clock: self.clock,
            files,
            addresses,
            index,
            signing_key,
            db,
            config,
        }))
    }
}

fn named_theme(config: &Config, watch: bool) -> Result<Option<Theme>> {
    config.site.theme.0.as_deref().map(|name| Theme::load(&config.dir, name, watch)).transpose()
}

async fn models(db: &Db, clock: &Clock, schema: &Schema, wanted: ModelChanges) -> Result<()> {
    if wanted == ModelChanges::Ignore {
        return Ok(());
    }
    let evolution = evolve::look_ahead(&mut db.snapshot().await?, schema).await?;
    if evolution.changes.is_empty() {
        return Ok(());
    }
    if wanted == ModelChanges::ApplyHarmless && evolution.touches_content() {
        return Err(Error::Setup(told(&evolution)));
    }
    let mut work = Work::begin(db, clock, Actor::System("models")).await?;
    evolve::apply(&mut work, schema).await?;
    work.commit().await
}

fn told(evolution: &Evolution) -> String {
    let refused = evolution.refused.len();
    let rest = if refused > 0 { format!(", and {refused} values would not convert") } else { String::new() };
    format!(
        "the models have changed in a way that rewrites stored content{rest}; look with `siskin models diff`, \
         then `siskin models apply`"
    )
}
