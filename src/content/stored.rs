//! Every stored document of a type, of live objects and of revisions: what a change of the models goes through.

use super::brief::Texts;
use crate::accounts::Work;
use crate::base::Key;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Refusal;
use crate::schema::Type;
use crate::store::Conn;
use crate::store::sql;

/// Documents that are read at once.
const BATCH: i64 = 200;

/// A stored document: an object's live one, or a revision's.
pub(super) struct Stored {
    /// The object that it is a document of.
    pub(super) object: Key,
    table: &'static str,
    id: i64,
    family: String,
    title: String,
    doc: String,
}

impl Stored {
    pub(super) fn document(&self) -> Result<Document> {
        super::document_of(&self.doc, self.table, self.id)
    }

    fn what(&self) -> String {
        let kind = if self.table == "revisions" { "revision" } else { "object" };
        format!("{kind} {} “{}”", self.id, self.title)
    }

    /// What cannot be converted, for people.
    pub(super) fn told(&self, refusals: Vec<Refusal>) -> impl Iterator<Item = (String, String, String)> {
        let what = self.what();
        refusals.into_iter().map(move |refusal| (what.clone(), refusal.path, refusal.reason))
    }

    pub(super) async fn write(&self, work: &mut Work, document: &Document) -> Result<()> {
        let texts = Texts::of(&self.family, document)?;
        let update = match self.table {
            "revisions" => sql("update revisions set doc = ? where id = ?").bind(texts.whole),
            _ => {
                let text = "update objects set doc = ?, brief = ?, brief_of = coalesce(last_published_at, 0) where key = ?";
                sql(text).bind(texts.whole).bind(texts.brief)
            }
        };
        work.execute(update.bind(self.id)).await.map(drop)
    }
}

/// Every stored document of a type, under today's label and earlier ones, in batches.
pub(super) struct Visit {
    labels: Vec<String>,
    table: Option<&'static str>,
    after: i64,
}

impl Visit {
    pub(super) fn new(declared: &Type) -> Self {
        let labels = std::iter::once(&declared.label).chain(&declared.was).cloned().collect();
        Self { labels, table: Some("objects"), after: 0 }
    }

    pub(super) async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<Stored>>> {
        let Some(table) = self.table else { return Ok(None) };
        let mut ask = if table == "objects" {
            sql("select o.key, o.key, o.family, o.draft_title, o.doc from objects o where o.doc is not null and o.key > ? and o.type in ")
        } else {
            sql("select r.id, r.object, o.family, r.title, r.doc from revisions r join objects o on o.key = r.object where r.id > ? and o.type in ")
        }
        .bind(self.after);
        ask.push_list(self.labels.iter().map(String::as_str));
        ask.push(if table == "objects" { " order by o.key limit ?" } else { " order by r.id limit ?" });
        let rows: Vec<(i64, Key, String, String, String)> = conn.all(ask.bind(BATCH)).await?;
        match rows.last() {
            Some((last, ..)) => self.after = *last,
            None => (self.table, self.after) = ((table == "objects").then_some("revisions"), 0),
        }
        let stored = |(id, object, family, title, doc)| Stored { object, table, id, family, title, doc };
        Ok(Some(rows.into_iter().map(stored).collect()))
    }
}
