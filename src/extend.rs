//! What a program on this crate builds with: everything that `docs/extending.md` speaks of, in one place.
//!
//! A program opens a site with [`Cms::builder`] and adds to it: kinds of fields, blocks, routes, layers, event handlers,
//! commands. What is named here is meant for others and changes with care, told in the change log; the rooms of the
//! crate behind it are open to read and call, and change as Siskin needs.
//!
//! ```no_run
//! use siskin::extend::{Builder, Cms, Here, Reading, axum};
//!
//! /// What a crate shares: everything that it adds.
//! pub fn install(builder: Builder) -> Builder {
//!     let routes = axum::Router::new().route("/", axum::routing::get(greet));
//!     builder.routes("/greeting", routes)
//! }
//!
//! async fn greet(here: Here, reading: Reading) -> String {
//!     format!("Good day, {}, from {}!", reading.viewer.name(), here.site.name)
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     siskin::cli::run(Cms::builder(".").with(install))
//! }
//! ```

pub use axum;
pub use serde_json as json;

pub use crate::accounts::{Actor, Reading, Work};
pub use crate::cms::{Builder, Cms, Command, ModelChanges, SiteFolder};
pub use crate::error::{Error, Problems, Result};
pub use crate::events::Event;
pub use crate::query::{By, Column, Filter, Item, Order, Scope, Selection, Term};
pub use crate::schema::{
    AnswerType, Choice, Document, Field, FieldKind, FilterValue, Input, Make, Options, Shape, Target,
};
pub use crate::server::{hand_over, router, serve};
pub use crate::store::Conn;
pub use crate::web::{Asked, Editor, Failure, Here, Viewer};

/// The examples of the guide, compiled.
#[cfg(doctest)]
#[doc = include_str!("../docs/extending.md")]
struct Guide;
