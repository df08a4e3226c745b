//! Where pages are drawn: a bounded number at a time, on threads that may wait.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use tera::Context;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::sync::SemaphorePermit;

use super::scene::Scene;
use super::scene::Subject;
use super::session::Session;
use super::theme::Theme;
use crate::accounts::Reading;
use crate::cache::Tag;
use crate::content::values::Readiness;
use crate::error::{Error, Result};
use crate::media::Addresses;
use crate::schema::Schema;
use crate::sites::Sites;

/// Pages that are drawn at one time, for each processor.
const PER_PROCESSOR: usize = 2;
/// How long a page waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What templates look at and what never changes while the program runs.
pub struct Props {
    /// The content types.
    pub schema: Arc<Schema>,
    /// Which fields can be filtered and ordered by.
    pub values: Arc<Readiness>,
    /// Addresses of renditions.
    pub media: Addresses,
    /// The zone that times are shown in.
    pub zone: Tz,
}

/// A page that was drawn.
pub struct Drawn {
    /// The page.
    pub html: String,
    /// What it was made of.
    pub made_of: Vec<Tag>,
}

/// Where pages are drawn. Without a theme none is.
pub struct Stage {
    theme: Option<Arc<Theme>>,
    props: Arc<Props>,
    places: Semaphore,
}

impl Stage {
    /// A stage for a theme, or for none.
    ///
    /// # Errors
    /// `Setup` for a time zone that nobody knows.
    pub fn new(
        theme: Option<Theme>,
        (schema, values): (Arc<Schema>, Arc<Readiness>),
        media: Addresses,
        time_zone: &str,
    ) -> Result<Self> {
        let zone = time_zone.parse().map_err(|_| {
            Error::Setup(format!("site.time_zone: “{time_zone}” is no zone; for instance \"Europe/Berlin\""))
        })?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Semaphore::new(processors * PER_PROCESSOR);
        Ok(Self {
            theme: theme.map(Arc::new),
            props: Arc::new(Props { schema, values, media, zone }),
            places,
        })
    }

    /// The theme, if there is one.
    pub fn theme(&self) -> Option<&Theme> {
        self.theme.as_deref()
    }

    /// Waits for a place to draw at. Whoever takes it before a connection keeps none of the store's waiting.
    ///
    /// # Errors
    /// `Busy` when too many pages wait.
    pub async fn place(&self) -> Result<Place<'_>> {
        let waited = tokio::time::timeout(PATIENCE, self.places.acquire()).await;
        let busy = || Error::Busy("too many pages are being drawn".to_owned());
        Ok(Place { _held: waited.map_err(|_| busy())?.map_err(|_| busy())? })
    }

    /// Draws a page for whoever `reading` reads for, at a place of its own.
    ///
    /// # Errors
    /// `Setup` for a mistake in a template, with file and line; `Busy` when too many pages wait.
    pub async fn draw(
        &self,
        sites: Arc<Sites>,
        reading: Option<Reading>,
        scene: Scene,
        subject: Subject,
    ) -> Result<Drawn> {
        let place = self.place().await?;
        self.draw_at(place, sites, reading, scene, subject).await
    }

    /// Draws a page at a place that was waited for.
    ///
    /// # Errors `NotFound` without a theme; `Setup` for a mistake in a template, with file and line; `Unready` where
    /// the page lists by a field whose values are not all there.
    pub async fn draw_at(
        &self,
        place: Place<'_>,
        sites: Arc<Sites>,
        reading: Option<Reading>,
        scene: Scene,
        subject: Subject,
    ) -> Result<Drawn> {
        let theme = self.theme.clone().ok_or_else(|| Error::not_found("a theme"))?;
        let (props, handle) = (self.props.clone(), Handle::current());
        let drawn = tokio::task::spawn_blocking(move || {
            theme.templates.refresh()?;
            let page = match &subject {
                Subject::Page(page, _) => Some((**page).clone()),
                _ => None,
            };
            let session = Session::new((theme, props, sites), (scene, page), reading, handle);
            session.during(|session| {
                let html = drawn(session, &subject)?;
                Ok(Drawn { html, made_of: session.made_of() })
            })
        });
        let drawn = drawn.await.map_err(Error::internal)?;
        drop(place);
        drawn
    }
}

/// A place to draw at; free again when dropped.
pub struct Place<'s> {
    _held: SemaphorePermit<'s>,
}

fn drawn(session: &Session, subject: &Subject) -> Result<String> {
    let view = subject.view(session)?;
    let told = |error: tera::Error| session.theme.templates.told(&error);
    let context = Context::from_serialize(&view).map_err(told)?;
    let drawn = session.tera.render(&subject.template(session), &context);
    // A template's error is a text; that nobody made a mistake is known to the session.
    let drawn = drawn.map_err(|error| session.unready().unwrap_or_else(|| told(error)))?;
    Ok(drawn.trim_start().to_owned())
}
