//! A Wagtail site, from what Django's `dumpdata` writes.
//!
//! The dump is read twice: once whole, to know that it is sound and where each row stands ([`Dump`]), and then row by
//! row as they are needed. References of every form become ids in [`Identity`]; [`source`] knows which rows make up
//! one object; [`check`] stops whatever cannot come in before anything is written. Then each stage of [`import`]
//! writes through domain verbs, a batch in a transaction, and the [`Report`] accounts for every row.

mod check;
pub mod derive;
mod dump;
mod evidence;
mod identity;
mod ids;
mod media;
mod natural;
mod pages;
mod people;
mod places;
mod report;
mod rest;
mod run;
mod scan;
mod snippets;
mod source;
mod submissions;

use std::path::Path;
use std::path::PathBuf;

use crate::accounts::Work;
use crate::content::kept;
use crate::content::kept::Mark;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Kind;
use crate::schema::PAGE_FAMILY;
use check::PageRow;
pub use dump::Dump;
pub use dump::Place;
pub use dump::Row;
pub use identity::Identity;
use ids::Ids;
pub use report::Line;
pub use report::Report;
pub use run::Destination;
pub use run::Progress;
use run::Run;
use source::Source;

/// What to import and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder that the dump's file names are in.
    pub media: Option<PathBuf>,
    /// The id of the page that everything goes beneath; a store of its own otherwise.
    pub into: Option<i64>,
}

/// Brings a dump in. Twice renews what nobody edited here since.
///
/// # Errors
/// `Setup` if the models lack a type, `Conflict` if the store has content and no page to go beneath is named, or if
/// another import is under way, `Bad` if the dump is damaged. In each case nothing is written.
pub async fn import(
    to: Destination<'_>,
    dump: &Dump,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Report> {
    let identity = Identity::read(dump)?;
    let source = Source::read(dump, &identity, to.schema)?;
    let rows = check::pages(&source)?;
    let name = options.into.map_or_else(|| "wagtail".to_owned(), |page| format!("wagtail into {page}"));
    let mut run = Run {
        to,
        source: &source,
        ids: Ids::new(options.into.is_none()),
        marks: std::collections::HashMap::new(),
        name,
        is_beneath: options.into.is_some(),
        locales: std::collections::HashMap::new(),
        report: Report::of(dump),
        progress,
    };
    let under_way =
        || Error::Conflict("another import into this store is under way; wait until it has ended".into());
    let _alone = to.db.hold("import").await?.ok_or_else(under_way)?;
    run.all(&rows, options).await?;
    run.note_guesses();
    Ok(run.report)
}

/// Writes models that are derived from a dump, a file an app, and tells what it did. A file that is there is never
/// overwritten.
pub fn write_models(dump: &Dump, folder: &Path) -> Result<Vec<String>> {
    let files = derive::models(dump, &Identity::read(dump)?)?;
    std::fs::create_dir_all(folder)?;
    let mut told = Vec::new();
    for (app, text) in files {
        let path = folder.join(format!("{app}.toml"));
        let guesses = text.lines().filter(|line| line.contains("# guess")).count();
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, text.as_bytes())?;
                told.push(format!("models/{app}.toml, {guesses} guesses to look at"));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                told.push(format!("models/{app}.toml is there and stays as it is"));
            }
            Err(error) => return Err(Error::Setup(format!("cannot write {}: {error}", path.display()))),
        }
    }
    Ok(told)
}

impl Run<'_> {
    /// The stages, each with what it needs of the ones before.
    async fn all(&mut self, rows: &[PageRow], options: &Options) -> Result<()> {
        let mut work = self.work().await?;
        self.remember_earlier_runs(&mut work).await?;
        self.languages(&mut work).await?;
        let root = self.root(&mut work, options.into).await?;
        self.collections(&mut work).await?;
        self.meet_sites(&mut work).await?;
        self.meet_people(&mut work).await?;
        self.meet_objects(&mut work, rows).await?;
        rows.iter().filter(|row| row.is_root()).for_each(|row| self.ids.set(PAGE_FAMILY, row.id, root.id));
        self.groups(&mut work).await?;
        self.users(&mut work).await?;
        work.commit().await?;
        self.media(options.media.as_deref()).await?;
        self.beside_the_tree(Kind::Snippet).await?;
        self.pages(rows, root).await?;
        let mut work = self.work().await?;
        self.sites(&mut work).await?;
        self.redirects(&mut work).await?;
        self.page_restrictions(&mut work).await?;
        work.commit().await?;
        self.collection_restrictions().await?;
        self.beside_the_tree(Kind::Setting).await?;
        self.submissions().await?;
        self.rest().await
    }

    /// Reads what earlier runs made, and refuses a store with content that none of them brought. Under a lock, as the
    /// last batch of a run that was broken off may only now be on its way into the store.
    async fn remember_earlier_runs(&mut self, work: &mut Work) -> Result<()> {
        work.lock("import").await?;
        let marks = Mark::of_source(work, &self.name).await?;
        if !self.is_beneath && marks.is_empty() && !kept::is_empty(work).await? {
            return Err(Error::Conflict(
                "this store has content already; name the page that the import shall go beneath with --into, or use \
                 a new site"
                    .into(),
            ));
        }
        self.marks = marks.into_iter().map(|mark| ((mark.model.clone(), mark.pk.clone()), mark)).collect();
        Ok(())
    }

    /// Decides the ids of all pages, files, snippets and settings before the first reference is followed.
    async fn meet_objects(&mut self, work: &mut Work, rows: &[PageRow]) -> Result<()> {
        let marks: Vec<Mark> = self.marks.values().cloned().collect();
        let marks: Vec<&Mark> = marks.iter().collect();
        let pages: Vec<i64> = rows.iter().filter(|row| !row.is_root()).map(|row| row.id).collect();
        self.ids.assign(work, PAGE_FAMILY, &pages, &marks).await?;
        let revisions = self.source.dump.rows(identity::model::REVISION).filter_map(|row| row.ok()?.id());
        work.reserve("revision", revisions.max().unwrap_or(0)).await?;
        let special = self.source.identity.special();
        for declared in
            self.to.schema.types().filter(|declared| !declared.is_page() && declared.kind != Kind::User)
        {
            let model = match declared.kind {
                Kind::Image => special.image.clone(),
                Kind::Document => special.document.clone(),
                _ => declared.label.to_lowercase(),
            };
            let mut ids = Vec::new();
            for row in self.source.dump.rows(&model) {
                ids.extend(self.source.identity.id_of(&row?));
            }
            self.ids.assign(work, declared.family(), &ids, &marks).await?;
        }
        Ok(())
    }

    fn note_guesses(&mut self) {
        for guessed in self.source.identity.guessed() {
            let special = self.source.identity.special();
            let is_known = self.to.schema.find(&guessed.model).is_some();
            let is_told = [&special.user, &special.image, &special.document].contains(&&guessed.model)
                || [
                    identity::model::PAGE,
                    identity::model::COLLECTION,
                    identity::model::SITE,
                    identity::model::GROUP,
                ]
                .contains(&guessed.model.as_str());
            if is_known || is_told {
                let note = format!(
                    "{} of {}: new ids, as neither dump nor revisions tell the old ones",
                    guessed.rows, guessed.model
                );
                self.report.notes.push(note);
            }
        }
    }
}
