//! A locale: a language that content can be in.

use crate::error::{Error, Result};
use crate::row;
use crate::store::{Conn, OnUnique, sql};

/// The sequence that locales' ids come from, and the label of their type.
pub const LOCALE: &str = "wagtailcore.Locale";

row! {
    /// A locale.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Locale {
        /// Its id.
        pub id: i64,
        /// Its code: `en`, `de-at`.
        pub code: String,
    }
}

impl Locale {
    /// Every locale, by id.
    pub async fn list(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql("select id, code from locales order by id")).await
    }

    /// The locale of this code.
    pub async fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Self>> {
        conn.optional(sql("select id, code from locales where code = ?").bind(code)).await
    }

    /// Whether a code is made of letters, digits and dashes, as BCP 47 says.
    pub fn is_sound(code: &str) -> bool {
        let part =
            |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        code.len() <= 35 && code.split('-').all(part)
    }

    pub(super) async fn insert(&self, conn: &mut Conn) -> Result<()> {
        let taken = || Error::invalid("code", format!("There is already a locale “{}”.", self.code));
        let statement = sql("insert into locales (id, code) values (?, ?)").bind(self.id).bind(&self.code);
        conn.execute(statement).await.on_unique(taken).map(drop)
    }

    pub(super) async fn update(&self, conn: &mut Conn) -> Result<()> {
        let statement = sql("update locales set code = ? where id = ?").bind(&self.code).bind(self.id);
        conn.execute(statement).await.map(drop)
    }
}
