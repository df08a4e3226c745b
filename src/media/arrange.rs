//! Changing the tree of collections, and what that does to the files in them.

use crate::accounts::Action;
use crate::accounts::Scope;
use crate::accounts::Work;
use crate::accounts::must;
use crate::base::Key;
use crate::base::TreePath;
use crate::error::Error;
use crate::error::Result;
use crate::events::NewEvent;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::store::Sql;
use crate::store::sql;

use super::collection::Admits;
use super::collection::Collection;
use super::collection::Collections;
use super::collection::ROOT;

/// Taken while the tree of collections changes shape.
const TREE: &str = "collections";
/// The longest name.
const NAME: usize = 255;

/// Makes a collection beneath another, behind its siblings.
pub async fn create_collection(work: &mut Work, parent: i64, name: &str) -> Result<Collection> {
    work.lock(TREE).await?;
    let tree = Collections::load(work).await?;
    let above = tree.get(Some(parent))?;
    may_arrange(work, Action::Add, above, "add a collection here")?;
    let path = last_place(&tree, above)?;
    let collection =
        Collection { id: work.next("collection").await?, path, parent: Some(parent), name: named(name)? };
    insert(work, &collection).await?;
    tell(work, "collection.created", &collection);
    Ok(collection)
}

/// Gives a collection another name.
pub async fn rename_collection(work: &mut Work, id: i64, name: &str) -> Result<()> {
    let tree = Collections::load(work).await?;
    let collection = tree.get(Some(id))?;
    may_arrange(work, Action::Change, collection, "change this collection")?;
    let name = named(name)?;
    work.execute(sql("update collections set name = ? where id = ?").bind(name.as_str()).bind(id)).await?;
    tell(work, "collection.edited", &Collection { name, ..collection.clone() });
    Ok(())
}

/// Moves a collection with everything beneath it under another; restrictions follow from the new place.
pub async fn move_collection(work: &mut Work, id: i64, parent: i64) -> Result<()> {
    work.lock(TREE).await?;
    let tree = Collections::load(work).await?;
    let (collection, above) = (tree.get(Some(id))?, tree.get(Some(parent))?);
    may_arrange(work, Action::Change, collection, "move this collection")?;
    may_arrange(work, Action::Add, above, "add a collection here")?;
    if id == ROOT || collection.path.contains(&above.path) {
        return Err(Error::Conflict("a collection cannot be moved beneath itself".into()));
    }
    let to = last_place(&tree, above)?;
    for one in tree.beneath(collection) {
        let rest = one.path.as_str().strip_prefix(collection.path.as_str()).unwrap_or_default();
        let update = sql("update collections set path = ? where id = ?")
            .bind(format!("{}{rest}", to.as_str()))
            .bind(one.id);
        work.execute(update).await?;
    }
    work.execute(sql("update collections set parent = ? where id = ?").bind(parent).bind(id)).await?;
    tell(work, "collection.moved", collection);
    follow_restrictions(work, id).await
}

/// Deletes an empty collection.
pub async fn delete_collection(work: &mut Work, id: i64) -> Result<()> {
    work.lock(TREE).await?;
    let tree = Collections::load(work).await?;
    let collection = tree.get(Some(id))?;
    may_arrange(work, Action::Delete, collection, "delete this collection")?;
    let inside: i64 = work.one(sql("select count(*) from objects where collection = ?").bind(id)).await?;
    if id == ROOT || inside > 0 || tree.beneath(collection).nth(1).is_some() {
        return Err(Error::Conflict(
            "only an empty collection can be deleted; move what is in it first".into(),
        ));
    }
    for table in ["collections where id", "collection_restrictions where collection"] {
        work.execute(sql(format!("delete from {table} = ?")).bind(id)).await?;
    }
    tell(work, "collection.deleted", collection);
    Ok(())
}

/// Lets only some see what lies in a collection and beneath; `None` opens it again. A restriction that lets the same
/// ones through keeps its id, so that visitors need not type a password again.
pub async fn restrict_collection(work: &mut Work, id: i64, admits: Option<Admits>) -> Result<()> {
    work.lock(TREE).await?;
    let tree = Collections::load(work).await?;
    let collection = tree.get(Some(id))?;
    may_arrange(work, Action::Change, collection, "restrict this collection")?;
    let own = tree.restrictions(Some(id)).into_iter().find(|restriction| restriction.collection == id);
    if own.map(|restriction| &restriction.admits) == admits.as_ref() {
        return Ok(());
    }
    work.execute(sql("delete from collection_restrictions where collection = ?").bind(id)).await?;
    if let Some(admits) = &admits {
        let number = work.next("collection restriction").await?;
        restore_restriction(work, number, id, admits).await?;
    }
    tell(work, "collection.restricted", collection);
    follow_restrictions(work, id).await
}

/// For importers: a collection as it was recorded, under its recorded id. Parents come before their children.
pub async fn restore_collection(
    work: &mut Work,
    id: i64,
    parent: Option<i64>,
    name: &str,
) -> Result<Collection> {
    work.lock(TREE).await?;
    let tree = Collections::load(work).await?;
    work.reserve("collection", id).await?;
    if let Ok(known) = tree.get(Some(id)) {
        work.execute(sql("update collections set name = ? where id = ?").bind(name).bind(id)).await?;
        return Ok(Collection { name: name.to_owned(), ..known.clone() });
    }
    let path = last_place(&tree, tree.get(parent)?)?;
    let collection = Collection { id, path, parent: Some(parent.unwrap_or(ROOT)), name: name.to_owned() };
    insert(work, &collection).await?;
    tell(work, "collection.restored", &collection);
    Ok(collection)
}

/// For importers: a restriction under its recorded id. [`follow_restrictions`] comes after the last one.
pub async fn restore_restriction(work: &mut Work, id: i64, collection: i64, admits: &Admits) -> Result<()> {
    work.reserve("collection restriction", id).await?;
    let groups = if let Admits::Groups(groups) = admits { groups.clone() } else { Vec::new() };
    let password = if let Admits::Password(hash) = admits { Some(hash.clone()) } else { None };
    work.execute(sql("delete from collection_restrictions where id = ?").bind(id)).await?;
    let insert = sql("insert into collection_restrictions (id, collection, kind, password, user_groups) values (?, ?, ?, ?, ?)")
        .bind(id)
        .bind(collection)
        .bind(admits.kind())
        .bind(password)
        .bind(serde_json::to_string(&groups)?);
    work.execute(insert).await.map(drop)
}

/// Makes the files in a collection and beneath it public or not, as restrictions now say.
pub async fn follow_restrictions(work: &mut Work, id: i64) -> Result<()> {
    let tree = Collections::load(work).await?;
    for one in tree.beneath(tree.get(Some(id))?) {
        let public = tree.is_public(Some(one.id));
        let inside = "key in (select key from objects where collection = ? and family in (?, ?))";
        show(work, public, || sql(inside).bind(one.id).bind(IMAGE).bind(DOCUMENT)).await?;
    }
    Ok(())
}

/// Makes one file public or not, as the restrictions on its collection say.
pub(super) async fn follow_restrictions_on(work: &mut Work, key: Key, public: bool) -> Result<()> {
    show(work, public, || sql("key = ?").bind(key)).await
}

/// Sets the flag of live objects and of their values; `which` is a condition on the object's key.
async fn show(work: &mut Work, public: bool, which: impl Fn() -> Sql) -> Result<()> {
    // The objects first: whoever is making their value rows meanwhile is waited for.
    let mut update = sql("update objects set public = ? where ").bind(public);
    update.append(which()).push(" and live = 1");
    work.execute(update).await?;
    for table in ["value_text", "value_int", "value_real"] {
        let mut update =
            sql(format!("update {table} set public = ? where object in (select key from objects where "));
        update = update.bind(public);
        update.append(which()).push(" and live = 1)");
        work.execute(update).await?;
    }
    Ok(())
}

fn may_arrange(work: &Work, action: Action, collection: &Collection, words: &str) -> Result<()> {
    must(
        &work.actor,
        action,
        &Scope::Collection { path: &collection.path, label: COLLECTION, owner: None },
        words,
    )
}

fn named(name: &str) -> Result<String> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err(Error::invalid("name", "a collection needs a name")),
        length if length > NAME => Err(Error::invalid("name", format!("at most {NAME} characters"))),
        _ => Ok(name.to_owned()),
    }
}

fn last_place(tree: &Collections, above: &Collection) -> Result<TreePath> {
    let depth = above.path.depth() + 1;
    let last = tree.beneath(above).filter(|one| one.path.depth() == depth).last();
    let place = above.path.child_between(last.map(|one| &one.path), None);
    place.ok_or_else(|| Error::Conflict("this collection can hold no more collections".into()))
}

async fn insert(work: &mut Work, collection: &Collection) -> Result<()> {
    let insert = sql("insert into collections (id, path, parent, name) values (?, ?, ?, ?)")
        .bind(collection.id)
        .bind(&collection.path)
        .bind(collection.parent)
        .bind(collection.name.as_str());
    work.execute(insert).await.map(drop)
}

fn tell(work: &mut Work, kind: &'static str, collection: &Collection) {
    let data = serde_json::json!({ "title": collection.name });
    work.record(NewEvent::about(kind, COLLECTION, COLLECTION, collection.id).with(data));
}
