//! What a link or an embed may say: addresses, ids and formats.

use super::features::Features;

/// Whether a link may lead there: the web, mail, telephone, or a place on the same site.
pub fn is_safe_url(url: &str) -> bool {
    if url.chars().any(char::is_control) || url.starts_with(' ') || url.ends_with(' ') {
        return false;
    }
    let Some((scheme, _)) = url.split_once([':', '/', '?', '#']) else { return true };
    if url.as_bytes().get(scheme.len()) != Some(&b':') {
        return true;
    }
    ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether media may be embedded from there.
pub(super) fn is_web_url(url: &str) -> bool {
    let begins =
        |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    is_safe_url(url) && (begins("http://") || begins("https://"))
}

/// Whether this is the id of a page, document or image.
pub(super) fn is_id(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit())
}

/// Whether this can be the name of an image format or the key of a block.
pub(super) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_'))
}

/// Why a link or an embed cannot stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    FeatureDisabled,
    UnknownType,
    MissingAttribute,
    UnsafeUrl,
}

/// Names and values of attributes, decoded.
pub(super) type Attributes<'a> = Vec<(&'a str, &'a str)>;

/// The attributes of a permitted link, in the order in which they are spelled.
pub(super) fn link<'a>(given: &[(&str, &'a str)], features: Features) -> Result<Attributes<'a>, Refusal> {
    let (linktype, feature) = match value(given, "linktype") {
        Some("page") => ("page", Features::LINK),
        Some("document") => ("document", Features::DOCUMENT_LINK),
        Some(_) => return Err(Refusal::UnknownType),
        None => return outside_link(given, features),
    };
    allowed(features.has(feature))?;
    let id = value(given, "id").filter(|id| is_id(id)).ok_or(Refusal::MissingAttribute)?;
    Ok(vec![("linktype", linktype), ("id", id)])
}

fn outside_link<'a>(given: &[(&str, &'a str)], features: Features) -> Result<Attributes<'a>, Refusal> {
    let href = value(given, "href").ok_or(Refusal::MissingAttribute)?;
    allowed(features.has(Features::LINK))?;
    let href = href.trim_matches(|sign: char| sign <= ' ');
    if is_safe_url(href) { Ok(vec![("href", href)]) } else { Err(Refusal::UnsafeUrl) }
}

/// The attributes of a permitted embed, in the order in which they are spelled.
pub(super) fn embed<'a>(given: &[(&str, &'a str)], features: Features) -> Result<Attributes<'a>, Refusal> {
    match value(given, "embedtype") {
        Some("image") => {
            allowed(features.has(Features::IMAGE))?;
            let id = value(given, "id").filter(|id| is_id(id)).ok_or(Refusal::MissingAttribute)?;
            let format =
                value(given, "format").filter(|name| is_name(name)).ok_or(Refusal::MissingAttribute)?;
            let alt = value(given, "alt").unwrap_or_default();
            Ok(vec![("embedtype", "image"), ("id", id), ("format", format), ("alt", alt)])
        }
        Some("media") => {
            allowed(features.has(Features::EMBED))?;
            let url = value(given, "url").ok_or(Refusal::MissingAttribute)?.trim();
            if is_web_url(url) {
                Ok(vec![("embedtype", "media"), ("url", url)])
            } else {
                Err(Refusal::UnsafeUrl)
            }
        }
        Some(_) => Err(Refusal::UnknownType),
        None => Err(Refusal::FeatureDisabled),
    }
}

fn value<'a>(given: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    given.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn allowed(feature: bool) -> Result<(), Refusal> {
    if feature { Ok(()) } else { Err(Refusal::FeatureDisabled) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_known_places_only() {
        for safe in [
            "",
            "https://example.com/?u=javascript:alert(1)",
            "HTTP://EXAMPLE.COM",
            "mailto:a@example.com",
            "tel:+1-555",
            "/about/",
            "#top",
            "?page=2",
            "//example.com/x",
            "a/b:c",
            "ünï/x",
        ] {
            assert!(is_safe_url(safe), "{safe}");
        }
        for unsafe_url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.com",
            "about:blank",
            "javascript&colon;alert(1):",
            "x:y",
            ":",
        ] {
            assert!(!is_safe_url(unsafe_url), "{unsafe_url}");
        }
        assert!(
            is_web_url("https://example.com/watch?v=1") && !is_web_url("/watch") && !is_web_url("http:/x")
        );
    }
}
