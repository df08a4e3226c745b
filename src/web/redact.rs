//! What of an address may be written down: everything but what opens something.

use axum::http::Uri;

/// What stands in the place of a secret.
const HIDDEN: &str = "[hidden]";
/// Parts of names in a query whose values open something.
const SECRET_NAMES: [&str; 8] = ["token", "secret", "password", "passwd", "sign", "auth", "session", "code"];
/// The name that signatures of renditions go by.
const SIGNATURE: &str = "s";
/// Parts of the admin's addresses that are followed by what opens something.
const BEFORE_SECRETS: [&str; 4] = ["setup", "preview", "reset", "invitation"];

/// A path and query without signatures, tokens and passwords.
pub fn without_secrets(uri: &Uri) -> String {
    let mut written = String::with_capacity(uri.path().len() + 16);
    let mut before = "";
    for (place, part) in uri.path().split('/').enumerate() {
        if place > 0 {
            written.push('/');
        }
        let is_secret =
            uri.path().starts_with("/admin/") && BEFORE_SECRETS.contains(&before) && !part.is_empty();
        written.push_str(if is_secret { HIDDEN } else { part });
        before = part;
    }
    for (place, pair) in uri.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
        written.push(if place == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                written.extend([name, "=", HIDDEN]);
            }
            _ => written.push_str(pair),
        }
    }
    written
}

fn is_secret(name: &str) -> bool {
    let decoded = url::form_urlencoded::parse(name.as_bytes()).next();
    let name = decoded.map(|(name, _)| name.to_ascii_lowercase()).unwrap_or_default();
    name == SIGNATURE || SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// Bytes as letters that can stand in any log: what is not printable ASCII is spelt in hexadecimal.
pub fn plain(bytes: &[u8], longest: usize) -> String {
    let mut written = String::with_capacity(bytes.len().min(longest));
    for byte in bytes.iter().take(longest) {
        match byte {
            b'\\' => written.push_str("\\\\"),
            b' '..=b'~' => written.push(char::from(*byte)),
            _ => written.push_str(&format!("\\x{byte:02x}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_not_written_down() {
        for (address, expected) in [
            ("/", "/"),
            ("/api/v2/pages/?limit=2&search=a%20b", "/api/v2/pages/?limit=2&search=a%20b"),
            ("/admin/setup/abc", "/admin/setup/[hidden]"),
            ("/admin/setup/", "/admin/setup/"),
            ("/admin/pages/preview/abc/x", "/admin/pages/preview/[hidden]/x"),
            ("/setup/abc", "/setup/abc"),
            ("/x?a&s=abc&b=", "/x?a&s=[hidden]&b="),
            (
                "/x?Signature=abc&access%5Ftoken=abc&code=1",
                "/x?Signature=[hidden]&access%5Ftoken=[hidden]&code=[hidden]",
            ),
            ("/x?pages=1&slug=s", "/x?pages=1&slug=s"),
        ] {
            assert_eq!(without_secrets(&address.parse().unwrap()), expected);
        }
        assert_eq!(plain("a\r\n\u{1b}\u{85}é\\".as_bytes(), 6), "a\\x0d\\x0a\\x1b\\xc2\\x85");
    }
}
