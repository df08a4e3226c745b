//! The whole content of an object as saved at one moment. Sealed ones never change.

use crate::base::Key;
use crate::base::Timestamp;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::schema::Document;
use crate::store::Conn;
use crate::store::sql;

/// How long an open revision may be amended by its author.
const OPEN_SECONDS: i64 = 600;

row! {
    /// One saved state.
    #[derive(Debug, Clone)]
    pub struct Revision {
        /// Counted over all objects.
        pub id: i64,
        /// The object that it is a state of.
        pub object: Key,
        /// When it was saved.
        pub created_at: Timestamp,
        /// The user who saved it.
        pub author: Option<i64>,
        /// Whether it can no longer change.
        pub sealed: bool,
        /// The title it gives.
        pub title: String,
        /// The content as JSON text; `None` where a list left it out.
        pub doc: Option<String>,
    }
}

impl Revision {
    /// The revision with this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let text = "select id, object, created_at, author, sealed, title, doc from revisions where id = ?";
        conn.optional(sql(text).bind(id)).await?.ok_or_else(|| Error::not_found(format!("revision {id}")))
    }

    /// The revisions of an object, newest first, without their content.
    pub async fn of(conn: &mut Conn, object: Key, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = "select id, object, created_at, author, sealed, title, null as doc from revisions \
                    where object = ? order by created_at desc, id desc limit ? offset ?";
        conn.all(sql(text).bind(object).bind(limit).bind(offset)).await
    }

    /// Which of these ids belong to revisions of other objects than this one.
    pub async fn taken(conn: &mut Conn, ids: &[i64], but: Option<Key>) -> Result<Vec<i64>> {
        const AT_ONCE: usize = 1000;
        let mut taken = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let ask =
                sql("select id from revisions where object <> ? and id in ").bind(but.unwrap_or(Key(0)));
            taken.extend(conn.all::<i64>(ask.bind_list(some.iter().copied())).await?);
        }
        Ok(taken)
    }

    /// How many revisions an object has.
    pub async fn count(conn: &mut Conn, object: Key) -> Result<i64> {
        conn.one(sql("select count(*) from revisions where object = ?").bind(object)).await
    }

    /// Its content.
    pub fn document(&self) -> Result<Document> {
        super::document_of(self.doc.as_deref().unwrap_or("{}"), "revisions", self.id)
    }

    /// Whether the same author may still amend it.
    pub(super) fn is_open_for(&self, author: Option<i64>, now: Timestamp) -> bool {
        !self.sealed
            && author.is_some()
            && self.author == author
            && now < self.created_at.plus_seconds(OPEN_SECONDS)
    }

    /// Writes it; a revision that is there already is amended.
    pub(super) async fn write(&self, conn: &mut Conn) -> Result<()> {
        let doc = self.doc.as_deref().unwrap_or("{}");
        let amend = sql("update revisions set doc = ?, title = ?, sealed = ? where id = ? and sealed = 0");
        let amend = amend.bind(doc).bind(self.title.as_str()).bind(self.sealed).bind(self.id);
        if conn.execute(amend).await? == 1 {
            return Ok(());
        }
        let insert = sql(
            "insert into revisions (id, object, created_at, author, sealed, title, doc, comment) values (?, ?, ?, ?, ?, ?, ?, '')",
        );
        let insert = insert.bind(self.id).bind(self.object).bind(self.created_at).bind(self.author);
        conn.execute(insert.bind(self.sealed).bind(self.title.as_str()).bind(doc)).await.map(drop)
    }
}
