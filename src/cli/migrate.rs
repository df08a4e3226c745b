//! `siskin migrate`

use std::process::ExitCode;

use clap::Args;

use crate::cms::SiteFolder;
use crate::error::Result;
use crate::store::Db;

/// Bring the store's tables up to what this program expects.
///
/// `serve` does it by itself; this is for whoever wants it done apart. Two at once wait for each other, and nothing is
/// left half done.
#[derive(Args)]
pub struct Migrate {}

impl Migrate {
    pub async fn run(self, site: &SiteFolder) -> Result<ExitCode> {
        let config = site.config()?;
        let db = Db::open(&config.database, &config.dir).await?;
        let done = db.migrate().await?;
        for name in &done {
            println!("{name}");
        }
        if done.is_empty() {
            println!("The store is up to date.");
        }
        db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
