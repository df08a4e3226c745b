//! Which form an answer takes: the `Accept` header and `?format=`, weighed as the original weighs them.
//!
//! The most specific media types are tried first and JSON before HTML; `q` has no say.

use super::json::INDENT;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON, so many blanks a level.
    Json(usize),
    /// The same JSON on a page for the eye.
    Page,
}

impl Form {
    /// How far each level of the JSON is indented.
    pub fn indent(self) -> usize {
        match self {
            Self::Json(indent) => indent,
            Self::Page => INDENT,
        }
    }
}

/// Why there is no form to answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unacceptable {
    /// `?format=` names none of ours.
    Format,
    /// No media type of the header is one of ours.
    Accept,
}

/// The deepest indent a client may ask for.
const MAX_INDENT: usize = 8;

/// The form that the header and the `format` parameter ask for.
pub fn negotiate(accept: Option<&str>, format: Option<&str>) -> Result<Form, Unacceptable> {
    let offered: &[Offer] = match format.unwrap_or_default() {
        "" => &[Offer::Json, Offer::Page],
        "json" => &[Offer::Json],
        "api" => &[Offer::Page],
        _ => return Err(Unacceptable::Format),
    };
    let wanted: Vec<Wanted> = accept.unwrap_or("*/*").split(',').map(Wanted::parse).collect();
    for specific in (0..=3).rev() {
        for offer in offered {
            let mut level = wanted.iter().filter(|wanted| wanted.specific == specific);
            if let Some(wanted) = level.find(|wanted| wanted.matches(offer.media_type())) {
                return Ok(offer.form(wanted.indent));
            }
        }
    }
    Err(Unacceptable::Accept)
}

#[derive(Debug, Clone, Copy)]
enum Offer {
    Json,
    Page,
}

impl Offer {
    fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Page => ("text", "html"),
        }
    }

    fn form(self, indent: Option<usize>) -> Form {
        match self {
            Self::Json => Form::Json(indent.unwrap_or(INDENT)),
            Self::Page => Form::Page,
        }
    }
}

/// One media type of the header.
struct Wanted<'a> {
    main: &'a str,
    sub: &'a str,
    /// 0 for `*/*`, 1 for `x/*`, 2 for `x/y`, 3 with parameters other than `q`.
    specific: u8,
    indent: Option<usize>,
}

impl<'a> Wanted<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let (main, sub) = parts.next().and_then(|media| media.split_once('/')).unwrap_or_default();
        let parameters: Vec<_> = parts.filter_map(|parameter| parameter.split_once('=')).collect();
        let weighed = parameters.iter().all(|(name, _)| name.trim() == "q");
        let specific = match (main, sub) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if weighed => 2,
            _ => 3,
        };
        let indent = parameters.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("indent"));
        let indent = indent.and_then(|(_, value)| value.trim().parse::<i64>().ok());
        let indent = indent.map(|indent| usize::try_from(indent).unwrap_or(0).min(MAX_INDENT));
        Self { main, sub, specific, indent }
    }

    fn matches(&self, (main, sub): (&str, &str)) -> bool {
        let one = |wanted: &str, offered: &str| wanted == "*" || wanted.eq_ignore_ascii_case(offered);
        one(self.main, main) && one(self.sub, sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_type_wins_and_json_before_html() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, format, form) in [
            (None, None, Ok(Form::Json(4))),
            (Some("*/*"), None, Ok(Form::Json(4))),
            (Some("text/html, application/json"), None, Ok(Form::Json(4))),
            (Some("text/html, application/*"), None, Ok(Form::Page)),
            (Some(browser), None, Ok(Form::Page)),
            (Some(browser), Some("json"), Ok(Form::Json(4))),
            (Some("*/*"), Some("api"), Ok(Form::Page)),
            (Some("text/plain, */*;q=0.1"), None, Ok(Form::Json(4))),
            (Some("application/json; indent=2"), Some(""), Ok(Form::Json(2))),
            (Some("application/json;indent=0"), None, Ok(Form::Json(0))),
            (Some("application/json;indent=99"), None, Ok(Form::Json(8))),
            (Some("application/json;indent=x"), None, Ok(Form::Json(4))),
            (Some("application/xml"), None, Err(Unacceptable::Accept)),
            (Some(""), None, Err(Unacceptable::Accept)),
            (Some("text/html"), Some("json"), Err(Unacceptable::Accept)),
            (None, Some("xml"), Err(Unacceptable::Format)),
        ] {
            assert_eq!(negotiate(accept, format), form, "{accept:?} {format:?}");
        }
    }
}
