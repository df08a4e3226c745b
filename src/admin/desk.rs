//! The desk: whoever is signed in, with what every screen needs. Handlers take it as an argument; without a session
//! there is none and the sign-in is shown.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;

use super::Admin;
use super::answer::{self, Answer, MESSAGE_COOKIE, Message, Refusal};
use super::frame::Frame;
use crate::accounts::{self, Action, Actor, Person, Reading, Scope, Session, Work};
use crate::base::Token;
use crate::cms::Cms;
use crate::content::Object;
use crate::error::Result;
use crate::schema::Schema;

/// The cookie that holds the session's token.
pub const SESSION_COOKIE: &str = "siskin_session";
/// The cookie that remembers light or dark.
pub const THEME_COOKIE: &str = "siskin_theme";

/// Somebody at work in the admin.
pub struct Desk {
    admin: Arc<Admin>,
    /// Who it is.
    pub person: Arc<Person>,
    /// Their session.
    pub token: Token,
    /// `light`, `dark` or nothing.
    pub theme: String,
    /// What the last screen had to say.
    pub message: Option<Message>,
}

impl<S: Send + Sync> FromRequestParts<S> for Desk
where
    Arc<Admin>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let admin = Arc::<Admin>::from_ref(state);
        let token = cookie(parts, SESSION_COOKIE).map(Token::sent).ok_or(Refusal::SignIn)?;
        let actor = actor(&admin.cms, &token).await?.ok_or(Refusal::SignIn)?;
        accounts::must(&actor, Action::Access, &Scope::Admin, "use the admin")?;
        let person = actor.person().cloned().ok_or(Refusal::SignIn)?;
        let theme = cookie(parts, THEME_COOKIE).filter(|theme| ["light", "dark"].contains(&theme.as_str()));
        let message =
            cookie(parts, MESSAGE_COOKIE).and_then(|text| serde_json::from_str(&unescaped(&text)).ok());
        Ok(Self { admin, person, token, theme: theme.unwrap_or_default(), message })
    }
}

impl Desk {
    /// The site's system.
    pub fn cms(&self) -> &Cms {
        &self.admin.cms
    }

    /// The admin's templates.
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// The content types.
    pub fn schema(&self) -> &Schema {
        &self.admin.cms.schema
    }

    /// The person, as who acts.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person.clone())
    }

    /// Begins to read.
    pub async fn reading(&self) -> Result<Reading> {
        self.admin.cms.reading(self.actor()).await
    }

    /// Begins a change.
    pub async fn work(&self) -> Result<Work> {
        self.admin.cms.work(self.actor()).await
    }

    /// Makes a change last.
    pub async fn commit(&self, work: Work) -> Result<()> {
        self.admin.cms.commit(work).await
    }

    /// Whether they may do this.
    pub fn may(&self, action: Action, scope: &Scope<'_>) -> bool {
        accounts::may(&self.actor(), action, scope)
    }

    /// Refuses unless they may do this.
    pub fn must(&self, action: Action, scope: &Scope<'_>, words: &str) -> Result<()> {
        accounts::must(&self.actor(), action, scope, words)
    }

    /// What stands around a screen of `section`.
    pub async fn frame(
        &self,
        reading: &mut Reading,
        section: &str,
        title: impl Into<String>,
    ) -> Result<Frame> {
        Frame::new(self, reading, section, title.into(), None).await
    }

    /// What stands around a screen about a page.
    pub async fn page_frame(
        &self,
        reading: &mut Reading,
        title: impl Into<String>,
        page: &Object,
    ) -> Result<Frame> {
        Frame::new(self, reading, "pages", title.into(), Some(page)).await
    }

    /// Shows a screen.
    pub fn show(&self, template: &str, view: &impl Serialize) -> Answer {
        self.show_as(StatusCode::OK, template, view)
    }

    /// Shows a screen with a status.
    pub fn show_as(&self, status: StatusCode, template: &str, view: &impl Serialize) -> Answer {
        let mut response = answer::page(status, self.admin.screens.draw(template, view)?);
        self.forget_message(&mut response);
        Ok(response)
    }

    fn forget_message(&self, response: &mut Response) {
        if self.message.is_some() {
            answer::set_cookie(response, &format!("{MESSAGE_COOKIE}=; Path=/admin; Max-Age=0"));
        }
    }
}

/// Who stands behind a session; that it is in use is noted now and then.
async fn actor(cms: &Cms, token: &Token) -> Result<Option<Actor>> {
    let now = cms.clock.now();
    let idle = cms.config.accounts.session_hours;
    let found = Session::actor(&mut cms.db.read().await?, token, now, idle).await?;
    let Some((session, actor)) = found else { return Ok(None) };
    if session.is_stale(now) {
        let mut tx = cms.db.begin().await?;
        session.seen(&mut tx, now).await?;
        tx.commit().await?;
    }
    Ok(Some(actor))
}

/// The value of a cookie that was sent.
pub fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let sent = parts.headers.get_all(axum::http::header::COOKIE);
    let pairs = sent.iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values
        .find(|(sent, _)| *sent == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

fn unescaped(text: &str) -> String {
    url::form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}
