//! What the items of an answer refer to. References are gathered first and loaded together, one statement a level
//! of nesting, so that an answer takes as many statements for twenty items as for one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::base::Key;
use crate::error::Result;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::item;
use super::item::Extent;
use super::item::Item;
use super::scope::Scope;

/// How many ids go into one statement; an answer rarely refers to as many. SQLite takes 500 rows that are written out.
const CHUNK: usize = 256;

/// A pointer to an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// By its public identity: family and id.
    Id(Cow<'static, str>, i64),
    /// A page by the store's key, as another page knows its parent.
    Page(Key),
}

impl Reference {
    /// To the object of a family.
    pub fn of(family: &str, id: i64) -> Self {
        let known = [PAGE_FAMILY, IMAGE, DOCUMENT].into_iter().find(|known| *known == family);
        Self::Id(known.map_or_else(|| Cow::Owned(family.to_owned()), Cow::Borrowed), id)
    }

    /// To a page.
    pub fn page(id: i64) -> Self {
        Self::Id(Cow::Borrowed(PAGE_FAMILY), id)
    }

    /// To an image.
    pub fn image(id: i64) -> Self {
        Self::Id(Cow::Borrowed(IMAGE), id)
    }
}

/// Objects by reference: those that the viewer may see. Whatever else was wanted is simply not in it.
#[derive(Debug)]
pub struct Library {
    scope: Scope,
    places: HashMap<Reference, Place, RandomState>,
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
        Self { scope, places: HashMap::default() }
    }

    /// The object, if it may be seen.
    ///
    /// # Errors
    /// `NotAsked` if not at least this much of it was asked for.
    pub fn get(&self, reference: &Reference, extent: Extent) -> Result<Option<&Arc<Item>>, NotAsked> {
        let place = self.places.get(reference).filter(|place| place.asked >= Some(extent));
        place.map(Place::item).ok_or(NotAsked)
    }

    /// Everything that was asked for, and what came of it.
    pub fn asked(&self) -> impl Iterator<Item = (&Reference, Option<&Arc<Item>>)> + Clone {
        let asked = self.places.iter().filter(|(_, place)| place.asked.is_some());
        asked.map(|(reference, place)| (reference, place.item()))
    }

    /// The object, if that much of it is here; what never was asked for is noted for the next [`Library::load`].
    pub fn want(&mut self, reference: Reference, extent: Extent) -> Option<Arc<Item>> {
        let place = self.places.entry(reference).or_default();
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
            let family = family(chunk);
            let statement = self.statement(chunk, family, extent);
            let mut items = item::read(conn, family, extent, statement).await?;
            if let Some(drafts) = self.scope.drafts() {
                drafts.put_on(conn, &mut items).await?;
            }
            for item in items {
                self.put(extent, item);
            }
        }
        Ok(!wanted.is_empty())
    }

    fn take_wanted(&mut self) -> Vec<(Reference, Extent)> {
        let take = |(reference, place): (&Reference, &mut Place)| {
            let extent = place.wanted.take()?;
            place.asked = Some(extent);
            Some((reference.clone(), extent))
        };
        let mut wanted: Vec<_> = self.places.iter_mut().filter_map(take).collect();
        wanted.sort_unstable();
        wanted
    }

    /// Puts in an object that was read with something else.
    pub(super) fn put(&mut self, extent: Extent, item: Item) {
        let item = Arc::new(item);
        if item.family == PAGE_FAMILY {
            self.places.entry(Reference::Page(item.key)).or_default().item = Some((extent, item.clone()));
        }
        let own = Reference::of(&item.family, item.id);
        self.places.entry(own).or_default().item = Some((extent, item));
    }

    fn statement(&self, references: &[(Reference, Extent)], family: &str, extent: Extent) -> Sql {
        let (mut ids, mut keys) = (Vec::new(), Vec::new());
        for (reference, _) in references {
            match reference {
                Reference::Id(family, id) => ids.push((&**family, *id)),
                Reference::Page(key) => keys.push(*key),
            }
        }
        let columns = item::columns(family, extent, item::doc_of(extent));
        let tables = item::tables(family);
        let mut statement = sql("");
        if !ids.is_empty() {
            // Joined to a list of their own, each is found at once; of a list behind `in`, SQLite makes a table first.
            statement.push("select ").push(&columns).push(" from (").append(list(ids));
            statement
                .push(") w cross join ")
                .push(tables)
                .push(" where o.family = w.family and o.id = w.id and ");
            statement.append(self.scope.condition());
        }
        if !keys.is_empty() {
            statement.push(if references.len() > keys.len() { " union all select " } else { "select " });
            statement.push(&columns).push(" from ").push(tables).push(" where o.key in ").push_list(keys);
            statement.push(" and ").append(self.scope.condition());
        }
        statement
    }
}

/// Families and ids as rows, filled up to the next power of two with what there is none of, so that few texts have to be
/// prepared.
fn list(mut ids: Vec<(&str, i64)>) -> Sql {
    ids.resize(ids.len().next_power_of_two(), ("", 0));
    let mut rows = sql("");
    for (number, (family, id)) in ids.into_iter().enumerate() {
        rows.push(if number == 0 { "select " } else { " union all select " });
        rows.push_bind(family).push(if number == 0 { " as family, " } else { ", " });
        rows.push_bind(id).push(if number == 0 { " as id" } else { "" });
    }
    rows
}

/// The family whose columns all of these can be read with: where there are files, with files.
fn family(references: &[(Reference, Extent)]) -> &'static str {
    let has_file =
        |reference: &Reference| matches!(reference, Reference::Id(family, _) if item::has_files(family));
    if references.iter().any(|(reference, _)| has_file(reference)) { IMAGE } else { PAGE_FAMILY }
}
