//! What the items of an answer refer to. References are gathered first and loaded together, one statement a level
//! of nesting, so that an answer takes as many statements for twenty items as for one.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::base::Key;
use crate::error::Result;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::columns;
use super::item::Extent;
use super::item::Item;
use super::scope::Scope;
use super::statement::filled;

/// How many ids go into one statement; an answer rarely refers to as many. SQLite takes 500 rows that are written out.
const CHUNK: usize = 256;
/// A family and an id as a row that is written out, the first one with names.
const FIRST_ROW: &str = "select ? as family, ? as id";
const ROW: &str = " union all select ?, ?";

/// A pointer to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'f> {
    /// By its public identity: family and id.
    Id(&'f str, i64),
    /// A page by the store's key, as another page knows its parent.
    Page(Key),
}

impl Reference<'_> {
    /// To a page.
    pub fn page(id: i64) -> Self {
        Self::Id(PAGE_FAMILY, id)
    }

    /// To an image.
    pub fn image(id: i64) -> Self {
        Self::Id(IMAGE, id)
    }
}

/// Objects by reference: those that the viewer may see. Whatever else was wanted is simply not in it.
#[derive(Debug)]
pub struct Library {
    scope: Scope,
    /// One a family: an answer refers to few.
    shelves: Vec<Shelf>,
    pages: HashMap<Key, Place, RandomState>,
}

/// The objects of a family, by id.
#[derive(Debug)]
struct Shelf {
    family: String,
    places: HashMap<i64, Place, RandomState>,
}

/// Where something stands that is to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    /// On which shelf, by which id.
    Id(usize, i64),
    Page(Key),
}

/// What is known of a reference.
#[derive(Debug, Default)]
struct Place {
    /// The object, and how much of it was read.
    item: Option<(Extent, Arc<Item>)>,
    /// How much of it was asked for, whatever came of it.
    asked: Option<Extent>,
    /// How much of it the next load is to bring.
    wanted: Option<Extent>,
}

impl Place {
    fn item(&self) -> Option<&Arc<Item>> {
        self.item.as_ref().map(|(_, item)| item)
    }
}

/// So much of an object was never asked for.
#[derive(Debug)]
pub struct NotAsked;

impl Library {
    /// An empty one that will hold what is in this scope.
    pub fn new(scope: Scope) -> Self {
        Self { scope, shelves: Vec::new(), pages: HashMap::default() }
    }

    /// The object, if it may be seen.
    ///
    /// # Errors
    /// `NotAsked` if not at least this much of it was asked for.
    pub fn get(&self, reference: Reference<'_>, extent: Extent) -> Result<Option<&Arc<Item>>, NotAsked> {
        let place = match reference {
            Reference::Id(family, id) => {
                let shelf = self.shelves.iter().find(|shelf| shelf.family == family);
                shelf.and_then(|shelf| shelf.places.get(&id))
            }
            Reference::Page(key) => self.pages.get(&key),
        };
        place.filter(|place| place.asked >= Some(extent)).map(Place::item).ok_or(NotAsked)
    }

    fn place(&mut self, reference: Reference<'_>) -> &mut Place {
        let (family, id) = match reference {
            Reference::Id(family, id) => (family, id),
            Reference::Page(key) => return self.pages.entry(key).or_default(),
        };
        let known = self.shelves.iter().position(|shelf| shelf.family == family);
        let shelf = known.unwrap_or_else(|| {
            self.shelves.push(Shelf { family: family.to_owned(), places: HashMap::default() });
            self.shelves.len() - 1
        });
        self.shelves[shelf].places.entry(id).or_default()
    }

    /// Everything that was asked for, and what came of it.
    pub fn asked(&self) -> impl Iterator<Item = (Reference<'_>, Option<&Arc<Item>>)> + Clone {
        let ids = self.shelves.iter().flat_map(|shelf| {
            shelf.places.iter().map(|(id, place)| (Reference::Id(&shelf.family, *id), place))
        });
        let pages = self.pages.iter().map(|(key, place)| (Reference::Page(*key), place));
        let asked = ids.chain(pages).filter(|(_, place)| place.asked.is_some());
        asked.map(|(reference, place)| (reference, place.item()))
    }

    /// The object, if that much of it is here; what never was asked for is noted for the next [`Library::load`].
    pub fn want(&mut self, reference: Reference<'_>, extent: Extent) -> Option<Arc<Item>> {
        let place = self.place(reference);
        if place.asked < Some(extent) {
            if place.item.as_ref().is_none_or(|(kept, _)| *kept < extent) {
                place.wanted = place.wanted.max(Some(extent));
                return None;
            }
            place.asked = Some(extent);
        }
        place.item().cloned()
    }

    /// Loads what was noted, of all families in one statement. `false` if there was nothing.
    pub async fn load(&mut self, conn: &mut Conn) -> Result<bool> {
        let wanted = self.take_wanted();
        for chunk in wanted.chunks(CHUNK) {
            let extent = chunk.iter().map(|(_, extent)| *extent).max().unwrap_or(Extent::Brief);
            let family = self.family(chunk);
            let statement = self.statement(chunk, family, extent);
            let mut items = columns::read(conn, family, extent, statement).await?;
            if let Some(drafts) = self.scope.drafts() {
                drafts.put_on(conn, &mut items).await?;
            }
            for item in items {
                self.put(extent, item);
            }
        }
        Ok(!wanted.is_empty())
    }

    fn take_wanted(&mut self) -> Vec<(Spot, Extent)> {
        let take = |(spot, place): (Spot, &mut Place)| {
            let extent = place.wanted.take()?;
            place.asked = Some(extent);
            Some((spot, extent))
        };
        let ids = self.shelves.iter_mut().enumerate().flat_map(|(number, shelf)| {
            shelf.places.iter_mut().map(move |(id, place)| (Spot::Id(number, *id), place))
        });
        let pages = self.pages.iter_mut().map(|(key, place)| (Spot::Page(*key), place));
        let mut wanted: Vec<_> = ids.chain(pages).filter_map(take).collect();
        wanted.sort_unstable();
        wanted
    }

    /// Puts in an object that was read with something else.
    pub(super) fn put(&mut self, extent: Extent, item: Item) {
        let item = Arc::new(item);
        if item.is_page() {
            self.place(Reference::Page(item.key)).item = Some((extent, item.clone()));
        }
        self.place(Reference::Id(item.family(), item.id)).item = Some((extent, item.clone()));
    }

    /// The family whose columns all of these can be read with: where there are files, with files.
    fn family(&self, wanted: &[(Spot, Extent)]) -> &'static str {
        if wanted.iter().any(|(spot, _)| self.has_file(*spot)) { IMAGE } else { PAGE_FAMILY }
    }

    fn has_file(&self, spot: Spot) -> bool {
        matches!(spot, Spot::Id(shelf, _) if columns::has_files(&self.shelves[shelf].family))
    }

    /// Everything in one statement. Files are looked for beside those alone that can have one, who come first: what the
    /// columns of files are is then known for the others.
    fn statement(&self, wanted: &[(Spot, Extent)], family: &str, extent: Extent) -> Sql {
        let (mut filed, mut plain, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (spot, _) in wanted {
            match *spot {
                Spot::Page(key) => keys.push(key),
                Spot::Id(shelf, id) if self.has_file(*spot) => filed.push((&*self.shelves[shelf].family, id)),
                Spot::Id(shelf, id) => plain.push((&*self.shelves[shelf].family, id)),
            }
        }
        let doc = columns::doc_of(extent);
        let columns = |of: &str| columns::columns_as(family, of, (extent, doc));
        let mut parts = Vec::new();
        for (ids, of) in [(filed, IMAGE), (plain, PAGE_FAMILY)] {
            if !ids.is_empty() {
                // Joined to a list of their own, each is found at once; of one behind `in`, SQLite makes a table first.
                let mut part = sql(["select ", &columns(of), " from ("].concat());
                part.append(list(ids)).push(") w cross join ").push(columns::tables(of));
                part.push(" where o.family = w.family and o.id = w.id and ").append(self.scope.condition());
                parts.push(part);
            }
        }
        if !keys.is_empty() {
            let mut part =
                sql(["select ", &columns(PAGE_FAMILY), " from objects o where o.key in "].concat());
            part.push_list(keys).push(" and ").append(self.scope.condition());
            parts.push(part);
        }
        let mut parts = parts.into_iter();
        let mut statement = parts.next().unwrap_or_default();
        for part in parts {
            statement.push(" union all ").append(part);
        }
        statement
    }
}

/// Families and ids as rows, filled up with what there is none of.
fn list(mut ids: Vec<(&str, i64)>) -> Sql {
    ids.resize(filled(ids.len()), ("", 0));
    let mut rows = Sql::with_room(FIRST_ROW.len() + ids.len() * ROW.len(), 2 * ids.len());
    for (number, (family, id)) in ids.into_iter().enumerate() {
        rows.push(if number == 0 { FIRST_ROW } else { ROW });
        rows = rows.bind(family).bind(id);
    }
    rows
}
