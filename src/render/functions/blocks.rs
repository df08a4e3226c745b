//! Streams: each block by its own template.

use serde::Deserialize;
use tera::Context;
use tera::Kwargs;
use tera::State;
use tera::Tera;
use tera::TeraResult;
use tera::Value;

use super::told;
use crate::error::Error;
use crate::render::session::Session;

/// A block as the document keeps it.
#[derive(Deserialize)]
struct Block {
    r#type: String,
    #[serde(default)]
    id: String,
}

pub(super) fn equip(tera: &mut Tera) {
    tera.register_function("blocks", blocks);
}

fn blocks(arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let stream: Value = arguments.must_get("of")?;
    let session = Session::current().map_err(|error| told("blocks", &error))?;
    let mut html = String::new();
    for block in stream.as_array().unwrap_or_default() {
        html.push_str(&drawn(&session, block)?);
    }
    Ok(Value::safe_string(&html))
}

fn drawn(session: &Session, stored: &Value) -> TeraResult<String> {
    let block: Block = serde::Deserialize::deserialize(stored).map_err(tera::Error::message)?;
    let Some(template) = template(session, &block.r#type) else {
        tracing::warn!(
            block = block.r#type,
            theme = session.theme.name,
            "the theme has no template for a block"
        );
        return Ok(String::new());
    };
    let mut context = Context::new();
    context.insert_value("value", stored.get_from_path("value").cloned().unwrap_or_else(Value::none));
    context.insert("id", &block.id);
    context.insert("type", &block.r#type);
    session.tera.render(&template, &context).map_err(|error| match session.theme.templates.told(&error) {
        Error::Setup(words) => tera::Error::message(words),
        other => tera::Error::message(other.to_string()),
    })
}

/// The template of a block: that of the page's app first, for apps may have blocks of one name.
fn template(session: &Session, name: &str) -> Option<String> {
    let app = session.page.as_ref().and_then(|page| page.label.split('.').next()).unwrap_or_default();
    let candidates = [format!("blocks/{app}/{name}.html"), format!("blocks/{name}.html")];
    candidates.into_iter().find(|name| session.tera.contains_template(name))
}
