//! Opening a site: configuration, models, store, and what is kept in memory.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;

use super::AddedCommand;
use super::Cms;
use super::Command;
use super::Extension;
use super::Handler;
use super::ModelChanges;
use super::changes;
use super::snapshot::Following;
use crate::accounts::Recognised;
use crate::base::Clock;
use crate::config;
use crate::config::Config;
use crate::content::values::Readiness;
use crate::error::Result;
use crate::events::Event;
use crate::files::Files;
use crate::media::Addresses;
use crate::media::Workshop;
use crate::query::Totals;
use crate::render::Stage;
use crate::render::Theme;
use crate::schema;
use crate::schema::FieldKind;
use crate::schema::Registry;
use crate::search::Index;
use crate::store::Db;
use crate::webhooks::Courier;

/// Opens a site, with whatever an embedding program adds.
pub struct Builder {
    pub(super) dir: PathBuf,
    config: Option<Config>,
    clock: Clock,
    registry: Registry,
    extension: Extension,
    commands: Vec<AddedCommand>,
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
            extension: Extension::default(),
            commands: Vec::new(),
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

    /// Takes in everything that an extension adds: `builder.with(lighthouse::install)`.
    pub fn with(self, install: impl FnOnce(Self) -> Self) -> Self {
        install(self)
    }

    /// Adds a kind of field that models may name, in place of one with the same name.
    pub fn field_kind(mut self, kind: impl FieldKind + 'static) -> Self {
        self.registry.add(Arc::new(kind));
        self
    }

    /// Adds a block that streams and lists may name, declared as `[blocks.NAME]` of a model file is:
    ///
    /// ```
    /// # siskin::cms::Cms::builder(".")
    /// .block("harbour.notice", r#"
    ///     type = "struct"
    ///     fields = [{ name = "text", type = "long_text", required = true }, { name = "until", type = "date" }]
    /// "#)
    /// # ;
    /// ```
    pub fn block(mut self, name: &str, declaration: &str) -> Self {
        self.registry.add_block(name, declaration);
        self
    }

    /// Adds addresses beneath one of the program's own. Handlers get the [`Cms`] as `State<Arc<Cms>>` and, from the
    /// request, [`crate::web::Here`] (the site), [`crate::web::Viewer`] (who asks), [`crate::web::Editor`] and
    /// [`crate::accounts::Reading`]. The frame of every request is around them: hosts, bounds, defences, log.
    pub fn routes(mut self, at: &str, routes: Router<Arc<Cms>>) -> Self {
        self.extension.add_routes(at, routes);
        self
    }

    /// Puts a tower layer around the whole program: it sees every request before anything else does, and every answer
    /// last. Of several the one that was added first is outermost.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: tower::Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: tower::Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as tower::Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as tower::Service<Request>>::Error: Into<std::convert::Infallible> + 'static,
        <L::Service as tower::Service<Request>>::Future: Send + 'static,
    {
        self.extension.add_layer(move |inside: Router| inside.layer(layer.clone()));
        self
    }

    /// Adds a handler that is told of every event of the log, in order and at least once, from its first start on. What
    /// it answers with an error is told again later, and what comes behind it waits; nobody else does.
    ///
    /// ```
    /// # siskin::cms::Cms::builder(".")
    /// .event_handler("bell", async |_cms, event| {
    ///     if event.kind == "published" {
    ///         println!("ding: {:?}", event.url_after);
    ///     }
    ///     Ok(())
    /// })
    /// # ;
    /// ```
    pub fn event_handler<F, W>(mut self, name: &str, handler: F) -> Self
    where
        F: Fn(Arc<Cms>, Event) -> W + Send + Sync + 'static,
        W: Future<Output = Result<()>> + Send + 'static,
    {
        self.extension.add_handler(Handler::new(name, handler));
        self
    }

    /// Adds a command to the command line.
    pub fn command<C: Command>(mut self) -> Self {
        self.commands.push(AddedCommand::of::<C>());
        self
    }

    /// Opens the site in this folder instead.
    pub fn at(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = dir.into();
        self
    }

    /// The field kinds and blocks that models may name.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Gives away the commands, for the command line to run.
    pub(crate) fn take_commands(&mut self) -> Vec<AddedCommand> {
        std::mem::take(&mut self.commands)
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
        self.extension.check()?;
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
        changes::take_in(&db, &self.clock, &schema, self.model_changes).await?;
        let files = Files::open(&config);
        let index = Arc::new(Index::open(&config.data("index"))?);
        let schema = Arc::new(schema);
        let values = Arc::new(Readiness::load(&mut db.read().await?, schema.clone()).await?);
        let stage =
            Stage::new(theme, (schema.clone(), values.clone()), addresses.clone(), &config.site.time_zone)?;
        let courier = Courier::new(&db, &self.clock, signing_key, &config.webhooks)?;
        Ok(Arc::new(Cms {
            courier: Arc::new(courier),
            stage,
            following: Following::start(&db, &config, &self.clock, (&signing_key, values.clone())).await?,
            values,
            totals: Totals::default(),
            workshop: Workshop::new(files.clone(), &config.media),
            schema,
            registry: self.registry,
            extension: self.extension,
            clock: self.clock,
            files,
            addresses,
            index,
            recognised: Recognised::new(signing_key),
            signing_key,
            db,
            config,
        }))
    }
}

fn named_theme(config: &Config, watch: bool) -> Result<Option<Theme>> {
    config.site.theme.0.as_deref().map(|name| Theme::load(&config.dir, name, watch)).transpose()
}
