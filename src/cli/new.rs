//! `siskin new`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use include_dir::{Dir, include_dir};

use crate::error::{Error, Result};

static STARTER_MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/models");
static STARTER_SEED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// What every site's folder ignores in git: what the program makes there.
const IGNORED: &str = "/data\n/media\n";
/// The configuration of a new site: everything else has a default.
const CONFIG: &str = "# Every key: `siskin config reference`. The environment goes before this file: SISKIN_SERVER__PORT=9000\n\
                      base_url = \"http://localhost:8000\"\n";
/// That of the starter site.
const STARTER_CONFIG: &str = include_str!("../../config.toml");
/// One type to begin with.
const MODELS: &str = include_str!("new_models.toml");

/// Make a new site in a folder.
///
/// The folder is made, or has to be empty. Afterwards `siskin serve --site DIR` shows the site and prints a link to
/// make the first account.
#[derive(Args)]
pub struct New {
    /// The folder.
    dir: PathBuf,
    /// Begin with the starter site, a small filled site that shows every idea, instead of one empty home page.
    #[arg(long)]
    starter: bool,
}

impl New {
    pub fn run(self) -> Result<ExitCode> {
        let cannot =
            |error: std::io::Error| Error::Bad(format!("cannot write {}: {error}", self.dir.display()));
        if self.dir.exists() && self.dir.read_dir().map_err(cannot)?.next().is_some() {
            return Err(Error::Bad(format!("{} is not empty, and nothing was changed", self.dir.display())));
        }
        let write = |name: &str, bytes: &[u8]| write(&self.dir.join(name), bytes).map_err(cannot);
        write("config.toml", if self.starter { STARTER_CONFIG } else { CONFIG }.as_bytes())?;
        write(".gitignore", IGNORED.as_bytes())?;
        if self.starter {
            unpack(&STARTER_MODELS, &self.dir.join("models")).map_err(cannot)?;
            unpack(&STARTER_SEED, &self.dir.join("seed")).map_err(cannot)?;
        } else {
            write("models/site.toml", MODELS.as_bytes())?;
        }
        println!("The site is in {0}. Now: siskin serve --site {0}", self.dir.display());
        Ok(ExitCode::SUCCESS)
    }
}

fn unpack(from: &Dir<'_>, to: &Path) -> std::io::Result<()> {
    from.files().try_for_each(|file| write(&to.join(file.path()), file.contents()))?;
    from.dirs().try_for_each(|dir| unpack(dir, to))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, bytes)
}
