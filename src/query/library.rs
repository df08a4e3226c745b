//! What the items of an answer refer to. References are gathered first and loaded together, one statement a level
//! of nesting, so that an answer takes as many statements for twenty items as for one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
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
use super::item::Item;
use super::scope::Scope;

/// How many ids go into one statement; an answer rarely refers to as many.
const CHUNK: usize = 500;
/// Images and documents come with their files, so whatever is read together with them is read as they are.
const WITH_FILES: &str = IMAGE;

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

    /// Loads what was not asked for before, of all families in one statement.
    pub async fn load(&mut self, conn: &mut Conn, references: BTreeSet<Reference>) -> Result<()> {
        let wanted: Vec<Reference> = references.difference(&self.asked).cloned().collect();
        self.asked.extend(references);
        for chunk in wanted.chunks(CHUNK) {
            for item in item::read(conn, WITH_FILES, self.statement(chunk)).await? {
                let item = Arc::new(item);
                if item.family == PAGE_FAMILY {
                    self.items.insert(Reference::Page(item.key), item.clone());
                }
                self.items.insert(Reference::Id(item.family.clone(), item.id), item);
            }
        }
        Ok(())
    }

    fn statement(&self, references: &[Reference]) -> Sql {
        let mut ids: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut keys = Vec::new();
        for reference in references {
            match reference {
                Reference::Id(family, id) => ids.entry(family).or_default().push(*id),
                Reference::Page(key) => keys.push(*key),
            }
        }
        let mut statement = sql(item::select(WITH_FILES, true));
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
