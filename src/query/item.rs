//! What comes back: an object as readers may see it.

use std::sync::LazyLock;

use crate::base::Key;
use crate::base::Timestamp;
use crate::base::TreePath;
use crate::error::Result;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Column;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Row;
use crate::store::Sql;

use super::document::RawDocument;

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
    pub type_: String,
    /// The language code.
    pub locale: Option<String>,
    /// The live title.
    pub title: String,
    /// When it first went live.
    pub first_published_at: Option<Timestamp>,
    /// A page's slug.
    pub slug: Option<String>,
    /// A page's address as the tree has it, sites apart.
    pub url_path: Option<String>,
    /// The page above.
    pub parent: Option<Key>,
    /// A page's place in the tree.
    pub path: Option<TreePath>,
    /// The collection of an image or document.
    pub collection: Option<i64>,
    /// The rest, which a brief selection does without.
    pub rest: Rest,
}

impl std::ops::Deref for Columns {
    type Target = Rest;

    fn deref(&self) -> &Rest {
        &self.rest
    }
}

/// The columns that lists and nested objects seldom show.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    /// What its translations share.
    pub translation_key: Option<String>,
    /// When its live side last changed.
    pub last_published_at: Option<Timestamp>,
    /// Whether a page stands in menus.
    pub show_in_menus: Option<bool>,
    /// A page's title for search engines.
    pub seo_title: Option<String>,
    /// A page's description for search engines.
    pub search_description: Option<String>,
    /// The page that it is an alias of.
    pub alias_of: Option<i64>,
}

/// The file of an image or document.
#[derive(Debug, Clone)]
pub struct File {
    /// The public file name, folder included: `original_images/rye.jpg`.
    pub name: String,
    /// What renditions follow from; a brief selection does without.
    pub picture: Option<Picture>,
}

/// What a file is, and what of it renditions follow from.
#[derive(Debug, Clone)]
pub struct Picture {
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

/// An object as readers may see it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its columns.
    pub columns: Columns,
    /// Its live document; empty where a selection did without.
    pub doc: RawDocument,
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
    /// How much there is of it beside an object that refers to it: no document if it is a page.
    pub(super) fn family_extent(&self) -> Extent {
        if self.family == PAGE_FAMILY { Extent::Brief } else { Extent::Whole }
    }
}

/// How much of each object a statement reads. Every column of every row has its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// What lists and nested objects show: some columns, the names of files, and of all but pages the documents.
    Brief,
    /// Everything.
    Whole,
}

const BRIEF: [&str; 12] = [
    "key",
    "family",
    "id",
    "type",
    "locale",
    "title",
    "first_published_at",
    "slug",
    "url_path",
    "parent",
    "path",
    "collection",
];
const REST: [&str; 6] =
    ["translation_key", "last_published_at", "show_in_menus", "seo_title", "search_description", "alias_of"];
const PICTURE: [&str; 10] = [
    "mime",
    "width",
    "height",
    "focal_x",
    "focal_y",
    "focal_width",
    "focal_height",
    "blob",
    "stem",
    "distinct_length",
];

/// What stands behind `select`: `doc` is an expression for the document.
pub(super) fn columns(family: &str, extent: Extent, doc: &str) -> String {
    let [brief, rest, picture] = &*LISTS;
    let is_whole = extent == Extent::Whole;
    let rest = if is_whole { rest } else { "" };
    let (picture, name) = match (has_files(family), is_whole) {
        (false, _) => ("", ""),
        (true, false) => ("", ", f.name"),
        (true, true) => (picture.as_str(), ", f.name"),
    };
    [brief, rest, doc, " as doc", picture, name].concat()
}

/// [`BRIEF`], [`REST`] and [`PICTURE`] as a statement has them.
static LISTS: LazyLock<[String; 3]> = LazyLock::new(|| {
    let before = |column: &&str| format!(", f.{column}");
    let of = |columns: &[&str]| columns.iter().map(|column| format!("o.{column}, ")).collect();
    [of(&BRIEF), of(&REST), PICTURE.iter().map(before).collect()]
});

/// The tables that a family's conditions are about: `o`, and `f` where there are files.
pub(super) fn tables(family: &str) -> &'static str {
    match has_files(family) {
        true => "objects o left join files f on f.object = o.key",
        false => "objects o",
    }
}

/// The document in a statement: of pages only where everything is read, of what is small always.
pub(super) fn doc_of(extent: Extent) -> &'static str {
    match extent {
        Extent::Brief => "case when o.family <> 'page' then o.doc end",
        Extent::Whole => "o.doc",
    }
}

pub(super) fn has_files(family: &str) -> bool {
    family == IMAGE || family == DOCUMENT
}

/// Runs a statement whose columns are those of [`columns`].
pub(super) async fn read(conn: &mut Conn, family: &str, extent: Extent, asked: Sql) -> Result<Vec<Item>> {
    Ok(match (extent, has_files(family)) {
        (Extent::Brief, false) => items(conn.all::<Read<false, false>>(asked).await?),
        (Extent::Brief, true) => items(conn.all::<Read<false, true>>(asked).await?),
        (Extent::Whole, false) => items(conn.all::<Read<true, false>>(asked).await?),
        (Extent::Whole, true) => items(conn.all::<Read<true, true>>(asked).await?),
    })
}

fn items<const WHOLE: bool, const FILED: bool>(rows: Vec<Read<WHOLE, FILED>>) -> Vec<Item> {
    rows.into_iter().map(|row| row.0).collect()
}

/// An item read by the places of its columns.
struct Read<const WHOLE: bool, const FILED: bool>(Item);

impl<const WHOLE: bool, const FILED: bool> Record for Read<WHOLE, FILED> {
    fn read(row: &Row<'_>) -> Result<Self> {
        Self::read_from(row, 0)
    }
}

impl<const WHOLE: bool, const FILED: bool> Read<WHOLE, FILED> {
    fn read_from(row: &Row<'_>, place: usize) -> Result<Self> {
        let mut cells = Cells { row, place };
        let mut columns = cells.brief()?;
        if WHOLE {
            columns.rest = cells.rest()?;
        }
        let doc = cells.next::<Option<RawDocument>>()?.unwrap_or_default();
        let picture = if WHOLE && FILED { cells.picture()? } else { None };
        let name: Option<String> = if FILED { cells.next()? } else { None };
        Ok(Self(Item { columns, doc, file: name.map(|name| File { name, picture }) }))
    }
}

/// An item with its file, and whether it is the one that was asked for.
pub(super) struct Marked(pub bool, pub Item);

impl Record for Marked {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.at(0)?, Read::<true, true>::read_from(row, 1)?.0))
    }
}

/// The columns of a row, one after the other.
struct Cells<'r, 'c> {
    row: &'c Row<'r>,
    place: usize,
}

impl Cells<'_, '_> {
    fn next<T: Column>(&mut self) -> Result<T> {
        self.place += 1;
        self.row.at(self.place - 1)
    }

    fn brief(&mut self) -> Result<Columns> {
        Ok(Columns {
            key: self.next()?,
            family: self.next()?,
            id: self.next()?,
            type_: self.next()?,
            locale: self.next()?,
            title: self.next()?,
            first_published_at: self.next()?,
            slug: self.next()?,
            url_path: self.next()?,
            parent: self.next()?,
            path: self.next()?,
            collection: self.next()?,
            rest: Rest::default(),
        })
    }

    fn rest(&mut self) -> Result<Rest> {
        Ok(Rest {
            translation_key: self.next()?,
            last_published_at: self.next()?,
            show_in_menus: self.next()?,
            seo_title: self.next()?,
            search_description: self.next()?,
            alias_of: self.next()?,
        })
    }

    fn picture(&mut self) -> Result<Option<Picture>> {
        let Some(mime) = self.next()? else {
            self.place += PICTURE.len() - 1;
            return Ok(None);
        };
        Ok(Some(Picture {
            mime,
            width: self.next()?,
            height: self.next()?,
            focal_x: self.next()?,
            focal_y: self.next()?,
            focal_width: self.next()?,
            focal_height: self.next()?,
            blob: self.next()?,
            stem: self.next()?,
            distinct_length: self.next()?,
        }))
    }
}
