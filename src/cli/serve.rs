//! `siskin serve`

use std::process::ExitCode;

use clap::Args;

use crate::cms::{ModelChanges, SiteFolder};
use crate::config;
use crate::error::Result;
use crate::server;

/// Serve the site: public pages, admin and API.
///
/// Brings the store up to date first. On an empty store it makes what a site begins with, and prints a one-time link
/// to make the first account. Ctrl-C, or SIGTERM, ends it after open requests are done.
#[derive(Args)]
pub struct Serve {
    /// The port to listen on, in place of server.port.
    #[arg(long)]
    port: Option<u16>,
    /// For development, on this machine only: take in changes of the theme while running, and fit stored content to
    /// changed models at start, unless a value does not convert.
    #[arg(long)]
    dev: bool,
}

impl Serve {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let mut config = site.config()?;
        self.apply(&mut config);
        let changes = if self.dev { ModelChanges::ApplyAll } else { ModelChanges::ApplyHarmless };
        let builder = site.configured(config).model_changes(changes);
        let builder = if self.dev { builder.watch_theme() } else { builder };
        let cms = builder.open().await?;
        cms.begin().await?;
        server::serve(cms).await?;
        Ok(ExitCode::SUCCESS)
    }

    fn apply(&self, config: &mut config::Config) {
        if let Some(port) = self.port {
            // The address of a machine at home follows its port; a public one is what the operator says it is.
            let is_at_home = matches!(config.base_url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            if is_at_home && config.base_url.port() == Some(config.server.port) {
                let _ = config.base_url.set_port(Some(port));
            }
            config.server.port = port;
        }
        if self.dev {
            config.server.host = "127.0.0.1".to_owned();
            config.log.access = config::AccessForm::Text;
        }
    }
}
