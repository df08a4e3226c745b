//! What an empty store begins with: the folder's seed, or a root, the languages, and one empty home page.

use serde_json::Value;

use super::Cms;
use crate::accounts::Actor;
use crate::accounts::Work;
use crate::error::Result;
use crate::media::Bounds;
use crate::pages;
use crate::schema::Document;
use crate::schema::PAGE;
use crate::schema::Type;
use crate::sites;
use crate::sites::Site;
use crate::transfer::seed;
use crate::transfer::seed::Archive;
use crate::transfer::seed::Ground;

/// The folder of the seed.
const SEED: &str = "seed";

impl Cms {
    /// Fills a store in which there is nothing yet. A store with a page or a site is left as it is.
    ///
    /// # Errors
    /// `Setup`, naming the line, for a seed that does not fit the models.
    pub async fn begin(&self) -> Result<()> {
        match Archive::in_folder(self.config.dir.join(SEED)) {
            Some(archive) => self.sow(&archive).await?,
            None => self.make_home().await?,
        }
        self.catch_up().await
    }

    async fn sow(&self, archive: &Archive) -> Result<()> {
        let ground = Ground {
            db: &self.db,
            schema: &self.schema,
            files: &self.files,
            clock: &self.clock,
            base_url: &self.config.base_url,
            default_locale: self.sites().default_locale().to_owned(),
            bounds: Bounds { max_pixels: self.config.media.max_pixels },
        };
        if let Some(sown) = seed::sow(archive, ground).await? {
            tracing::info!(pages = sown.pages, files = sown.files, "the empty store was filled from seed/");
        }
        Ok(())
    }

    async fn make_home(&self) -> Result<()> {
        let mut work = self.work(Actor::System("beginning")).await?;
        if !seed::is_bare(&mut work).await? {
            return Ok(());
        }
        for code in &self.config.site.languages {
            if !sites::Locale::list(&mut work).await?.iter().any(|known| known.code == *code) {
                sites::create_locale(&mut work, code).await?;
            }
        }
        let locale = self.sites().default_locale().to_owned();
        let root = pages::create_root(&mut work, &locale).await?;
        let home = self.schema.pages().find(|declared| may_be_home(declared)).cloned();
        let root_page = match home {
            Some(declared) => Some(self.home(&mut work, &declared, &root, &locale).await?),
            None => None,
        };
        let url = &self.config.base_url;
        let site = Site {
            id: 0,
            hostname: url.host_str().unwrap_or("localhost").to_owned(),
            port: i64::from(url.port_or_known_default().unwrap_or(80)),
            name: self.config.site.name.clone(),
            root_page,
            is_default: true,
            front_end_url: None,
        };
        sites::create_site(&mut work, site).await?;
        self.commit(work).await
    }

    async fn home(
        &self,
        work: &mut Work,
        declared: &Type,
        root: &crate::content::Object,
        locale: &str,
    ) -> Result<i64> {
        let mut document: Document = declared.initial();
        document.insert("title".to_owned(), Value::from(self.config.site.name.as_str()));
        document.insert("slug".to_owned(), Value::from("home"));
        let page = pages::create(work, &self.schema, declared, root, document, locale).await?;
        Ok(pages::publish(work, declared, &page).await?.id)
    }
}

/// A type that may stand at the top and asks for no more than a title.
fn may_be_home(declared: &Type) -> bool {
    let at_top = declared
        .parents
        .as_ref()
        .is_none_or(|parents| parents.iter().any(|label| label == PAGE || label == "wagtailcore.Root"));
    at_top && declared.fields.iter().all(|field| !field.required)
}
