//! Uploading images and documents, several at once.

use axum::body::Bytes;
use axum::extract::Multipart;
use axum::http::StatusCode;
use serde::Serialize;

use super::Library;
use super::fields::Fields;
use crate::accounts::Action;
use crate::admin::answer::{Answer, Message, onward, sentence};
use crate::admin::desk::Desk;
use crate::admin::form::{Chosen, Told};
use crate::admin::frame::Frame;
use crate::admin::references;
use crate::admin::words::Crumb;
use crate::error::{Error, Result};
use crate::media::{Received, Upload, receive_document, receive_image, upload_document, upload_image};
use crate::schema::Document;

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    nouns: &'static str,
    accept: &'static str,
    collections: Vec<Choice>,
    collection: String,
    problems: Vec<Told>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

/// The form.
pub async fn show(library: Library, desk: Desk) -> Answer {
    screen(library, &desk, "", Vec::new()).await
}

/// Takes the files in, each for itself: one that is refused holds up none of the others.
pub async fn receive(library: Library, desk: Desk, form: Multipart) -> Answer {
    let fields = Fields::read(form).await?;
    let (mut made, mut problems) = (Vec::new(), Vec::new());
    for (name, bytes) in fields.files.clone() {
        match take(library, &desk, &fields, &name, bytes).await {
            Ok(chosen) => made.push(chosen),
            Err(error @ (Error::Invalid(_) | Error::Bad(_) | Error::Conflict(_))) => {
                problems.push(told(&name, &error))
            }
            Err(error) => return Err(error.into()),
        }
    }
    if fields.files.is_empty() {
        problems.push(Told { id: "file".into(), label: "File".into(), text: "choose at least one".into() });
    }
    match (made.as_slice(), problems.is_empty()) {
        ([only], true) => Ok(onward(&only.url, &Message::success(format!("“{}” is uploaded.", only.title)))),
        (several, true) => Ok(onward(
            &library.address(),
            &Message::success(format!("{} {} are uploaded.", several.len(), library.nouns())),
        )),
        _ => screen(library, &desk, fields.text("collection"), problems).await,
    }
}

/// Takes one file in.
pub async fn take(
    library: Library,
    desk: &Desk,
    fields: &Fields,
    name: &str,
    bytes: Bytes,
) -> Result<Chosen> {
    let declared = desk.schema().require(library.label())?;
    let collection = fields.text("collection").parse().ok().or_else(|| somewhere(library, desk));
    let mut document = Document::new();
    let title = fields.text("title").trim();
    if !title.is_empty() {
        document.insert("title".into(), title.into());
    }
    let upload = Upload { document, collection, focal: None };
    let received = received(library, desk, name, bytes).await?;
    let mut work = desk.work().await?;
    let chosen = match library {
        Library::Images => references::image(&upload_image(&mut work, declared, &received, upload).await?),
        Library::Documents => {
            references::document(&upload_document(&mut work, declared, &received, upload).await?)
        }
    };
    desk.commit(work).await?;
    Ok(chosen)
}

/// Keeps and checks the bytes of a file, outside any transaction.
pub async fn received(library: Library, desk: &Desk, name: &str, bytes: Bytes) -> Result<Received> {
    let (workshop, limits) = (&desk.cms().workshop, &desk.cms().config.media);
    if library == Library::Images {
        return receive_image(workshop, limits, name, bytes).await;
    }
    let file = kept_aside(desk.cms().config.data("uploads"), &bytes).await?;
    let received = receive_document(workshop, limits, name, &file).await;
    if let Err(error) = tokio::fs::remove_file(&file).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, file = %file.display(), "an upload's file could not be removed");
    }
    received
}

/// The bytes in a file of their own, for verbs that take files.
async fn kept_aside(folder: std::path::PathBuf, bytes: &[u8]) -> Result<std::path::PathBuf> {
    tokio::fs::create_dir_all(&folder).await?;
    let path = folder.join(crate::base::Token::random().hash());
    tokio::fs::write(&path, bytes).await?;
    Ok(path)
}

/// A collection that the person may add to: the root, if they may.
fn somewhere(library: Library, desk: &Desk) -> Option<i64> {
    let tree = desk.cms().snapshot().collections.clone();
    tree.where_may(&desk.actor(), Action::Add, library.label()).first().map(|collection| collection.id)
}

/// What is wrong with a file, in the words of a summary.
pub fn told(name: &str, error: &Error) -> Told {
    let text = match error {
        Error::Invalid(problems) => {
            problems.iter().flat_map(|(_, texts)| texts.to_vec()).collect::<Vec<_>>().join(" ")
        }
        other => sentence(&other.to_string()),
    };
    Told { id: "file".into(), label: name.to_owned(), text }
}

async fn screen(library: Library, desk: &Desk, collection: &str, problems: Vec<Told>) -> Answer {
    let mut reading = desk.reading().await?;
    let tree = desk.cms().snapshot().collections.clone();
    let allowed = tree.where_may(&desk.actor(), Action::Add, library.label());
    if allowed.is_empty() {
        return Err(Error::Forbidden(format!("upload {}", library.nouns())).into());
    }
    let indent = |depth: usize| "— ".repeat(depth);
    let least = allowed.iter().map(|collection| collection.path.depth()).min().unwrap_or_default();
    let choice = |one: &&crate::media::Collection| Choice {
        value: one.id.to_string(),
        label: format!("{}{}", indent(one.path.depth() - least), one.name),
    };
    let view = View {
        frame: desk.frame(&mut reading, library.nouns(), format!("Upload {}", library.nouns())).await?,
        crumbs: vec![Crumb::new(library.title(), library.address())],
        nouns: library.nouns(),
        accept: library.accept(),
        collections: allowed.iter().map(choice).collect(),
        collection: collection.to_owned(),
        problems,
    };
    let status = if view.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    desk.show_as(status, "media/upload.html", &view)
}
