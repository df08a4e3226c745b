//! A group of users, and the grants that its members have.

use crate::base::TreePath;
use crate::error::{Error, Result};
use crate::row;
use crate::store::{Conn, OnUnique, Record, sql};

use super::{Action, Grant, Place};

row! {
    /// A group.
    #[derive(Debug, Clone)]
    pub struct Group {
        /// Its id.
        pub id: i64,
        /// What it is called.
        pub name: String,
    }
}

/// The sequence that groups' ids come from, and the label of their type.
pub const GROUP: &str = "auth.Group";

row! {
    /// A grant as it is stored: by the id of its page or collection, which may move.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredGrant {
        /// The action's name.
        pub action: String,
        /// `page`, `collection`, `type` or `admin`.
        pub place: String,
        /// The id of the page or collection.
        pub place_id: Option<i64>,
        /// The label of the type.
        pub label: Option<String>,
        /// The only site it holds for.
        pub site: Option<i64>,
    }
}

impl StoredGrant {
    /// An action on a page and everything beneath it.
    pub fn on_page(action: Action, page: i64) -> Self {
        Self::at(action, "page", Some(page), None)
    }

    /// An action on the files of a type in a collection and everything beneath it.
    pub fn in_collection(action: Action, collection: i64, label: &str) -> Self {
        Self::at(action, "collection", Some(collection), Some(label))
    }

    /// An action on everything of a type.
    pub fn on_type(action: Action, label: &str) -> Self {
        Self::at(action, "type", None, Some(label))
    }

    /// The right to come into the admin.
    pub fn of_admin() -> Self {
        Self::at(Action::Access, "admin", None, None)
    }

    fn at(action: Action, place: &str, place_id: Option<i64>, label: Option<&str>) -> Self {
        let (action, place) = (action.name().to_owned(), place.to_owned());
        Self { action, place, place_id, label: label.map(str::to_owned), site: None }
    }
}

impl Group {
    /// Groups by name.
    pub async fn list(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql("select id, name from user_groups order by name")).await
    }

    /// The group of this id.
    pub async fn get(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        conn.optional(sql("select id, name from user_groups where id = ?").bind(id)).await
    }

    /// The group of this name.
    pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Option<Self>> {
        conn.optional(sql("select id, name from user_groups where name = ?").bind(name)).await
    }

    /// What its members are granted.
    pub async fn grants(&self, conn: &mut Conn) -> Result<Vec<StoredGrant>> {
        let text = format!("select {} from grants where group_id = ?", StoredGrant::COLUMNS);
        conn.all(sql(text).bind(self.id)).await
    }

    pub(super) async fn insert(&self, conn: &mut Conn) -> Result<()> {
        let taken = || Error::invalid("name", format!("There is already a group “{}”.", self.name));
        let statement =
            sql("insert into user_groups (id, name) values (?, ?)").bind(self.id).bind(&self.name);
        conn.execute(statement).await.on_unique(taken).map(drop)
    }

    pub(super) async fn update(&self, conn: &mut Conn) -> Result<()> {
        let statement = sql("update user_groups set name = ? where id = ?").bind(&self.name).bind(self.id);
        conn.execute(statement).await.map(drop)
    }

    /// Puts these grants in place of the group's.
    pub(super) async fn set_grants(&self, conn: &mut Conn, grants: &[StoredGrant]) -> Result<()> {
        conn.execute(sql("delete from grants where group_id = ?").bind(self.id)).await?;
        for grant in grants {
            let text = "insert into grants (group_id, action, place, place_id, label, site) values (?, ?, ?, ?, ?, ?)";
            let statement =
                sql(text).bind(self.id).bind(&grant.action).bind(&grant.place).bind(grant.place_id);
            conn.execute(statement.bind(grant.label.clone()).bind(grant.site)).await?;
        }
        Ok(())
    }
}

/// Puts these groups in place of the user's.
pub(super) async fn set_memberships(conn: &mut Conn, user: i64, groups: &[i64]) -> Result<()> {
    conn.execute(sql("delete from memberships where user_id = ?").bind(user)).await?;
    for group in groups {
        let statement =
            sql("insert into memberships (user_id, group_id) values (?, ?)").bind(user).bind(group);
        conn.execute(statement).await?;
    }
    Ok(())
}

row! {
    /// A stored grant with the place of its page or collection as it is now.
    struct Placed {
        action: String,
        place: String,
        label: Option<String>,
        site: Option<i64>,
        path: Option<TreePath>,
    }
}

impl Grant {
    /// What a user's groups allow; a grant on something that is gone, or that makes no sense, allows nothing.
    pub(super) async fn of_user(conn: &mut Conn, user: i64) -> Result<Vec<Self>> {
        let text = "select g.action, g.place, g.label, g.site, coalesce(o.path, c.path) as path from memberships m \
                    join grants g on g.group_id = m.group_id \
                    left join objects o on g.place = 'page' and o.family = 'page' and o.id = g.place_id \
                    left join collections c on g.place = 'collection' and c.id = g.place_id \
                    where m.user_id = ?";
        let placed: Vec<Placed> = conn.all(sql(text).bind(user)).await?;
        Ok(placed.into_iter().filter_map(Placed::grant).collect())
    }
}

impl Placed {
    fn grant(self) -> Option<Grant> {
        let place = match self.place.as_str() {
            "page" => Place::Page(self.path?),
            "collection" => Place::Collection(self.path?, self.label?),
            "type" => Place::Type(self.label?, self.site),
            "admin" => Place::Admin,
            _ => return None,
        };
        Some(Grant { action: Action::parse(&self.action)?, place })
    }
}
