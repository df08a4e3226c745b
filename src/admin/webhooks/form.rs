//! The form of a webhook, and its secret, which is shown once.

use axum::extract::Path;
use axum::response::IntoResponse;
use serde::Serialize;

use super::{Badge, address, crumbs, must_see, rules};
use crate::accounts::{Action, Scope};
use crate::admin::answer::{Answer, Message, Shown, onward};
use crate::admin::choices::{self, Choice, Field, field, sites};
use crate::admin::desk::Desk;
use crate::admin::form::Told;
use crate::admin::frame::Frame;
use crate::admin::words::{Crumb, Moment};
use crate::error::{Problems, Result};
use crate::schema::PAGE;
use crate::web::Pairs;
use crate::webhooks::{self, Kind, WEBHOOK, Wanted, Webhook};

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    /// Where the form is sent.
    action: String,
    is_new: bool,
    may_change: bool,
    may_delete: bool,
    problems: Vec<Told>,
    name: Field,
    url: Field,
    kinds: Vec<Choice>,
    types: Vec<Choice>,
    sites: Vec<Choice>,
    active: bool,
    /// What stands beside a webhook that is there.
    state: Option<State>,
}

#[derive(Serialize)]
struct State {
    base: String,
    status: Badge,
    paused_at: Option<Moment>,
    paused_why: String,
    retry_at: Option<Moment>,
    failures: i64,
    both_until: Option<Moment>,
}

#[derive(Serialize)]
struct SecretView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    secret: String,
    is_renewed: bool,
    next_url: String,
}

/// The form of a new one.
pub async fn show_new(desk: Desk) -> Answer {
    must_see(&desk)?;
    desk.must(Action::Add, &Scope::Type(WEBHOOK), "add webhooks")?;
    screen(&desk, None, Wanted { active: true, ..Wanted::default() }, Shown::fresh()).await
}

/// Makes one and shows its secret.
pub async fn create(desk: Desk, posted: Pairs) -> Answer {
    must_see(&desk)?;
    let wanted = wanted(&posted);
    match made(&desk, wanted.clone()).await {
        Ok(webhook) => secret(&desk, &webhook, false).await,
        Err(error) => screen(&desk, None, wanted, Shown::again(error)?).await,
    }
}

/// The form of one.
pub async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let webhook = Webhook::find(&mut *desk.reading().await?, id).await?;
    let wanted = as_it_is(&webhook);
    screen(&desk, Some(webhook), wanted, Shown::fresh()).await
}

/// Changes one.
pub async fn save(desk: Desk, Path(id): Path<i64>, posted: Pairs) -> Answer {
    must_see(&desk)?;
    let wanted = wanted(&posted);
    match changed(&desk, id, wanted.clone()).await {
        Ok(webhook) => {
            let told = Message::success(format!("“{}” is saved.", webhook.name));
            Ok(onward(&address(id, ""), &told))
        }
        Err(error) => {
            let webhook = Webhook::find(&mut *desk.reading().await?, id).await?;
            screen(&desk, Some(webhook), wanted, Shown::again(error)?).await
        }
    }
}

/// Renews the secret and shows it.
pub async fn renew_secret(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    let webhook = webhooks::rotate(&mut work, id).await?;
    desk.commit(work).await?;
    secret(&desk, &webhook, true).await
}

async fn made(desk: &Desk, wanted: Wanted) -> Result<Webhook> {
    let mut work = desk.work().await?;
    let webhook = webhooks::create(&mut work, rules(desk), wanted).await?;
    desk.commit(work).await?;
    Ok(webhook)
}

async fn changed(desk: &Desk, id: i64, wanted: Wanted) -> Result<Webhook> {
    let mut work = desk.work().await?;
    let webhook = webhooks::update(&mut work, rules(desk), id, wanted).await?;
    desk.commit(work).await?;
    Ok(webhook)
}

/// The answer to the post itself: a page that is looked at later would show the secret a second time.
async fn secret(desk: &Desk, webhook: &Webhook, is_renewed: bool) -> Answer {
    let mut reading = desk.reading().await?;
    let view = SecretView {
        frame: desk.frame(&mut reading, "webhooks", format!("The secret of “{}”", webhook.name)).await?,
        crumbs: crumbs(Some(webhook)),
        secret: webhook.secret(&desk.cms().signing_key),
        is_renewed,
        next_url: address(webhook.id, ""),
    };
    Ok(desk.show("webhooks/secret.html", &view)?.into_response())
}

fn wanted(posted: &Pairs) -> Wanted {
    let all = |name| posted.all(name).map(str::to_owned).collect();
    Wanted {
        name: posted.text("name").trim().to_owned(),
        url: posted.text("url").trim().to_owned(),
        kinds: all("kinds"),
        types: all("types"),
        site: posted.text("site").parse().ok(),
        active: posted.get("active").is_some(),
    }
}

fn as_it_is(webhook: &Webhook) -> Wanted {
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    Wanted {
        name: webhook.name.clone(),
        url: webhook.url.clone(),
        kinds: owned(webhook.kind_words()),
        types: owned(webhook.type_labels()),
        site: webhook.site,
        active: webhook.active,
    }
}

async fn screen(desk: &Desk, webhook: Option<Webhook>, wanted: Wanted, shown: Shown) -> Answer {
    let mut reading = desk.reading().await?;
    let title = webhook.as_ref().map_or("New webhook".to_owned(), |webhook| webhook.name.clone());
    let now = reading.now;
    let view = View {
        frame: desk.frame(&mut reading, "webhooks", title).await?.telling(shown.message),
        crumbs: crumbs(None),
        action: webhook.as_ref().map_or("/admin/webhooks/add".to_owned(), |webhook| address(webhook.id, "")),
        is_new: webhook.is_none(),
        may_change: desk
            .may(if webhook.is_none() { Action::Add } else { Action::Change }, &Scope::Type(WEBHOOK)),
        may_delete: desk.may(Action::Delete, &Scope::Type(WEBHOOK)),
        problems: told(&shown.problems),
        kinds: kinds(&wanted),
        types: types(desk, &wanted),
        sites: sites(desk, wanted.site),
        active: wanted.active,
        name: field("name", wanted.name, &shown.problems),
        url: field("url", wanted.url, &shown.problems),
        state: webhook.map(|webhook| state(webhook, now)),
    };
    desk.show_as(shown.status, "webhooks/edit.html", &view)
}

fn state(webhook: Webhook, now: crate::base::Timestamp) -> State {
    let moment = |at: Option<crate::base::Timestamp>| at.map(|at| Moment::new(at, now));
    State {
        base: address(webhook.id, ""),
        status: Badge::of(&webhook),
        paused_at: moment(webhook.paused_at),
        retry_at: moment(webhook.retry_at),
        failures: webhook.failures,
        both_until: moment(webhook.old_salt_until.filter(|until| now < *until)),
        paused_why: webhook.paused_why.unwrap_or_default(),
    }
}

fn told(problems: &Problems) -> Vec<Told> {
    let label = |path: &str| match path {
        "name" => "Name",
        "url" => "Address",
        "kinds" => "Events",
        "types" => "Content types",
        _ => "Site",
    };
    let told = |(path, texts): (&str, &[String])| Told {
        id: path.to_owned(),
        label: label(path).to_owned(),
        text: texts.join(" "),
    };
    problems.iter().map(told).collect()
}

fn kinds(wanted: &Wanted) -> Vec<Choice> {
    let choice = |kind: Kind| {
        let chosen = wanted.kinds.iter().any(|word| word == kind.word);
        Choice::new(kind.word, kind.label, chosen).noted(if kind.shows { "" } else { "only if it is chosen" })
    };
    Kind::ALL.into_iter().map(choice).collect()
}

fn types(desk: &Desk, wanted: &Wanted) -> Vec<Choice> {
    let is_chosen = wanted.types.iter().any(|chosen| chosen == PAGE);
    let every_page = Choice::new(PAGE, "Every page", is_chosen);
    [every_page].into_iter().chain(choices::types(desk, &wanted.types, |_| true)).collect()
}
