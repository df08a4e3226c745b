//! What an address may be answered with: the file it means, if this visitor may see it. The one place that decides it.
//!
//! Who may not see a file is told what a stranger is told about a file that is not there, and so is whoever asks for a
//! rendition that nobody declared or signed.

use crate::accounts::Actor;
use crate::accounts::Reading;
use crate::error::Error;
use crate::error::Result;

use super::addresses::Addresses;
use super::collection::Collections;
use super::document::Document;
use super::image::Image;
use super::name::guesses;
use super::spec::Spec;

/// What decides besides the file itself whether it is given out.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The collections with their restrictions.
    pub collections: &'a Collections,
    /// Which renditions anybody may ask for.
    pub addresses: &'a Addresses,
    /// The restrictions whose password the visitor has typed.
    pub passed: &'a [i64],
}

/// The image and the spec behind `/media/images/<name>`. A spec that is neither declared nor signed is refused before
/// the store is asked.
///
/// # Errors
/// `NotFound`, whatever the reason.
pub async fn asked_rendition(
    reading: &mut Reading,
    gate: Gate<'_>,
    name: &str,
    signature: Option<&str>,
) -> Result<(Image, Spec)> {
    if !guesses(name).iter().any(|guess| gate.addresses.allow(name, &guess.spec, signature)) {
        return Err(not_there(name));
    }
    let found = Image::of_rendition(reading, name)
        .await?
        .filter(|(image, spec)| !image.is_missing() && gate.addresses.allow(name, spec, signature));
    let (image, spec) = found.ok_or_else(|| not_there(name))?;
    gate.admits(&reading.viewer, (image.public, image.collection), name)?;
    Ok((image, spec))
}

/// The image whose original is at `/media/<name>`.
///
/// # Errors
/// `NotFound`, whatever the reason.
pub async fn asked_original(reading: &mut Reading, gate: Gate<'_>, name: &str) -> Result<Image> {
    let image = Image::named(reading, name).await?.filter(|image| !image.is_missing());
    let image = image.ok_or_else(|| not_there(name))?;
    gate.admits(&reading.viewer, (image.public, image.collection), name)?;
    Ok(image)
}

/// The document at `/documents/<id>/<file name>`; both must be right.
///
/// # Errors
/// `NotFound`, whatever the reason.
pub async fn asked_document(
    reading: &mut Reading,
    gate: Gate<'_>,
    id: i64,
    file_name: &str,
) -> Result<Document> {
    let document = Document::find(reading, id)
        .await
        .map_err(|error| if error.is_not_found() { not_there(file_name) } else { error })?;
    if document.file_name() != file_name || document.is_missing() {
        return Err(not_there(file_name));
    }
    gate.admits(&reading.viewer, (document.public, document.collection), file_name)?;
    Ok(document)
}

impl Gate<'_> {
    /// A stranger sees what the store says is public: what this process remembers of the collections may be older.
    fn admits(self, viewer: &Actor, (is_public, collection): (bool, Option<i64>), name: &str) -> Result<()> {
        let is_stranger = matches!(viewer, Actor::Anonymous) && self.passed.is_empty();
        let admits = is_public || (!is_stranger && self.collections.admits(collection, viewer, self.passed));
        if admits { Ok(()) } else { Err(not_there(name)) }
    }
}

fn not_there(name: &str) -> Error {
    Error::not_found(format!("“{name}”"))
}
