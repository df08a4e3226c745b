//! Snippets and settings: content that has no place in the tree. The verbs of any object, with the right that a person
//! needs for them, and live at once where a type keeps no drafts.

use super::Object;
use super::Saved;
use super::{NewObject, create as create_object, save_draft};
use crate::accounts::{self, Action, Scope, Work};
use crate::error::Result;
use crate::schema::Document;
use crate::schema::{Kind, Type, WhichSite};
use crate::store::{Conn, sql};

/// What permissions on an entry of this type hang on.
pub fn scope(declared: &Type, site: Option<i64>) -> Scope<'_> {
    match declared.kind {
        Kind::Setting => Scope::Setting { label: &declared.label, site },
        _ => Scope::Type(&declared.label),
    }
}

/// Makes one. It is a draft, unless its type keeps none.
pub async fn create(work: &mut Work, declared: &Type, document: Document, locale: &str) -> Result<Object> {
    accounts::must(&work.actor, Action::Add, &scope(declared, None), "add this")?;
    let new = NewObject { document, locale: locale.to_owned(), ..NewObject::default() };
    let made = create_object(work, declared, new).await?;
    if declared.drafts { Ok(made) } else { super::publish(work, declared, &made, None).await }
}

/// Keeps what was edited: as a draft, or live at once where the type keeps none.
pub async fn save(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    document: Document,
    based_on: Option<i64>,
) -> Result<Object> {
    accounts::must(&work.actor, Action::Change, &scope(declared, None), "edit this")?;
    let Saved { object, .. } = save_draft(work, declared, object, document, based_on).await?;
    if declared.drafts { Ok(object) } else { super::publish(work, declared, &object, None).await }
}

/// Makes the draft live.
pub async fn publish(work: &mut Work, declared: &Type, object: &Object) -> Result<Object> {
    accounts::must(&work.actor, Action::Publish, &scope(declared, None), "publish this")?;
    super::publish(work, declared, object, None).await
}

/// Takes it from its readers.
pub async fn unpublish(work: &mut Work, declared: &Type, object: &Object) -> Result<Object> {
    accounts::must(&work.actor, Action::Publish, &scope(declared, None), "unpublish this")?;
    super::unpublish(work, declared, object).await
}

/// Deletes it for good.
pub async fn delete(work: &mut Work, declared: &Type, object: &Object) -> Result<()> {
    accounts::must(&work.actor, Action::Delete, &scope(declared, None), "delete this")?;
    super::delete(work, object).await
}

/// The setting of a type for a site, or the one for all; `None` while nobody has filled it in.
pub async fn setting(conn: &mut Conn, declared: &Type, site: i64) -> Result<Option<Object>> {
    let text = format!("select {}, o.doc from objects o where o.family = ?", super::COLUMNS);
    let mut ask = sql(text).bind(declared.family());
    if declared.per == WhichSite::Site {
        ask.push(" and o.site = ").push_bind(site);
    }
    ask.push(" order by o.id limit 1");
    conn.optional(ask).await
}

/// Keeps a setting; it is live at once.
pub async fn save_setting(work: &mut Work, declared: &Type, site: i64, document: Document) -> Result<Object> {
    let site = (declared.per == WhichSite::Site).then_some(site);
    accounts::must(&work.actor, Action::Change, &scope(declared, site), "change this setting")?;
    if let Some(object) = setting(work, declared, site.unwrap_or_default()).await? {
        let saved = save_draft(work, declared, &object, document, None).await?;
        return super::publish(work, declared, &saved.object, None).await;
    }
    let made = create_object(work, declared, NewObject { document, ..NewObject::default() }).await?;
    let place = sql("update objects set site = ? where key = ?").bind(site).bind(made.key);
    work.execute(place).await?;
    super::publish(work, declared, &made, None).await
}
