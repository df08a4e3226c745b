//! What people do with webhooks: make, change, delete, renew the secret, resume, test, send again.

use serde_json::{Value, json};

use crate::accounts::{Action, Scope, Work, must};
use crate::base::Token;
use crate::error::{Error, Problems, Result};
use crate::events::{self, NewEvent};
use crate::schema::{PAGE, Schema};
use crate::sites::Site;
use crate::store::sql;

use super::delivery::State;
use super::{Delivery, Guard, Kind, WEBHOOK, Webhook, payload};

/// The longest name.
const LONGEST_NAME: usize = 100;
/// Receivers that there may be; each has every event of its kind written for it.
const MOST: usize = 100;
/// How long calls are signed with the secret before, too.
const BOTH_SECRETS_SECONDS: i64 = 24 * 60 * 60;
/// What a test says until it is answered.
const BROKEN_OFF: &str = "The test was broken off.";

/// What somebody wants a webhook to be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Words of [`Kind::ALL`]; none for all that readers may notice.
    pub kinds: Vec<String>,
    /// Labels of content types; none for all.
    pub types: Vec<String>,
    /// The only site.
    pub site: Option<i64>,
    /// Whether it is told anything.
    pub active: bool,
}

/// What a webhook is checked against.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Who may be called.
    pub guard: &'a Guard,
    /// The content types.
    pub schema: &'a Schema,
}

/// Makes a webhook. It is told of what happens from now on.
pub async fn create(work: &mut Work, rules: Rules<'_>, wanted: Wanted) -> Result<Webhook> {
    must(&work.actor, Action::Add, &Scope::Type(WEBHOOK), "add webhooks")?;
    check(work, rules, &wanted).await?;
    if Webhook::list(work).await?.len() >= MOST {
        return Err(Error::Bad(format!("There can be {MOST} webhooks at most; delete one first.")));
    }
    let webhook = Webhook {
        id: work.next(WEBHOOK).await?,
        name: wanted.name,
        url: wanted.url,
        kinds: json!(wanted.kinds),
        types: json!(wanted.types),
        site: wanted.site,
        active: wanted.active,
        after_event: events::head(work).await?,
        salt: Token::random().secret().to_owned(),
        old_salt: None,
        old_salt_until: None,
        failures: 0,
        retry_at: None,
        paused_at: None,
        paused_why: None,
        created_at: work.now,
    };
    webhook.insert(work).await?;
    work.record(event("webhook.created", &webhook));
    Ok(webhook)
}

/// Changes a webhook. One that is switched on again hears of what happens from then on, and another address begins
/// without the failures of the one before.
pub async fn update(work: &mut Work, rules: Rules<'_>, id: i64, wanted: Wanted) -> Result<Webhook> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "change webhooks")?;
    check(work, rules, &wanted).await?;
    let before = Webhook::find(work, id).await?;
    let mut webhook = before.clone();
    if wanted.active && !before.active {
        webhook.after_event = events::head(work).await?;
    }
    if wanted.url != before.url {
        forgive(&mut webhook);
    }
    (webhook.name, webhook.url) = (wanted.name, wanted.url);
    (webhook.kinds, webhook.types) = (json!(wanted.kinds), json!(wanted.types));
    (webhook.site, webhook.active) = (wanted.site, wanted.active);
    webhook.update(work).await?;
    work.record(event("webhook.changed", &webhook));
    Ok(webhook)
}

/// Deletes a webhook and everything that was to be told to it.
pub async fn delete(work: &mut Work, id: i64) -> Result<()> {
    must(&work.actor, Action::Delete, &Scope::Type(WEBHOOK), "delete webhooks")?;
    let webhook = Webhook::find(work, id).await?;
    work.execute(sql("delete from webhook_deliveries where webhook = ?").bind(id)).await?;
    work.execute(sql("delete from webhooks where id = ?").bind(id)).await?;
    work.record(event("webhook.deleted", &webhook));
    Ok(())
}

/// Gives a webhook another secret. For a day calls are signed with both, so that the receiver can change over.
pub async fn rotate(work: &mut Work, id: i64) -> Result<Webhook> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "change webhooks")?;
    let mut webhook = Webhook::find(work, id).await?;
    webhook.old_salt = Some(std::mem::replace(&mut webhook.salt, Token::random().secret().to_owned()));
    webhook.old_salt_until = Some(work.now.plus_seconds(BOTH_SECRETS_SECONDS));
    webhook.update(work).await?;
    work.record(event("webhook.secret_renewed", &webhook));
    Ok(webhook)
}

/// Has a receiver called again that the program gave up.
pub async fn resume(work: &mut Work, id: i64) -> Result<Webhook> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "change webhooks")?;
    let mut webhook = Webhook::find(work, id).await?;
    forgive(&mut webhook);
    webhook.update(work).await?;
    work.record(event("webhook.resumed", &webhook));
    Ok(webhook)
}

/// Stops calling a receiver; what happens meanwhile waits for it.
pub async fn pause(work: &mut Work, id: i64) -> Result<Webhook> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "change webhooks")?;
    let mut webhook = Webhook::find(work, id).await?;
    webhook.paused_at = Some(work.now);
    webhook.paused_why = Some("Somebody paused it.".to_owned());
    webhook.update(work).await?;
    work.record(event("webhook.paused", &webhook));
    Ok(webhook)
}

/// Writes a test call, which the courier makes at once and once.
pub async fn test(work: &mut Work, id: i64) -> Result<Delivery> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "test webhooks")?;
    let webhook = Webhook::find(work, id).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let body = payload::test_body(&id, work.actor.id(), work.now);
    let mut delivery = Delivery::new(id, webhook.id, "test", body, work.now);
    (delivery.state, delivery.problem) = (State::Failed.word().to_owned(), BROKEN_OFF.to_owned());
    delivery.insert(work).await
}

/// Has a call made once more. The receiver knows it by its id, which stays.
pub async fn replay(work: &mut Work, id: &str) -> Result<Delivery> {
    must(&work.actor, Action::Change, &Scope::Type(WEBHOOK), "send deliveries again")?;
    let mut delivery = Delivery::find(work, id).await?;
    let was = match delivery.state.as_str() {
        "waiting" => return Ok(delivery),
        "delivered" => State::Delivered,
        _ => State::Failed,
    };
    if delivery.event.is_none() {
        return Err(Error::Bad("A test is not sent again; make another one.".to_owned()));
    }
    (delivery.state, delivery.attempts) = (State::Waiting.word().to_owned(), 0);
    delivery.update(work, was).await?;
    Ok(delivery)
}

fn forgive(webhook: &mut Webhook) {
    (webhook.failures, webhook.retry_at, webhook.paused_at, webhook.paused_why) = (0, None, None, None);
}

async fn check(work: &mut Work, rules: Rules<'_>, wanted: &Wanted) -> Result<()> {
    let mut problems = Problems::default();
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        problems.add("name", format!("has 1 to {LONGEST_NAME} characters"));
    }
    if let Err(problem) = rules.guard.url(&wanted.url) {
        problems.add("url", problem);
    }
    let is_known = |word: &&String| Kind::ALL.iter().any(|kind| kind.word == **word);
    if let Some(word) = wanted.kinds.iter().find(|word| !is_known(word)) {
        problems.add("kinds", format!("has “{word}”, which is no kind of event"));
    }
    let is_type = |label: &&String| **label == PAGE || rules.schema.get(label).is_some();
    if let Some(label) = wanted.types.iter().find(|label| !is_type(label)) {
        problems.add("types", format!("has “{label}”, which is no content type"));
    }
    if let Some(site) = wanted.site
        && Site::get(work, site).await?.is_none()
    {
        problems.add("site", "is gone");
    }
    problems.into_result()
}

/// What happened to a webhook. Its address may hold a token of the receiver's, so only the host is told.
pub(super) fn event(kind: &'static str, webhook: &Webhook) -> NewEvent {
    let host = url::Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let data = json!({ "title": webhook.name, "host": host.map_or(Value::Null, Value::from) });
    NewEvent::about(kind, WEBHOOK, WEBHOOK, webhook.id).with(data)
}
