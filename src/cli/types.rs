//! `siskin types`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::api;
use crate::cms::SiteFolder;
use crate::error::Result;
use crate::schema;

/// Print what the API answers, made from the models: types that a front end is checked with.
#[derive(Args)]
pub struct Types {
    /// What to write it in.
    language: Language,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// TypeScript.
    Ts,
    /// An OpenAPI 3.1 document, as it is also served at /api/v2/openapi.json.
    Openapi,
}

impl Types {
    pub fn run(self, site: &SiteFolder) -> Result<ExitCode> {
        let config = site.config()?;
        let schema = schema::load_dir(&site.models(), site.builder().registry())?;
        match self.language {
            Language::Ts => print!("{}", api::typescript(&schema, &config)),
            Language::Openapi => println!("{}", api::openapi(&schema, &config)),
        }
        Ok(ExitCode::SUCCESS)
    }
}
