//! Changing the models under stored content: first shown, then applied, never losing anything.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::accounts::Work;
use crate::base::Key;
use crate::error::Error;
use crate::error::Result;
use crate::schema;
use crate::schema::Change;
use crate::schema::Document;
use crate::schema::Kinds;
use crate::schema::Schema;
use crate::schema::Signature;
use crate::schema::Type;
use crate::schema::differences;
use crate::schema::evolve;
use crate::store::Conn;
use crate::store::sql;

use super::Object;
use super::index::references_in;
use super::stored::Visit;
use super::values;

/// What today's models would change.
#[derive(Debug, Default)]
pub struct Evolution {
    /// Every difference.
    pub changes: Vec<Change>,
    /// Stored objects by type label (as stored); not counted where nothing changes.
    pub objects: BTreeMap<String, i64>,
    /// Values that cannot become what the models now ask for: object, path, reason.
    pub refused: Vec<(String, String, String)>,
}

impl Evolution {
    /// Whether stored content would be rewritten.
    pub fn touches_content(&self) -> bool {
        self.changes.iter().any(|change| {
            let label = match change {
                Change::TypeRenamed { from, .. } => from,
                Change::FieldRenamed { label, .. } | Change::KindChanged { label, .. } => label,
                _ => return false,
            };
            self.objects.get(label).is_some_and(|count| *count > 0)
        })
    }
}

/// The models that the store's content was written with.
pub async fn signature(conn: &mut Conn) -> Result<Signature> {
    let text: Option<String> = conn.optional(sql("select signature from models where id = 1")).await?;
    match text {
        None => Ok(Signature::default()),
        Some(text) => serde_json::from_str(&text).map_err(|error| Error::Corrupt {
            table: "models",
            key: "1".to_owned(),
            what: error.to_string(),
        }),
    }
}

/// What today's models would change, and how many objects that is about; no document is read.
pub async fn compare(conn: &mut Conn, schema: &Schema) -> Result<Evolution> {
    let changes = differences(&signature(conn).await?, schema);
    let mut evolution = Evolution { changes, ..Evolution::default() };
    if !evolution.changes.is_empty() {
        let counting = sql("select type, count(*) from objects group by type order by type");
        evolution.objects = conn.all::<(String, i64)>(counting).await?.into_iter().collect();
    }
    Ok(evolution)
}

/// The same, with every value that would not convert: every document that changes is tried, and none is touched.
pub async fn look_ahead(conn: &mut Conn, schema: &Schema) -> Result<Evolution> {
    let before = signature(conn).await?;
    let mut evolution = compare(conn, schema).await?;
    for declared in changed_types(schema, &evolution.changes) {
        let kinds = before.kinds_of(&declared);
        let mut visit = Visit::new(&declared);
        while let Some(batch) = visit.next(conn).await? {
            for stored in batch {
                if let Err(refusals) = evolve(&declared, &stored.document()?, &kinds) {
                    evolution.refused.extend(stored.told(refusals));
                }
            }
        }
    }
    Ok(evolution)
}

/// Brings stored content to today's models and remembers them. Each document is read once: it is tried and written in
/// one go, and where one is refused the caller's transaction is to be dropped with all that was written before. Value
/// rows that are others now are left to be filled ([`values::fill_some`]).
///
/// # Errors
/// `Conflict` when a value does not convert, naming the first; nothing may be committed then.
pub async fn apply(work: &mut Work, schema: &Schema) -> Result<Vec<Change>> {
    // Two processes that start at the same time apply one after the other, and the second finds nothing to do.
    work.lock("models").await?;
    let before = signature(work).await?;
    let changes = differences(&before, schema);
    let mut rewritten = Rewritten::default();
    let mut revalued = Vec::new();
    for declared in changed_types(schema, &changes) {
        let kinds = before.kinds_of(&declared);
        rewritten.added = added_fields(&declared, &changes);
        rewrite(work, (&declared, &kinds), &mut rewritten).await?;
        point(work, &declared, std::mem::take(&mut rewritten.pointing)).await?;
        revalued.push((declared, std::mem::take(&mut rewritten.fields)));
    }
    if let Some((what, path, reason)) = rewritten.refused.first() {
        return Err(Error::Conflict(format!(
            "{} stored values do not convert, the first in {what} at {path}: {reason}",
            rewritten.refused.len()
        )));
    }
    values::register(work, schema).await?;
    for (declared, fields) in &revalued {
        values::start_over(work, declared, fields).await?;
    }
    let next = serde_json::to_string(&before.followed_by(schema))?;
    work.execute(sql("delete from models where id = 1")).await?;
    let insert = sql("insert into models (id, signature, applied_at) values (1, ?, ?)");
    let insert = insert.bind(next).bind(work.now);
    work.execute(insert).await?;
    if !changes.is_empty() {
        work.record(super::object::models_event(&changes));
    }
    Ok(changes)
}

/// What came of rewriting documents.
#[derive(Default)]
struct Rewritten {
    /// Fields that the type at hand has anew.
    added: BTreeSet<String>,
    /// Its fields whose value rows are others now.
    fields: BTreeSet<String>,
    /// Its objects whose references are others now.
    pointing: BTreeSet<Key>,
    /// Values that do not convert: object, path, reason.
    refused: Vec<(String, String, String)>,
}

impl Rewritten {
    /// What else follows from one document of an object, as it was and as it is.
    fn note(&mut self, declared: &Type, object: Key, (before, after): (&Document, &Document)) {
        let differs = |field: &&schema::Field| {
            schema::filter_values_of(field, before) != schema::filter_values_of(field, after)
        };
        self.fields.extend(schema::filterable(declared).filter(differs).map(|field| field.name.clone()));
        let (was, is) = (references_in(declared, before), references_in(declared, after));
        // What was kept of a field that the models have again did not count while it was gone.
        if was != is || is.iter().any(|(field, ..)| self.added.contains(field)) {
            self.pointing.insert(object);
        }
    }
}

/// Writes anew what these objects point to.
async fn point(work: &mut Work, declared: &Type, objects: BTreeSet<Key>) -> Result<()> {
    for key in objects {
        let object = Object::by_key(work, key).await?;
        let draft = object.draft_document(work).await?;
        super::index::references(work, declared, &object, &draft).await?;
    }
    Ok(())
}

/// The fields of a type that were not there, or in which something was not.
fn added_fields(declared: &Type, changes: &[Change]) -> BTreeSet<String> {
    let top = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let added = changes.iter().filter_map(|change| match change {
        Change::FieldAdded { label, path, .. } if *label == declared.label => Some(top(path)),
        _ => None,
    });
    added.collect()
}

/// Forgets the kept content of a field that the models no longer have.
///
/// # Errors
/// `Conflict` when the models have the field.
pub async fn prune(work: &mut Work, schema: &Schema, label: &str, field: &str) -> Result<usize> {
    let declared = schema.require(label)?.clone();
    if declared.field(field).is_some() {
        return Err(Error::Conflict(format!("the models have {label}.{field}; take it out of them first")));
    }
    let mut pruned = 0;
    let mut visit = Visit::new(&declared);
    while let Some(batch) = visit.next(work).await? {
        for stored in batch {
            let mut document = stored.document()?;
            if document.remove(field).is_some() {
                stored.write(work, &document).await?;
                pruned += 1;
            }
        }
    }
    let mut remembered = signature(work).await?;
    if let Some(kinds) = remembered.kept.get_mut(label) {
        kinds.retain(|path, _| {
            path != field
                && !path.starts_with(&format!("{field}."))
                && !path.starts_with(&format!("{field}["))
        });
    }
    let update =
        sql("update models set signature = ? where id = 1").bind(serde_json::to_string(&remembered)?);
    work.execute(update).await?;
    Ok(pruned)
}

async fn rewrite(
    work: &mut Work,
    (declared, kinds): (&Type, &Kinds),
    rewritten: &mut Rewritten,
) -> Result<()> {
    let mut visit = Visit::new(declared);
    while let Some(batch) = visit.next(work).await? {
        for stored in batch {
            let before = stored.document()?;
            match evolve(declared, &before, kinds) {
                Err(refusals) => rewritten.refused.extend(stored.told(refusals)),
                // Nothing of this is going to stay.
                Ok(_) if !rewritten.refused.is_empty() => {}
                Ok(after) => {
                    rewritten.note(declared, stored.object, (&before, &after));
                    if after != before || !after.keys().eq(before.keys()) {
                        stored.write(work, &after).await?;
                    }
                }
            }
        }
    }
    for was in &declared.was {
        let family = if declared.is_page() { crate::schema::PAGE_FAMILY } else { declared.label.as_str() };
        let update = sql("update objects set type = ?, family = ? where type = ?");
        work.execute(update.bind(declared.label.as_str()).bind(family).bind(was.as_str())).await?;
        if !declared.is_page() {
            let update = sql("update refs set target_family = ? where target_family = ?");
            work.execute(update.bind(declared.label.as_str()).bind(was.as_str())).await?;
            let highest: Option<i64> = work
                .one(sql("select max(id) from objects where family = ?").bind(declared.label.as_str()))
                .await?;
            work.reserve(&declared.label, highest.unwrap_or(0)).await?;
        }
    }
    Ok(())
}

fn changed_types(schema: &Schema, changes: &[Change]) -> Vec<Type> {
    let touched = |declared: &&std::sync::Arc<Type>| {
        changes.iter().any(|change| match change {
            Change::TypeRenamed { to, .. } => *to == declared.label,
            Change::FieldRenamed { label, .. }
            | Change::KindChanged { label, .. }
            | Change::FieldAdded { label, .. } => *label == declared.label,
            _ => false,
        })
    };
    schema.types().filter(touched).map(|declared| (**declared).clone()).collect()
}
