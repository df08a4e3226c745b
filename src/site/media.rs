//! Images and documents. Every address obeys the collection that the file lies in; whoever may not see a file is told
//! that there is none.

use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;

use super::told::answered;
use super::visit::Visit;
use crate::cache::Answer;
use crate::error::Error;
use crate::error::Result;
use crate::media::Document;
use crate::media::Image;
use crate::media::percent_encoded;
use crate::web::conditional;

/// The name of a rendition says all that it is made of, and that of an original is given once.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A document may be exchanged under its name.
const FRESH: &str = "public, max-age=0, must-revalidate";
const PRIVATE: &str = "private, no-store";
/// A file that is opened by itself can do nothing: no scripts, no forms, no requests.
const SEALED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
/// What browsers need to show a PDF in place.
const SEALED_PDF: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf";

/// `GET /media/images/{name}`
pub async fn rendition(Path(name): Path<String>, visit: Visit) -> Response {
    let outcome = find_rendition(&visit, &name).await;
    answered(&visit, outcome).await
}

async fn find_rendition(visit: &Visit, name: &str) -> Result<Response> {
    let mut reading = visit.reading().await?;
    let found = Image::of_rendition(&mut reading, name).await?;
    drop(reading);
    let (image, spec) = found.ok_or_else(|| Error::not_found("an image"))?;
    if !visit.cms.addresses.allow(name, &spec, visit.asked("s")) {
        return Err(Error::not_found("an image"));
    }
    admitted(visit, image.public, image.collection)?;
    let made = visit.cms.workshop.rendition(&image, &spec).await?;
    Ok(served(visit, made.bytes, made.mime, FOR_EVER, image.public, Vec::new()))
}

/// `GET /media/original_images/{name}`
pub async fn original(Path(name): Path<String>, visit: Visit) -> Response {
    let outcome = find_original(&visit, &format!("original_images/{name}")).await;
    answered(&visit, outcome).await
}

async fn find_original(visit: &Visit, name: &str) -> Result<Response> {
    let image = Image::named(&mut *visit.reading().await?, name).await?;
    let image = image.filter(|image| !image.is_missing()).ok_or_else(|| Error::not_found("an image"))?;
    admitted(visit, image.public, image.collection)?;
    let bytes = visit.cms.workshop.original(&image.blob).await?;
    Ok(served(visit, bytes, &image.mime, FOR_EVER, image.public, Vec::new()))
}

/// `GET /documents/{id}/{name}`
pub async fn document(Path((id, name)): Path<(i64, String)>, visit: Visit) -> Response {
    let outcome = find_document(&visit, id, &name).await;
    answered(&visit, outcome).await
}

async fn find_document(visit: &Visit, id: i64, name: &str) -> Result<Response> {
    let document = Document::find(&mut *visit.reading().await?, id).await?;
    if document.file_name() != name || document.is_missing() {
        return Err(Error::not_found("a document"));
    }
    admitted(visit, document.public, document.collection)?;
    let bytes = visit.cms.workshop.original(&document.blob).await?;
    let manner = if document.is_shown_in_place() { "inline" } else { "attachment" };
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    let disposition = format!("{manner}; filename=\"{ascii}\"; filename*=UTF-8''{}", percent_encoded(name));
    let extra = vec![("content-disposition".to_owned(), disposition)];
    Ok(served(visit, bytes, &document.mime, FRESH, document.public, extra))
}

fn admitted(visit: &Visit, is_public: bool, collection: Option<i64>) -> Result<()> {
    let admits = is_public || visit.cms.snapshot().collections.admits(collection, &visit.actor, &[]);
    if admits { Ok(()) } else { Err(Error::not_found("a file")) }
}

fn served(
    visit: &Visit,
    body: Bytes,
    mime: &str,
    kept: &str,
    is_public: bool,
    extra: Vec<(String, String)>,
) -> Response {
    let policy = if mime == "application/pdf" { SEALED_PDF } else { SEALED };
    let told = [
        ("content-type", mime),
        ("cache-control", if is_public { kept } else { PRIVATE }),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
    ];
    let mut headers = told.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    headers.extend(extra);
    conditional(&visit.headers, Answer { status: 200, headers, body })
}
