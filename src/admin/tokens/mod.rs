//! Read tokens of the API: which there are, what each shows, and how one is taken back.

mod form;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde::Serialize;

use super::Door;
use super::answer::{Answer, Message, onward};
use super::confirm::Confirm;
use super::desk::Desk;
use super::frame::Frame;
use super::references;
use super::words::{Crumb, Moment};
use crate::accounts::{self, API_TOKEN, Action, ApiToken, Reading, Scope};
use crate::base::Timestamp;
use crate::content::Listing;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;

/// The addresses of tokens.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/tokens/", get(index))
        .route("/tokens/add", get(form::show_new).post(form::create))
        .route("/tokens/{id}/revoke", get(ask_revoke).post(revoke))
}

/// Whether a token opens anything, as a badge.
#[derive(Serialize)]
struct Badge {
    kind: &'static str,
    label: &'static str,
}

impl Badge {
    fn of(token: &ApiToken, now: Timestamp) -> Self {
        match token {
            _ if token.is_good(now) => Self { kind: "live", label: "Good" },
            _ if token.revoked_at.is_some() => Self { kind: "draft", label: "Revoked" },
            _ if token.orphaned => Self { kind: "expired", label: "Stopped" },
            _ => Self { kind: "expired", label: "Ended" },
        }
    }
}

#[derive(Serialize)]
struct IndexView {
    frame: Frame,
    may_add: bool,
    tokens: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    made_by: String,
    status: Badge,
    /// Why it opens nothing although nobody took it back.
    note: &'static str,
    shows: Vec<String>,
    used: Option<Moment>,
    /// The last day on which it works.
    last_day: Option<Moment>,
    /// Where it is taken back; empty where there is nothing to take back, or no right to it.
    revoke_url: String,
}

async fn index(desk: Desk) -> Answer {
    must_see(&desk)?;
    let mut reading = desk.reading().await?;
    let may_revoke = desk.may(Action::Delete, &Scope::Type(API_TOKEN));
    let mut rows = Vec::new();
    for token in ApiToken::list(&mut reading).await? {
        let moment = |at: Timestamp| Moment::new(at, reading.now);
        let can_be_revoked = may_revoke && token.revoked_at.is_none();
        rows.push(Row {
            status: Badge::of(&token, reading.now),
            note: if token.orphaned { "The account that made it is not in use." } else { "" },
            used: token.used_at.map(moment),
            last_day: token.expires_at.map(|end| moment(end.plus_seconds(-1))),
            shows: shows(&desk, &mut reading, &token).await?,
            revoke_url: if can_be_revoked { address(token.id) } else { String::new() },
            made_by: made_by(&token),
            name: token.name,
        });
    }
    let frame = desk.frame(&mut reading, "tokens", "Tokens").await?;
    let may_add = desk.may(Action::Add, &Scope::Type(API_TOKEN));
    desk.show("tokens/index.html", &IndexView { frame, may_add, tokens: rows })
}

async fn ask_revoke(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    desk.must(Action::Delete, &Scope::Type(API_TOKEN), "take tokens back")?;
    let mut reading = desk.reading().await?;
    let token = ApiToken::find(&mut reading, id).await?;
    let used = token.used_at.map(|at| Moment::new(at, reading.now).words().to_owned());
    let used = used.unwrap_or_else(|| "never".to_owned());
    let question = Confirm::new("Revoke", "trash", "/admin/tokens/".to_owned())
        .dangerous()
        .line("Whatever uses it is refused from the next request on. It cannot be given back.")
        .line(format!("Last used: {used}."));
    let frame = desk.frame(&mut reading, "tokens", format!("Revoke “{}”?", token.name)).await?;
    question.show(&desk, frame, crumbs())
}

async fn revoke(desk: Desk, Path(id): Path<i64>) -> Answer {
    must_see(&desk)?;
    let mut work = desk.work().await?;
    let token = accounts::revoke_token(&mut work, id).await?;
    desk.commit(work).await?;
    let told = format!("“{}” is revoked and refused from now on.", token.name);
    Ok(onward("/admin/tokens/", &Message::success(told)))
}

/// What it shows, in words.
async fn shows(desk: &Desk, reading: &mut Reading, token: &ApiToken) -> Result<Vec<String>> {
    let name =
        |label: &str| desk.schema().get(label).map_or(label.to_owned(), |declared| declared.name.clone());
    let types: Vec<String> = token.labels().map(name).collect();
    let mut shows = vec![if types.is_empty() { "Every type".to_owned() } else { types.join(", ") }];
    if let Some(page) = token.subtree {
        shows.push(format!("Pages beneath {}", title(desk, reading, page).await?));
    }
    if let Some(site) = token.site {
        let sites = desk.cms().sites();
        let known = sites.all().iter().find(|known| known.id == site);
        shows.push(
            known.map_or_else(
                || "A site that is gone".to_owned(),
                |site| format!("Pages of {}", site.label()),
            ),
        );
    }
    Ok(shows.into_iter().chain(token.drafts.then(|| "Drafts too".to_owned())).collect())
}

async fn title(desk: &Desk, reading: &mut Reading, page: i64) -> Result<String> {
    let listing = Listing { family: Some(PAGE_FAMILY), ids: Some(&[page]), ..Listing::default() };
    match listing.rows(reading, 1, 0).await?.first() {
        Some(page) => Ok(format!("“{}”", references::object(desk.schema(), reading, page)?.title)),
        None => Ok("a page that is gone".to_owned()),
    }
}

fn made_by(token: &ApiToken) -> String {
    match token.maker {
        Some(_) => token.created_by.clone(),
        None => "the command line".to_owned(),
    }
}

/// Tokens are not there for whoever has no right to them.
fn must_see(desk: &Desk) -> Result<()> {
    desk.must_see(&Scope::Type(API_TOKEN), "this page")
}

fn address(id: i64) -> String {
    format!("/admin/tokens/{id}/revoke")
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Tokens", "/admin/tokens/")]
}
