//! Which columns of objects and files a statement reads, and how a row of them becomes an item. Every column of every
//! row has its price.

use std::sync::LazyLock;

use crate::error::Result;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::store::Column;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Row;
use crate::store::Sql;

use super::document::RawDocument;
use super::item::Columns;
use super::item::Extent;
use super::item::File;
use super::item::Item;
use super::item::Picture;
use super::item::Rest;

const BRIEF: [&str; 7] = ["key", "id", "type", "title", "first_published_at", "slug", "url_path"];
const PLACED: [&str; 3] = ["locale", "parent", "path"];
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
    columns_as(family, family, (extent, doc))
}

/// The same of the objects of one family with as many columns as another has, so that both can be read as one.
pub(super) fn columns_as(like: &str, family: &str, (extent, doc): (Extent, &str)) -> String {
    let [brief, placed, picture, rest, no_picture] = &*LISTS;
    let at_least = |least: Extent, columns: &'static str| if extent >= least { columns } else { "" };
    let (file, picture) = match (has_files(like), has_files(family)) {
        (false, _) => ("", ""),
        (true, true) => (", o.collection, f.name", at_least(Extent::Whole, picture)),
        (true, false) => (", null, null", at_least(Extent::Whole, no_picture)),
    };
    let (placed, rest) = (at_least(Extent::Placed, placed), at_least(Extent::Whole, rest));
    [brief, placed, doc, " as doc", file, picture, rest].concat()
}

/// [`BRIEF`], [`PLACED`], [`PICTURE`] and [`REST`] as a statement has them, and what stands for a picture where there is
/// none.
static LISTS: LazyLock<[String; 5]> = LazyLock::new(|| {
    let before = |columns: &[&str]| columns.iter().map(|column| format!("o.{column}, ")).collect();
    let behind =
        |table: &str, columns: &[&str]| columns.iter().map(|column| format!(", {table}.{column}")).collect();
    [
        before(&BRIEF),
        before(&PLACED),
        behind("f", &PICTURE),
        behind("o", &REST),
        ", null".repeat(PICTURE.len()),
    ]
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
        Extent::Brief | Extent::Placed => "case when o.family <> 'page' then o.doc end",
        Extent::Whole => "o.doc",
    }
}

pub(super) fn has_files(family: &str) -> bool {
    family == IMAGE || family == DOCUMENT
}

/// Runs a statement whose columns are those of [`columns`].
pub(super) async fn read(conn: &mut Conn, family: &str, extent: Extent, asked: Sql) -> Result<Vec<Item>> {
    Ok(match (extent, has_files(family)) {
        (Extent::Brief, false) => items(conn.all::<Read<BRIEFLY, false>>(asked).await?),
        (Extent::Brief, true) => items(conn.all::<Read<BRIEFLY, true>>(asked).await?),
        (Extent::Placed, false) => items(conn.all::<Read<WITH_PLACES, false>>(asked).await?),
        (Extent::Placed, true) => items(conn.all::<Read<WITH_PLACES, true>>(asked).await?),
        (Extent::Whole, false) => items(conn.all::<Read<WHOLLY, false>>(asked).await?),
        (Extent::Whole, true) => items(conn.all::<Read<WHOLLY, true>>(asked).await?),
    })
}

/// The extents, as types can tell them apart.
const BRIEFLY: u8 = Extent::Brief as u8;
const WITH_PLACES: u8 = Extent::Placed as u8;
const WHOLLY: u8 = Extent::Whole as u8;

fn items<const EXTENT: u8, const FILED: bool>(rows: Vec<Read<EXTENT, FILED>>) -> Vec<Item> {
    rows.into_iter().map(|row| row.0).collect()
}

/// An item read by the places of its columns.
struct Read<const EXTENT: u8, const FILED: bool>(Item);

impl<const EXTENT: u8, const FILED: bool> Record for Read<EXTENT, FILED> {
    fn read(row: &Row<'_>) -> Result<Self> {
        let mut cells = Cells { row, place: 0 };
        let mut item = cells.item::<EXTENT, FILED>()?;
        if EXTENT == WHOLLY {
            item.columns.rest = Some(Box::new(cells.rest()?));
        }
        Ok(Self(item))
    }
}

/// An item with its file, and whether it is the one that was asked for. The others are what that one refers to, and show
/// nothing of the rest.
pub(super) struct Marked(pub bool, pub Item);

impl Record for Marked {
    fn read(row: &Row<'_>) -> Result<Self> {
        let is_asked = row.at(0)?;
        let mut cells = Cells { row, place: 1 };
        let mut item = cells.item::<WHOLLY, true>()?;
        if is_asked {
            item.columns.rest = Some(Box::new(cells.rest()?));
        }
        Ok(Self(is_asked, item))
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

    fn item<const EXTENT: u8, const FILED: bool>(&mut self) -> Result<Item> {
        let mut columns = self.brief()?;
        if EXTENT >= WITH_PLACES {
            (columns.locale, columns.parent, columns.path) = (self.next()?, self.next()?, self.next()?);
        }
        let doc = self.next::<Option<RawDocument>>()?.unwrap_or_default();
        let mut file = None;
        if FILED {
            columns.collection = self.next()?;
            let name: Option<String> = self.next()?;
            let picture = if EXTENT == WHOLLY { self.picture()? } else { None };
            file = name.map(|name| File { name, picture });
        }
        Ok(Item { columns, doc, file })
    }

    fn brief(&mut self) -> Result<Columns> {
        Ok(Columns {
            key: self.next()?,
            id: self.next()?,
            type_: self.next()?,
            title: self.next()?,
            first_published_at: self.next()?,
            slug: self.next()?,
            url_path: self.next()?,
            locale: None,
            parent: None,
            path: None,
            collection: None,
            rest: None,
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

    fn picture(&mut self) -> Result<Option<Box<Picture>>> {
        let Some(mime) = self.next()? else {
            self.place += PICTURE.len() - 1;
            return Ok(None);
        };
        Ok(Some(Box::new(Picture {
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
        })))
    }
}
