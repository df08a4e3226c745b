//! What comes back: an object as readers may see it.

use serde_json::Value;

use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::schema::DOCUMENT;
use crate::schema::Document;
use crate::schema::IMAGE;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Row;
use crate::store::Sql;

row! {
    /// The columns of an object that readers may see.
    #[derive(Debug, Clone)]
    pub struct Columns {
        /// The store's own key.
        pub key: Key,
        /// The family that its id is counted in.
        pub family: String,
        /// The public id.
        pub id: i64,
        /// The type's label.
        pub type_: String = "type",
        /// The language code.
        pub locale: Option<String>,
        /// What its translations share.
        pub translation_key: Option<String>,
        /// The live title.
        pub title: String,
        /// When it first went live.
        pub first_published_at: Option<Timestamp>,
        /// When its live side last changed.
        pub last_published_at: Option<Timestamp>,
        /// When anything of it last changed.
        pub updated_at: Timestamp,
        /// The page above.
        pub parent: Option<Key>,
        /// A page's place in the tree.
        pub path: Option<TreePath>,
        /// A page's slug.
        pub slug: Option<String>,
        /// A page's address as the tree has it, sites apart.
        pub url_path: Option<String>,
        /// Whether a page stands in menus.
        pub show_in_menus: Option<bool>,
        /// A page's title for search engines.
        pub seo_title: Option<String>,
        /// A page's description for search engines.
        pub search_description: Option<String>,
        /// The page that it is an alias of.
        pub alias_of: Option<i64>,
        /// The collection of an image or document.
        pub collection: Option<i64>,
    }
}

row! {
    /// The file of an image or document.
    #[derive(Debug, Clone)]
    pub struct File {
        /// The public file name, folder included: `original_images/rye.jpg`.
        pub name: String,
        /// What it is.
        pub mime: String,
        /// In pixels.
        pub width: Option<i64>,
        /// In pixels.
        pub height: Option<i64>,
        /// The middle of what matters, from the left.
        pub focal_x: Option<i64>,
        /// The middle of what matters, from the top.
        pub focal_y: Option<i64>,
        /// How wide what matters is.
        pub focal_width: Option<i64>,
        /// How high what matters is.
        pub focal_height: Option<i64>,
        /// The hash of its bytes; empty where there are none.
        pub blob: String,
        /// The name that renditions begin with.
        pub stem: String,
        /// How many characters of the stem tell it from every earlier one.
        pub distinct_length: i64,
    }
}

/// An object as readers may see it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its columns.
    pub columns: Columns,
    /// Its live document; empty where a selection did without.
    pub doc: Document,
    /// Its file, for images and documents.
    pub file: Option<File>,
}

impl std::ops::Deref for Item {
    type Target = Columns;

    fn deref(&self) -> &Columns {
        &self.columns
    }
}

impl Item {
    fn read(row: &Row<'_>) -> Result<Self> {
        let columns = Columns::read(row)?;
        let doc = match row.get("doc")? {
            Some(Value::Object(doc)) => doc,
            None => Document::new(),
            Some(_) => {
                let what = "the document is no JSON object".to_owned();
                return Err(Error::Corrupt { table: "objects", key: columns.key.0.to_string(), what });
            }
        };
        Ok(Self { columns, doc, file: None })
    }
}

/// An item read without its file.
pub(super) struct Fileless(pub Item);

impl Record for Fileless {
    fn read(row: &Row<'_>) -> Result<Self> {
        Item::read(row).map(Self)
    }
}

/// An item read with its file.
pub(super) struct Filed(pub Item);

impl Record for Filed {
    fn read(row: &Row<'_>) -> Result<Self> {
        let mut item = Item::read(row)?;
        item.file = row.get::<Option<String>>("name")?.map(|_| File::read(row)).transpose()?;
        Ok(Self(item))
    }
}

/// The part of a statement that reads items of a family: columns and tables.
pub(super) fn select(family: &str, with_doc: bool) -> String {
    let doc = if with_doc { "o.doc" } else { "null as doc" };
    let of = |table: &str, columns: &str| {
        columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
    };
    let file = if has_files(family) { format!(", {}", of("f", File::COLUMNS)) } else { String::new() };
    format!("select {}, {doc}{file} from {}", of("o", Columns::COLUMNS), tables(family))
}

/// The tables that a family's conditions are about: `o`, and `f` where there are files.
pub(super) fn tables(family: &str) -> &'static str {
    match has_files(family) {
        true => "objects o left join files f on f.object = o.key",
        false => "objects o",
    }
}

fn has_files(family: &str) -> bool {
    family == IMAGE || family == DOCUMENT
}

/// Runs a statement that begins with [`select`].
pub(super) async fn read(conn: &mut Conn, family: &str, statement: Sql) -> Result<Vec<Item>> {
    Ok(match has_files(family) {
        true => conn.all::<Filed>(statement).await?.into_iter().map(|filed| filed.0).collect(),
        false => conn.all::<Fileless>(statement).await?.into_iter().map(|fileless| fileless.0).collect(),
    })
}
