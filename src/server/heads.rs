//! Where requests begin and end on a connection, as far as one thing needs it that nobody else can see: whether a head
//! tells the length of its body twice. hyper goes by the chunks then and forgets `Content-Length`, which RFC 9112 (6.1)
//! permits; but whoever sends both wants one of two readers deceived.

use memchr::memchr;

/// Bytes of a line that are looked at: a header's name, and the longest number.
const LONGEST: usize = 64;

/// The heads that come over a connection, one after the other.
#[derive(Debug, Default)]
pub struct Heads {
    state: State,
    line: Vec<u8>,
    is_begun: bool,
    is_chunked: bool,
    is_counted: bool,
    length: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Lines of a head.
    #[default]
    Head,
    /// So much of a body is still to come.
    Body(u64),
    /// The connection ends with the request that was begun: nothing after it is one.
    Last,
    /// The same, and its length is told twice.
    Deceitful,
}

impl Heads {
    /// Looks at what came in; whether a head was among it that tells two lengths. It is the last one that counts.
    pub fn see(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Head => self.some_head(bytes),
                State::Body(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    let left = left - here as u64;
                    self.state = if left == 0 { State::Head } else { State::Body(left) };
                    &bytes[here..]
                }
                State::Last | State::Deceitful => break,
            };
        }
        self.state == State::Deceitful
    }

    /// Takes a line, or as much of it as there is; what is behind it.
    fn some_head<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = memchr(b'\n', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        let room = LONGEST.saturating_sub(self.line.len()).min(piece.len());
        self.line.extend_from_slice(&piece[..room]);
        let Some(end) = end else { return &[] };
        let line = std::mem::take(&mut self.line);
        self.line_ends(line.strip_suffix(b"\r").unwrap_or(&line));
        // The room stays for the next one.
        self.line = line;
        self.line.clear();
        &bytes[end + 1..]
    }

    fn line_ends(&mut self, line: &[u8]) {
        if line.is_empty() {
            // Empty lines before a request are forgiven.
            if self.is_begun {
                self.head_ends();
            }
            return;
        }
        self.is_begun = true;
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            self.is_counted = true;
            self.length = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
        }
    }

    fn head_ends(&mut self) {
        self.state = match (self.is_chunked, self.is_counted, self.length) {
            (true, true, _) => State::Deceitful,
            // After chunks, and after a length that is none, the connection is closed.
            (true, false, _) | (false, true, None) => State::Last,
            (false, _, None | Some(0)) => State::Head,
            (false, _, Some(length)) => State::Body(length),
        };
        (self.is_begun, self.is_chunked, self.is_counted, self.length) = (false, false, false, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_with_two_lengths_is_seen_however_it_comes() {
        let counted =
            "POST / HTTP/1.1\r\nContent-Length: 43\r\n\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\n";
        for (text, expected) in [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), false),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n".into(), true),
            ("POST / HTTP/1.1\r\ncontent-length:6\r\nTRANSFER-ENCODING:chunked\r\n\r\n".into(), true),
            ("POST / HTTP/1.1\ncontent-length: 6\nhost: x\ntransfer-encoding: chunked\n\n".into(), true),
            ("\r\n\r\nGET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n".into(), true),
            ("POST / HTTP/1.1\r\nX: Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n".into(), false),
            // What stands in a body is no head, and neither is what follows chunks.
            (counted.into(), false),
            (format!("{counted}POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n"), true),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\nA: 1\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n"
                    .into(),
                false,
            ),
            (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(5_000)), false),
        ] {
            assert_eq!(Heads::default().see(text.as_bytes()), expected, "{text}");
            for at in 0..text.len() {
                let mut heads = Heads::default();
                heads.see(&text.as_bytes()[..at]);
                assert_eq!(heads.see(&text.as_bytes()[at..]), expected, "{text} in pieces of {at}");
            }
        }
    }
}
