//! What somebody may do: an action, on a scope. The only place where this is decided.

use crate::base::TreePath;
use crate::error::{Error, Result};

use super::Actor;

/// Something that can be allowed, in Wagtail's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Come into the admin.
    Access,
    /// See drafts, histories and lists.
    View,
    /// Make one beneath or within, and change one's own.
    Add,
    /// Change anybody's.
    Change,
    /// Make live, unpublish, and change what is live at once.
    Publish,
    /// Delete one.
    Delete,
    /// Delete one with everything beneath it.
    BulkDelete,
    /// Keep others from changing it.
    Lock,
    /// Undo somebody's lock.
    Unlock,
    /// Choose a file for a page.
    Choose,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 10] = [
        Self::Access,
        Self::View,
        Self::Add,
        Self::Change,
        Self::Publish,
        Self::Delete,
        Self::BulkDelete,
        Self::Lock,
        Self::Unlock,
        Self::Choose,
    ];

    /// As it is stored, and as Wagtail's permission codenames begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::View => "view",
            Self::Add => "add",
            Self::Change => "change",
            Self::Publish => "publish",
            Self::Delete => "delete",
            Self::BulkDelete => "bulk_delete",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Choose => "choose",
        }
    }

    /// Reads a stored name; `edit` is what Wagtail called `change` before version 6.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "edit" {
            return Some(Self::Change);
        }
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// What an action is done to. Rooms say what their things' scope is.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// The admin as such.
    Admin,
    /// A page, or the place under which one is added.
    Page {
        /// Its place in the tree.
        path: &'a TreePath,
        /// The user who owns it.
        owner: Option<i64>,
    },
    /// A file or a collection of files.
    Collection {
        /// The collection's place in the tree of collections.
        path: &'a TreePath,
        /// The type of what is in it: `wagtailimages.Image`, `wagtaildocs.Document`, `wagtailcore.Collection`.
        label: &'a str,
        /// The user who uploaded it.
        owner: Option<i64>,
    },
    /// Everything of a type: a snippet type, or `auth.User`, `wagtailcore.Site`, `wagtailredirects.Redirect`.
    Type(&'a str),
    /// A setting of one site.
    Setting {
        /// The setting's type.
        label: &'a str,
        /// The site; `None` for a global setting.
        site: Option<i64>,
    },
}

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On a page and everything beneath it.
    Page(TreePath),
    /// For files of a type in a collection and everything beneath it.
    Collection(TreePath, String),
    /// For everything of a type; with a site, only there.
    Type(String, Option<i64>),
    /// For the admin as such.
    Admin,
}

/// One action that somebody's groups allow them somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What.
    pub action: Action,
    /// Where.
    pub place: Place,
}

/// Whether this actor may do this to that.
pub fn may(actor: &Actor, action: Action, scope: &Scope<'_>) -> bool {
    let person = match actor {
        Actor::Anonymous => return false,
        Actor::System(_) => return true,
        Actor::Person(person) => person,
    };
    if !person.is_active || person.is_superuser {
        return person.is_active;
    }
    let granted =
        |wanted| person.grants.iter().any(|grant| grant.action == wanted && covers(&grant.place, scope));
    let own = || owner(scope) == Some(person.id) && granted(Action::Add);
    match (action, scope) {
        (Action::Access, _) | (_, Scope::Admin) => granted(Action::Access),
        (Action::View, _) => person.grants.iter().any(|grant| covers(&grant.place, scope)),
        (Action::Change, _) => granted(Action::Change) || own(),
        // Whoever may change a page or file may also remove it; things of a type have a right of their own for it.
        (Action::Delete, Scope::Page { .. } | Scope::Collection { .. }) => {
            granted(Action::Change) || granted(Action::Delete) || own()
        }
        _ => granted(action),
    }
}

/// [`may`], as a result; `words` say what was wanted: "publish this page".
pub fn must(actor: &Actor, action: Action, scope: &Scope<'_>, words: &str) -> Result<()> {
    if may(actor, action, scope) { Ok(()) } else { Err(Error::Forbidden(words.to_owned())) }
}

/// Whether this page has to be shown on the way to one that the actor may see. Its content stays hidden.
pub fn leads_to_something(actor: &Actor, path: &TreePath) -> bool {
    let Some(person) = actor.person() else { return matches!(actor, Actor::System(_)) };
    let beneath = |grant: &Grant| matches!(&grant.place, Place::Page(granted) if path.contains(granted));
    person.is_active && (person.is_superuser || person.grants.iter().any(beneath))
}

fn covers(place: &Place, scope: &Scope<'_>) -> bool {
    match (place, scope) {
        (Place::Admin, Scope::Admin) => true,
        (Place::Page(granted), Scope::Page { path, .. }) => granted.contains(path),
        (Place::Collection(granted, of), Scope::Collection { path, label, .. }) => {
            of.eq_ignore_ascii_case(label) && granted.contains(path)
        }
        (Place::Type(of, None), Scope::Type(label)) => of.eq_ignore_ascii_case(label),
        (Place::Type(of, only), Scope::Setting { label, site }) => {
            of.eq_ignore_ascii_case(label) && (only.is_none() || only == site)
        }
        _ => false,
    }
}

fn owner(scope: &Scope<'_>) -> Option<i64> {
    match scope {
        Scope::Page { owner, .. } | Scope::Collection { owner, .. } => *owner,
        Scope::Admin | Scope::Type(_) | Scope::Setting { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Person;
    use super::*;

    const EVA: i64 = 7;

    fn path(numbers: &[usize]) -> TreePath {
        numbers.iter().fold(TreePath::root(), |path, number| path.nth_child(*number))
    }

    fn person(grants: Vec<Grant>) -> Person {
        Person { id: EVA, username: "eva".into(), is_active: true, grants, ..Person::default() }
    }

    fn grant(action: Action, place: Place) -> Grant {
        Grant { action, place }
    }

    #[test]
    fn grants_decide_by_action_place_and_owner() {
        let (blog, post, shop) = (path(&[0]), path(&[0, 3]), path(&[1]));
        let eva = person(vec![
            grant(Action::Access, Place::Admin),
            grant(Action::Add, Place::Page(blog.clone())),
            grant(Action::Publish, Place::Page(post.clone())),
            grant(Action::Change, Place::Collection(blog.clone(), "wagtailimages.Image".into())),
            grant(Action::Change, Place::Type("base.Footer".into(), None)),
            grant(Action::Change, Place::Type("base.Contact".into(), Some(2))),
        ]);
        let eva = Actor::Person(Arc::new(eva));
        let page = |path, owner| Scope::Page { path, owner };
        let image = |path, label| Scope::Collection { path, label, owner: None };
        let setting = |label, site| Scope::Setting { label, site };
        for (line, (action, scope, expected)) in [
            (Action::Access, Scope::Admin, true),
            (Action::Add, page(&blog, None), true),
            (Action::Add, page(&post, None), true),
            (Action::Add, page(&shop, None), false),
            (Action::Add, page(&path(&[]), None), false),
            (Action::Change, page(&post, None), false),
            (Action::Change, page(&post, Some(EVA)), true),
            (Action::Change, page(&post, Some(8)), false),
            (Action::Change, page(&shop, Some(EVA)), false),
            (Action::Delete, page(&post, Some(EVA)), true),
            (Action::Delete, page(&post, Some(8)), false),
            (Action::BulkDelete, page(&blog, Some(EVA)), false),
            (Action::Publish, page(&post, None), true),
            (Action::Publish, page(&blog, None), false),
            (Action::Lock, page(&post, Some(EVA)), false),
            (Action::View, page(&post, None), true),
            (Action::View, page(&shop, Some(EVA)), false),
            (Action::Change, image(&post, "wagtailimages.image"), true),
            (Action::Delete, image(&blog, "wagtailimages.Image"), true),
            (Action::Change, image(&blog, "wagtaildocs.Document"), false),
            (Action::Choose, image(&blog, "wagtailimages.Image"), false),
            (Action::Change, image(&shop, "wagtailimages.Image"), false),
            (Action::Change, Scope::Type("base.footer"), true),
            (Action::Delete, Scope::Type("base.Footer"), false),
            (Action::View, Scope::Type("base.Footer"), true),
            (Action::View, Scope::Type("base.Person"), false),
            (Action::Change, setting("base.Contact", Some(2)), true),
            (Action::Change, setting("base.Contact", Some(1)), false),
            (Action::Change, setting("base.Contact", None), false),
            (Action::Change, Scope::Type("base.Contact"), false),
            (Action::Change, setting("base.Footer", Some(1)), true),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(may(&eva, action, &scope), expected, "line {line}: {action:?} {scope:?}");
        }
        assert!(leads_to_something(&eva, &path(&[])) && !leads_to_something(&eva, &shop));
    }

    #[test]
    fn strangers_and_ended_accounts_may_nothing_and_superusers_everything() {
        let place = path(&[0]);
        let scope = Scope::Page { path: &place, owner: None };
        let all = |actor: &Actor| Action::ALL.map(|action| may(actor, action, &scope));
        let superuser = Person { is_superuser: true, ..person(Vec::new()) };
        let ended = Person { is_active: false, ..superuser.clone() };
        assert_eq!(all(&Actor::Anonymous), [false; 10]);
        assert_eq!(all(&Actor::Person(Arc::new(ended))), [false; 10]);
        assert_eq!(all(&Actor::Person(Arc::new(person(Vec::new())))), [false; 10]);
        assert_eq!(all(&Actor::Person(Arc::new(superuser))), [true; 10]);
        assert_eq!(all(&Actor::System("import")), [true; 10]);
        assert!(must(&Actor::Anonymous, Action::Publish, &scope, "publish this page").is_err());
    }

    #[test]
    fn names_are_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.name()), Some(action));
        }
        assert_eq!(Action::parse("edit"), Some(Action::Change));
        assert_eq!(Action::parse("fly"), None);
    }
}
