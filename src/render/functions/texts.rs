//! Words, rich text, Markdown, dates, numbers and the addresses of assets.

use serde::Deserialize;
use tera::Kwargs;
use tera::State;
use tera::Tera;
use tera::TeraResult;
use tera::Value;

use super::media;
use super::objects;
use super::register;
use super::told;
use crate::error::Error;
use crate::media::Spec;
use crate::render::session::Session;
use crate::text;
use crate::text::markdown;
use crate::text::rich;
use crate::text::rich::Links;
use crate::text::rich::RichImage;

pub(super) fn equip(tera: &mut Tera) {
    register(tera, "asset", |session, ask: Asset| {
        let found = session.theme.asset_url(&ask.path);
        found.ok_or_else(|| Error::Setup(format!("the theme has no assets/{}", ask.path)))
    });
    tera.register_function("t", t);
    tera.register_filter("rich", |stored: Value, _: Kwargs, _: &State| {
        with_session("rich", |session| {
            Value::safe_string(&rich::to_html(stored.as_str().unwrap_or_default(), &Reader(session)))
        })
    });
    tera.register_filter("markdown", |stored: Value, _: Kwargs, _: &State| {
        Value::safe_string(&markdown::to_html(stored.as_str().unwrap_or_default()))
    });
    tera.register_filter("date", |stored: Value, arguments: Kwargs, _: &State| {
        written("date", &stored, &arguments)
    });
    tera.register_filter("datetime", |stored: Value, arguments: Kwargs, _: &State| {
        written("date_time", &stored, &arguments)
    });
    tera.register_filter("number", |stored: Value, _: Kwargs, _: &State| {
        let words =
            |session: &Session| session.theme.words.number(&session.scene.locale, &stored.to_string());
        with_session("number", |session| Value::from(words(session)))
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asset {
    path: String,
}

fn with_session(name: &str, act: impl FnOnce(&Session) -> Value) -> TeraResult<Value> {
    Session::current().map(|session| act(&session)).map_err(|error| told(name, &error))
}

fn t(arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let key: String = arguments.must_get("key")?;
    let parts: Vec<(&str, String)> = arguments
        .iter()
        .filter_map(|(name, value)| Some((name.as_str()?, value.to_string())))
        .filter(|(name, _)| *name != "key")
        .collect();
    with_session("t", |session| Value::from(session.theme.words.filled(&session.scene.locale, &key, &parts)))
}

fn written(format: &str, stored: &Value, arguments: &Kwargs) -> TeraResult<Value> {
    let own: Option<String> = arguments.get("format")?;
    with_session("date", |session| {
        let (words, locale) = (&session.theme.words, &session.scene.locale);
        let format = own.as_deref().unwrap_or_else(|| words.get(locale, format));
        Value::from(words.date(locale, stored.as_str().unwrap_or_default(), format, session.props.zone))
    })
}

/// Rich text for a reader of the site: what they may not see is no link.
struct Reader<'s>(&'s Session);

impl Links for Reader<'_> {
    fn page_url(&self, id: i64) -> Option<String> {
        objects::page_url(self.0, id)
    }

    fn document_url(&self, id: i64) -> Option<String> {
        Some(media::find_document(self.0, id).ok()??.url())
    }

    fn image(&self, id: i64, format: &str) -> Option<RichImage> {
        let spec = Spec::parse(if format == "fullwidth" { "width-800" } else { "width-500" }).ok()?;
        let image = self.0.image(id).ok()??;
        let made = self.0.props.media.rendition(&image, &spec).ok()?;
        Some(RichImage { url: made.url, width: made.width, height: made.height })
    }

    fn embed_html(&self, url: &str) -> Option<String> {
        text::embed_html(url)
    }
}
