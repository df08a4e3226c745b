//! Reading `models/*.toml`: each file parsed, each type and block built, the whole checked.
//!
//! Nothing stops at the first mistake: all are told, each with file, line and how to mend it.

mod brought;
mod build;
mod check;
mod computed;
mod field;
mod node;
mod own;

use std::fmt;
use std::path::Path;

use super::Place;
use super::Registry;
use super::Schema;
use crate::error::Error;
use crate::error::Result;
pub use field::Make;

/// One mistake in the models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// Where.
    pub place: Place,
    /// What is wrong, and how to mend it.
    pub message: String,
}

/// All mistakes in the models, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelErrors(pub Vec<ModelError>);

impl fmt::Display for ModelErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}: {}", error.place.file, error.place.line, error.message)?;
        }
        Ok(())
    }
}

impl From<ModelErrors> for Error {
    fn from(errors: ModelErrors) -> Self {
        Error::Setup(errors.to_string())
    }
}

/// Reads every `*.toml` of a folder, in the order of their names. A missing folder is a schema without types.
pub fn load_dir(dir: &Path, registry: &Registry) -> Result<Schema> {
    let mut texts = Vec::new();
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(load_texts(&[], registry)?),
        Err(error) => {
            return Err(Error::Setup(format!("cannot read the models in {}: {error}", dir.display())));
        }
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Error::Setup(format!("cannot read {}: {error}", path.display())))?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            texts.push((stem, text));
        }
    }
    texts.sort();
    Ok(load_texts(&texts, registry)?)
}

/// Reads models from texts: (app, TOML).
pub fn load_texts(texts: &[(String, String)], registry: &Registry) -> Result<Schema, ModelErrors> {
    build::schema(texts, registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bakery_models_are_in_order() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bakery/models");
        let schema = load_dir(&dir, &Registry::default()).unwrap_or_else(|error| panic!("{error}"));
        assert!(schema.get("blog.BlogPage").is_some_and(|page| page.is_page()));
    }

    #[test]
    fn an_endpoint_is_a_part_of_an_address() {
        for (endpoint, fits) in [
            ("categories", true),
            ("my-birds_2", true),
            ("", false),
            ("a/b", false),
            ("a b", false),
            ("a\"b", false),
            ("é", false),
            ("pages", false),
        ] {
            let text = format!("[types.Bird]\nkind = \"snippet\"\nendpoint = '{endpoint}'\nfields = []\n");
            let loaded = load_texts(&[("zoo".to_owned(), text)], &Registry::default());
            let told = loaded.map(drop).map_err(|errors| errors.to_string());
            assert_eq!(told.is_ok(), fits, "{endpoint}: {told:?}");
            assert!(told.err().is_none_or(|told| told.contains("endpoint") && told.contains("zoo.toml:1")));
        }
    }
}
