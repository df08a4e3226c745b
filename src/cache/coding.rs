//! Codings of a body: which one a client takes, and the making of it.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Bodies below this are sent as they are: they fit into one packet anyhow.
pub(super) const SMALLEST: usize = 1024;
/// Where brotli stops to pay: of pages and JSON, 5 leaves about what 9 leaves, in a quarter of its time.
const BROTLI_QUALITY: i32 = 5;
/// The largest window that every browser takes.
const BROTLI_WINDOW: i32 = 22;
/// What most servers use.
const GZIP_LEVEL: u32 = 6;

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// `gzip`
    Gzip,
    /// `br`
    Brotli,
}

impl Coding {
    /// The best coding that an `Accept-Encoding` header takes: brotli before gzip, whatever weight above 0 they have.
    pub fn accepted(header: &str) -> Self {
        let (mut brotli, mut gzip) = (None, None);
        for part in header.split(',') {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            let is_taken = weight(parameters) > 0.0;
            match name.trim() {
                name if name.eq_ignore_ascii_case("br") => brotli = Some(is_taken),
                name if name.eq_ignore_ascii_case("gzip") => gzip = Some(is_taken),
                "*" => {
                    brotli = brotli.or(Some(is_taken));
                    gzip = gzip.or(Some(is_taken));
                }
                _ => {}
            }
        }
        match (brotli, gzip) {
            (Some(true), _) => Self::Brotli,
            (_, Some(true)) => Self::Gzip,
            _ => Self::Identity,
        }
    }

    /// What `Content-Encoding` says; nothing for a body as it is.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// The body in this coding, if it became smaller. Takes its time: not for threads that must not wait.
    pub(super) fn of(self, body: &[u8]) -> Option<Bytes> {
        let coded = match self {
            Self::Identity => None,
            Self::Gzip => gzip(body),
            Self::Brotli => brotli(body),
        };
        coded.filter(|coded| coded.len() < body.len()).map(Bytes::from)
    }
}

fn weight(parameters: &str) -> f32 {
    let mut weights = parameters.split(';').filter_map(|parameter| parameter.trim().strip_prefix("q="));
    weights.next().map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0))
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(GZIP_LEVEL));
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn brotli(body: &[u8]) -> Option<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW, ..Default::default() };
    let mut coded = Vec::with_capacity(body.len() / 3);
    brotli::BrotliCompress(&mut &*body, &mut coded, &parameters).ok()?;
    Some(coded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_coding_that_a_client_takes_is_chosen() {
        for (header, expected) in [
            ("", Coding::Identity),
            ("gzip", Coding::Gzip),
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("br;q=0, gzip;q=0.1", Coding::Gzip),
            ("BR", Coding::Brotli),
            ("*", Coding::Brotli),
            ("*;q=0", Coding::Identity),
            ("gzip;q=0, *", Coding::Brotli),
            ("br;q=x", Coding::Identity),
            ("identity", Coding::Identity),
        ] {
            assert_eq!(Coding::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn what_does_not_become_smaller_is_left_as_it_is() {
        let text = "bread and butter, ".repeat(100);
        for coding in [Coding::Gzip, Coding::Brotli] {
            assert!(coding.of(text.as_bytes()).is_some_and(|coded| coded.len() < text.len() / 2));
            assert_eq!(coding.of(b"x"), None);
        }
    }
}
