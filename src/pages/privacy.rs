//! Who may see a page and everything beneath it, where that is not everybody.

use serde_json::Value;

use super::place;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::base::Key;
use crate::base::TreePath;
use crate::content::Object;
use crate::content::event;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::sql;

row! {
    /// A restriction with the place it holds from.
    #[derive(Debug, Clone)]
    pub struct Restriction {
        /// Its id.
        pub id: i64,
        /// The page it stands on.
        pub object: Key,
        /// `password`, `login` or `groups`.
        pub kind: String,
        /// The password, where that opens it.
        pub password: String,
        /// The ids of the groups, as JSON.
        pub groups: Value,
        /// The place of its page.
        pub path: TreePath,
    }
}

/// What opens a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Privacy {
    /// Nothing is needed.
    Public,
    /// Being signed in.
    Login,
    /// A shared password, which is no secret to editors.
    Password(String),
    /// Being in one of these groups.
    Groups(Vec<i64>),
}

impl Restriction {
    /// What opens the page.
    pub fn privacy(&self) -> Privacy {
        match self.kind.as_str() {
            "password" => Privacy::Password(self.password.clone()),
            "groups" => {
                let ids = self.groups.as_array().into_iter().flatten().filter_map(Value::as_i64);
                Privacy::Groups(ids.collect())
            }
            // Anything that is not known keeps strangers out.
            _ => Privacy::Login,
        }
    }
}

/// Every restriction of the tree.
pub async fn restrictions(conn: &mut Conn) -> Result<Vec<Restriction>> {
    let text = "select r.id, r.object, r.kind, r.password, r.groups, o.path from view_restrictions r \
                join objects o on o.key = r.object order by r.id";
    conn.all(sql(text)).await
}

/// Sets what opens a page, in place of what did before.
pub async fn restrict(work: &mut Work, page: &Object, privacy: &Privacy) -> Result<()> {
    place::must(work, Action::Publish, page, "publish this page")?;
    place::lock(work).await?;
    let page = Object::by_key(work, page.key).await?;
    if page.parent.is_none() {
        return Err(Error::Bad("the root of the tree cannot be restricted".to_owned()));
    }
    write(work, page.key, privacy).await?;
    refresh_public(work, page.tree_path()?).await?;
    work.record(event("restricted", &page));
    Ok(())
}

/// Puts a restriction in the place of what stood on the page; what follows from it is the caller's.
pub(super) async fn write(work: &mut Work, page: Key, privacy: &Privacy) -> Result<()> {
    work.execute(sql("delete from view_restrictions where object = ?").bind(page)).await?;
    let (kind, password, groups) = match privacy {
        Privacy::Public => ("", String::new(), Vec::new()),
        Privacy::Login => ("login", String::new(), Vec::new()),
        Privacy::Password(password) => ("password", password.clone(), Vec::new()),
        Privacy::Groups(groups) => ("groups", String::new(), groups.clone()),
    };
    if !kind.is_empty() {
        let id = work.next("view_restriction").await?;
        let insert =
            sql("insert into view_restrictions (id, object, kind, password, groups) values (?, ?, ?, ?, ?)");
        let insert = insert.bind(id).bind(page).bind(kind).bind(password);
        work.execute(insert.bind(Value::from(groups).to_string())).await?;
    }
    Ok(())
}

/// Whether a place or one above it is restricted.
pub(super) async fn is_restricted(conn: &mut Conn, path: &TreePath) -> Result<bool> {
    let mut places = path.ancestors();
    places.push(path.clone());
    let mut ask =
        sql("select count(*) from view_restrictions r join objects o on o.key = r.object where o.path in ");
    ask.push_list(places.iter());
    Ok(conn.one::<i64>(ask).await? > 0)
}

/// Sets the `public` flag of everything at and beneath a place anew, and that of its value rows.
pub async fn refresh_public(work: &mut Work, path: &TreePath) -> Result<()> {
    let restricted = if is_restricted(work, path).await? {
        vec![path.clone()]
    } else {
        let beneath = "select o.path from view_restrictions r join objects o on o.key = r.object \
                       where o.path > ? and o.path < ? order by o.path";
        work.all(sql(beneath).bind(path).bind(path.end())).await?
    };
    let live = sql("update objects set public = live where path >= ? and path < ?");
    work.execute(live.bind(path).bind(path.end())).await?;
    for place in restricted {
        let hidden = sql("update objects set public = 0 where path >= ? and path < ?");
        work.execute(hidden.bind(&place).bind(place.end())).await?;
    }
    for table in ["value_text", "value_int", "value_real"] {
        let update = sql(format!(
            "update {table} set public = (select o.public from objects o where o.key = {table}.object) \
             where object in (select o.key from objects o where o.path >= ? and o.path < ?)"
        ));
        work.execute(update.bind(path).bind(path.end())).await?;
    }
    Ok(())
}
