//! What an address may be answered with: the file it means, if this visitor may see it.
//!
//! Who may not see a file is told what a stranger is told about a file that is not there. `passed` are the
//! restrictions whose password the visitor has typed.

use crate::accounts::Reading;
use crate::error::Error;
use crate::error::Result;

use super::addresses::Addresses;
use super::collection::Collections;
use super::document::Document;
use super::image::Image;
use super::name::guesses;
use super::spec::Spec;

/// The image and the spec behind `/media/images/<name>`. A spec that is neither declared nor signed is refused before
/// the store is asked.
///
/// # Errors
/// `Forbidden` for such a spec, `NotFound` for everything else.
pub async fn asked_rendition(
    reading: &mut Reading,
    addresses: &Addresses,
    name: &str,
    signature: Option<&str>,
    passed: &[i64],
) -> Result<(Image, Spec)> {
    let readings = guesses(name);
    if !readings.is_empty() && !readings.iter().any(|guess| addresses.allow(name, &guess.spec, signature)) {
        return Err(Error::Forbidden("have an image made like this; its address must be signed".to_owned()));
    }
    let found = Image::of_rendition(reading, name).await?;
    let (image, spec) = found.ok_or_else(|| not_there(name))?;
    if !addresses.allow(name, &spec, signature) {
        return Err(Error::Forbidden("have an image made like this; its address must be signed".to_owned()));
    }
    admitted(reading, image.collection, passed, name).await?;
    Ok((image, spec))
}

/// The image whose original is at `/media/<name>`.
pub async fn asked_original(reading: &mut Reading, name: &str, passed: &[i64]) -> Result<Image> {
    let image = Image::named(reading, name).await?.ok_or_else(|| not_there(name))?;
    admitted(reading, image.collection, passed, name).await?;
    Ok(image)
}

/// The document at `/documents/<id>/<file name>`; both must be right.
pub async fn asked_document(
    reading: &mut Reading,
    id: i64,
    file_name: &str,
    passed: &[i64],
) -> Result<Document> {
    let document = Document::find(reading, id)
        .await
        .map_err(|error| if error.is_not_found() { not_there(file_name) } else { error })?;
    if document.file_name() != file_name {
        return Err(not_there(file_name));
    }
    admitted(reading, document.collection, passed, file_name).await?;
    Ok(document)
}

async fn admitted(reading: &mut Reading, collection: Option<i64>, passed: &[i64], name: &str) -> Result<()> {
    let tree = Collections::load(reading).await?;
    if tree.admits(collection, &reading.viewer, passed) { Ok(()) } else { Err(not_there(name)) }
}

fn not_there(name: &str) -> Error {
    Error::not_found(format!("“{name}”"))
}
