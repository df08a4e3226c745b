//! What the items of an answer refer to. References are gathered first and loaded together, one statement a level
//! of nesting, so that an answer takes as many statements for twenty items as for one.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use crate::base::Key;
use crate::error::Result;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;
use crate::store::sql;

use super::item;
use super::item::Extent;
use super::item::Item;
use super::scope::Scope;

/// How many ids go into one statement; an answer rarely refers to as many.
const CHUNK: usize = 500;

/// A pointer to an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// By its public identity: family and id.
    Id(String, i64),
    /// A page by the store's key, as another page knows its parent.
    Page(Key),
}

/// Objects by reference: those that the viewer may see. Whatever else was wanted is simply not in it.
#[derive(Debug)]
pub struct Library {
    scope: Scope,
    items: HashMap<Reference, (Extent, Arc<Item>)>,
    asked: BTreeMap<Reference, Extent>,
    wanted: BTreeMap<Reference, Extent>,
}

impl Library {
    /// An empty one that will hold what is in this scope.
    pub fn new(scope: Scope) -> Self {
        Self { scope, items: HashMap::new(), asked: BTreeMap::new(), wanted: BTreeMap::new() }
    }

    /// The object, if it was asked for and may be seen.
    pub fn get(&self, reference: &Reference) -> Option<&Arc<Item>> {
        self.items.get(reference).map(|(_, item)| item)
    }

    /// Everything that was asked for.
    pub fn asked(&self) -> impl Iterator<Item = &Reference> {
        self.asked.keys()
    }

    /// Whether at least this much of it was asked for, whatever came of it.
    pub fn was_asked(&self, reference: &Reference, extent: Extent) -> bool {
        self.asked.get(reference).is_some_and(|asked| *asked >= extent)
    }

    /// The object, if that much of it is here; what never was asked for is noted for the next [`Library::load`].
    pub fn want(&mut self, reference: Reference, extent: Extent) -> Option<Arc<Item>> {
        if self.was_asked(&reference, extent) {
            return self.get(&reference).cloned();
        }
        if let Some((_, item)) = self.items.get(&reference).filter(|(kept, _)| *kept >= extent) {
            let item = item.clone();
            self.asked.insert(reference, extent);
            return Some(item);
        }
        let wanted = self.wanted.entry(reference).or_insert(extent);
        *wanted = extent.max(*wanted);
        None
    }

    /// Loads what was noted, of all families in one statement. `false` if there was nothing.
    pub async fn load(&mut self, conn: &mut Conn) -> Result<bool> {
        let wanted: Vec<(Reference, Extent)> = std::mem::take(&mut self.wanted).into_iter().collect();
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
        let is_some = !wanted.is_empty();
        self.asked.extend(wanted);
        Ok(is_some)
    }

    /// Puts in an object that was read with something else.
    pub(super) fn put(&mut self, extent: Extent, item: Item) {
        let item = Arc::new(item);
        if item.family == PAGE_FAMILY {
            self.items.insert(Reference::Page(item.key), (extent, item.clone()));
        }
        self.items.insert(Reference::Id(item.family.clone(), item.id), (extent, item));
    }

    fn statement(&self, references: &[(Reference, Extent)], family: &str, extent: Extent) -> Sql {
        let mut ids: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut keys = Vec::new();
        for (reference, _) in references {
            match reference {
                Reference::Id(family, id) => ids.entry(family).or_default().push(*id),
                Reference::Page(key) => keys.push(*key),
            }
        }
        let columns = item::columns(family, extent, item::doc_of(extent));
        let mut statement = sql(format!("select {columns} from {}", item::tables(family)));
        statement.push(" where ").append(self.scope.condition()).push(" and (");
        for (number, (family, ids)) in ids.iter().enumerate() {
            statement.push(if number == 0 { "(o.family = " } else { " or (o.family = " }).push_bind(*family);
            statement.push(" and o.id in ").push_list(ids.iter().copied()).push(")");
        }
        if !keys.is_empty() {
            statement.push(if ids.is_empty() { "o.key in " } else { " or o.key in " }).push_list(keys);
        }
        statement.push(")");
        statement
    }
}

/// The family whose columns all of these can be read with: where there are files, with files.
fn family(references: &[(Reference, Extent)]) -> &'static str {
    let has_file =
        |reference: &Reference| matches!(reference, Reference::Id(family, _) if item::has_files(family));
    if references.iter().any(|(reference, _)| has_file(reference)) { IMAGE } else { PAGE_FAMILY }
}
