//! What importers leave behind: rows that nothing shows yet, and marks by which a second run knows its own.

use std::collections::HashSet;

use serde_json::Value;

use crate::accounts::Work;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::Record;
use crate::store::sql;

row! {
    /// A foreign row, kept whole until something here can show it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct KeptRow {
        /// The import it came with.
        pub source: String,
        /// What it is a row of there.
        pub model: String,
        /// Its key there.
        pub pk: String,
        /// Its values.
        pub data: Value,
    }
}

row! {
    /// What an import remembers of an object that it made.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Mark {
        /// The import.
        pub source: String,
        /// What it was a row of there.
        pub model: String,
        /// Its key there.
        pub pk: String,
        /// The family of the object here.
        pub family: String,
        /// The object's id here.
        pub id: i64,
        /// The hash of everything that it was made from.
        pub digest: String,
        /// The version that the import left it at; a higher one was edited since.
        pub version: i64,
    }
}

impl KeptRow {
    /// Keeps it, in place of an earlier one with the same key.
    pub async fn keep(&self, work: &mut Work) -> Result<()> {
        let same = sql("delete from kept_rows where source = ? and model = ? and pk = ?");
        work.execute(same.bind(self.source.as_str()).bind(self.model.as_str()).bind(self.pk.as_str()))
            .await?;
        let insert = sql(format!("insert into kept_rows ({}) values (?, ?, ?, ?)", Self::COLUMNS));
        let insert = insert.bind(self.source.as_str()).bind(self.model.as_str()).bind(self.pk.as_str());
        work.execute(insert.bind(&self.data)).await.map(drop)
    }

    /// The rows of a model, by key.
    pub async fn of_model(conn: &mut Conn, model: &str, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!(
            "select {} from kept_rows where model = ? order by source, pk limit ? offset ?",
            Self::COLUMNS
        );
        conn.all(sql(text).bind(model).bind(limit).bind(offset)).await
    }
}

impl Mark {
    /// Everything that an import remembers.
    pub async fn of_source(conn: &mut Conn, source: &str) -> Result<Vec<Self>> {
        conn.all(sql(format!("select {} from import_marks where source = ?", Self::COLUMNS)).bind(source))
            .await
    }

    /// Remembers it, in place of an earlier mark of the same row.
    pub async fn keep(&self, work: &mut Work) -> Result<()> {
        let same = sql("delete from import_marks where source = ? and model = ? and pk = ?");
        work.execute(same.bind(self.source.as_str()).bind(self.model.as_str()).bind(self.pk.as_str()))
            .await?;
        let insert =
            sql(format!("insert into import_marks ({}) values (?, ?, ?, ?, ?, ?, ?)", Self::COLUMNS))
                .bind(self.source.as_str())
                .bind(self.model.as_str())
                .bind(self.pk.as_str())
                .bind(self.family.as_str())
                .bind(self.id)
                .bind(self.digest.as_str())
                .bind(self.version);
        work.execute(insert).await.map(drop)
    }
}

/// Whether the store has no content yet; the root of the tree is none.
pub async fn is_empty(conn: &mut Conn) -> Result<bool> {
    let any: Option<i64> = conn
        .optional(sql("select 1 from objects where family <> 'page' or parent is not null limit 1"))
        .await?;
    Ok(any.is_none())
}

/// Which of these ids of a family are taken.
pub async fn taken(conn: &mut Conn, family: &str, ids: &[i64]) -> Result<HashSet<i64>> {
    const AT_ONCE: usize = 1000;
    let mut found = HashSet::new();
    for some in ids.chunks(AT_ONCE) {
        let ask = sql("select id from objects where family = ? and id in ").bind(family);
        found.extend(conn.all::<i64>(ask.bind_list(some.iter().copied())).await?);
    }
    Ok(found)
}
