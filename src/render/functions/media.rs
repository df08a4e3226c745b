//! Images, documents and players: addresses alone. No pixel is touched while a page is drawn.

use serde::Deserialize;
use serde::Serialize;
use tera::Tera;

use super::register;
use crate::error::{Error, Result};
use crate::media::Document;
use crate::media::Rendition;
use crate::media::Spec;
use crate::render::session::Session;
use crate::schema::DOCUMENT;
use crate::text::Player;

pub(super) fn equip(tera: &mut Tera) {
    register(tera, "image", image);
    register(tera, "document", document);
    register(tera, "embed", |_, ask: Embed| {
        Ok(Player::of(ask.url.as_deref().unwrap_or_default()).unwrap_or_default())
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneImage {
    id: Option<i64>,
    spec: String,
}

fn image(session: &Session, ask: OneImage) -> Result<Option<Rendition>> {
    let spec = Spec::parse(&ask.spec)?;
    let listed = &session.theme.about.renditions;
    if !listed.contains(&ask.spec) {
        return Err(Error::Setup(format!("`{}` is not among the renditions of theme.toml", ask.spec)));
    }
    let found = ask.id.map(|id| session.image(id)).transpose()?.flatten();
    // An image that cannot be shown leaves a gap, not a broken page.
    Ok(found.and_then(|image| session.props.media.rendition(&image, &spec).ok()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneDocument {
    id: Option<i64>,
}

/// A file as templates see it.
#[derive(Serialize)]
struct File {
    url: String,
    title: String,
    extension: String,
    size: String,
}

fn document(session: &Session, ask: OneDocument) -> Result<Option<File>> {
    let Some(id) = ask.id else { return Ok(None) };
    let found = find_document(session, id)?;
    Ok(found.map(|document| File {
        url: document.url(),
        extension: document.file_name().rsplit('.').next().unwrap_or_default().to_owned(),
        size: human(session, document.size),
        title: document.title,
    }))
}

pub(super) fn find_document(session: &Session, id: i64) -> Result<Option<Document>> {
    let mut found = session.read(|conn| Box::pin(async move { Document::many(conn, &[id]).await }))?;
    let found = found.remove(&id).filter(|document| document.public);
    session.look_at_file(DOCUMENT, id, found.as_ref().map(|document| document.collection));
    Ok(found)
}

fn human(session: &Session, bytes: i64) -> String {
    let mut size = bytes.max(0) as f64;
    let mut unit = 0;
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    while size >= 1_000.0 && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && size < 10.0);
    let number = session.theme.words.number(&session.scene.locale, &format!("{size:.digits$}"));
    format!("{number} {}", UNITS[unit])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Embed {
    url: Option<String>,
}
