//! Images and documents. Every address obeys the collection that the file lies in; whoever may not see a file is told
//! that there is none, or asked for the collection's password. What is public is kept by others for a bounded time
//! only, and asked for by its tag after that: a name that was given up can be given again, and a collection can become
//! private.

use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;

use super::gate;
use super::told::answered;
use super::visit::Visit;
use crate::cache::Answer;
use crate::cache::Made;
use crate::cache::Sort;
use crate::cache::Tag;
use crate::cms::Snapshot;
use crate::error::Result;
use crate::media;
use crate::media::Gate;
use crate::media::Given;
use crate::media::ROOT;
use crate::media::percent_encoded;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::web;
use crate::web::Pairs;

/// What is told where the configuration says nothing.
const FRESH: &str = "public, max-age=0, must-revalidate";
const PRIVATE: &str = "private, no-store";
/// A file that is opened by itself can do nothing: no scripts, no forms, no requests.
const SEALED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
/// What browsers need to show a PDF in place.
const SEALED_PDF: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf";

/// A file that whoever asks may have.
struct File<'a> {
    label: &'static str,
    id: i64,
    collection: Option<i64>,
    is_public: bool,
    mime: &'a str,
    /// Tells its bytes from all others.
    tag: String,
    disposition: Option<String>,
}

/// `GET /media/images/{name}`
pub async fn rendition(Path(name): Path<String>, visit: Visit) -> Response {
    let outcome = find_rendition(&visit, &name).await;
    answered(&visit, outcome).await
}

async fn find_rendition(visit: &Visit, name: &str) -> Result<Response> {
    let snapshot = visit.cms.snapshot();
    let passed = gate::passes(visit).of_collections();
    let gate = opening(visit, &snapshot, &passed);
    let mut reading = visit.reading().await?;
    let given = media::asked_rendition(&mut reading, gate, name, visit.asked("s")).await?;
    drop(reading);
    let (image, spec) = match given {
        Given::File(found) => found,
        Given::Locked(restriction) => return gate::before_file(visit, restriction).await,
    };
    let file = File {
        label: IMAGE,
        id: image.id,
        collection: image.collection,
        is_public: image.public,
        mime: image.original()?.format.rendition_mime(&spec),
        tag: media::tag_of(&image, &spec)?,
        disposition: None,
    };
    let made = async { Ok(visit.cms.workshop.rendition(&image, &spec).await?.bytes) };
    served(visit, file, made).await
}

/// `GET /media/original_images/{name}`
pub async fn original(Path(name): Path<String>, visit: Visit) -> Response {
    let outcome = find_original(&visit, &format!("original_images/{name}")).await;
    answered(&visit, outcome).await
}

async fn find_original(visit: &Visit, name: &str) -> Result<Response> {
    let snapshot = visit.cms.snapshot();
    let passed = gate::passes(visit).of_collections();
    let gate = opening(visit, &snapshot, &passed);
    let image = match media::asked_original(&mut visit.reading().await?, gate, name).await? {
        Given::File(image) => image,
        Given::Locked(restriction) => return gate::before_file(visit, restriction).await,
    };
    let file = File {
        label: IMAGE,
        id: image.id,
        collection: image.collection,
        is_public: image.public,
        mime: &image.mime,
        tag: image.blob.clone(),
        disposition: None,
    };
    served(visit, file, visit.cms.workshop.original(&image.blob)).await
}

/// `GET /documents/{id}/{name}`
pub async fn document(Path((id, name)): Path<(i64, String)>, visit: Visit) -> Response {
    let outcome = find_document(&visit, id, &name).await;
    answered(&visit, outcome).await
}

async fn find_document(visit: &Visit, id: i64, name: &str) -> Result<Response> {
    let snapshot = visit.cms.snapshot();
    let passed = gate::passes(visit).of_collections();
    let gate = opening(visit, &snapshot, &passed);
    let document = match media::asked_document(&mut visit.reading().await?, gate, id, name).await? {
        Given::File(document) => document,
        Given::Locked(restriction) => return gate::before_file(visit, restriction).await,
    };
    let manner = if document.is_shown_in_place() { "inline" } else { "attachment" };
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    let disposition = format!("{manner}; filename=\"{ascii}\"; filename*=UTF-8''{}", percent_encoded(name));
    let file = File {
        label: DOCUMENT,
        id: document.id,
        collection: document.collection,
        is_public: document.public,
        mime: &document.mime,
        tag: document.blob.clone(),
        disposition: Some(disposition),
    };
    served(visit, file, visit.cms.workshop.original(&document.blob)).await
}

/// What decides whether this visitor may have a file.
fn opening<'a>(visit: &'a Visit, snapshot: &'a Snapshot, passed: &'a [i64]) -> Gate<'a> {
    Gate { collections: &snapshot.collections, addresses: &visit.cms.addresses, passed }
}

/// `POST /documents/password/{restriction}`
pub async fn knock(Path(restriction): Path<i64>, visit: Visit, sent: Pairs) -> Response {
    let outcome = gate::knock_collection(&visit, restriction, sent.text("password")).await;
    answered(&visit, outcome).await
}

/// The file, its bytes read only for whoever does not have them.
async fn served(
    visit: &Visit,
    file: File<'_>,
    bytes: impl Future<Output = Result<Bytes>>,
) -> Result<Response> {
    let told = [
        ("content-type", file.mime),
        ("cache-control", if file.is_public { FRESH } else { PRIVATE }),
        ("content-security-policy", if file.mime == "application/pdf" { SEALED_PDF } else { SEALED }),
        ("x-content-type-options", "nosniff"),
    ];
    let mut headers = told.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    headers.extend(file.disposition.map(|disposition| ("content-disposition".to_owned(), disposition)));
    let tags =
        vec![Tag::Object(file.label.to_owned(), file.id), Tag::Collection(file.collection.unwrap_or(ROOT))];
    let made = Made {
        made_of: file.is_public.then_some(tags),
        sort: Some(if file.label == IMAGE { Sort::Image } else { Sort::Document }),
        tag: Some(file.tag),
        ..Made::passing(Answer { status: 200, headers, body: Bytes::new() })
    };
    web::fetched(&visit.cms, &visit.headers, made, bytes).await
}
