//! `siskin import`: content from elsewhere.

use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::cms::{ModelChanges, SiteFolder};
use crate::error::Result;
use crate::transfer::wagtail;
use crate::transfer::wagtail::Destination;
use crate::transfer::wagtail::Dump;
use crate::transfer::wagtail::Options;

/// Bring content in from another system.
#[derive(clap::Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(clap::Subcommand)]
enum From {
    Wagtail(Wagtail),
}

/// Bring in a Wagtail site, from what `manage.py dumpdata` writes.
///
/// Takes dumps by primary key and with --natural-foreign and --natural-primary. Ids, tree, revisions, times, languages,
/// collections, users with their passwords, groups and redirects come along; rows that nothing here shows yet are kept.
/// Everything is checked before anything is written. Run again, it renews what nobody edited here since and lists the
/// rest. The table at the end accounts for every row of the dump.
///
/// Make the dump with:
///
///   manage.py dumpdata --natural-foreign -e sessions -e wagtailimages.rendition -e wagtailsearch -o dump.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
struct Wagtail {
    /// The dump: one JSON array of rows.
    dump: PathBuf,
    /// The folder that the dump's file names are in: the Wagtail site's MEDIA_ROOT.
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    /// Derive models/*.toml from the dump first; files that are there stay as they are. Guesses are marked.
    #[arg(long)]
    write_models: bool,
    /// Put everything beneath this page (its id), beside content that is here already.
    #[arg(long, value_name = "PAGE")]
    into: Option<i64>,
}

impl Import {
    /// Runs the command on the site in a folder.
    pub(super) async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        match self.from {
            From::Wagtail(wagtail) => wagtail.run(site).await,
        }
    }
}

impl Wagtail {
    async fn run(self, site: SiteFolder) -> Result<ExitCode> {
        let size = std::fs::metadata(&self.dump).map(|file| file.len()).unwrap_or_default();
        let bar = ProgressBar::new(size);
        bar.set_style(style("{msg:24} {wide_bar} {bytes}/{total_bytes}"));
        bar.set_message("reading the dump");
        let dump = Dump::open(&self.dump, |bytes| bar.set_position(bytes))?;
        let models = site.models();
        let written = if self.write_models { wagtail::write_models(&dump, &models)? } else { Vec::new() };
        let cms = site.open(ModelChanges::ApplyHarmless).await?;
        bar.set_style(style("{msg:24} {wide_bar} {pos}/{len}"));
        let mut progress = |stage: &'static str, done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_message(stage);
            bar.set_position(done as u64);
        };
        let to = Destination {
            db: &cms.db,
            schema: &cms.schema,
            workshop: &cms.workshop,
            limits: &cms.config.media,
            clock: &cms.clock,
        };
        let options = Options { media: self.media, into: self.into };
        let mut report = wagtail::import(to, &dump, &options, &mut progress).await?;
        bar.finish_and_clear();
        report.written_models = written;
        print!("{report}");
        Ok(ExitCode::SUCCESS)
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
