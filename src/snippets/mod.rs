//! Content that is not in the tree: people, footers, adverts. A snippet verb is the content verb behind the permission
//! on its type; what has no drafts is live as soon as it is saved.

use crate::accounts::Action;
use crate::accounts::Scope;
use crate::accounts::Work;
use crate::accounts::must;
use crate::content;
use crate::content::NewObject;
use crate::content::Object;
use crate::error::Error;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;

/// Makes a snippet; one without drafts is live at once.
///
/// # Errors
/// `Forbidden`; `Invalid` when it goes live at once and is incomplete.
pub async fn create(work: &mut Work, declared: &Type, document: Document, locale: &str) -> Result<Object> {
    must(&work.actor, Action::Add, &Scope::Type(&declared.label), "add this")?;
    let locale = if declared.locales { locale.to_owned() } else { String::new() };
    let made =
        content::create(work, declared, NewObject { document, locale, ..NewObject::default() }).await?;
    if declared.drafts { Ok(made) } else { content::publish(work, declared, &made, None).await }
}

/// Saves a snippet's draft; one without drafts is live at once.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody saved since; `Invalid` as with [`create`].
pub async fn save(
    work: &mut Work,
    declared: &Type,
    snippet: &Object,
    document: Document,
    based_on: Option<i64>,
) -> Result<Object> {
    must(&work.actor, Action::Change, &Scope::Type(&declared.label), "edit this")?;
    let saved = content::save_draft(work, declared, snippet, document, based_on).await?;
    if declared.drafts {
        Ok(saved.object)
    } else {
        content::publish(work, declared, &saved.object, None).await
    }
}

/// Makes the latest draft live.
pub async fn publish(work: &mut Work, declared: &Type, snippet: &Object) -> Result<Object> {
    must(&work.actor, Action::Publish, &Scope::Type(&declared.label), "publish this")?;
    content::publish(work, declared, snippet, None).await
}

/// Takes a snippet from its readers.
pub async fn unpublish(work: &mut Work, declared: &Type, snippet: &Object) -> Result<Object> {
    must(&work.actor, Action::Publish, &Scope::Type(&declared.label), "unpublish this")?;
    content::unpublish(work, declared, snippet).await
}

/// Deletes a snippet that nothing points to.
///
/// # Errors
/// `Conflict` while something does, naming the first.
pub async fn delete(work: &mut Work, declared: &Type, snippet: &Object) -> Result<()> {
    must(&work.actor, Action::Delete, &Scope::Type(&declared.label), "delete this")?;
    if let Some(usage) = content::usages(work, &snippet.family, snippet.id).await?.first() {
        return Err(Error::Conflict(format!("“{}” uses this; take it out there first", usage.draft_title)));
    }
    content::delete(work, std::slice::from_ref(snippet)).await
}
