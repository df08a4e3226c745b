//! What was told to a webhook, what it answered, and telling it again.

use axum::extract::{Path, Query};
use serde::Serialize;

use super::{address, crumbs, must_see};
use crate::accounts::{Action, Scope};
use crate::admin::answer::{Answer, Message, onward};
use crate::admin::desk::Desk;
use crate::admin::frame::Frame;
use crate::admin::words::{Crumb, ListQuery, Moment, Pager};
use crate::base::Timestamp;
use crate::error::Result;
use crate::webhooks::{self, Delivery, WEBHOOK, Webhook};

/// Deliveries that are listed at once.
const SIZE: i64 = 50;

#[derive(Serialize)]
struct IndexView {
    frame: Frame,
    crumbs: Vec<Crumb>,
    base: String,
    may_change: bool,
    paused_why: String,
    rows: Vec<Row>,
    pager: Pager,
}

#[derive(Serialize)]
struct Row {
    url: String,
    id: String,
    kind: String,
    event: Option<i64>,
    status_kind: &'static str,
    status_label: String,
    attempts: i64,
    problem: String,
    answered: Option<i64>,
    milliseconds: Option<i64>,
    written: Moment,
    tried: Option<Moment>,
}

impl Row {
    fn new(delivery: &Delivery, now: Timestamp) -> Self {
        let (status_kind, status_label) = match delivery.state.as_str() {
            "delivered" => ("live", "Delivered"),
            "waiting" => ("draft", "Waiting"),
            _ => ("expired", "Failed"),
        };
        Self {
            url: format!("/admin/webhooks/deliveries/{}", delivery.id),
            id: delivery.id.clone(),
            kind: delivery.kind.clone(),
            event: delivery.event,
            status_kind,
            status_label: status_label.to_owned(),
            attempts: delivery.attempts,
            problem: delivery.problem.clone(),
            answered: delivery.status,
            milliseconds: delivery.milliseconds,
            written: Moment::new(delivery.created_at, now),
            tried: delivery.tried_at.map(|at| Moment::new(at, now)),
        }
    }
}

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    row: Row,
    address: String,
    body: String,
    answer: String,
    may_replay: bool,
}

/// The deliveries of a webhook, the newest first.
pub async fn index(desk: Desk, Path(id): Path<i64>, Query(asked): Query<ListQuery>) -> Answer {
    must_see(&desk)?;
    let mut reading = desk.reading().await?;
    let webhook = Webhook::find(&mut reading, id).await?;
    let now = reading.now;
    let found = Delivery::of(&mut reading, id, SIZE, asked.offset(SIZE)).await?;
    let view = IndexView {
        crumbs: crumbs(Some(&webhook)),
        base: address(id, ""),
        may_change: desk.may(Action::Change, &Scope::Type(WEBHOOK)),
        rows: found.iter().map(|delivery| Row::new(delivery, now)).collect(),
        pager: asked.pager(Delivery::count(&mut reading, id).await?, SIZE),
        frame: desk.frame(&mut reading, "webhooks", format!("Deliveries to “{}”", webhook.name)).await?,
        paused_why: webhook.paused_why.unwrap_or_default(),
    };
    desk.show("webhooks/deliveries.html", &view)
}

/// One delivery whole.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    must_see(&desk)?;
    let mut reading = desk.reading().await?;
    let delivery = Delivery::find(&mut reading, &id).await?;
    let webhook = Webhook::find(&mut reading, delivery.webhook).await?;
    let mut crumbs = crumbs(Some(&webhook));
    crumbs.push(Crumb::new("Deliveries", address(webhook.id, "deliveries")));
    let may_change = desk.may(Action::Change, &Scope::Type(WEBHOOK));
    let view = View {
        row: Row::new(&delivery, reading.now),
        may_replay: may_change && delivery.event.is_some() && delivery.state != "waiting",
        frame: desk.frame(&mut reading, "webhooks", format!("Delivery of “{}”", delivery.kind)).await?,
        crumbs,
        address: webhook.url,
        body: spread(&delivery.body)?,
        answer: delivery.answer,
    };
    desk.show("webhooks/delivery.html", &view)
}

/// A body as people read it.
fn spread(body: &str) -> Result<String> {
    Ok(serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(body)?)?)
}

/// Has a delivery made again.
pub async fn replay(desk: Desk, Path(id): Path<String>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    let delivery = webhooks::replay(&mut work, &id).await?;
    let is_paused = Webhook::find(&mut work, delivery.webhook).await?.paused_at.is_some();
    desk.commit(work).await?;
    desk.cms().courier.wake();
    let told = if is_paused { "It is sent again when the webhook is resumed." } else { "It is sent again." };
    Ok(onward(&address(delivery.webhook, "deliveries"), &Message::success(told)))
}

/// Calls a webhook now and shows what came back.
pub async fn test(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    let delivery = webhooks::test(&mut work, id).await?;
    desk.commit(work).await?;
    // The transaction is over: nothing is held while the receiver takes its time.
    let delivery = desk.cms().courier.try_once(delivery).await?;
    let url = format!("/admin/webhooks/deliveries/{}", delivery.id);
    if delivery.problem.is_empty() {
        return Ok(onward(&url, &Message::success("The receiver took it.")));
    }
    Ok(onward(&url, &Message::danger(delivery.problem)))
}
