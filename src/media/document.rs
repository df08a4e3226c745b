//! A document: an object with a file that readers download.

use std::collections::HashMap;

use crate::base::Key;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::schema::DOCUMENT;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Sql;

use super::file::joined;
use super::name::percent_encoded;

/// What browsers may show in place; everything else is downloaded, so that nothing uploaded runs on the site.
const SHOWN_IN_PLACE: [&str; 13] = [
    "application/pdf",
    "audio/mpeg",
    "audio/ogg",
    "audio/x-wav",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/ogg",
    "video/webm",
];

row! {
    /// A document with its file.
    #[derive(Debug, Clone)]
    pub struct Document {
        /// The store's own key.
        pub key: Key,
        /// The public id.
        pub id: i64,
        /// Its title.
        pub title: String,
        /// The collection it lies in.
        pub collection: Option<i64>,
        /// Whether anybody may see it.
        pub public: bool,
        /// Who brought it.
        pub owner: Option<i64>,
        /// The version, by which conflicts are seen.
        pub version: i64,
        /// The public name with its folder.
        pub name: String,
        /// The hash of the bytes; empty where there are none.
        pub blob: String,
        /// The MIME type.
        pub mime: String,
        /// How many bytes.
        pub size: i64,
    }
}

/// Documents that also meet a condition on `o`, the object, and `f`, the file.
pub(super) fn select(condition: &str) -> Sql {
    joined(Document::COLUMNS, condition).bind(DOCUMENT)
}

impl Document {
    /// The document with this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let found = conn.optional(select(" and o.id = ?").bind(id)).await?;
        found.ok_or_else(|| Error::not_found(format!("document {id}")))
    }

    /// The documents with these ids, by id; unknown ones are left out.
    pub async fn many(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Self>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let query = select(" and o.id in ").bind_list(some.iter().copied());
            let documents: Vec<Self> = conn.all(query).await?;
            found.extend(documents.into_iter().map(|document| (document.id, document)));
        }
        Ok(found)
    }

    /// Documents with the same bytes: told to whoever uploads them again.
    pub async fn with_bytes(conn: &mut Conn, blob: &str) -> Result<Vec<Self>> {
        conn.all(select(" and f.blob = ? order by o.id limit 20").bind(blob)).await
    }

    /// The name that it is downloaded as.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The address, which knows whom it may serve: `/documents/3/price-list.pdf`.
    pub fn url(&self) -> String {
        format!("/documents/{}/{}", self.id, percent_encoded(self.file_name()))
    }

    /// Whether browsers may show it in place.
    pub fn is_shown_in_place(&self) -> bool {
        SHOWN_IN_PLACE.contains(&self.mime.as_str())
    }

    /// Whether the bytes are gone, or never came.
    pub fn is_missing(&self) -> bool {
        self.blob.is_empty()
    }
}
