//! Webhooks: the receivers, the form of each, and what was told to them.

mod deliveries;
mod form;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde::Serialize;

use super::Door;
use super::answer::{Answer, Message, onward};
use super::confirm::Confirm;
use super::desk::Desk;
use super::frame::Frame;
use super::words::{Crumb, Moment};
use crate::accounts::{Action, Scope};
use crate::error::Result;
use crate::webhooks::{self, Delivery, Rules, WEBHOOK, Webhook};

/// The addresses of webhooks.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/webhooks/", get(index))
        .route("/webhooks/add", get(form::show_new).post(form::create))
        .route("/webhooks/{id}/", get(form::show).post(form::save))
        .route("/webhooks/{id}/secret", post(form::renew_secret))
        .route("/webhooks/{id}/pause", post(pause))
        .route("/webhooks/{id}/resume", post(resume))
        .route("/webhooks/{id}/test", post(deliveries::test))
        .route("/webhooks/{id}/delete", get(ask_delete).post(delete))
        .route("/webhooks/{id}/deliveries", get(deliveries::index))
        .route("/webhooks/deliveries/{delivery}", get(deliveries::show))
        .route("/webhooks/deliveries/{delivery}/replay", post(deliveries::replay))
}

/// How calling a receiver goes, as a badge.
#[derive(Serialize)]
struct Badge {
    kind: &'static str,
    label: &'static str,
}

impl Badge {
    fn of(webhook: &Webhook) -> Self {
        match webhook {
            _ if !webhook.active => Self { kind: "draft", label: "Off" },
            _ if webhook.paused_at.is_some() => Self { kind: "expired", label: "Paused" },
            _ if webhook.failures > 0 => Self { kind: "live-draft", label: "Failing" },
            _ => Self { kind: "live", label: "On" },
        }
    }
}

#[derive(Serialize)]
struct IndexView {
    frame: Frame,
    may_add: bool,
    webhooks: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    address: String,
    status: Badge,
    waiting: i64,
    latest: Option<Moment>,
    deliveries_url: String,
}

async fn index(desk: Desk) -> Answer {
    must_see(&desk)?;
    let mut reading = desk.reading().await?;
    let now = reading.now;
    let mut rows = Vec::new();
    for webhook in Webhook::list(&mut reading).await? {
        let latest = Delivery::of(&mut reading, webhook.id, 1, 0).await?.pop();
        rows.push(Row {
            url: address(webhook.id, ""),
            status: Badge::of(&webhook),
            waiting: Delivery::waiting(&mut reading, webhook.id).await?,
            latest: latest.and_then(|latest| latest.tried_at).map(|at| Moment::new(at, now)),
            deliveries_url: address(webhook.id, "deliveries"),
            address: host(&webhook.url),
            name: webhook.name,
        });
    }
    let frame = desk.frame(&mut reading, "webhooks", "Webhooks").await?;
    let may_add = desk.may(Action::Add, &Scope::Type(WEBHOOK));
    desk.show("webhooks/index.html", &IndexView { frame, may_add, webhooks: rows })
}

async fn pause(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    webhooks::pause(&mut work, id).await?;
    desk.commit(work).await?;
    let told = "It is paused. What happens meanwhile waits for it.";
    Ok(onward(&address(id, ""), &Message::success(told)))
}

async fn resume(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    webhooks::resume(&mut work, id).await?;
    desk.commit(work).await?;
    desk.cms().courier.wake();
    Ok(onward(
        &address(id, "deliveries"),
        &Message::success("It is called again, in the order of what waits."),
    ))
}

async fn ask_delete(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    desk.must(Action::Delete, &Scope::Type(WEBHOOK), "delete webhooks")?;
    let mut reading = desk.reading().await?;
    let webhook = Webhook::find(&mut reading, id).await?;
    let waiting = Delivery::waiting(&mut reading, id).await?;
    let mut question = Confirm::new("Delete", "trash", address(id, ""))
        .dangerous()
        .line("It is not told of anything any more, and its deliveries are forgotten.");
    question = match waiting {
        0 => question,
        1 => question.line("1 delivery waits and will not be made."),
        _ => question.line(format!("{waiting} deliveries wait and will not be made.")),
    };
    let frame = desk.frame(&mut reading, "webhooks", format!("Delete “{}”?", webhook.name)).await?;
    question.show(&desk, frame, crumbs(Some(&webhook)))
}

async fn delete(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    webhooks::delete(&mut work, id).await?;
    desk.commit(work).await?;
    Ok(onward("/admin/webhooks/", &Message::success("The webhook is deleted.")))
}

/// Webhooks are not there for whoever has no right to them.
fn must_see(desk: &Desk) -> Result<()> {
    desk.must_see(&Scope::Type(WEBHOOK), "this page")
}

fn rules(desk: &Desk) -> Rules<'_> {
    Rules { guard: desk.cms().courier.guard(), schema: desk.schema() }
}

fn address(id: i64, what: &str) -> String {
    format!("/admin/webhooks/{id}/{what}")
}

/// Where it is, without what may be a token of the receiver's.
fn host(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn crumbs(webhook: Option<&Webhook>) -> Vec<Crumb> {
    let own = webhook.map(|webhook| Crumb::new(webhook.name.clone(), address(webhook.id, "")));
    [Crumb::new("Webhooks", "/admin/webhooks/")].into_iter().chain(own).collect()
}
