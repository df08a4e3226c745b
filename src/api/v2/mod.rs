//! `/api/v2/`: the delivery API, in Wagtail's dialect.
//!
//! Reading order. What was asked: `params`, `number`, `fields`, `accept` read the request and know no store; `ask` is
//! the request understood, `endpoint` what it is about. What is meant: `narrow` makes a selection of it, with
//! `columns`, `ordering` and `words`. What is shown: `face` says what a type can show and `source` what that is made
//! from, `choice` what is shown of it (`choices` remembers), `gather` loads what it refers to, `show`, `object` and
//! `shape` write it as `json` (`escapes`), as far as there is `room`. `listing`, `detail`, `find` and `redirects` are
//! the views; `routes` and `answer` put them on the wire, `kept` keeps them.

mod accept;
mod answer;
mod ask;
mod choice;
mod choices;
mod columns;
mod cursor;
mod detail;
mod endpoint;
mod escapes;
mod face;
mod fields;
mod find;
mod gather;
mod json;
mod kept;
mod listing;
mod narrow;
mod number;
mod object;
mod ordering;
mod params;
mod redirects;
mod renditions;
mod repr;
mod rich;
mod room;
mod routes;
mod shape;
mod show;
mod source;
mod types;
mod who;
mod words;

pub use routes::router;

use crate::config::Config;
use crate::schema::Schema;

/// The types of everything that is answered, as a TypeScript file.
pub fn typescript(schema: &Schema, config: &Config) -> String {
    types::typescript(schema, &face::Faces::new(schema, config.site.languages.len()))
}

/// The same as an OpenAPI document.
pub fn openapi(schema: &Schema, config: &Config) -> String {
    let about = types::About { server: config.base_url.as_str(), limit_max: config.api.limit_max };
    let faces = face::Faces::new(schema, config.site.languages.len());
    json::write(&types::openapi(schema, &faces, &about), json::INDENT)
}
