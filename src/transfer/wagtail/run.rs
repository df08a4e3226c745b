//! One import under way: where it goes, what it knows already, and how one object is written.

use std::collections::HashMap;

use serde_json::Value;

use super::dump::Row;
use super::ids::Ids;
use super::ids::Known;
use super::report::Fate;
use super::report::Report;
use super::source::Source;
use crate::accounts::Actor;
use crate::accounts::Work;
use crate::base::Clock;
use crate::base::Timestamp;
use crate::base::sha256_hex;
use crate::config;
use crate::content;
use crate::content::Object;
use crate::content::Restored;
use crate::content::RestoredRevision;
use crate::content::Revision;
use crate::content::kept::Mark;
use crate::error::Result;
use crate::media::Workshop;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Type;
use crate::store::Db;
use crate::transfer::Mapping;

/// Objects that are written in one transaction.
pub const BATCH: usize = 100;

/// Where an import goes.
#[derive(Clone, Copy)]
pub struct Destination<'a> {
    /// The store.
    pub db: &'a Db,
    /// The content types.
    pub schema: &'a Schema,
    /// Where the bytes of images and documents are checked and kept.
    pub workshop: &'a Workshop,
    /// What is refused of them, at this door as at every other.
    pub limits: &'a config::Media,
    /// The time.
    pub clock: &'a Clock,
}

/// Hears how far an import is: a stage's name, rows done, rows in all.
pub type Progress<'a> = &'a mut (dyn FnMut(&'static str, usize, usize) + Send);

/// An import under way.
pub struct Run<'a> {
    /// Where it goes.
    pub to: Destination<'a>,
    /// What it reads.
    pub source: &'a Source<'a>,
    /// Ids here.
    pub ids: Ids,
    /// What earlier runs made, by model and key.
    pub marks: HashMap<(String, String), Mark>,
    /// What it is called in marks and kept rows.
    pub name: String,
    /// Whether it goes beneath a page of a site that is there, and brings no site of its own.
    pub is_beneath: bool,
    /// Language codes by the dump's numbers.
    pub locales: HashMap<i64, String>,
    /// What became of the rows.
    pub report: Report,
    /// Who hears of it.
    pub progress: Progress<'a>,
}

/// One object as the dump has it.
pub struct Item {
    /// The model of its mark.
    pub model: String,
    /// Its id in the dump.
    pub there: i64,
    /// What it is called in messages.
    pub name: String,
    /// The hash of everything it is made from.
    pub digest: String,
    /// The rows it is made from.
    pub rows: Vec<usize>,
}

impl Item {
    /// Something that is made from one row alone.
    pub fn of(row: &Row, there: i64, name: String) -> Self {
        let digest = sha256_hex(Value::Object(row.fields.clone()).to_string().as_bytes());
        Self { model: row.model.clone(), there, name, digest, rows: vec![row.number] }
    }
}

/// What is to be done with an object.
pub enum Verdict {
    /// It is not here yet.
    New,
    /// It is here, changed there and not here.
    Renew(Box<Object>),
    /// It is here and stays as it is.
    Stays(Box<Object>),
    /// Somebody deleted it here.
    Gone,
}

impl Run<'_> {
    /// Begins a transaction.
    pub async fn work(&self) -> Result<Work> {
        Work::begin(self.to.db, self.to.clock, Actor::System("import")).await
    }

    /// Decides about an object that an earlier run may have made, and the fate of its rows.
    pub async fn verdict(&mut self, work: &mut Work, family: &str, item: &Item) -> Result<Verdict> {
        let Some(mark) = self.marks.get(&(item.model.clone(), item.there.to_string())) else {
            self.decide(item, Fate::In);
            return Ok(Verdict::New);
        };
        let object = match Object::find(work, family, mark.id).await {
            Ok(object) => Box::new(object),
            Err(error) if error.is_not_found() => {
                self.decide(item, Fate::Out("deleted here since the last import"));
                return Ok(Verdict::Gone);
            }
            Err(error) => return Err(error),
        };
        if object.version != mark.version {
            self.decide(item, Fate::Out("edited here since the last import"));
            self.report.edited.push(format!("{} {}: {}", object.label, object.id, object.draft_title));
            return Ok(Verdict::Stays(object));
        }
        let is_same = mark.digest == item.digest;
        self.decide(item, if is_same { Fate::Unchanged } else { Fate::In });
        Ok(if is_same { Verdict::Stays(object) } else { Verdict::Renew(object) })
    }

    /// Writes an object as the verdict says, and remembers it.
    pub async fn write(
        &mut self,
        work: &mut Work,
        declared: &Type,
        item: &Item,
        verdict: &Verdict,
        restored: Restored,
    ) -> Result<Object> {
        let object = match verdict {
            Verdict::Renew(object) => content::renew(work, declared, object, restored).await?,
            _ => content::restore(work, declared, restored).await?,
        };
        let mark = Mark {
            source: self.name.clone(),
            model: item.model.clone(),
            pk: item.there.to_string(),
            family: object.family.clone(),
            id: object.id,
            digest: item.digest.clone(),
            version: object.version,
        };
        mark.keep(work).await?;
        Ok(object)
    }

    /// Whether something that has no version, such as a user or a site, is to be written: its state as text stands in
    /// for one. Decides the fate of its row.
    pub fn is_to_be_written(&mut self, item: &Item, before: Option<&str>) -> bool {
        let fate = match (self.marks.get(&(item.model.clone(), item.there.to_string())), before) {
            (None, _) => Fate::In,
            (Some(_), None) => Fate::Out("deleted here since the last import"),
            (Some(mark), Some(before)) if fingerprint(before) != mark.version => {
                self.report.edited.push(item.name.clone());
                Fate::Out("edited here since the last import")
            }
            (Some(mark), Some(_)) if mark.digest == item.digest => Fate::Unchanged,
            (Some(_), Some(_)) => Fate::In,
        };
        self.decide(item, fate);
        fate == Fate::In
    }

    /// Remembers something that has no version.
    pub async fn remember(
        &self,
        work: &mut Work,
        item: &Item,
        family: &str,
        id: i64,
        after: &str,
    ) -> Result<()> {
        let mark = Mark {
            source: self.name.clone(),
            model: item.model.clone(),
            pk: item.there.to_string(),
            family: family.to_owned(),
            id,
            digest: item.digest.clone(),
            version: fingerprint(after),
        };
        mark.keep(work).await
    }

    /// Decides the fate of all rows of an object.
    pub fn decide(&mut self, item: &Item, fate: Fate) {
        item.rows.iter().for_each(|&row| self.report.decide(row, fate));
    }

    /// An object's state, times and revisions, from its own row; where it stands is the caller's to fill in.
    pub async fn restored(
        &mut self,
        work: &mut Work,
        declared: &Type,
        row: &Row,
        item: &Item,
        verdict: &Verdict,
        document: Document,
    ) -> Result<Restored> {
        let has_state = row.fields.contains_key("live");
        let revisions = self.revisions(work, declared, item, verdict).await?;
        let known = Known::new(self.source.identity, &self.ids);
        let live_revision =
            row.integer("live_revision").and_then(|id| revisions.iter().find(|r| r.0 == id)).map(|r| r.1.id);
        let planned = revisions.iter().filter_map(|revision| revision.2).max();
        let is_locked =
            row.flag("locked").then(|| (known.user(row.get("locked_by")), time(row, "locked_at")));
        Ok(Restored {
            id: self.ids.get(declared.family(), item.there).unwrap_or(item.there),
            locale: self.locale(row),
            translation_key: Some(row.text("translation_key").to_owned()).filter(|key| !key.is_empty()),
            live: !has_state || row.flag("live"),
            has_draft: row.flag("has_unpublished_changes"),
            draft_title: Some(row.text("draft_title").to_owned()).filter(|title| !title.is_empty()),
            document,
            owner: known.user(row.get("owner")),
            created_at: None,
            first_published_at: time(row, "first_published_at"),
            last_published_at: time(row, "last_published_at"),
            go_live_at: time(row, "go_live_at").or(planned),
            expire_at: time(row, "expire_at"),
            expired: row.flag("expired"),
            locked: is_locked,
            live_revision,
            revisions: revisions.into_iter().map(|revision| revision.1).collect(),
            ..Restored::default()
        })
    }

    fn locale(&self, row: &Row) -> String {
        let id = self.source.identity.resolve(super::identity::model::LOCALE, row.get("locale"));
        id.and_then(|id| self.locales.get(&id)).cloned().unwrap_or_default()
    }

    /// The revisions of an object: their number in the dump, as they will be here, and when they shall go live. A
    /// number that another object's revision has here gives way.
    async fn revisions(
        &mut self,
        work: &mut Work,
        declared: &Type,
        item: &Item,
        verdict: &Verdict,
    ) -> Result<Vec<(i64, RestoredRevision, Option<Timestamp>)>> {
        let numbers = self.source.revisions(&item.model, item.there);
        let rows: Vec<Row> =
            numbers.iter().map(|&number| self.source.dump.row(number)).collect::<Result<_>>()?;
        let ids: Vec<i64> = rows.iter().filter_map(Row::id).collect();
        let own = if let Verdict::Renew(object) = verdict { Some(object.key) } else { None };
        let taken = Revision::taken(work, &ids, own).await?;
        let mut revisions = Vec::new();
        for row in rows {
            let Some(there) = row.id() else { continue };
            let values = self.source.revision_values(declared, &row);
            let document = self.document(declared, &values, None);
            let here = if taken.contains(&there) { work.next("revision").await? } else { there };
            let known = Known::new(self.source.identity, &self.ids);
            let revision = RestoredRevision {
                id: here,
                created_at: time(&row, "created_at").unwrap_or(work.now),
                author: known.user(row.get("user")),
                document,
            };
            revisions.push((there, revision, time(&row, "approved_go_live_at")));
        }
        Ok(revisions)
    }

    /// A document from values, with what no field takes behind the fields. Problems are noted under `name`.
    pub fn document(
        &mut self,
        declared: &Type,
        values: &serde_json::Map<String, Value>,
        name: Option<&str>,
    ) -> Document {
        let known = Known::new(self.source.identity, &self.ids);
        let mut mapping = Mapping::new(&known);
        let mut document = mapping.document(declared, values);
        let strays = self.source.strays(declared, values);
        if let Some(name) = name {
            self.report
                .notes
                .extend(mapping.problems().into_iter().map(|problem| format!("{name}: {problem}")));
            let columns = strays
                .iter()
                .map(|(column, _)| format!("{}: the models have no field `{column}`; kept", declared.label));
            let unknown: Vec<String> = columns.filter(|note| !self.report.notes.contains(note)).collect();
            self.report.notes.extend(unknown);
        }
        document.extend(strays);
        if self.is_beneath {
            forget_child_ids(declared, &mut document);
        }
        document
    }

    /// Tells how far a stage is.
    pub fn tell(&mut self, stage: &'static str, done: usize, all: usize) {
        (self.progress)(stage, done, all);
    }
}

/// Beside other content, child rows get ids of their own.
fn forget_child_ids(declared: &Type, document: &mut Document) {
    for field in declared.all_fields().filter(|field| matches!(field.shape, Shape::Children { .. })) {
        let rows = document.get_mut(&field.name).and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
            row.insert("id".to_owned(), Value::Null);
        }
    }
}

/// A number that stands for a state.
fn fingerprint(state: &str) -> i64 {
    const DIGITS: usize = 15;
    let hash = sha256_hex(state.as_bytes());
    hash.get(..DIGITS).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

/// A moment in a row.
pub fn time(row: &Row, field: &str) -> Option<Timestamp> {
    Timestamp::parse(row.text(field))
}
