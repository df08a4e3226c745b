//! Settings: one object of a type for every site, or one in all.

use crate::accounts::Action;
use crate::accounts::Scope;
use crate::accounts::Work;
use crate::accounts::must;
use crate::content;
use crate::content::COLUMNS;
use crate::content::NewObject;
use crate::content::Object;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;
use crate::schema::WhichSite;
use crate::store::Conn;
use crate::store::sql;

/// The setting of a type for a site, if anybody ever saved it. A global one is the same for every site.
pub async fn find(conn: &mut Conn, declared: &Type, site: i64) -> Result<Option<Object>> {
    let mut ask =
        sql(format!("select {COLUMNS}, o.doc from objects o where o.type = ?")).bind(declared.label.as_str());
    if declared.per == WhichSite::Site {
        ask.push(" and o.site = ").push_bind(site);
    }
    ask.push(" order by o.id limit 1");
    conn.optional(ask).await
}

/// Saves a setting; it is live at once.
///
/// # Errors
/// `Forbidden`; `Invalid` when it is incomplete; `Conflict` when somebody saved since.
pub async fn save(
    work: &mut Work,
    declared: &Type,
    site: i64,
    document: Document,
    based_on: Option<i64>,
) -> Result<Object> {
    let of_site = (declared.per == WhichSite::Site).then_some(site);
    let scope = Scope::Setting { label: &declared.label, site: of_site };
    must(&work.actor, Action::Change, &scope, "change these settings")?;
    // Two first saves at once must not make two settings.
    work.lock("settings").await?;
    let object = match find(work, declared, site).await? {
        Some(object) => content::save_draft(work, declared, &object, document, based_on).await?.object,
        None => {
            content::create(work, declared, NewObject { document, site: of_site, ..NewObject::default() })
                .await?
        }
    };
    content::publish(work, declared, &object, None).await
}
