//! What the items of an answer refer to. References are gathered first and loaded together, one statement a family,
//! so that an answer takes as many statements for twenty items as for one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use crate::base::Key;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::sql;

use super::item;
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

/// Objects by reference: those that the viewer may see. Whatever else was asked for is simply not in it.
#[derive(Debug)]
pub struct Library {
    scope: Scope,
    items: HashMap<Reference, Arc<Item>>,
    asked: BTreeSet<Reference>,
}

impl Library {
    /// An empty one that will hold what is in this scope.
    pub fn new(scope: Scope) -> Self {
        Self { scope, items: HashMap::new(), asked: BTreeSet::new() }
    }

    /// The object, if it was asked for and may be seen.
    pub fn get(&self, reference: &Reference) -> Option<&Arc<Item>> {
        self.items.get(reference)
    }

    /// Everything that was asked for.
    pub fn asked(&self) -> impl Iterator<Item = &Reference> {
        self.asked.iter()
    }

    /// Whether it was asked for, whatever came of it.
    pub fn was_asked(&self, reference: &Reference) -> bool {
        self.asked.contains(reference)
    }

    /// Loads what was not asked for before.
    pub async fn load(&mut self, conn: &mut Conn, references: BTreeSet<Reference>) -> Result<()> {
        let mut ids: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut keys = Vec::new();
        for reference in references.difference(&self.asked) {
            match reference {
                Reference::Id(family, id) => ids.entry(family.clone()).or_default().push(*id),
                Reference::Page(key) => keys.push(key.0),
            }
        }
        self.asked.extend(references);
        for (family, ids) in ids {
            for item in self.read(conn, &family, "o.id", &ids).await? {
                self.items.insert(Reference::Id(family.clone(), item.id), item);
            }
        }
        for item in self.read(conn, PAGE_FAMILY, "o.key", &keys).await? {
            self.items.insert(Reference::Page(item.key), item);
        }
        Ok(())
    }

    async fn read(
        &self,
        conn: &mut Conn,
        family: &str,
        column: &str,
        numbers: &[i64],
    ) -> Result<Vec<Arc<Item>>> {
        let mut items = Vec::new();
        for chunk in numbers.chunks(CHUNK) {
            let mut statement = sql(item::select(family, true));
            statement
                .push(" where o.family = ")
                .push_bind(family)
                .push(" and ")
                .append(self.scope.condition());
            statement.push(&format!(" and {column} in ")).push_list(chunk);
            items.extend(item::read(conn, family, statement).await?.into_iter().map(Arc::new));
        }
        Ok(items)
    }
}
