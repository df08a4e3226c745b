//! Kinds whose values are text.

use std::sync::Arc;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::FieldKind;
use super::Simple;
use crate::schema::Field;
use crate::schema::Shape;
use crate::text::is_slug;
use crate::text::rich;
use crate::text::rich::Features;

/// Characters a one-line text may have unless the models say otherwise.
const LINE_CHARS: usize = 255;
/// The longest URL that browsers and servers agree on.
const URL_CHARS: usize = 2000;

pub(super) fn kinds() -> Vec<Arc<dyn FieldKind>> {
    vec![
        Simple::new("text", Shape::Text, "One line of text.")
            .accepting(one_line)
            .preset(at_most_a_line)
            .kind(),
        Simple::new("long_text", Shape::Text, "Text of several lines, without markup.").kind(),
        Simple::new("rich_text", Shape::RichText, "Formatted text; `features` names what is allowed.")
            .accepting(clean_rich_text)
            .kind(),
        Simple::new("markdown", Shape::Markdown, "Text in Markdown, kept as it was written.").kind(),
        Simple::new("email", Shape::Text, "An e-mail address.")
            .accepting(email)
            .preset(at_most_a_line)
            .kind(),
        Simple::new("url", Shape::Text, "A web address.").accepting(url).preset(at_most_a_url).kind(),
        Simple::new("slug", Shape::Text, "The part of an address that names one page.")
            .accepting(slug)
            .preset(at_most_a_line)
            .kind(),
        Simple::new("colour", Shape::Text, "A colour as #rrggbb.").accepting(colour).kind(),
        Simple::new("embed", Shape::Embed, "The address of a video, a post or the like to embed.")
            .accepting(url)
            .preset(at_most_a_url)
            .kind(),
    ]
}

fn at_most_a_line(field: &mut Field) {
    field.options.max_length.get_or_insert(LINE_CHARS);
}

fn at_most_a_url(field: &mut Field) {
    field.options.max_length.get_or_insert(URL_CHARS);
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn one_line(_: &Field, value: Value) -> Result<Value, String> {
    if text_of(&value).contains(['\n', '\r']) {
        return Err("may have one line only".to_owned());
    }
    Ok(value)
}

fn clean_rich_text(field: &Field, value: Value) -> Result<Value, String> {
    let features = features(field).map_err(|error| error.to_string())?;
    Ok(Value::from(rich::clean(text_of(&value), &features)))
}

/// The rich-text features that a field allows.
pub(in crate::schema) fn features(field: &Field) -> crate::error::Result<Features> {
    match &field.options.features {
        Some(names) => Features::from_names(names.iter().map(String::as_str)),
        None => Ok(Features::default()),
    }
}

fn email(_: &Field, value: Value) -> Result<Value, String> {
    let text = text_of(&value).trim();
    let is_address = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    let is_clean =
        !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\".contains(c));
    if text.is_empty() || (is_address && is_clean && text.matches('@').count() == 1) {
        return Ok(Value::from(text));
    }
    Err("is not an e-mail address such as ada@example.org".to_owned())
}

fn url(_: &Field, value: Value) -> Result<Value, String> {
    let text = text_of(&value).trim();
    if text.is_empty() {
        return Ok(Value::from(""));
    }
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Value::from(text)),
        _ => Err("is not a web address that begins with http:// or https://".to_owned()),
    }
}

/// One address has one spelling: composed letters, as browsers and slugs made from titles have them.
fn slug(_: &Field, value: Value) -> Result<Value, String> {
    let text: String = text_of(&value).trim().nfc().collect();
    if text.is_empty() || is_slug(&text) {
        return Ok(Value::from(text));
    }
    Err("may have letters, digits, - and _ only".to_owned())
}

fn colour(_: &Field, value: Value) -> Result<Value, String> {
    let text = text_of(&value).trim().to_ascii_lowercase();
    let is_hex = text.len() == 7 && text.starts_with('#') && text[1..].chars().all(|c| c.is_ascii_hexdigit());
    if text.is_empty() || is_hex {
        Ok(Value::from(text))
    } else {
        Err("is not a colour such as #2a6f4e".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_colours_are_checked() {
        let registry = super::super::Registry::default();
        for (kind, sent, kept) in [
            ("email", " ada@example.org ", Some("ada@example.org")),
            ("email", "ada@localhost", None),
            ("email", "a b@example.org", None),
            ("url", "https://example.org/x", Some("https://example.org/x")),
            ("url", "javascript:alert(1)", None),
            ("url", "https:///", None),
            ("slug", "höfn-1", Some("höfn-1")),
            ("slug", "ho\u{308}fn-1", Some("höfn-1")),
            ("slug", "हिन्दी-में", Some("हिन्दी-में")),
            ("slug", "a/b", None),
            ("colour", "#AABBCC", Some("#aabbcc")),
            ("colour", "#äöü", None),
            ("colour", "red", None),
        ] {
            let kind = registry.get(kind).unwrap();
            let field = crate::schema::value::tests::field(kind.clone(), Shape::Text);
            assert_eq!(
                kind.accept(&field, Value::from(sent)).ok().as_ref().and_then(Value::as_str),
                kept,
                "{sent}"
            );
        }
    }
}
