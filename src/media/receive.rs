//! Taking in what somebody sends: told by its bytes, checked, cleaned and kept, before any transaction begins.

use std::path::Path;

use bytes::Bytes;
use deunicode::deunicode;
use tokio::io::AsyncReadExt;

use crate::config;
use crate::error::Error;
use crate::error::Result;

use super::format::Format;
use super::plan::Size;
use super::svg;
use super::workshop::Workshop;

/// Characters of a public name without its folder and extension; Wagtail's rows hold a hundred in all.
const STEM: usize = 80;
/// Bytes at the start of a file that tell what it is.
const START: usize = 8192;
/// What a file is whose bytes and name tell nothing.
const UNKNOWN: &str = "application/octet-stream";
/// Formats that are archives inside, so that their bytes may only tell that much.
const ARCHIVES: [&str; 2] = ["application/zip", "application/x-ole-storage"];

/// Bytes that are kept and checked, and what is known of them; an image or document is made of it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The public name without folder and extension, cleaned.
    pub stem: String,
    /// The extension, in lower case and without the dot; that of the bytes.
    pub extension: String,
    /// What people call the file: its name as it was sent, without its extension.
    pub title: String,
    /// The hash of the bytes.
    pub blob: String,
    /// The MIME type, told by the bytes.
    pub mime: String,
    /// How many bytes.
    pub size: i64,
    /// Width and height of an image, upright.
    pub dimensions: Option<Size>,
}

/// Takes in an image: its bytes decide what it is, a wrong extension is put right, an SVG is cleaned, and whatever
/// cannot be decoded within bounds is refused.
pub async fn receive_image(
    workshop: &Workshop,
    limits: &config::Media,
    name: &str,
    bytes: Bytes,
) -> Result<Received> {
    within(bytes.len() as u64, limits.max_bytes)?;
    let (stem, extension, title) = named(name);
    let bytes = match Format::sniff(&bytes) {
        Some(Format::Svg) if extension != "svg" => {
            return Err(Error::invalid(
                "file",
                format!("this is an SVG drawing, but it is named “.{extension}”"),
            ));
        }
        Some(Format::Svg) => Bytes::from(svg::cleaned(&bytes).map_err(about_the_file)?),
        _ => bytes,
    };
    let header = workshop.checked(bytes.clone()).await.map_err(about_the_file)?;
    let known = header.format.extensions();
    let extension = if known.contains(&extension.as_str()) { extension } else { known[0].to_owned() };
    let kept = workshop.files().keep(bytes).await?;
    let size = i64::try_from(kept.size).map_err(Error::internal)?;
    let mime = header.format.mime().to_owned();
    Ok(Received { stem, extension, title, blob: kept.hash, mime, size, dimensions: Some(header.size) })
}

/// Takes in a document that lies in a file, without holding it in memory.
pub async fn receive_document(
    workshop: &Workshop,
    limits: &config::Media,
    name: &str,
    path: &Path,
) -> Result<Received> {
    let mut file = tokio::fs::File::open(path).await?;
    within(file.metadata().await?.len(), limits.max_document_bytes)?;
    let mut start = Vec::with_capacity(START);
    (&mut file).take(START as u64).read_to_end(&mut start).await?;
    let (stem, extension, title) = named(name);
    let mime = document_mime(&extension, &start, &limits.document_types)?;
    let kept = workshop.files().keep_file(path).await?;
    let size = i64::try_from(kept.size).map_err(Error::internal)?;
    Ok(Received { stem, extension, title, blob: kept.hash, mime, size, dimensions: None })
}

/// Keeps the bytes of a file that an importer found under a recorded name. The header of an image is read and an SVG
/// cleaned, but nothing is decoded and no limit but that on pixels is asked about: the file was in use.
pub async fn receive_recorded(
    workshop: &Workshop,
    name: &str,
    path: &Path,
    is_image: bool,
) -> Result<Received> {
    let (stem, extension, title) = named(name);
    let (kept, mime, dimensions) = if is_image {
        let bytes = Bytes::from(tokio::fs::read(path).await?);
        let is_drawing = Format::sniff(&bytes) == Some(Format::Svg);
        let bytes = if is_drawing { Bytes::from(svg::cleaned(&bytes)?) } else { bytes };
        let header = workshop.header(&bytes)?;
        (workshop.files().keep(bytes).await?, header.format.mime().to_owned(), Some(header.size))
    } else {
        (workshop.files().keep_file(path).await?, mime_of_name(name), None)
    };
    let size = i64::try_from(kept.size).map_err(Error::internal)?;
    Ok(Received { stem, extension, title, blob: kept.hash, mime, size, dimensions })
}

/// What a file is by its name alone: for records whose bytes are gone.
pub fn mime_of_name(name: &str) -> String {
    let (_, extension, _) = named(name);
    let image = Format::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()));
    let known = image.map(Format::mime).or_else(|| mime_guess::from_ext(&extension).first_raw());
    known.unwrap_or(UNKNOWN).to_owned()
}

/// The type of a document: extension and bytes must agree.
fn document_mime(extension: &str, start: &[u8], allowed: &[String]) -> Result<String> {
    if !allowed.iter().any(|one| one.eq_ignore_ascii_case(extension)) {
        return Err(Error::invalid(
            "file",
            format!("files named “.{extension}” are not taken; these are: {}", allowed.join(", ")),
        ));
    }
    let by_name = mime_guess::from_ext(extension).first_raw().unwrap_or(UNKNOWN);
    let Some(told) = infer::get(start) else {
        return match infer::is_mime_supported(by_name) && !by_name.starts_with("text/") {
            true => Err(Error::invalid(
                "file",
                format!("this file is named “.{extension}” but its content is something else"),
            )),
            false => Ok(by_name.to_owned()),
        };
    };
    let same =
        told.extension() == extension || told.mime_type() == by_name || ARCHIVES.contains(&told.mime_type());
    let written = by_name.starts_with("text/") && told.matcher_type() == infer::MatcherType::Text;
    if same || written {
        return Ok(by_name.to_owned());
    }
    Err(Error::invalid(
        "file",
        format!("this file is named “.{extension}” but its content is {}", told.mime_type()),
    ))
}

fn within(size: u64, most: u64) -> Result<()> {
    match size {
        0 => Err(Error::invalid("file", "this file is empty")),
        size if size > most => {
            Err(Error::invalid("file", format!("this file has more than {} MB", most / 1024 / 1024)))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the bytes is a problem of the form's file field.
fn about_the_file(error: Error) -> Error {
    match error {
        Error::Bad(words) => Error::invalid("file", words),
        other => other,
    }
}

/// The public stem, the extension and the title that a sent file name gives. The stem is plain letters, digits,
/// dashes and underscores, so it is safe in a path, an address and a header.
fn named(sent: &str) -> (String, String, String) {
    let base = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String =
        base.chars().filter(|letter| !letter.is_control() && !is_direction(*letter)).collect();
    let (title, extension) = match visible.rsplit_once('.') {
        Some((title, extension)) if !title.is_empty() => (title, extension),
        _ => (visible.as_str(), ""),
    };
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    let stem: String = deunicode(title).chars().map(plain).take(STEM).collect();
    let stem = stem.trim_matches(['_', '-']);
    let stem = if stem.is_empty() { "file" } else { stem };
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let title: String = title.trim().chars().take(255).collect();
    let title = if title.is_empty() { stem.to_owned() } else { title };
    (stem.to_owned(), extension.to_ascii_lowercase(), title)
}

/// Marks that turn the direction of writing, by which a name can be made to look like another.
fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (sent, stem, extension) in [
            ("Brot & Butter.JPG", "Brot___Butter", "jpg"),
            ("../../etc/passwd", "passwd", ""),
            ("..\\..\\x.png", "x", "png"),
            ("C:\\x\\Straße.jpeg", "Strasse", "jpeg"),
            ("x\0.png", "x", "png"),
            (".htaccess", "htaccess", ""),
            ("a/../b.tar.gz", "b_tar", "gz"),
            ("%2e%2e%2f.gif", "2e_2e_2f", "gif"),
            ("gpj.\u{202e}exe", "gpj", "exe"),
            ("", "file", ""),
            ("...", "file", ""),
            ("日本.png", "Ri_Ben", "png"),
        ] {
            let (found, ext, _) = named(sent);
            assert_eq!((found.as_str(), ext.as_str()), (stem, extension), "{sent:?}");
        }
        let (stem, _, title) = named(&"x".repeat(4000));
        assert!(stem.len() == STEM && title.chars().count() == 255);
    }

    #[test]
    fn documents_are_what_they_are_named() {
        let allowed = ["pdf", "txt", "docx", "csv", "html"].map(String::from);
        let mime = |extension: &str, start: &[u8]| {
            document_mime(extension, start, &allowed).map_err(|error| error.to_string())
        };
        assert_eq!(mime("pdf", b"%PDF-1.7").as_deref(), Ok("application/pdf"));
        assert_eq!(mime("txt", b"hello").as_deref(), Ok("text/plain"));
        assert_eq!(mime("csv", b"a,b").as_deref(), Ok("text/csv"));
        assert_eq!(
            mime("docx", b"PK\x03\x04rest").unwrap(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        );
        for (extension, start) in [
            ("exe", &b"MZ"[..]),
            ("pdf", b"<html>"),
            ("txt", b"\x89PNG\r\n\x1a\n"),
            ("pdf", b"hello"),
            ("", b"x"),
        ] {
            assert!(mime(extension, start).is_err(), "{extension}");
        }
    }
}
