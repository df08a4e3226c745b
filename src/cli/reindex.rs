//! `siskin reindex`

use std::process::ExitCode;

use clap::Args;

use crate::cms::{ModelChanges, SiteFolder};
use crate::error::Result;
use crate::search::Follower;

use super::filling;

/// Make the search index anew from the store, and whatever else of it follows from the content and is not there yet.
///
/// Seldom needed: the index follows the store by itself and is made anew when it cannot. Readers go on with the old
/// one until the new one is whole. A serving program of the same site has to be stopped first.
#[derive(Args)]
pub struct Reindex {}

impl Reindex {
    pub async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let cms = site.open(ModelChanges::ApplyHarmless).await?;
        filling::fill(&cms).await?;
        let follower = Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone());
        let written = follower.rebuild().await?;
        println!("{written} objects are in the index.");
        Ok(ExitCode::SUCCESS)
    }
}
