//! Who sees what: the part of a statement that comes before every other.

use crate::sites::Sites;
use crate::store::Sql;
use crate::store::sql;

use super::item::Item;

/// What may come up at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// For pages: the stored URL paths of the trees to look into; `None` is the whole tree.
    trees: Option<Vec<String>>,
}

impl Scope {
    /// Everything public.
    pub fn public() -> Self {
        Self::default()
    }

    /// The public pages of a site: its root page's tree and, with several languages, those of its translations.
    pub fn site(sites: &Sites, site: i64) -> Self {
        let languages = if sites.locales().len() > 1 { usize::MAX } else { 1 };
        Self { trees: Some(sites.roots_of(site).take(languages).map(|root| root.url_path.clone()).collect()) }
    }

    /// Whether a page stands in one of these trees.
    pub fn holds(&self, page: &Item) -> bool {
        let url_path = page.url_path.as_deref().unwrap_or_default();
        self.trees.as_ref().is_none_or(|trees| trees.iter().any(|tree| url_path.starts_with(tree)))
    }

    /// The condition on `o`, a row of `objects`.
    pub(super) fn condition(&self) -> Sql {
        let mut condition = sql("o.public = 1");
        let Some(trees) = &self.trees else { return condition };
        if trees.is_empty() {
            condition.push(" and 1 = 0");
            return condition;
        }
        for (number, tree) in trees.iter().enumerate() {
            condition.push(if number == 0 { " and (" } else { " or " });
            condition.push("(o.url_path >= ").push_bind(tree).push(" and o.url_path < ").push_bind(end(tree));
            condition.push(")");
        }
        condition.push(")");
        condition
    }
}

/// The first text behind everything that begins with a URL path, whose last character is a slash.
fn end(url_path: &str) -> String {
    format!("{}0", url_path.strip_suffix('/').unwrap_or(url_path))
}
