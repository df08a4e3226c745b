//! What an address may be answered with: the file it means, if this visitor may see it. The one place that decides it.
//!
//! Who may not see a file is told what a stranger is told about a file that is not there, and so is whoever asks for a
//! rendition that nobody declared or signed. Where nothing but a password keeps it closed, that is asked for.

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

/// What an address is answered with.
#[derive(Debug)]
pub enum Given<T> {
    /// The file.
    File(T),
    /// Nothing, until the visitor has typed the password of this restriction.
    Locked(i64),
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
) -> Result<Given<(Image, Spec)>> {
    if !guesses(name).iter().any(|guess| gate.addresses.allow(name, &guess.spec, signature)) {
        return Err(not_there(name));
    }
    let found = Image::of_rendition(reading, name)
        .await?
        .filter(|(image, spec)| !image.is_missing() && gate.addresses.allow(name, spec, signature));
    let (image, spec) = found.ok_or_else(|| not_there(name))?;
    let place = (image.public, image.collection);
    gate.give((image, spec), &reading.viewer, place, name)
}

/// The image whose original is at `/media/<name>`.
///
/// # Errors
/// `NotFound`, whatever the reason.
pub async fn asked_original(reading: &mut Reading, gate: Gate<'_>, name: &str) -> Result<Given<Image>> {
    let image = Image::named(reading, name).await?.filter(|image| !image.is_missing());
    let image = image.ok_or_else(|| not_there(name))?;
    let place = (image.public, image.collection);
    gate.give(image, &reading.viewer, place, name)
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
) -> Result<Given<Document>> {
    let document = Document::find(reading, id)
        .await
        .map_err(|error| if error.is_not_found() { not_there(file_name) } else { error })?;
    if document.file_name() != file_name || document.is_missing() {
        return Err(not_there(file_name));
    }
    let place = (document.public, document.collection);
    gate.give(document, &reading.viewer, place, file_name)
}

impl Gate<'_> {
    /// A stranger sees what the store says is public: what this process remembers of the collections may be older.
    fn give<T>(
        self,
        file: T,
        viewer: &Actor,
        (is_public, collection): (bool, Option<i64>),
        name: &str,
    ) -> Result<Given<T>> {
        let is_stranger = matches!(viewer, Actor::Anonymous) && self.passed.is_empty();
        if is_public || (!is_stranger && self.collections.admits(collection, viewer, self.passed)) {
            return Ok(Given::File(file));
        }
        let asked = self.collections.asks(collection, viewer, self.passed);
        asked.map(Given::Locked).ok_or_else(|| not_there(name))
    }
}

fn not_there(name: &str) -> Error {
    Error::not_found(format!("“{name}”"))
}
