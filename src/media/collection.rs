//! Collections: the folder tree of images and documents, and who may see what is in it.

use std::collections::BTreeMap;

use crate::accounts::Action;
use crate::accounts::Actor;
use crate::accounts::Scope;
use crate::accounts::may;
use crate::accounts::must;
use crate::base::TreePath;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::Record;
use crate::store::sql;

/// The id of the collection that holds all others.
pub const ROOT: i64 = 1;

row! {
    /// A folder of images and documents.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Collection {
        /// The public id.
        pub id: i64,
        /// Its place among the collections.
        pub path: TreePath,
        /// The collection above it.
        pub parent: Option<i64>,
        /// What it is called.
        pub name: String,
    }
}

/// Whom a restriction lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admits {
    /// Everybody who has signed in.
    SignedIn,
    /// Members of these groups.
    Groups(Vec<i64>),
    /// Who has typed the password; kept as its hash.
    Password(String),
}

/// A restriction on a collection and everything beneath it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Its id, by which a visitor's session remembers a password.
    pub id: i64,
    /// The collection.
    pub collection: i64,
    /// Whom it lets through.
    pub admits: Admits,
}

row! {
    struct RestrictionRow {
        id: i64,
        collection: i64,
        kind: String,
        password: Option<String>,
        user_groups: serde_json::Value,
    }
}

/// Every collection with every restriction: a small tree that is read whole.
#[derive(Debug, Clone, Default)]
pub struct Collections {
    by_path: BTreeMap<String, Collection>,
    paths: BTreeMap<i64, String>,
    restrictions: Vec<Restriction>,
}

impl Collections {
    /// Reads them all.
    pub async fn load(conn: &mut Conn) -> Result<Self> {
        let collections: Vec<Collection> =
            conn.all(sql(format!("select {} from collections", Collection::COLUMNS))).await?;
        let rows =
            sql(format!("select {} from collection_restrictions order by id", RestrictionRow::COLUMNS));
        let restrictions: Result<Vec<Restriction>> =
            conn.all::<RestrictionRow>(rows).await?.into_iter().map(Restriction::read).collect();
        let paths = collections.iter().map(|one| (one.id, one.path.as_str().to_owned())).collect();
        let by_path = collections.into_iter().map(|one| (one.path.as_str().to_owned(), one)).collect();
        Ok(Self { by_path, paths, restrictions: restrictions? })
    }

    /// The collection with this id; what lies in none lies in the root.
    pub fn get(&self, id: Option<i64>) -> Result<&Collection> {
        let id = id.unwrap_or(ROOT);
        let found = self.paths.get(&id).and_then(|path| self.by_path.get(path));
        found.ok_or_else(|| Error::not_found(format!("collection {id}")))
    }

    /// All of them, each before those beneath it.
    pub fn in_order(&self) -> impl Iterator<Item = &Collection> {
        self.by_path.values()
    }

    /// A collection and all beneath it, in order.
    pub fn beneath<'a>(&'a self, above: &'a Collection) -> impl Iterator<Item = &'a Collection> {
        self.in_order().filter(move |one| above.path.contains(&one.path))
    }

    /// The restrictions that hold in a collection: its own and those of the ones above it.
    pub fn restrictions(&self, id: Option<i64>) -> Vec<&Restriction> {
        let Ok(inner) = self.get(id) else { return Vec::new() };
        let holds = |restriction: &&Restriction| {
            self.get(Some(restriction.collection)).is_ok_and(|outer| outer.path.contains(&inner.path))
        };
        self.restrictions.iter().filter(holds).collect()
    }

    /// Every restriction on any collection.
    pub fn all_restrictions(&self) -> &[Restriction] {
        &self.restrictions
    }

    /// Whether anybody may see what lies in it.
    pub fn is_public(&self, id: Option<i64>) -> bool {
        self.get(id).is_ok() && self.restrictions(id).is_empty()
    }

    /// Whether this visitor may see what lies in it; `passed` are the restrictions whose password they typed. What
    /// names a collection that is not there is shown to nobody.
    pub fn admits(&self, id: Option<i64>, viewer: &Actor, passed: &[i64]) -> bool {
        self.get(id).is_ok()
            && self.restrictions(id).iter().all(|restriction| restriction.lets(viewer, passed))
    }

    /// The restriction whose password is to be asked for: there is one if passwords are all that keeps this visitor out.
    /// Whatever else does is not told of.
    pub fn asks(&self, id: Option<i64>, viewer: &Actor, passed: &[i64]) -> Option<i64> {
        let mut closed = self.restrictions(id);
        closed.retain(|restriction| !restriction.lets(viewer, passed));
        let is_all = closed.iter().all(|restriction| matches!(restriction.admits, Admits::Password(_)));
        closed.first().filter(|_| is_all).map(|first| first.id)
    }

    /// The collections in which this person may do `action` to things of the type `label`.
    pub fn where_may(&self, actor: &Actor, action: Action, label: &str) -> Vec<&Collection> {
        self.in_order()
            .filter(|one| may(actor, action, &Scope::Collection { path: &one.path, label, owner: None }))
            .collect()
    }
}

/// An image or document, as permissions see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thing<'a> {
    pub label: &'a str,
    pub id: i64,
    pub collection: Option<i64>,
    pub owner: Option<i64>,
}

impl Collections {
    /// Whether this actor may do `action` to a file. Who may not even see it in the admin is told that it is not
    /// there; `words` say what was wanted.
    pub(super) fn allow(&self, actor: &Actor, action: Action, thing: Thing<'_>, words: &str) -> Result<()> {
        let path = &self.get(thing.collection)?.path;
        let scope = Scope::Collection { path, label: thing.label, owner: thing.owner };
        if !may(actor, Action::View, &scope) {
            let name = thing.label.rsplit('.').next().unwrap_or(thing.label).to_lowercase();
            return Err(Error::not_found(format!("{name} {}", thing.id)));
        }
        must(actor, action, &scope, words)
    }

    /// Whether this actor may add files of the type `label` to a collection.
    pub(super) fn allow_adding(
        &self,
        actor: &Actor,
        label: &str,
        collection: Option<i64>,
    ) -> Result<&Collection> {
        let into = self.get(collection)?;
        let scope = Scope::Collection { path: &into.path, label, owner: None };
        must(actor, Action::Add, &scope, "add files to this collection")?;
        Ok(into)
    }
}

impl Restriction {
    fn read(row: RestrictionRow) -> Result<Self> {
        let groups = row.user_groups.as_array().into_iter().flatten().filter_map(serde_json::Value::as_i64);
        let admits = match row.kind.as_str() {
            "login" => Admits::SignedIn,
            "groups" => Admits::Groups(groups.collect()),
            "password" => Admits::Password(row.password.unwrap_or_default()),
            kind => {
                let what = format!("the kind “{kind}” is unknown");
                return Err(Error::Corrupt {
                    table: "collection_restrictions",
                    key: row.id.to_string(),
                    what,
                });
            }
        };
        Ok(Self { id: row.id, collection: row.collection, admits })
    }

    /// Whether it lets this visitor through.
    pub fn lets(&self, viewer: &Actor, passed: &[i64]) -> bool {
        match (&self.admits, viewer) {
            (_, Actor::System(_)) => true,
            (Admits::SignedIn, Actor::Person(person)) => person.is_active,
            (Admits::Groups(groups), Actor::Person(person)) => {
                person.is_active
                    && (person.is_superuser || person.groups.iter().any(|group| groups.contains(group)))
            }
            (Admits::Password(_), _) => passed.contains(&self.id),
            (_, Actor::Anonymous) => false,
        }
    }
}

impl Admits {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::SignedIn => "login",
            Self::Groups(_) => "groups",
            Self::Password(_) => "password",
        }
    }
}
