//! Verbs on sites and locales.

use serde_json::json;

use crate::accounts::{Action, Scope, Work, must};
use crate::error::{Error, Result};
use crate::events::NewEvent;

use super::{LOCALE, Locale, SITE, Site};

/// Makes a site; its id is given here. The first one is the default whatever it says.
pub async fn create_site(work: &mut Work, site: Site) -> Result<Site> {
    must(&work.actor, Action::Add, &Scope::Type(SITE), "add sites")?;
    let first = Site::list(work).await?.is_empty();
    let site = Site { id: work.next(SITE).await?, is_default: site.is_default || first, ..site };
    site.problems().into_result()?;
    site.insert(work).await?;
    settle(work, &site, "site.created").await?;
    Ok(site)
}

/// Stores a changed site.
pub async fn update_site(work: &mut Work, site: &Site) -> Result<()> {
    must(&work.actor, Action::Change, &Scope::Type(SITE), "change sites")?;
    site.problems().into_result()?;
    let before = Site::find(work, site.id).await?;
    if before.is_default && !site.is_default {
        return Err(Error::invalid(
            "is_default",
            "Make another site the default instead; there is always one.",
        ));
    }
    site.update(work).await?;
    settle(work, site, "site.changed").await
}

/// Deletes a site; its pages stay. The default one goes last.
pub async fn delete_site(work: &mut Work, id: i64) -> Result<()> {
    must(&work.actor, Action::Delete, &Scope::Type(SITE), "delete sites")?;
    let site = Site::find(work, id).await?;
    if site.is_default && Site::list(work).await?.len() > 1 {
        return Err(Error::Conflict(
            "the default site cannot be deleted; make another one the default first".into(),
        ));
    }
    site.delete(work).await?;
    work.record(NewEvent::about("site.deleted", SITE, SITE, id).with(json!({ "hostname": site.hostname })));
    Ok(())
}

/// The importer's way to a site, with its id. Twice renews it.
pub async fn restore_site(work: &mut Work, site: &Site) -> Result<()> {
    must(&work.actor, Action::Add, &Scope::Type(SITE), "add sites")?;
    work.reserve(SITE, site.id).await?;
    match Site::get(work, site.id).await? {
        Some(_) => site.update(work).await?,
        None => site.insert(work).await?,
    }
    settle(work, site, "site.restored").await
}

async fn settle(work: &mut Work, site: &Site, kind: &'static str) -> Result<()> {
    if site.is_default {
        site.be_the_only_default(work).await?;
    }
    work.record(NewEvent::about(kind, SITE, SITE, site.id).with(json!({ "hostname": site.hostname })));
    Ok(())
}

/// Makes a locale that content can be in.
pub async fn create_locale(work: &mut Work, code: &str) -> Result<Locale> {
    must(&work.actor, Action::Add, &Scope::Type(LOCALE), "add locales")?;
    if !Locale::is_sound(code) {
        return Err(Error::invalid("code", "A language code such as en or de-at."));
    }
    let locale = Locale { id: work.next(LOCALE).await?, code: code.to_owned() };
    locale.insert(work).await?;
    work.record(NewEvent::about("locale.created", LOCALE, LOCALE, locale.id).with(json!({ "code": code })));
    Ok(locale)
}

/// The importer's way to a locale, with its id. Twice renews it.
pub async fn restore_locale(work: &mut Work, locale: &Locale) -> Result<()> {
    must(&work.actor, Action::Add, &Scope::Type(LOCALE), "add locales")?;
    work.reserve(LOCALE, locale.id).await?;
    match Locale::list(work).await?.iter().any(|known| known.id == locale.id) {
        true => locale.update(work).await?,
        false => locale.insert(work).await?,
    }
    work.record(
        NewEvent::about("locale.restored", LOCALE, LOCALE, locale.id).with(json!({ "code": locale.code })),
    );
    Ok(())
}
