//! Old addresses and where they lead: written by hand, by an import, or by a page that moved. None leads in a circle
//! (`circle`).

mod circle;

use crate::accounts::Work;
use crate::base::Timestamp;
use crate::error::Error;
use crate::error::Result;
use crate::events::NewEvent;
use crate::row;
use crate::store::Conn;
use crate::store::sql;

row! {
    /// One old address.
    #[derive(Debug, Clone)]
    pub struct Redirect {
        /// The public id.
        pub id: i64,
        /// The normalised path that it answers: no trailing slash, query sorted.
        pub old_path: String,
        /// The site it is for; every site if `None`.
        pub site: Option<i64>,
        /// Whether the new address is there to stay (301, else 302).
        pub permanent: bool,
        /// The page it leads to.
        pub page: Option<i64>,
        /// What follows the page's own address.
        pub route_path: String,
        /// The address it leads to, where that is no page.
        pub link: String,
        /// Whether a moved page wrote it.
        pub automatic: bool,
        /// When it was written.
        pub created_at: Option<Timestamp>,
    }
}

/// The label of redirects.
pub const REDIRECT: &str = "wagtailredirects.Redirect";
/// Moved pages that one statement writes redirects for.
const AT_ONCE: usize = 200;
const COLUMNS: &str = "id, old_path, site, permanent, page, route_path, link, automatic, created_at";

impl Redirect {
    /// The redirect with this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let found =
            conn.optional(sql(format!("select {COLUMNS} from redirects where id = ?")).bind(id)).await?;
        found.ok_or_else(|| Error::not_found(format!("redirect {id}")))
    }

    /// The redirect that answers this path on a site: the site's own first, then one for every site.
    pub async fn answering(conn: &mut Conn, site: i64, path: &str) -> Result<Option<Self>> {
        let text = format!(
            "select {COLUMNS} from redirects where old_path = ? and (site = ? or site is null) \
             order by case when site is null then 1 else 0 end, id limit 1"
        );
        conn.optional(sql(text).bind(path).bind(site)).await
    }

    /// All redirects, by id.
    pub async fn all(conn: &mut Conn, limit: i64, offset: i64) -> Result<Vec<Self>> {
        let text = format!("select {COLUMNS} from redirects order by id limit ? offset ?");
        conn.all(sql(text).bind(limit).bind(offset)).await
    }

    /// Writes it, in place of one with the same path and site. An id of 0 is given anew.
    ///
    /// # Errors
    /// `Invalid` at `link` for one that leads in a circle, or to no address.
    pub async fn save(mut self, work: &mut Work) -> Result<Self> {
        self.old_path = normalise(&self.old_path);
        self.check(work).await?;
        let same =
            sql("delete from redirects where old_path = ? and (site = ? or (site is null and ? is null))");
        work.execute(same.bind(self.old_path.as_str()).bind(self.site).bind(self.site)).await?;
        if self.id == 0 {
            self.id = work.next("redirect").await?;
        } else {
            work.reserve("redirect", self.id).await?;
            work.execute(sql("delete from redirects where id = ?").bind(self.id)).await?;
        }
        insert(work, std::slice::from_ref(&self)).await?;
        work.record(event("saved", &self));
        Ok(self)
    }

    /// Removes it.
    pub async fn delete(self, work: &mut Work) -> Result<()> {
        work.execute(sql("delete from redirects where id = ?").bind(self.id)).await?;
        work.record(event("deleted", &self));
        Ok(())
    }
}

/// A page that readers knew at an address of a site, and where it is there now.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The page.
    pub page: i64,
    /// Its old address.
    pub from: String,
    /// Its new one.
    pub to: String,
}

/// Remembers where pages of a site were known, and forgets redirects away from where they are now.
pub async fn pages_moved(work: &mut Work, site: i64, moved: &[Moved]) -> Result<()> {
    for some in moved.chunks(AT_ONCE) {
        open_circles(work, site, some).await?;
        let stale = sql("delete from redirects where automatic = 1 and site = ? and old_path in ").bind(site);
        work.execute(stale.bind_list(some.iter().map(|moved| normalise(&moved.to)))).await?;
        let same = sql("delete from redirects where site = ? and old_path in ").bind(site);
        work.execute(same.bind_list(some.iter().map(|moved| normalise(&moved.from)))).await?;
        let ids = work.next_many("redirect", some.len()).await?;
        let now = work.now;
        let redirect = |(id, moved): (i64, &Moved)| Redirect {
            id,
            old_path: normalise(&moved.from),
            site: Some(site),
            permanent: true,
            page: Some(moved.page),
            route_path: String::new(),
            link: String::new(),
            automatic: true,
            created_at: Some(now),
        };
        let redirects: Vec<Redirect> = ids.zip(some).map(redirect).collect();
        insert(work, &redirects).await?;
        redirects.iter().for_each(|redirect| work.record(event("saved", redirect)));
    }
    Ok(())
}

/// Removes what somebody wrote for an address where a page stands from now on, if it leads to where the page was: it is
/// shown to nobody there, and together with the redirect to the page it would be a circle to front ends that ask for
/// redirects before pages.
async fn open_circles(work: &mut Work, site: i64, moved: &[Moved]) -> Result<()> {
    let mut ask =
        sql(format!("select {COLUMNS} from redirects where page is null and site = ? and old_path in "));
    ask = ask.bind(site);
    ask.push_list(moved.iter().map(|moved| normalise(&moved.to)));
    for written in work.all::<Redirect>(ask).await? {
        let mut of = moved.iter().filter(|moved| normalise(&moved.to) == written.old_path);
        let Some(page) = of.next() else { continue };
        if written.leads_to(work, &page.from).await? {
            written.delete(work).await?;
        }
    }
    Ok(())
}

async fn insert(work: &mut Work, redirects: &[Redirect]) -> Result<()> {
    let mut insert = sql(format!("insert into redirects ({COLUMNS}) values "));
    for (place, one) in redirects.iter().enumerate() {
        insert.push(if place == 0 { "(" } else { ", (" }).push_marks(COLUMNS.split(',').count()).push(")");
        insert = insert.bind(one.id).bind(one.old_path.as_str()).bind(one.site).bind(one.permanent);
        insert = insert.bind(one.page).bind(one.route_path.as_str()).bind(one.link.as_str());
        insert = insert.bind(one.automatic).bind(one.created_at);
    }
    work.execute(insert).await.map(drop)
}

/// A path as redirects are kept and asked by: with a leading slash, without a trailing one, query parts sorted, as
/// Wagtail normalises it.
pub fn normalise(path: &str) -> String {
    let path = path.split('#').next().unwrap_or_default().trim();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.trim_end_matches('/');
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    let path = format!("{slash}{path}");
    format!("{path}{query}")
}

fn event(kind: &'static str, redirect: &Redirect) -> NewEvent {
    let label = REDIRECT;
    NewEvent {
        site: redirect.site,
        url_before: Some(redirect.old_path.clone()),
        ..NewEvent::about(kind, label, label, redirect.id)
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn paths_are_kept_in_one_spelling() {
        for (given, kept) in [
            ("/locations/wellington/", "/locations/wellington"),
            ("locations", "/locations"),
            ("/", "/"),
            ("/a/?b=2&a=1#top", "/a?a=1&b=2"),
        ] {
            assert_eq!(normalise(given), kept);
        }
    }
}
