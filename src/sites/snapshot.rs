//! All sites, locales and site roots in memory.

use std::collections::HashMap;

use crate::base::TreePath;
use crate::config::{LocalePrefix, SiteConfig};
use crate::error::Result;
use crate::events::Event;
use crate::row;
use crate::store::{Conn, sql};

use super::address::Start;
use super::{LOCALE, Locale, SITE, Site};

/// What every address is decided by. Never changes; a newer one takes its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    sites: Vec<Site>,
    locales: Vec<Locale>,
    roots: Vec<Root>,
    default_locale: String,
    pub(super) prefix: LocalePrefix,
    /// One for each of the roots.
    pub(super) starts: Vec<Start>,
}

/// A page that shows a site in one locale: its root page, or a translation of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Root {
    /// The site.
    pub site: i64,
    /// The page's id.
    pub page: i64,
    /// The page's stored URL path, which those of all pages beneath begin with.
    pub url_path: String,
    /// The page's locale.
    pub locale: String,
    /// The page's place in the tree.
    pub place: TreePath,
    /// The key that its translations share.
    pub translation_key: String,
}

row! {
    struct RootRow {
        id: i64,
        path: Option<TreePath>,
        url_path: Option<String>,
        locale: Option<String>,
        translation_key: Option<String>,
    }
}

impl Sites {
    /// Reads everything from the store.
    pub async fn load(conn: &mut Conn, config: &SiteConfig) -> Result<Self> {
        let mut sites = Site::list(conn).await?;
        let shared = config.front_end_url.as_ref().map(ToString::to_string);
        for site in &mut sites {
            site.front_end_url =
                site.front_end_url.take().filter(|url| !url.is_empty()).or_else(|| shared.clone());
        }
        let locales = Locale::list(conn).await?;
        let roots = roots(conn, &sites).await?;
        Ok(Self::of(sites, locales, roots, config))
    }

    /// Whether this event means that the sites have to be loaded anew: a site or locale changed, a page's URL did, or
    /// a page came or went that may show a site.
    pub fn is_touched_by(event: &Event) -> bool {
        match event.family.as_deref() {
            Some(SITE | LOCALE) => true,
            Some("page") => {
                let comes_or_goes = matches!(event.kind.as_str(), "created" | "restored" | "deleted");
                comes_or_goes
                    || event.url_before != event.url_after
                    || event.path_before != event.path_after
                    || event.kind == "renumbered"
            }
            _ => false,
        }
    }

    /// Whether this event may change what addresses are decided by: a site, a locale, or a page that shows a site or
    /// stands above one that does.
    pub fn are_decided_by(&self, event: &Event) -> bool {
        let key = event.data.get("translation_key").and_then(serde_json::Value::as_str);
        let (places, urls) = (
            || event.path_before.iter().chain(&event.path_after),
            || event.url_before.iter().chain(&event.url_after),
        );
        let is_of = |root: &Root| {
            key.is_some_and(|key| root.translation_key == key)
                || places().any(|place| place.contains(&root.place))
                || urls().any(|url_path| root.url_path.starts_with(url_path.as_str()))
        };
        let is_page = event.family.as_deref() == Some("page");
        Self::is_touched_by(event) && (!is_page || self.roots.iter().any(is_of))
    }

    /// Every site, by id.
    pub fn all(&self) -> &[Site] {
        &self.sites
    }

    /// The site of this id.
    pub fn get(&self, id: i64) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    /// The site that answers hosts which no site names.
    pub fn default_site(&self) -> Option<&Site> {
        self.sites.iter().find(|site| site.is_default)
    }

    /// The site that a host and port mean, in Wagtail's order: both match; the host's default site; the only site of
    /// the host; the default site.
    pub fn for_host(&self, hostname: &str, port: u16) -> Option<&Site> {
        let of_host: Vec<&Site> = self.named(hostname).collect();
        let exact = of_host.iter().find(|site| site.port == i64::from(port));
        let default = || of_host.iter().find(|site| site.is_default);
        let only = || (of_host.len() == 1).then(|| of_host.first()).flatten();
        exact.or_else(default).or_else(only).copied().or_else(|| self.default_site())
    }

    /// The sites of a host name.
    pub fn named(&self, hostname: &str) -> impl Iterator<Item = &Site> {
        let hostname = hostname.to_ascii_lowercase();
        self.sites.iter().filter(move |site| site.hostname == hostname)
    }

    /// Every locale, by id.
    pub fn locales(&self) -> &[Locale] {
        &self.locales
    }

    /// The locale of exactly this code.
    pub fn locale(&self, code: &str) -> Option<&Locale> {
        self.locales.iter().find(|locale| locale.code == code)
    }

    /// The code of the locale that content is in unless told otherwise.
    pub fn default_locale(&self) -> &str {
        &self.default_locale
    }

    /// The pages that show a site, its own root page first.
    pub fn roots_of(&self, site: i64) -> impl Iterator<Item = &Root> {
        self.roots.iter().filter(move |root| root.site == site)
    }

    /// Every site's pages of [`Sites::roots_of`].
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Of what was read, or of nothing, for a store that is still empty.
    pub fn of(sites: Vec<Site>, locales: Vec<Locale>, roots: Vec<Root>, config: &SiteConfig) -> Self {
        let default_locale = config.languages.first().cloned().unwrap_or_else(|| "en".to_owned());
        let (prefix, starts) = (config.locale_prefix, Vec::new());
        let sites = Self { sites, locales, roots, default_locale, prefix, starts };
        Self { starts: sites.starts(), ..sites }
    }
}

/// The root page of each site, then its translations by locale.
async fn roots(conn: &mut Conn, sites: &[Site]) -> Result<Vec<Root>> {
    let pages = sites.iter().filter_map(|site| site.root_page);
    let columns = "select id, path, url_path, locale, translation_key from objects where";
    let own = sql(format!("{columns} family = 'page' and id in ")).bind_list(pages);
    let own: Vec<RootRow> = conn.all(own).await?;
    let keys = own.iter().filter_map(|row| row.translation_key.clone());
    let mut translations = sql(format!("{columns} translation_key in ")).bind_list(keys);
    // A planner that could find the family by an index would walk all pages in the order of their ids.
    translations.push(" and coalesce(family, '') = 'page' order by locale, id");
    let all: Vec<RootRow> = conn.all(translations).await?;
    let by_id: HashMap<i64, &RootRow> = own.iter().map(|row| (row.id, row)).collect();
    let mut roots = Vec::new();
    for site in sites {
        let Some(root) = site.root_page.and_then(|id| by_id.get(&id)) else { continue };
        roots.extend(root.root(site.id));
        let key = root.translation_key.as_deref();
        let others = all
            .iter()
            .filter(|row| row.id != root.id && key.is_some() && row.translation_key.as_deref() == key);
        roots.extend(others.filter_map(|row| row.root(site.id)));
    }
    Ok(roots)
}

impl RootRow {
    fn root(&self, site: i64) -> Option<Root> {
        let locale = self.locale.clone().unwrap_or_default();
        let (url_path, place) = (self.url_path.clone()?, self.path.clone()?);
        let translation_key = self.translation_key.clone().unwrap_or_default();
        Some(Root { site, page: self.id, url_path, locale, place, translation_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(id: i64, hostname: &str, port: i64, is_default: bool) -> Site {
        let (hostname, name) = (hostname.to_owned(), String::new());
        Site { id, hostname, port, name, root_page: None, is_default, front_end_url: None }
    }

    #[test]
    fn hosts_match_in_wagtails_order() {
        let sites = vec![
            site(1, "localhost", 80, true),
            site(2, "localhost", 8001, false),
            site(3, "one.example", 80, false),
            site(4, "two.example", 80, false),
            site(5, "two.example", 8000, false),
        ];
        let sites = Sites::of(sites, Vec::new(), Vec::new(), &SiteConfig::default());
        for (host, port, expected) in [
            ("localhost", 8001, 2),
            ("localhost", 9999, 1),
            ("LOCALHOST", 8001, 2),
            ("one.example", 8000, 3),
            ("two.example", 8000, 5),
            ("two.example", 9999, 1),
            ("unknown.example", 80, 1),
        ] {
            assert_eq!(sites.for_host(host, port).map(|site| site.id), Some(expected), "{host}:{port}");
        }
    }
}
