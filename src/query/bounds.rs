//! What a read token bounds the visible to.

use crate::accounts::ApiToken;
use crate::base::TreePath;
use crate::schema::PAGE_FAMILY;
use crate::sites::Sites;
use crate::store::Sql;
use crate::store::sql;

/// Types and places that are seen; whatever is public and lies outside is as if it were not there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// Labels of what is seen; every type if there are none.
    types: Vec<String>,
    /// For pages: each of these lists of places holds the page in one of its places or beneath.
    places: Vec<Vec<TreePath>>,
    /// Whether drafts may be asked for.
    drafts: bool,
}

impl Bounds {
    /// Those of a token whose subtree stands at this place. Of a subtree or a site that is gone nothing is seen.
    pub fn of(token: &ApiToken, place: Option<TreePath>, sites: &Sites) -> Self {
        let subtree = token.subtree.map(|_| place.into_iter().collect());
        let roots = |site| sites.roots_of(site).map(|root| root.place.clone()).collect();
        let places = subtree.into_iter().chain(token.site.map(roots)).collect();
        Self { types: token.labels().map(str::to_owned).collect(), places, drafts: token.drafts }
    }

    /// Whether drafts may be asked for.
    pub fn show_drafts(&self) -> bool {
        self.drafts
    }

    /// Whether what stands in no tree and has this label, such as redirects, is seen: with any bound only if it is named.
    pub fn holds(&self, label: &str) -> bool {
        let is_free = self.types.is_empty() && self.places.is_empty();
        is_free || self.types.iter().any(|known| known == label)
    }

    /// The condition on `o`, a row of `objects`.
    pub(super) fn condition(&self) -> Sql {
        let mut condition = sql("1 = 1");
        if !self.types.is_empty() {
            condition.push(" and o.type in ").push_list(&self.types);
        }
        for places in &self.places {
            condition.push(" and (o.family <> ").push_bind(PAGE_FAMILY);
            for place in places {
                condition
                    .push(" or (o.path >= ")
                    .push_bind(place)
                    .push(" and o.path < ")
                    .push_bind(place.end());
                condition.push(")");
            }
            condition.push(")");
        }
        condition
    }
}
