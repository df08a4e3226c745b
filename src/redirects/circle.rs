//! Redirects that lead to one another: followed as a browser would follow them, and never without end.

use url::Url;

use super::Redirect;
use super::normalise;
use crate::error::Error;
use crate::error::Result;
use crate::sites::Site;
use crate::store::Conn;

/// Redirects in a row that are followed; browsers give up at twenty.
const MOST_STEPS: usize = 20;

/// Where one ends up by way of redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// At a page, at an address without a redirect, or at other people's.
    Elsewhere,
    /// Where one came from.
    Circle,
    /// Nowhere yet, after as many as browsers follow.
    TooFar,
}

impl Redirect {
    /// Refuses a redirect that leads back to itself, by way of others too, and one that leads to what is no address.
    ///
    /// # Errors
    /// `Invalid` at `link`, in words that name the way.
    pub async fn check(&self, conn: &mut Conn) -> Result<()> {
        if self.page.is_some() || self.link.is_empty() {
            return Ok(());
        }
        let refuse = |words: String| Err(Error::invalid("link", words));
        if !is_address(&self.link) {
            return refuse(format!(
                "“{}” is no address: begin it with https://, http:// or one /",
                self.link
            ));
        }
        let sites = Site::list(conn).await?;
        let any: Vec<i64> = sites.iter().map(|site| site.id).collect();
        for site in self.site.map_or(any, |site| vec![site]) {
            match self.end(conn, &sites, site).await? {
                End::Elsewhere => {}
                End::Circle => {
                    return refuse(format!(
                        "“{}” leads back to {}: it would go in a circle; change or delete what leads back first",
                        self.link,
                        normalise(&self.old_path)
                    ));
                }
                End::TooFar => {
                    return refuse(format!(
                        "“{}” goes through more than {MOST_STEPS} redirects; lead to where they end",
                        self.link
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether whoever follows it on a site comes to an end.
    pub async fn ends(&self, conn: &mut Conn, site: i64) -> Result<bool> {
        if self.page.is_some() {
            return Ok(true);
        }
        let sites = Site::list(conn).await?;
        Ok(is_address(&self.link) && self.end(conn, &sites, site).await? == End::Elsewhere)
    }

    async fn end(&self, conn: &mut Conn, sites: &[Site], site: i64) -> Result<End> {
        let own = normalise(&self.old_path);
        let is_own = |site: i64, path: &str| path == own && self.site.is_none_or(|own| own == site);
        let mut place = inside(sites, site, &self.link);
        for _ in 0..MOST_STEPS {
            let Some((site, path)) = place else { return Ok(End::Elsewhere) };
            if is_own(site, &path) {
                return Ok(End::Circle);
            }
            let mut next = Self::answering(conn, site, &path).await?;
            // As the site does: what no redirect answers with its query is asked for without.
            if let (None, Some((bare, _))) = (&next, path.split_once('?')) {
                if is_own(site, bare) {
                    return Ok(End::Circle);
                }
                next = Self::answering(conn, site, bare).await?;
            }
            let Some(next) = next.filter(|next| next.page.is_none()) else { return Ok(End::Elsewhere) };
            place = inside(sites, site, &next.link);
        }
        Ok(End::TooFar)
    }

    /// Whether it leads to this path of its site, straight or by way of others.
    pub(super) async fn leads_to(&self, conn: &mut Conn, path: &str) -> Result<bool> {
        let sites = Site::list(conn).await?;
        let Some(site) = self.site.or_else(|| sites.first().map(|site| site.id)) else { return Ok(false) };
        // One that stood there would be in a circle with it.
        let there = Self { old_path: path.to_owned(), site: Some(site), ..self.clone() };
        Ok(there.end(conn, &sites, site).await? == End::Circle)
    }
}

/// Whether a text is an address that browsers may be sent to: on the web, or a path of the same site.
fn is_address(link: &str) -> bool {
    match Url::parse(link) {
        Ok(url) => matches!(url.scheme(), "http" | "https"),
        Err(_) => !link.starts_with("//") && !link.starts_with("/\\"),
    }
}

/// The site of ours and the path on it that a link leads to; `None` for everywhere else.
fn inside(sites: &[Site], site: i64, link: &str) -> Option<(i64, String)> {
    let Ok(url) = Url::parse(link) else {
        return (!link.is_empty()).then(|| (site, normalise(link)));
    };
    let port = url.port_or_known_default().map(i64::from);
    let found = sites.iter().find(|one| url.host_str() == Some(&one.hostname) && port == Some(one.port))?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some((found.id, normalise(&format!("{}{query}", url.path()))))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn browsers_are_sent_to_addresses_only() {
        for (link, expected) in [
            ("/about/", true),
            ("about/", true),
            ("https://example.org/", true),
            ("HTTP://example.org/", true),
            ("//evil.example/", false),
            ("/\\evil.example/", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
        ] {
            assert_eq!(is_address(link), expected, "{link}");
        }
    }
}
