//! What templates can call. Listing functions read, and only through selections; all others compute.
//!
//! | called | gives |
//! | --- | --- |
//! | `pages(child_of, under, ids, type, where, after, before, order, locale, limit, offset)` | views of public pages |
//! | `listing(per, …)` | one page of such a list: `items`, `total`, `number`, `pages`, `previous`, `next` |
//! | `menu(of)` | links to the pages in the menu of the front page, or of another |
//! | `page(id)`, `page_url(id)` | a public page's view, or its address |
//! | `snippets(type, locale, order, limit)`, `snippet(type, id)` | views of snippets |
//! | `setting(type)` | the setting of the site |
//! | `image(id, spec)` | `url`, `width`, `height`, `alt` of a rendition that `theme.toml` lists |
//! | `images(collection, limit)` | `id` and `title` of the images of a collection |
//! | `document(id)` | `url`, `title`, `extension`, `size` of a file |
//! | `embed(url)` | `frame` and `title` of a player |
//! | `blocks(of)` | a stream, each block by `blocks/APP/NAME.html` or `blocks/NAME.html` |
//! | `asset(path)`, `t(key, …)` | an asset's address; a word of the theme |
//! | `x \| rich`, `x \| markdown` | rich text and Markdown as HTML |
//! | `x \| date`, `x \| datetime`, `x \| number` | as the language writes it |
//!
//! `image`, `document`, `page` and `snippet` give nothing where there is nothing, or nothing that readers may see.

mod blocks;
pub(super) mod listing;
mod media;
mod objects;
mod texts;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tera::Kwargs;
use tera::Tera;
use tera::TeraResult;
use tera::Value;

use super::session::Session;
use crate::error::Result;

/// Puts everything that templates can call into an environment.
pub(super) fn equip(tera: &mut Tera) {
    listing::equip(tera);
    objects::equip(tera);
    media::equip(tera);
    texts::equip(tera);
    blocks::equip(tera);
}

/// The reference page of functions and filters: what stands at the top of this file.
pub fn reference_page() -> String {
    let told = include_str!("mod.rs").lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let told = told.collect::<Vec<_>>().join("\n");
    format!(
        "# Functions and filters of templates\n\nMade from the program's own source; a test keeps it current.\n\n{told}\n"
    )
}

/// Registers a function whose arguments are a struct; an argument that it does not know is refused.
fn register<A, R>(tera: &mut Tera, name: &'static str, act: fn(&Session, A) -> Result<R>)
where
    A: DeserializeOwned + 'static,
    R: Serialize + 'static,
{
    tera.register_function(name, move |arguments: Kwargs, _: &tera::State| -> TeraResult<Value> {
        let asked: A = arguments.deserialize()?;
        let session = Session::current().map_err(|error| told(name, &error))?;
        let answer = act(&session, asked).map_err(|error| told(name, &error))?;
        Value::try_from_serializable(&answer)
    });
}

fn told(name: &str, error: &crate::error::Error) -> tera::Error {
    tera::Error::message(format!("{name}: {error}"))
}
