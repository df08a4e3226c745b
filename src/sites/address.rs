//! The two ways between a page's stored URL path (`/home/blog/x/`) and its address (`https://…/de/blog/x/`).

use crate::config::LocalePrefix;

use super::{Root, Site, Sites};

/// Where a page is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The site that shows it.
    pub site: i64,
    start: &'a Start,
    rest: &'a str,
}

/// What the addresses beneath a site's root begin with: lists show many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// The site's address, a slash, and the prefix of the root's locale if there is one.
    text: String,
    /// Where the site's address ends and the path begins.
    path: usize,
}

impl Address<'_> {
    /// The whole address.
    pub fn url(&self) -> String {
        self.pieces().concat()
    }

    /// The whole address, one piece behind the other.
    pub fn pieces(&self) -> [&str; 2] {
        [&self.start.text, self.rest]
    }

    /// As what is shown on a site names it: the path where it is on the same one, else the whole address.
    pub fn seen_from(&self, site: i64) -> String {
        if self.site == site { self.path() } else { self.url() }
    }

    /// The path, beginning with a slash.
    pub fn path(&self) -> String {
        [&self.start.text[self.start.path..], self.rest].concat()
    }
}

/// What a request's path means, before any page is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The locale that the path is in.
    pub locale: String,
    /// The stored URL path of the page that it names.
    pub url_path: String,
}

impl Sites {
    /// Where the page of this stored URL path is seen: on the site `prefer` if it is shown there, else on the first
    /// that shows it; nowhere if it lies outside all sites.
    pub fn address_of<'a>(&'a self, url_path: &'a str, prefer: Option<i64>) -> Option<Address<'a>> {
        let above = |(root, _): &(&Root, &Start)| url_path.starts_with(&root.url_path);
        let above = self.roots().iter().zip(&self.starts).filter(above);
        let (root, start) = above.min_by_key(|(root, _)| self.rank(root, prefer))?;
        Some(Address { site: root.site, start, rest: &url_path[root.url_path.len()..] })
    }

    /// What the addresses beneath each root begin with.
    pub(super) fn starts(&self) -> Vec<Start> {
        let start = |root: &Root| {
            let text = self.get(root.site).map(Site::root_url).unwrap_or_default();
            let path = text.len();
            Start { text: [&text, "/", &self.prefix_of(&root.locale)].concat(), path }
        };
        self.roots().iter().map(start).collect()
    }

    /// What a path on a site names. A first part that is the code of one of the site's locales is its prefix, where
    /// prefixes are in use.
    pub fn locate(&self, site: &Site, path: &str) -> Option<Located> {
        let path = path.trim_start_matches('/');
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let prefixed = |root: &&Root| root.locale == first && !self.prefix_of(&root.locale).is_empty();
        if let Some(root) = self.roots_of(site.id).find(prefixed) {
            return Some(located(root, rest));
        }
        let root = self.roots_of(site.id).find(|root| self.prefix_of(&root.locale).is_empty());
        // With a prefix on every locale, the bare front door still leads to the default one.
        let home = || self.roots_of(site.id).next().filter(|_| path.is_empty());
        root.or_else(home).map(|root| located(root, path))
    }

    /// The prefix of a locale's paths with its slash at the end, or nothing.
    pub fn prefix_of(&self, locale: &str) -> String {
        let shown = match self.prefix {
            LocalePrefix::None => false,
            LocalePrefix::NonDefault => locale != self.default_locale(),
            LocalePrefix::All => true,
        };
        if shown { format!("{locale}/") } else { String::new() }
    }

    /// What is preferred comes first: the wanted site, the deepest root, the default site.
    fn rank(&self, root: &Root, prefer: Option<i64>) -> (bool, std::cmp::Reverse<usize>, bool, i64) {
        let is_default = self.get(root.site).is_some_and(|site| site.is_default);
        (prefer != Some(root.site), std::cmp::Reverse(root.url_path.len()), !is_default, root.site)
    }
}

fn located(root: &Root, rest: &str) -> Located {
    let rest = rest.trim_matches('/');
    let slash = if rest.is_empty() { "" } else { "/" };
    Located { locale: root.locale.clone(), url_path: format!("{}{rest}{slash}", root.url_path) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SiteConfig;
    use crate::sites::Locale;

    fn sites(prefix: LocalePrefix) -> Sites {
        let site = |id, hostname: &str, is_default| Site {
            id,
            hostname: hostname.to_owned(),
            port: 443,
            name: String::new(),
            root_page: None,
            is_default,
            front_end_url: None,
        };
        let root = |site, page, url_path: &str, locale: &str| Root {
            site,
            page,
            url_path: url_path.to_owned(),
            locale: locale.to_owned(),
            place: crate::base::TreePath::root(),
            translation_key: String::new(),
        };
        let config = SiteConfig {
            locale_prefix: prefix,
            languages: vec!["en".into(), "de".into()],
            ..SiteConfig::default()
        };
        let locale = |id, code: &str| Locale { id, code: code.to_owned() };
        let roots =
            vec![root(1, 2, "/home/", "en"), root(1, 3, "/home-de/", "de"), root(2, 9, "/home/shop/", "en")];
        Sites::of(
            vec![site(1, "example.com", true), site(2, "shop.example", false)],
            vec![locale(1, "en"), locale(2, "de")],
            roots,
            &config,
        )
    }

    #[test]
    fn pages_have_addresses() {
        use LocalePrefix::{All, NonDefault, None as Never};
        for (prefix, url_path, prefer, expected) in [
            (NonDefault, "/home/", None, Some("https://example.com/")),
            (NonDefault, "/home/blog/x/", None, Some("https://example.com/blog/x/")),
            (NonDefault, "/home-de/blog/", None, Some("https://example.com/de/blog/")),
            (Never, "/home-de/blog/", None, Some("https://example.com/blog/")),
            (All, "/home/blog/", None, Some("https://example.com/en/blog/")),
            (NonDefault, "/home/shop/a/", None, Some("https://shop.example/a/")),
            (NonDefault, "/home/shop/a/", Some(1), Some("https://example.com/shop/a/")),
            (NonDefault, "/elsewhere/", None, None),
        ] {
            let address = sites(prefix).address_of(url_path, prefer).map(|address| address.url());
            assert_eq!(address.as_deref(), expected, "{url_path}");
        }
    }

    #[test]
    fn paths_name_pages() {
        use LocalePrefix::{All, NonDefault, None as Never};
        for (prefix, path, expected) in [
            (NonDefault, "/", Some(("en", "/home/"))),
            (NonDefault, "/blog/x", Some(("en", "/home/blog/x/"))),
            (NonDefault, "/de/", Some(("de", "/home-de/"))),
            (NonDefault, "/de/blog/", Some(("de", "/home-de/blog/"))),
            (NonDefault, "/en/blog/", Some(("en", "/home/en/blog/"))),
            (Never, "/de/blog/", Some(("en", "/home/de/blog/"))),
            (All, "/en/blog/", Some(("en", "/home/blog/"))),
            (All, "/", Some(("en", "/home/"))),
            (All, "/blog/", None),
        ] {
            let sites = sites(prefix);
            let located = sites.get(1).and_then(|site| sites.locate(site, path));
            let located = located.as_ref().map(|found| (found.locale.as_str(), found.url_path.as_str()));
            assert_eq!(located, expected, "{path}");
        }
    }
}
