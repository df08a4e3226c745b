//! Who sees what: the part of a statement that comes before every other.

use std::sync::Arc;

use crate::base::TreePath;
use crate::media::ROOT;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::sites::Sites;
use crate::store::Sql;
use crate::store::sql;

use super::bounds::Bounds;
use super::drafts::Drafts;
use super::item::Item;

/// What may come up at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// For pages: where the trees stand that are looked into; `None` is the whole tree. A page's place stands in every
    /// index of a list, its address in none.
    places: Option<Vec<TreePath>>,
    /// What the viewer may see besides what everybody may.
    opened: Option<Arc<Opened>>,
    /// What a token bounds all of it to.
    bounds: Option<Arc<Bounds>>,
    /// Whether what editors have is seen instead of what is published.
    drafts: Option<Drafts>,
}

/// What is open to somebody who has signed in or knows a password. What is not live is open to nobody.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opened {
    /// The restrictions on pages that let them pass; every other one keeps its page and all beneath it closed.
    pub restrictions: Vec<i64>,
    /// The collections whose images and documents are open.
    pub collections: Vec<i64>,
}

impl Scope {
    /// Everything public.
    pub fn public() -> Self {
        Self::default()
    }

    /// The public pages of a site: its root page's tree and, with several languages, those of its translations.
    pub fn site(sites: &Sites, site: i64) -> Self {
        let languages = if sites.locales().len() > 1 { usize::MAX } else { 1 };
        let roots = sites.roots_of(site).take(languages);
        Self { places: Some(roots.map(|root| root.place.clone()).collect()), ..Self::default() }
    }

    /// The places of the trees that are looked into; none for the whole tree.
    pub fn places(&self) -> &[TreePath] {
        self.places.as_deref().unwrap_or_default()
    }

    /// The same with what is open to a viewer.
    pub fn opened(mut self, opened: Option<Arc<Opened>>) -> Self {
        self.opened = opened;
        self
    }

    /// The same within the bounds of a token.
    pub fn bounded(mut self, bounds: Option<Arc<Bounds>>) -> Self {
        self.bounds = bounds;
        self
    }

    /// The same with what editors have, published or not. What is private stays so.
    pub fn drafted(mut self, drafts: Option<Drafts>) -> Self {
        self.drafts = drafts;
        self
    }

    /// The same for the whole tree.
    pub fn everywhere(&self) -> Self {
        Self { places: None, ..self.clone() }
    }

    /// Whether a page stands in one of these trees.
    pub fn holds(&self, page: &Item) -> bool {
        page.path.as_ref().map_or(self.places.is_none(), |path| self.holds_place(path))
    }

    /// Whether a place is in one of these trees.
    pub(super) fn holds_place(&self, path: &TreePath) -> bool {
        self.places.as_ref().is_none_or(|places| places.iter().any(|place| place.contains(path)))
    }

    /// Whether it is the same for everybody, and not narrowed by a token.
    pub(super) fn is_everybodys(&self) -> bool {
        self.is_public() && self.bounds.is_none()
    }

    /// Whether the viewer sees nothing but what everybody sees.
    pub fn is_public(&self) -> bool {
        self.opened.is_none() && self.drafts.is_none()
    }

    pub(super) fn drafts(&self) -> Option<&Drafts> {
        self.drafts.as_ref()
    }

    /// The condition on `o`, a row of `objects`.
    pub(super) fn condition(&self) -> Sql {
        self.condition_on("o.path")
    }

    /// The same where the rows come in another order than the tree's: a planner that could find the places by an index
    /// would sort all that stands there.
    pub(super) fn condition_on_the_way(&self) -> Sql {
        self.condition_on("coalesce(o.path, '')")
    }

    /// The condition that some page that everybody sees stands in none of these trees. `None` where others see more or
    /// less, or the whole tree is looked into.
    pub(super) fn outside(&self) -> Option<Sql> {
        let mut places: Vec<&TreePath> = self.places.as_ref()?.iter().collect();
        places.sort_unstable();
        if places.is_empty() || !self.is_everybodys() {
            return None;
        }
        let (mut outside, mut beyond) = (sql("("), String::new());
        for place in places {
            outside.append(stands_between(&beyond, Some(place))).push(" or ");
            beyond = beyond.max(place.end());
        }
        outside.append(stands_between(&beyond, None)).push(")");
        Some(outside)
    }

    fn condition_on(&self, path: &str) -> Sql {
        let mut condition = match (&self.drafts, &self.opened) {
            (Some(_), _) => unpublished_too(),
            (None, Some(opened)) => opened.condition(),
            (None, None) => sql("o.public = 1"),
        };
        if let Some(bounds) = &self.bounds {
            condition.push(" and ").append(bounds.condition());
        }
        let Some(places) = &self.places else { return condition };
        if places.is_empty() {
            condition.push(" and 1 = 0");
            return condition;
        }
        for (number, place) in places.iter().enumerate() {
            condition.push(if number == 0 { " and ((" } else { " or (" });
            condition.push(path).push(" >= ").push_bind(place).push(" and ");
            condition.push(path).push(" < ").push_bind(place.end()).push(")");
        }
        condition.push(")");
        condition
    }
}

/// The condition that a page that everybody sees stands from one place on and before another.
fn stands_between(from: &str, to: Option<&TreePath>) -> Sql {
    let mut condition = sql("exists (select 1 from objects e where e.family = ");
    condition.push_bind(PAGE_FAMILY).push(" and e.public = 1 and e.path >= ").push_bind(from);
    if let Some(to) = to {
        condition.push(" and e.path < ").push_bind(to);
    }
    condition.push(")");
    condition
}

impl Opened {
    fn condition(&self) -> Sql {
        let mut condition = sql("(o.public = 1 or (o.live = 1 and o.family = ?").bind(PAGE_FAMILY);
        condition.push(" and ").append(let_through(&self.restrictions));
        condition.push(") or (o.live = 1 and o.family in ").push_list([IMAGE, DOCUMENT]);
        condition.push(" and coalesce(o.collection, ").push_bind(ROOT).push(") in ");
        condition.push_list(self.collections.iter().copied()).push("))");
        condition
    }
}

/// The condition for what editors have: whatever it is, files apart, unless a restriction keeps readers from it.
fn unpublished_too() -> Sql {
    let mut condition = sql("(o.public = 1 or o.family not in ");
    condition.push_list([PAGE_FAMILY, IMAGE, DOCUMENT]).push(" or (o.family = ").push_bind(PAGE_FAMILY);
    condition.push(" and ").append(let_through(&[])).push("))");
    condition
}

/// The condition that no restriction but these keeps readers from a page.
fn let_through(restrictions: &[i64]) -> Sql {
    let mut condition =
        sql("not exists (select 1 from view_restrictions r join objects a on a.key = r.object \
         where a.path = substr(o.path, 1, length(a.path)) and r.id not in ");
    // Without any the list is of an id that none has: a list of null would let everything pass.
    condition.push_list([0].iter().chain(restrictions).copied()).push(")");
    condition
}
