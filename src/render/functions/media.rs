//! Images, documents and players: addresses alone. No pixel is touched while a page is drawn.

use serde::Deserialize;
use serde::Serialize;
use tera::Tera;
use url::Url;

use super::register;
use crate::error::{Error, Result};
use crate::media::Document;
use crate::media::Rendition;
use crate::media::Spec;
use crate::render::session::Session;

pub(super) fn equip(tera: &mut Tera) {
    register(tera, "image", image);
    register(tera, "document", document);
    register(tera, "embed", |_, ask: Embed| {
        Ok(player(ask.url.as_deref().unwrap_or_default()).unwrap_or_default())
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
    Ok(found.remove(&id).filter(|document| document.public))
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

/// How a medium is shown: in a frame of its provider's, for the few whose addresses can be told without asking.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Player {
    /// The address of the frame; nothing where there is none.
    pub frame: Option<String>,
    /// What the frame is called for whoever does not see it.
    pub title: String,
}

/// The player of an address.
pub(super) fn player(url: &str) -> Option<Player> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.trim_start_matches("www.").trim_start_matches("m.");
    let path: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let sound = |id: &str| {
        (!id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
            .then(|| id.to_owned())
    };
    let (title, frame) = match (host, path.as_slice()) {
        ("youtube.com", ["watch"]) => {
            let id = url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned());
            ("YouTube", format!("https://www.youtube-nocookie.com/embed/{}", sound(&id?)?))
        }
        ("youtu.be", [id]) | ("youtube.com", ["embed" | "shorts" | "live", id]) => {
            ("YouTube", format!("https://www.youtube-nocookie.com/embed/{}", sound(id)?))
        }
        ("vimeo.com", [id]) => ("Vimeo", format!("https://player.vimeo.com/video/{}", sound(id)?)),
        _ => return None,
    };
    Some(Player { frame: Some(frame), title: title.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_are_made_for_known_addresses_only() {
        for (url, expected) in [
            (
                "https://www.youtube.com/watch?v=SGJFWirQ3ks&t=1",
                Some("https://www.youtube-nocookie.com/embed/SGJFWirQ3ks"),
            ),
            ("https://youtu.be/SGJFWirQ3ks", Some("https://www.youtube-nocookie.com/embed/SGJFWirQ3ks")),
            ("https://vimeo.com/123", Some("https://player.vimeo.com/video/123")),
            ("https://youtu.be/\"><script>", None),
            ("https://example.org/watch?v=1", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(player(url).and_then(|player| player.frame).as_deref(), expected, "{url}");
        }
    }
}
