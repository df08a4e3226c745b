//! Settings: the types, and the form of each, for every site or for all at once.

use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::Door;
use super::answer::{Answer, Message, Shown, onward};
use super::cards::{Card, TypesView};
use super::desk::Desk;
use super::editor::{Editor, Sheet};
use super::form::{Sent, SlugHint};
use super::frame::Frame;
use super::words::Crumb;
use crate::accounts::{Action, Reading, Scope};
use crate::content::Object;
use crate::error::{Error, Result};
use crate::schema::{Document, Kind, Type, WhichSite};
use crate::settings;
use crate::web::Pairs;

/// The addresses of settings.
pub fn router() -> Router<Door> {
    Router::new().route("/settings/", get(types)).route("/settings/{label}/", get(show).post(save))
}

/// The site whose settings are shown.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    site: Option<i64>,
}

#[derive(Serialize)]
struct EditView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    sites: Vec<SiteLink>,
    editor: Editor,
}

#[derive(Serialize)]
struct SiteLink {
    url: String,
    label: String,
    current: bool,
}

/// A setting's type for one site.
struct Chosen<'d> {
    declared: &'d Type,
    site: i64,
}

async fn types(desk: Desk) -> Answer {
    let mut reading = desk.reading().await?;
    let visible =
        |declared: &&std::sync::Arc<Type>| desk.may(Action::View, &scope(declared, default_site(&desk)));
    let card =
        |declared: &std::sync::Arc<Type>| Card::new(declared, format!("/admin/settings/{}/", declared.label));
    let types = desk.schema().of_kind(Kind::Setting).filter(visible).map(card).collect();
    let frame = desk.frame(&mut reading, "settings", "Settings").await?;
    let lead = "What holds for a whole site.";
    desk.show("snippets/types.html", &TypesView { frame, lead, empty: "No settings", types })
}

async fn show(desk: Desk, Path(label): Path<String>, Query(wanted): Query<Wanted>) -> Answer {
    let chosen = chosen(&desk, &label, &wanted, Action::View)?;
    let mut reading = desk.reading().await?;
    let (object, document) = present(&mut reading, &chosen).await?;
    screen(&desk, &mut reading, &chosen, object.as_ref(), &document, Shown::fresh()).await
}

async fn save(desk: Desk, Path(label): Path<String>, Query(wanted): Query<Wanted>, posted: Pairs) -> Answer {
    let chosen = chosen(&desk, &label, &wanted, Action::Change)?;
    let sent = Sent::new(&posted.0);
    let version = sent.version().filter(|version| *version > 0);
    let mut reading = desk.reading().await?;
    let (object, existing) = present(&mut reading, &chosen).await?;
    drop(reading);
    let (document, problems) = chosen.declared.read(&sent.content(chosen.declared, &existing), &existing);
    let kept = match problems.into_result() {
        Ok(()) => store(&desk, &chosen, document.clone(), version.filter(|_| object.is_some())).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(onward(
            &address(&chosen),
            &Message::success(format!("“{}” is saved and holds at once.", chosen.declared.name)),
        )),
        Err(error) => {
            let mut reading = desk.reading().await?;
            let (object, _) = present(&mut reading, &chosen).await?;
            screen(&desk, &mut reading, &chosen, object.as_ref(), &document, Shown::again(error)?).await
        }
    }
}

async fn store(desk: &Desk, chosen: &Chosen<'_>, document: Document, version: Option<i64>) -> Result<()> {
    let mut work = desk.work().await?;
    settings::save(&mut work, chosen.declared, chosen.site, document, version).await?;
    desk.commit(work).await
}

async fn present(reading: &mut Reading, chosen: &Chosen<'_>) -> Result<(Option<Object>, Document)> {
    let object = settings::find(reading, chosen.declared, chosen.site).await?;
    let document = match &object {
        Some(object) => object.live_document()?,
        None => chosen.declared.initial(),
    };
    Ok((object, document))
}

async fn screen(
    desk: &Desk,
    reading: &mut Reading,
    chosen: &Chosen<'_>,
    object: Option<&Object>,
    document: &Document,
    shown: Shown,
) -> Answer {
    let declared = chosen.declared;
    let sheet = Sheet { declared, object, document, problems: &shown.problems, slug: SlugHint::default() };
    let mut editor = Editor::new(desk, reading, sheet).await?;
    editor.noun = "setting";
    editor.action = address(chosen);
    editor.can_save = desk.may(Action::Change, &scope(declared, chosen.site));
    editor.save_label = "Save";
    let frame = desk.frame(reading, "settings", declared.name.clone()).await?.telling(shown.message);
    let crumbs = vec![Crumb::new("Settings", "/admin/settings/")];
    desk.show_as(
        shown.status,
        "snippets/edit.html",
        &EditView { frame, crumbs, sites: sites(desk, chosen), editor },
    )
}

fn sites(desk: &Desk, chosen: &Chosen<'_>) -> Vec<SiteLink> {
    let sites = desk.cms().sites();
    if chosen.declared.per == WhichSite::Global || sites.all().len() < 2 {
        return Vec::new();
    }
    let link = |site: &crate::sites::Site| SiteLink {
        url: address(&Chosen { declared: chosen.declared, site: site.id }),
        label: site.label().to_owned(),
        current: site.id == chosen.site,
    };
    sites.all().iter().map(link).collect()
}

fn chosen<'d>(desk: &'d Desk, label: &str, wanted: &Wanted, action: Action) -> Result<Chosen<'d>> {
    let declared = desk.schema().require(label)?;
    if declared.kind != Kind::Setting {
        return Err(Error::not_found(format!("the setting {label}")));
    }
    let site = wanted.site.unwrap_or_else(|| default_site(desk));
    let scope = scope(declared, site);
    desk.must_see(&scope, format!("the setting {label}"))?;
    desk.must(action, &scope, "change these settings")?;
    Ok(Chosen { declared, site })
}

fn scope(declared: &Type, site: i64) -> Scope<'_> {
    Scope::Setting { label: &declared.label, site: (declared.per == WhichSite::Site).then_some(site) }
}

fn default_site(desk: &Desk) -> i64 {
    desk.cms().sites().default_site().map_or(0, |site| site.id)
}

fn address(chosen: &Chosen<'_>) -> String {
    match chosen.declared.per {
        WhichSite::Global => format!("/admin/settings/{}/", chosen.declared.label),
        WhichSite::Site => format!("/admin/settings/{}/?site={}", chosen.declared.label, chosen.site),
    }
}
