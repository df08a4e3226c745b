//! The desk: whoever is signed in, with what every screen needs. Handlers take it as an argument; without a session
//! there is none and the sign-in is shown.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse};
use serde::Serialize;

use super::answer::{self, Answer, Message, Refusal};
use super::frame::Frame;
use super::{Admin, Door};
use crate::accounts::{self, Action, Actor, Person, Reading, Scope, Work};
use crate::base::Token;
use crate::cms::Cms;
use crate::content::Object;
use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::web::{SessionToken, Viewer, cookie};

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

impl FromRequestParts<Door> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refusal> {
        let Viewer(actor) = Viewer::from_request_parts(parts, door).await?;
        let person = actor.person().cloned().ok_or(Refusal::SignIn)?;
        let Ok(SessionToken(token)) = SessionToken::from_request_parts(parts, door).await;
        let token = token.ok_or(Refusal::SignIn)?;
        accounts::must(&actor, Action::Access, &Scope::Admin, "use the admin")?;
        let theme = cookie(&parts.headers, THEME_COOKIE).filter(|theme| ["light", "dark"].contains(theme));
        let theme = theme.unwrap_or_default().to_owned();
        Ok(Self { admin: door.0.clone(), person, token, theme, message: answer::message(&parts.headers) })
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

    /// Refuses what they may not see as if it were not there, so that nobody learns that it is.
    pub fn must_see(&self, scope: &Scope<'_>, thing: impl Into<String>) -> Result<()> {
        if self.may(Action::View, scope) { Ok(()) } else { Err(Error::not_found(thing)) }
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
        let mut response = (status, Html(self.admin.screens.draw(template, view)?)).into_response();
        if self.message.is_some() {
            answer::forget_message(&mut response);
        }
        Ok(response)
    }
}
