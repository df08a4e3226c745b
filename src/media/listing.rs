//! Lists of the library for editors: what lies in some collections, newest first.

use crate::error::Result;
use crate::schema::DOCUMENT;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::document;
use super::document::Document;
use super::image;
use super::image::Image;

/// What is listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The collections whose files are shown, such as those of [`Collections::where_may`]; all of them if `None`.
    ///
    /// [`Collections::where_may`]: super::Collections::where_may
    pub collections: Option<Vec<i64>>,
    /// Letters that the title holds; everything if empty.
    pub text: String,
    /// How many at most.
    pub limit: i64,
    /// How many are passed over.
    pub offset: i64,
}

impl Listing {
    /// A page of images.
    pub async fn images(&self, conn: &mut Conn) -> Result<Vec<Image>> {
        conn.all(self.page(image::select(""))).await
    }

    /// A page of documents.
    pub async fn documents(&self, conn: &mut Conn) -> Result<Vec<Document>> {
        conn.all(self.page(document::select(""))).await
    }

    /// How many images there are in all.
    pub async fn count_images(&self, conn: &mut Conn) -> Result<i64> {
        self.count(conn, crate::schema::IMAGE).await
    }

    /// How many documents there are in all.
    pub async fn count_documents(&self, conn: &mut Conn) -> Result<i64> {
        self.count(conn, DOCUMENT).await
    }

    async fn count(&self, conn: &mut Conn, label: &str) -> Result<i64> {
        let all = "select count(*) from objects o join files f on f.object = o.key where o.family = ?";
        conn.one(self.narrowed(sql(all).bind(label))).await
    }

    fn page(&self, select: Sql) -> Sql {
        let mut query = self.narrowed(select);
        query.push(" order by f.created_at desc, o.id desc limit ").push_bind(self.limit);
        query.push(" offset ").push_bind(self.offset);
        query
    }

    fn narrowed(&self, mut query: Sql) -> Sql {
        if let Some(collections) = &self.collections {
            query.push(" and coalesce(o.collection, ").push_bind(super::ROOT);
            query.push(") in ").push_list(collections.iter().copied());
        }
        if !self.text.is_empty() {
            let literal = self.text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
            query.push(" and lower(o.title) like ").push_bind(format!("%{literal}%")).push(" escape '!'");
        }
        query
    }
}
