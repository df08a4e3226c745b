//! A user: the account that somebody signs in with.

use std::sync::Arc;

use crate::base::{Key, Timestamp};
use crate::error::{Error, Result};
use crate::row;
use crate::store::{Conn, OnUnique, Record, sql};

use super::{Actor, Grant, Person};

row! {
    /// An account as it is stored. The password is a hash, and no screen or API ever shows it.
    #[derive(Clone)]
    pub struct User {
        /// Its id, never given to somebody else.
        pub id: i64,
        /// What they sign in with.
        pub username: String,
        /// Their address, or nothing.
        pub email: String,
        /// Their first name, or nothing.
        pub first_name: String,
        /// Their last name, or nothing.
        pub last_name: String,
        /// The password's hash; `!` when there is none to sign in with.
        pub password: String,
        /// Whether they may do everything.
        pub is_superuser: bool,
        /// Whether the account is in use.
        pub is_active: bool,
        /// Django's flag, kept for its round trip; decides nothing here.
        pub is_staff: bool,
        /// When the account was made.
        pub joined: Timestamp,
        /// When they last signed in.
        pub last_login: Option<Timestamp>,
        /// The admin's language for them; empty for the site's.
        pub language: String,
        /// The zone they are shown times in; empty for the site's.
        pub time_zone: String,
        /// `light`, `dark` or `system`.
        pub theme: String,
        /// The site's own fields of a user.
        pub doc: serde_json::Value,
    }
}

/// The sequence that users' ids come from, and the label of their type.
pub const USER: &str = "auth.User";
/// What stands for a password that nobody can type.
pub const UNUSABLE: &str = "!";

impl User {
    /// A new account, not stored yet and without a password.
    pub fn new(id: i64, username: impl Into<String>, joined: Timestamp) -> Self {
        Self {
            id,
            username: username.into(),
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            password: UNUSABLE.to_owned(),
            is_superuser: false,
            is_active: true,
            is_staff: false,
            joined,
            last_login: None,
            language: String::new(),
            time_zone: String::new(),
            theme: "system".to_owned(),
            doc: serde_json::Value::Object(serde_json::Map::new()),
        }
    }

    /// The user of this id.
    pub async fn get(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        let text = format!("select {} from users where id = ?", Self::COLUMNS);
        conn.optional(sql(text).bind(id)).await
    }

    /// The user of this id, who must be there.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        Self::get(conn, id).await?.ok_or_else(|| Error::not_found(format!("user {id}")))
    }

    /// The user of exactly this name.
    pub async fn by_username(conn: &mut Conn, username: &str) -> Result<Option<Self>> {
        let text = format!("select {} from users where username = ?", Self::COLUMNS);
        conn.optional(sql(text).bind(username)).await
    }

    /// Whom this name or, if it is only theirs, this address belongs to.
    pub async fn known_as(conn: &mut Conn, name: &str) -> Result<Option<Self>> {
        if let Some(user) = Self::by_username(conn, name).await? {
            return Ok(Some(user));
        }
        let text = format!("select {} from users where email = ? and is_active = 1 limit 2", Self::COLUMNS);
        let mut users: Vec<Self> = conn.all(sql(text).bind(name)).await?;
        Ok(if users.len() == 1 && !name.is_empty() { users.pop() } else { None })
    }

    /// Users by name, `limit` of them after the first `offset`.
    pub async fn list(conn: &mut Conn, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!("select {} from users order by username limit ? offset ?", Self::COLUMNS);
        conn.all(sql(text).bind(limit).bind(offset)).await
    }

    /// How many users there are.
    pub async fn count(conn: &mut Conn) -> Result<i64> {
        conn.one(sql("select count(*) from users")).await
    }

    /// Stores a new one.
    pub(super) async fn insert(&self, conn: &mut Conn) -> Result<()> {
        let mut statement = sql(format!("insert into users ({}) values (", Self::COLUMNS));
        statement.push_marks(Self::COLUMNS.split(',').count()).push(")");
        conn.execute(self.bound(statement)).await.on_unique(|| self.name_taken()).map(drop)
    }

    /// Stores one that is there already.
    pub(super) async fn update(&self, conn: &mut Conn) -> Result<()> {
        let assigned = Self::COLUMNS.replace(", ", " = ?, ");
        let statement = sql(format!("update users set {assigned} = ? where id = ?"));
        conn.execute(self.bound(statement).bind(self.id)).await.on_unique(|| self.name_taken()).map(drop)
    }

    /// Gives them another password's hash, if they still have the one it was decided upon.
    pub(super) async fn set_password(&self, conn: &mut Conn, hash: &str) -> Result<bool> {
        let text = "update users set password = ? where id = ? and password = ?";
        Ok(conn.execute(sql(text).bind(hash).bind(self.id).bind(&self.password)).await? == 1)
    }

    /// Notes that they signed in.
    pub(super) async fn signed_in(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        conn.execute(sql("update users set last_login = ? where id = ?").bind(now).bind(self.id))
            .await
            .map(drop)
    }

    /// With everything that decides what they may do.
    pub async fn person(self, conn: &mut Conn) -> Result<Person> {
        let groups =
            conn.all(sql("select group_id from memberships where user_id = ?").bind(self.id)).await?;
        let grants = Grant::of_user(conn, self.id).await?;
        Ok(Person {
            id: self.id,
            username: self.username,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            is_superuser: self.is_superuser,
            is_active: self.is_active,
            language: self.language,
            time_zone: self.time_zone,
            theme: self.theme,
            groups,
            grants,
        })
    }

    /// As an actor.
    pub async fn actor(self, conn: &mut Conn) -> Result<Actor> {
        Ok(Actor::Person(Arc::new(self.person(conn).await?)))
    }

    fn bound(&self, statement: crate::store::Sql) -> crate::store::Sql {
        statement
            .bind(self.id)
            .bind(&self.username)
            .bind(&self.email)
            .bind(&self.first_name)
            .bind(&self.last_name)
            .bind(&self.password)
            .bind(self.is_superuser)
            .bind(self.is_active)
            .bind(self.is_staff)
            .bind(self.joined)
            .bind(self.last_login)
            .bind(&self.language)
            .bind(&self.time_zone)
            .bind(&self.theme)
            .bind(&self.doc)
    }

    fn name_taken(&self) -> Error {
        Error::invalid("username", format!("Somebody is already called “{}”.", self.username))
    }
}

/// The names that these users are shown by, for lists; one statement however many.
pub async fn names_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let text = "select id, username, first_name, last_name from users where id in ";
    let rows: Vec<(i64, String, String, String)> = conn.all(sql(text).bind_list(ids.iter().copied())).await?;
    let named = rows.into_iter().map(|(id, username, first, last)| {
        let full = format!("{first} {last}");
        (id, if full.trim().is_empty() { username } else { full.trim().to_owned() })
    });
    Ok(named.collect())
}

/// Users for a chooser: id and shown name, those in whose name is what was typed. Addresses are not searched: they are
/// not shown.
pub async fn choose(conn: &mut Conn, typed: &str, limit: i64) -> Result<Vec<(i64, String)>> {
    let pattern = format!("%{}%", typed.to_lowercase().replace(['%', '_', '\\'], ""));
    let text = "select id from users where is_active = 1 and (lower(username) like ? or lower(first_name) like ? \
                or lower(last_name) like ?) order by username limit ?";
    let mut statement = sql(text);
    for _ in 0..3 {
        statement = statement.bind(&pattern);
    }
    let keys: Vec<Key> = conn.all(statement.bind(limit)).await?;
    let ids: Vec<i64> = keys.into_iter().map(|key| key.0).collect();
    let mut named = names_of(conn, &ids).await?;
    named.sort_by_key(|(id, _)| ids.iter().position(|other| other == id));
    Ok(named)
}
