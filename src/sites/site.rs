//! A site: a host name and port that show the pages beneath one page.

use crate::error::{Error, Problems, Result};
use crate::row;
use crate::store::{Conn, OnUnique, Record, Sql, sql};

/// The sequence that sites' ids come from, and the label of their type.
pub const SITE: &str = "wagtailcore.Site";
/// The longest host name that DNS knows.
const LONGEST_HOST: usize = 253;

row! {
    /// A site.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Site {
        /// Its id.
        pub id: i64,
        /// The host name that people type, in lower case.
        pub hostname: String,
        /// The port that people see: 80 and 443 are not shown.
        pub port: i64,
        /// What it is called.
        pub name: String,
        /// The id of its home page.
        pub root_page: Option<i64>,
        /// Whether it answers hosts that no site names.
        pub is_default: bool,
        /// The address of a front end of its own, which links then point to.
        pub front_end_url: Option<String>,
    }
}

impl Site {
    /// What people call it: its name, or its host.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.hostname } else { &self.name }
    }

    /// What the addresses of its pages begin with, without a slash at the end: its front end's address, if it has one.
    pub fn root_url(&self) -> String {
        let front_end = self.front_end_url.as_deref().filter(|url| !url.is_empty());
        front_end.map_or_else(|| self.own_url(), |url| url.trim_end_matches('/').to_owned())
    }

    /// Where Siskin itself answers for it, without a slash at the end. The port tells the scheme, as in Wagtail.
    pub fn own_url(&self) -> String {
        match self.port {
            80 => format!("http://{}", self.hostname),
            443 => format!("https://{}", self.hostname),
            port => format!("http://{}:{port}", self.hostname),
        }
    }

    /// Every site, by id.
    pub async fn list(conn: &mut Conn) -> Result<Vec<Self>> {
        conn.all(sql(format!("select {} from sites order by id", Self::COLUMNS))).await
    }

    /// The site of this id.
    pub async fn get(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        conn.optional(sql(format!("select {} from sites where id = ?", Self::COLUMNS)).bind(id)).await
    }

    /// The site of this id, which must be there.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        Self::get(conn, id).await?.ok_or_else(|| Error::not_found(format!("site {id}")))
    }

    /// What is wrong with it.
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        let host = &self.hostname;
        let sound = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']')
        };
        if host.is_empty() || host.len() > LONGEST_HOST || !host.chars().all(sound) {
            problems.add(
                "hostname",
                "A host name such as example.com, in lower case and without http:// or a port.",
            );
        }
        if !(1..=65_535).contains(&self.port) {
            problems
                .add("port", "A port is a number from 1 to 65535; 80 and 443 are not shown in addresses.");
        }
        let front_end = self.front_end_url.as_deref().filter(|url| !url.is_empty()).map(url::Url::parse);
        if front_end.is_some_and(|url| !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))) {
            problems.add("front_end_url", "A whole address, beginning with http:// or https://.");
        }
        problems
    }

    pub(super) async fn insert(&self, conn: &mut Conn) -> Result<()> {
        let text = format!("insert into sites ({}) values (?, ?, ?, ?, ?, ?, ?)", Self::COLUMNS);
        conn.execute(self.bound(sql(text))).await.on_unique(|| self.address_taken()).map(drop)
    }

    pub(super) async fn update(&self, conn: &mut Conn) -> Result<()> {
        let assigned = Self::COLUMNS.replace(", ", " = ?, ");
        let statement =
            self.bound(sql(format!("update sites set {assigned} = ? where id = ?"))).bind(self.id);
        conn.execute(statement).await.on_unique(|| self.address_taken()).map(drop)
    }

    pub(super) async fn delete(&self, conn: &mut Conn) -> Result<()> {
        conn.execute(sql("delete from sites where id = ?").bind(self.id)).await.map(drop)
    }

    /// Takes the default away from every other site.
    pub(super) async fn be_the_only_default(&self, conn: &mut Conn) -> Result<()> {
        conn.execute(sql("update sites set is_default = 0 where id <> ?").bind(self.id)).await.map(drop)
    }

    fn bound(&self, statement: Sql) -> Sql {
        statement
            .bind(self.id)
            .bind(&self.hostname)
            .bind(self.port)
            .bind(&self.name)
            .bind(self.root_page)
            .bind(self.is_default)
            .bind(self.front_end_url.clone())
    }

    fn address_taken(&self) -> Error {
        Error::invalid("hostname", format!("There is already a site at {}:{}.", self.hostname, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_tells_the_scheme() {
        for (port, front_end, expected) in [
            (80, None, "http://example.com"),
            (443, None, "https://example.com"),
            (8000, None, "http://example.com:8000"),
            (8000, Some("https://www.example.com/"), "https://www.example.com"),
            (80, Some(""), "http://example.com"),
        ] {
            let site = Site {
                id: 1,
                hostname: "example.com".into(),
                port,
                name: String::new(),
                root_page: None,
                is_default: true,
                front_end_url: front_end.map(String::from),
            };
            assert_eq!(site.root_url(), expected);
            assert!(site.problems().is_empty());
        }
    }
}
