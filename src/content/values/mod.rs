//! The value rows of all objects: for which fields there are any, and that they follow when the models change.
//!
//! The store remembers by which rule the rows of every field were made ([`register`]). A field that the models have
//! anew, or whose values are another kind of row, is filled object by object in bounded steps; one that they no longer
//! have is emptied ([`fill_some`]). Until a field is filled, queries that need it are refused: [`Readiness`] knows. Every
//! change of what is ready is an event, so that other processes know as well.
//!
//! Whoever saves an object meanwhile writes its rows as always. A step holds the objects that it writes rows for, so that
//! neither overwrites what the other knows better, and leaves out what somebody else holds; the place that it came to is
//! written with the rows, so that a step that was killed has not been.

mod check;
mod fill;
mod register;

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::error::Error;
use crate::error::Result;
use crate::schema::Schema;
use crate::schema::Type;
use crate::schema::filter_rule;
use crate::schema::filterable;
use crate::store::Conn;

pub use check::{Astray, examine, repair};
pub use fill::{Step, fill_some};
pub use register::{agree, register};

pub(super) use register::{owe, start_over};

/// The tables of value rows.
pub(super) const TABLES: [&str; 3] = ["value_text", "value_int", "value_real"];

/// Which fields can be filtered and ordered by: what one process knows of the store, held against its own models.
#[derive(Debug)]
pub struct Readiness {
    schema: Arc<Schema>,
    known: ArcSwap<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Type and field.
    unready: HashSet<(String, String)>,
    /// Whether there is anything left to fill or to empty.
    is_pending: bool,
}

impl Readiness {
    /// What the store says at present.
    pub async fn load(conn: &mut Conn, schema: Arc<Schema>) -> Result<Self> {
        let readiness = Self { schema, known: ArcSwap::default() };
        readiness.refresh(conn).await?;
        Ok(readiness)
    }

    /// Reads anew what the store says.
    pub async fn refresh(&self, conn: &mut Conn) -> Result<()> {
        let registered = register::registered(conn).await?;
        let is_ready = |label: &str, field: &str, rule: &str| {
            let mut same = registered.iter().filter(|one| one.label == label && one.field == field);
            same.any(|one| one.rule == rule && one.filled_to.is_none())
        };
        let declared = self.schema.types().flat_map(|declared| {
            filterable(declared)
                .filter(|field| !is_ready(&declared.label, &field.name, &filter_rule(field)))
                .map(|field| (declared.label.clone(), field.name.clone()))
        });
        let unready = declared.collect();
        let is_pending = registered.iter().any(|one| one.filled_to.is_some());
        self.known.store(Arc::new(Known { unready, is_pending }));
        Ok(())
    }

    /// Whether there is anything left to fill or to empty.
    pub fn is_pending(&self) -> bool {
        self.known.load().is_pending
    }

    /// Refuses a field of a type whose values are not all there.
    ///
    /// # Errors
    /// `Unready`, in words for whoever asked.
    pub fn require(&self, label: &str, field: &str) -> Result<()> {
        let known = self.known.load();
        let is_ready =
            known.unready.is_empty() || !known.unready.contains(&(label.to_owned(), field.to_owned()));
        if is_ready { Ok(()) } else { Err(unready(label, field)) }
    }
}

fn unready(label: &str, field: &str) -> Error {
    Error::Unready(format!(
        "the field '{field}' of {label} cannot be filtered or ordered by yet: after a change of the models its values are still \
         being gathered from the stored content; please try again in a moment"
    ))
}

/// Refuses to publish an object of a type with a field that must be unique while not all of its values are there. It is
/// told at the field, so that whoever typed finds the form as it was.
pub(super) async fn require_unique(conn: &mut Conn, declared: &Type) -> Result<()> {
    let unique: Vec<_> = filterable(declared).filter(|field| field.options.unique).collect();
    if unique.is_empty() {
        return Ok(());
    }
    let registered = register::of_type(conn, &declared.label).await?;
    let is_filling = |name: &str| registered.iter().any(|one| one.field == name && one.filled_to.is_some());
    match unique.iter().find(|field| is_filling(&field.name)) {
        None => Ok(()),
        Some(field) => Err(Error::invalid(
            field.name.as_str(),
            "has to be unique, and after a change of the models its values are still being gathered; please publish \
             again in a moment",
        )),
    }
}
