//! The configuration: `config.toml` in the site's folder, then the environment, checked whole.
//!
//! Every key is declared once, in `sections.rs`, with its type, default and meaning; reading, checking and the
//! reference ([`reference`]) follow from that. `SISKIN_SECTION__KEY` in the environment goes before the file. A key
//! that nobody declared, or a value of the wrong kind, is refused with its file and line. Nothing here is a secret:
//! signing keys are files of their own, see [`keys`].

pub mod keys;
mod load;
mod page;
mod sections;
mod value;

use std::path::{Path, PathBuf};

use url::Url;

use crate::error::Result;

pub use page::reference_page;
pub use sections::{
    AccessForm, Accounts, Api, Cache, Database, Http, Limits, Load, LocalePrefix, Log, LogFormat, Media,
    Metrics, Search, Separator, Server, SiteConfig, Synchronous, Webhooks,
};
use value::Section;
pub use value::{Setting, ThemeName};

/// The file in the site's folder.
pub const FILE: &str = "config.toml";

/// Everything that an operator decides, with defaults for all of it.
#[derive(Debug, Clone)]
pub struct Config {
    /// The site's folder.
    pub dir: PathBuf,
    /// The address that people see, without a path.
    pub base_url: Url,
    /// How the server listens.
    pub server: Server,
    /// How much is done at once.
    pub load: Load,
    /// Requests a minute from one address.
    pub limits: Limits,
    /// Where the store is.
    pub database: Database,
    /// The delivery API.
    pub api: Api,
    /// Images and documents.
    pub media: Media,
    /// What new sites begin with, and what all sites share.
    pub site: SiteConfig,
    /// People and sessions.
    pub accounts: Accounts,
    /// The search index.
    pub search: Search,
    /// Answers kept in memory.
    pub cache: Cache,
    /// What browsers and other caches are told.
    pub http: Http,
    /// Calls out on events.
    pub webhooks: Webhooks,
    /// What the program tells about itself.
    pub log: Log,
    /// Figures for Prometheus.
    pub metrics: Metrics,
}

impl Config {
    /// The configuration of the site in this folder, environment included.
    pub fn load(site_dir: &Path) -> Result<Self> {
        load::from_folder(site_dir)
    }

    /// Every default, for a site in this folder.
    pub fn defaults(site_dir: &Path) -> Self {
        Self {
            dir: site_dir.to_owned(),
            base_url: load::default_base_url(),
            server: Server::default(),
            load: Load::default(),
            limits: Limits::default(),
            database: Database::default(),
            api: Api::default(),
            media: Media::default(),
            site: SiteConfig::default(),
            accounts: Accounts::default(),
            search: Search::default(),
            cache: Cache::default(),
            http: Http::default(),
            webhooks: Webhooks::default(),
            log: Log::default(),
            metrics: Metrics::default(),
        }
    }

    /// A place in `data/`: what the program makes and git ignores.
    pub fn data(&self, name: &str) -> PathBuf {
        self.dir.join("data").join(name)
    }

    fn section(&mut self, name: &str) -> Option<&mut dyn Section> {
        self.sections().into_iter().find(|section| section.table() == name)
    }

    fn sections(&mut self) -> [&mut dyn Section; 14] {
        [
            &mut self.server,
            &mut self.load,
            &mut self.limits,
            &mut self.database,
            &mut self.api,
            &mut self.media,
            &mut self.site,
            &mut self.accounts,
            &mut self.search,
            &mut self.cache,
            &mut self.http,
            &mut self.webhooks,
            &mut self.log,
            &mut self.metrics,
        ]
    }
}

/// Every key there is, in the order of the reference.
pub fn reference() -> Vec<Setting> {
    let mut settings = vec![load::base_url_setting()];
    let mut defaults = Config::defaults(Path::new("."));
    settings.extend(defaults.sections().iter().flat_map(|section| section.settings()));
    settings
}
