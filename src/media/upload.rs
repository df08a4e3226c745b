//! Making an image or a document of a file that was received.

use serde_json::Value;

use crate::accounts::Work;
use crate::content;
use crate::content::NewObject;
use crate::content::Object;
use crate::error::Result;
use crate::schema;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::Type;

use super::arrange::follow_restrictions_on;
use super::collection::Collections;
use super::document::Document;
use super::file::File;
use super::file::NewFile;
use super::file::keep_file;
use super::image::Image;
use super::plan::Focal;
use super::receive::Received;

/// What goes with a file when it is uploaded.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// The fields; those left out begin as the type says, and the title as the file is called.
    pub document: schema::Document,
    /// The collection it goes into; the root if none is said.
    pub collection: Option<i64>,
    /// What matters in an image.
    pub focal: Option<Focal>,
}

/// Makes an image of a received file, at once for everybody to see who may see its collection.
///
/// # Errors
/// `Forbidden` where the actor may not add to the collection; `Invalid` with field paths when fields are wrong.
pub async fn upload_image(
    work: &mut Work,
    declared: &Type,
    received: &Received,
    upload: Upload,
) -> Result<Image> {
    let object = upload_file(work, declared, IMAGE, received, upload).await?;
    Image::find(work, object.id).await
}

/// Makes a document of a received file; see [`upload_image`].
pub async fn upload_document(
    work: &mut Work,
    declared: &Type,
    received: &Received,
    upload: Upload,
) -> Result<Document> {
    let object = upload_file(work, declared, DOCUMENT, received, upload).await?;
    Document::find(work, object.id).await
}

async fn upload_file(
    work: &mut Work,
    declared: &Type,
    label: &str,
    received: &Received,
    upload: Upload,
) -> Result<Object> {
    let tree = Collections::load(work).await?;
    let collection = tree.allow_adding(&work.actor, label, upload.collection)?.id;
    let mut document = declared.initial();
    document.insert("title".to_owned(), Value::from(received.title.as_str()));
    document.extend(upload.document.into_iter().filter(|(name, value)| name != "title" || is_told(value)));
    document.insert("collection".to_owned(), Value::from(collection));
    let new = NewObject { document, collection: Some(collection), ..NewObject::default() };
    let object = content::create(work, declared, new).await?;
    let object = content::publish(work, declared, &object, None).await?;
    let file = file_of(work, label, received, upload.focal).await?;
    keep_file(work, object.key, label == IMAGE, &file).await?;
    follow_restrictions_on(work, object.key, tree.is_public(Some(collection))).await?;
    Ok(object)
}

/// An empty title is none.
fn is_told(value: &Value) -> bool {
    value.as_str().is_some_and(|title| !title.trim().is_empty())
}

/// The row of a received file, under a public name that is free.
pub(super) async fn file_of(
    work: &mut Work,
    label: &str,
    received: &Received,
    focal: Option<Focal>,
) -> Result<NewFile> {
    let folder = if label == IMAGE { "original_images" } else { "documents" };
    Ok(NewFile {
        name: File::free_name(work, folder, &received.stem, &received.extension).await?,
        blob: received.blob.clone(),
        mime: received.mime.clone(),
        size: received.size,
        dimensions: received.dimensions,
        focal,
        created_at: work.now,
        uploaded_by: work.actor.id(),
    })
}
