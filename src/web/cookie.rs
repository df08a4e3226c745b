//! Cookies: read, and written so that no script and no other site gets at them.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie. Names and values of ours need no quoting.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// A `Set-Cookie` header: for the whole host, unseen by scripts, sent along by links from elsewhere but by no form.
pub fn set_cookie(name: &str, value: &str, seconds: i64, is_secure: bool) -> Option<HeaderValue> {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).ok()
}

/// A `Set-Cookie` header that takes the cookie away.
pub fn clear_cookie(name: &str, is_secure: bool) -> Option<HeaderValue> {
    set_cookie(name, "", 0, is_secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; session=x=y"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        for (name, expected) in
            [("a", Some("1")), ("session", Some("x=y")), ("b", Some("2")), ("ession", None)]
        {
            assert_eq!(cookie(&headers, name), expected, "{name}");
        }
        let set = set_cookie("__Host-s", "v", 60, true).unwrap();
        assert_eq!(set, "__Host-s=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        assert_eq!(set_cookie("s", "a\r\nSet-Cookie: x", 60, true), None);
    }
}
