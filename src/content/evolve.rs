//! Changing the models under stored content: first shown, then applied, never losing anything.

use std::collections::BTreeMap;

use crate::accounts::Work;
use crate::error::Error;
use crate::error::Result;
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

/// Documents that are read at once while content is brought to new models.
const BATCH: i64 = 200;

/// What today's models would change.
#[derive(Debug, Default)]
pub struct Evolution {
    /// Every difference.
    pub changes: Vec<Change>,
    /// Stored objects by type label (as stored) that the changes touch.
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

/// Looks at what today's models would change, touching nothing.
pub async fn look_ahead(conn: &mut Conn, schema: &Schema) -> Result<Evolution> {
    let before = signature(conn).await?;
    let mut evolution = Evolution { changes: differences(&before, schema), ..Evolution::default() };
    let counts: Vec<(String, i64)> =
        conn.all(sql("select type, count(*) from objects group by type order by type")).await?;
    evolution.objects = counts.into_iter().collect();
    for declared in changed_types(schema, &evolution.changes) {
        let kinds = before.kinds_of(&declared);
        let mut visit = Visit::new(&declared);
        while let Some(batch) = visit.next(conn).await? {
            for stored in batch {
                let refused = evolve(&declared, &stored.document()?, &kinds).err().unwrap_or_default();
                let told = refused.into_iter().map(|refusal| (stored.what(), refusal.path, refusal.reason));
                evolution.refused.extend(told);
            }
        }
    }
    Ok(evolution)
}

/// Brings stored content to today's models and remembers them.
///
/// # Errors
/// `Conflict` when a value does not convert, naming the first; nothing is changed then.
pub async fn apply(work: &mut Work, schema: &Schema) -> Result<Vec<Change>> {
    let evolution = look_ahead(work, schema).await?;
    if let Some((what, path, reason)) = evolution.refused.first() {
        return Err(Error::Conflict(format!(
            "{} stored values do not convert, the first in {what} at {path}: {reason}",
            evolution.refused.len()
        )));
    }
    let before = signature(work).await?;
    for declared in changed_types(schema, &evolution.changes) {
        let kinds = before.kinds_of(&declared);
        rewrite(work, &declared, &kinds).await?;
    }
    let next = serde_json::to_string(&before.followed_by(schema))?;
    work.execute(sql("delete from models where id = 1")).await?;
    let insert = sql("insert into models (id, signature, applied_at) values (1, ?, ?)");
    let insert = insert.bind(next).bind(work.now);
    work.execute(insert).await?;
    if !evolution.changes.is_empty() {
        work.record(super::object::models_event(&evolution.changes));
    }
    Ok(evolution.changes)
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

async fn rewrite(work: &mut Work, declared: &Type, kinds: &Kinds) -> Result<()> {
    let mut visit = Visit::new(declared);
    while let Some(batch) = visit.next(work).await? {
        for stored in batch {
            if let Ok(document) = evolve(declared, &stored.document()?, kinds) {
                stored.write(work, &document).await?;
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
    reindex_type(work, declared).await
}

/// Writes the value rows of every live object of a type anew.
async fn reindex_type(work: &mut Work, declared: &Type) -> Result<()> {
    let keys: Vec<i64> =
        work.all(sql("select key from objects where type = ?").bind(declared.label.as_str())).await?;
    for key in keys {
        let object = Object::by_key(work, crate::base::Key(key)).await?;
        super::reindex(work, declared, &object).await?;
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

/// A stored document: an object's live one, or a revision's.
struct Stored {
    table: &'static str,
    id: i64,
    title: String,
    doc: String,
}

impl Stored {
    fn document(&self) -> Result<Document> {
        super::document_of(&self.doc, self.table, self.id)
    }

    fn what(&self) -> String {
        let kind = if self.table == "revisions" { "revision" } else { "object" };
        format!("{kind} {} “{}”", self.id, self.title)
    }

    async fn write(&self, work: &mut Work, document: &Document) -> Result<()> {
        let key = if self.table == "revisions" { "id" } else { "key" };
        let update = sql(format!("update {} set doc = ? where {key} = ?", self.table));
        work.execute(update.bind(serde_json::to_string(document)?).bind(self.id)).await.map(drop)
    }
}

/// Every stored document of a type, under today's label and earlier ones, in batches.
struct Visit {
    labels: Vec<String>,
    table: Option<&'static str>,
    after: i64,
}

impl Visit {
    fn new(declared: &Type) -> Self {
        let labels = std::iter::once(&declared.label).chain(&declared.was).cloned().collect();
        Self { labels, table: Some("objects"), after: 0 }
    }

    async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<Stored>>> {
        let Some(table) = self.table else { return Ok(None) };
        let mut ask = if table == "objects" {
            sql("select o.key, o.draft_title, o.doc from objects o where o.doc is not null and o.key > ? and o.type in ")
        } else {
            sql("select r.id, r.title, r.doc from revisions r join objects o on o.key = r.object where r.id > ? and o.type in ")
        }
        .bind(self.after);
        ask.push_list(self.labels.iter().map(String::as_str));
        ask.push(if table == "objects" { " order by o.key limit ?" } else { " order by r.id limit ?" });
        let rows: Vec<(i64, String, String)> = conn.all(ask.bind(BATCH)).await?;
        match rows.last() {
            Some((last, _, _)) => self.after = *last,
            None => (self.table, self.after) = ((table == "objects").then_some("revisions"), 0),
        }
        Ok(Some(rows.into_iter().map(|(id, title, doc)| Stored { table, id, title, doc }).collect()))
    }
}
