//! Where a page may stand, and what its address is there.

use super::page;
use super::privacy;
use crate::accounts;
use crate::accounts::Action;
use crate::accounts::Scope;
use crate::accounts::Work;
use crate::base::TreePath;
use crate::content::Object;
use crate::content::Place;
use crate::content::event;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Schema;
use crate::schema::Type;
use crate::store::sql;

/// What permissions on a page hang on.
pub fn scope(page: &Object) -> Result<Scope<'_>> {
    Ok(Scope::Page { path: page.tree_path()?, owner: page.owner })
}

/// Refuses an actor who may not do this to a page.
pub(super) fn must(work: &Work, action: Action, page: &Object, words: &str) -> Result<()> {
    accounts::must(&work.actor, action, &scope(page)?, words)
}

/// Takes the tree's lock, which every change of its shape holds until it commits.
pub(super) async fn lock(work: &mut Work) -> Result<()> {
    work.lock("tree").await
}

/// Refuses a type where its own declaration or the parent's does not allow it, or where there are enough.
pub(super) async fn allowed(
    work: &mut Work,
    schema: &Schema,
    declared: &Type,
    parent: &Object,
) -> Result<()> {
    let refuse =
        || Error::Conflict(format!("{} may not stand beneath “{}”", declared.name, parent.draft_title));
    match schema.get(&parent.label) {
        Some(above) if !declared.may_stand_under(above) => return Err(refuse()),
        // The root of the tree is of no declared type.
        None if declared
            .parents
            .as_ref()
            .is_some_and(|parents| !parents.iter().any(|label| is_root(label))) =>
        {
            return Err(refuse());
        }
        _ => {}
    }
    if let Some(most) = declared.max_count_per_parent {
        let ask = sql("select count(*) from objects where parent = ? and type = ?");
        let there: i64 = work.one(ask.bind(parent.key).bind(declared.label.as_str())).await?;
        if there >= most as i64 {
            return Err(Error::Conflict(format!(
                "there may be {most} of {} beneath one page",
                declared.name
            )));
        }
    }
    Ok(())
}

fn is_root(label: &str) -> bool {
    label == crate::schema::PAGE || label == "wagtailcore.Root"
}

/// A place for a new or moved page: beneath `parent`, before one of its children or as the last.
pub async fn place_beneath(
    work: &mut Work,
    parent: &Object,
    slug: &str,
    before: Option<&TreePath>,
    moved: Option<&Object>,
) -> Result<Place> {
    let key = moved.map(|moved| moved.key);
    let path = match free_path(work, parent, before, key).await? {
        Some(path) => path,
        None => {
            let before = renumber(work, parent, before).await?;
            let path = free_path(work, parent, before.as_ref(), key).await?;
            path.ok_or_else(|| Error::Conflict("there is no room for another page here".to_owned()))?
        }
    };
    let restricted = privacy::is_restricted(work, parent.tree_path()?).await?;
    let url_path = format!("{}{slug}/", parent.url_path);
    Ok(Place { parent: Some(parent.key), path, slug: slug.to_owned(), url_path, restricted })
}

async fn free_path(
    work: &mut Work,
    parent: &Object,
    before: Option<&TreePath>,
    moved: Option<crate::base::Key>,
) -> Result<Option<TreePath>> {
    let (left, right) = page::neighbours(work, parent.key, before, moved).await?;
    Ok(parent.tree_path()?.child_between(left.as_ref(), right.as_ref()))
}

/// Numbers the children of one page anew, evenly, and tells where `before` went.
async fn renumber(work: &mut Work, parent: &Object, before: Option<&TreePath>) -> Result<Option<TreePath>> {
    let children: Vec<String> =
        work.all(sql("select path from objects where parent = ? order by path").bind(parent.key)).await?;
    let above = parent.tree_path()?.clone();
    let mut moved_before = None;
    // By way of a mark that no path has, so that no two are ever alike in between.
    for (number, old) in children.iter().enumerate() {
        let new = above.nth_child(number);
        if before.is_some_and(|before| before.as_str() == old) {
            moved_before = Some(new.clone());
        }
        replace_prefix(work, old, &format!("#{}", new.as_str())).await?;
    }
    let unmark =
        sql(format!("update objects set path = substr(path, 2) where path like '#{}%'", above.as_str()));
    work.execute(unmark).await?;
    // What remembers places must know that they are others now.
    work.record(event("renumbered", parent));
    Ok(moved_before)
}

/// Gives a whole subtree another path.
pub(super) async fn replace_prefix(work: &mut Work, old: &str, new: &str) -> Result<()> {
    let rest = old.len() + 1;
    let update = sql(format!(
        "update objects set path = concat(?, substr(path, {rest})) where path >= ? and path < ?"
    ));
    work.execute(update.bind(new).bind(old).bind(format!("{old}~"))).await.map(drop)
}

/// A free slug beneath a parent: the wanted one, or what the title gives, numbered if it is taken.
pub(super) async fn free_slug(work: &mut Work, parent: &Object, wanted: &str) -> Result<String> {
    let base = crate::text::slugify(wanted, true);
    let base = if base.is_empty() { "page".to_owned() } else { base };
    let mut slug = base.clone();
    let mut number = 1;
    while page::slug_is_taken(work, parent.key, &slug, None).await? {
        number += 1;
        slug = crate::text::deduplicated(&base, number);
    }
    Ok(slug)
}
