//! A new page, and the root that every tree grows from.

use serde_json::Value;

use super::page;
use super::place;
use crate::accounts::Action;
use crate::accounts::Work;
use crate::base::TreePath;
use crate::content;
use crate::content::NewObject;
use crate::content::Object;
use crate::content::Place;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Type;

/// Makes a draft page beneath `parent`, as its last child. An empty slug is made from the title.
///
/// # Errors
/// `Forbidden`; `Conflict` where the types do not allow it; `Invalid` at `slug` when it is taken.
pub async fn create(
    work: &mut Work,
    schema: &Schema,
    declared: &Type,
    parent: &Object,
    mut document: Document,
    locale: &str,
) -> Result<Object> {
    place::must(work, Action::Add, parent, "add a page here")?;
    place::lock(work).await?;
    let parent = Object::by_key(work, parent.key).await?;
    place::allowed(work, schema, declared, &parent).await?;
    let slug = slug_for(work, &parent, &document).await?;
    document.insert("slug".to_owned(), Value::from(slug.as_str()));
    let place = place::place_beneath(work, &parent, &slug, None, None).await?;
    let new = NewObject { document, locale: locale.to_owned(), place: Some(place), ..NewObject::default() };
    content::create(work, declared, new).await
}

async fn slug_for(work: &mut Work, parent: &Object, document: &Document) -> Result<String> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (slug, title) = (text("slug"), text("title"));
    if title.is_empty() {
        return Err(Error::invalid("title", "is required"));
    }
    if slug.is_empty() {
        return place::free_slug(work, parent, &title).await;
    }
    if page::slug_is_taken(work, parent.key, &slug, None).await? {
        return Err(Error::invalid("slug", format!("“{slug}” is taken by another page here")));
    }
    Ok(slug)
}

/// Makes the root of the tree, which stands above every site and is shown nowhere.
pub async fn create_root(work: &mut Work, locale: &str) -> Result<Object> {
    if let Some(root) = page::root(work).await? {
        return Ok(root);
    }
    let declared = root_type();
    let mut document = Document::new();
    document.insert("title".to_owned(), Value::from("Root"));
    let path = TreePath::root();
    let place =
        Place { parent: None, path, slug: "root".to_owned(), url_path: "/".to_owned(), restricted: false };
    let new = NewObject { document, locale: locale.to_owned(), place: Some(place), ..NewObject::default() };
    content::create(work, &declared, new).await
}

/// The type of the root: a page without fields, declared by nobody.
fn root_type() -> Type {
    Type::bare(crate::schema::PAGE, crate::schema::Kind::Page)
}
