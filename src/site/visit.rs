//! A request as the site sees it: who comes to which site, where to, and in which language.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use url::Url;
use url::form_urlencoded;

use crate::accounts::Actor;
use crate::accounts::Reading;
use crate::cache::Answer;
use crate::cache::Kept;
use crate::cache::Made;
use crate::cms::Cms;
use crate::error::Result;
use crate::render::Drawn;
use crate::render::Scene;
use crate::render::Subject;
use crate::sites::Located;
use crate::web;
use crate::web::Asked;
use crate::web::Failure;
use crate::web::Here;
use crate::web::Viewer;

/// What pages of a theme may load and do: nothing foreign but pictures, and the players that themes can embed.
const POLICY: &str = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; \
                      frame-src https://www.youtube-nocookie.com https://player.vimeo.com; object-src 'none'; \
                      base-uri 'self'; form-action 'self'; frame-ancestors 'self'";
/// Pages are asked for anew each time and answered with 304 when nothing changed.
const FRESH: &str = "public, max-age=0, must-revalidate";

/// Somebody at an address of the site.
pub struct Visit {
    /// The site's system.
    pub cms: Arc<Cms>,
    /// The site, and all sites.
    pub here: Here,
    /// Who comes.
    pub actor: Actor,
    /// The machine they come from.
    pub address: IpAddr,
    /// The path, decoded, beginning with a slash.
    pub path: String,
    /// The path and query as they were sent.
    pub sent: String,
    /// The query's names and values.
    pub query: Vec<(String, String)>,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The last event that was followed when they came.
    head: i64,
}

impl FromRequestParts<Arc<Cms>> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, cms: &Arc<Cms>) -> Result<Self, Failure> {
        let head = cms.snapshot().followed;
        let here = Here::from_request_parts(parts, cms).await?;
        let address = Asked::from_request_parts(parts, cms).await?.address;
        let Viewer(actor) = Viewer::from_request_parts(parts, cms).await?;
        let path = Path::<String>::from_request_parts(parts, cms).await.map(|path| path.0);
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            cms: cms.clone(),
            here,
            address,
            actor,
            path: format!("/{}", path.unwrap_or_default().replace('\0', "")),
            sent: parts.uri.path_and_query().map_or("/", |sent| sent.as_str()).to_owned(),
            query: query.map(|(name, value)| (name.replace('\0', ""), value.replace('\0', ""))).collect(),
            headers: parts.headers.clone(),
            head,
        })
    }
}

impl Visit {
    /// What the path means; the front page's language where it means nothing.
    pub fn located(&self) -> Option<Located> {
        self.here.sites.locate(&self.here.site, &self.path)
    }

    /// The language of the address.
    pub fn locale(&self) -> String {
        self.located().map_or_else(|| self.here.sites.default_locale().to_owned(), |located| located.locale)
    }

    /// The last value of a name in the query.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// A reading for whoever comes.
    pub async fn reading(&self) -> Result<Reading> {
        self.cms.reading(self.actor.clone()).await
    }

    /// Whether nobody known comes: then an answer depends on the address alone.
    pub fn is_strange(&self) -> bool {
        matches!(self.actor, Actor::Anonymous)
    }

    /// The answer to a stranger: kept from before, or the one that `make` makes.
    pub async fn kept(&self, key: String, make: impl Future<Output = Result<Made>>) -> Result<Response> {
        let kept = self.found(key, make).await?;
        Ok(web::answered(&self.cms, &self.headers, kept).await)
    }

    /// What [`Visit::kept`] answers with.
    pub async fn found(&self, key: String, make: impl Future<Output = Result<Made>>) -> Result<Arc<Kept>> {
        // In a place of its own: what waits for it is moved about a few times.
        web::kept(&self.cms, (key, self.head), Box::pin(make)).await
    }

    /// Draws a page of the theme in this language. What tells of no address in particular knows none.
    pub async fn draw(&self, locale: &str, subject: Subject) -> Result<Drawn> {
        let is_anywhere = matches!(subject, Subject::NotFound);
        let scene = Scene {
            site: self.here.site.id,
            locale: locale.to_owned(),
            path: if is_anywhere { String::new() } else { self.path.clone() },
            query: if is_anywhere { Vec::new() } else { self.query.clone() },
            is_preview: false,
        };
        let place = self.cms.stage.place().await?;
        let reading = self.reading().await?;
        self.cms.stage.draw_at(place, self.here.sites.clone(), Some(reading), scene, subject).await
    }

    /// The whole address of a stored URL path, as browsers and feed readers want it; `None` if no site shows it.
    pub fn address(&self, url_path: &str) -> Option<Url> {
        let address = self.here.sites.address_of(url_path, Some(self.here.site.id))?;
        Url::parse(&address.url()).ok()
    }
}

/// A drawn page as an answer.
pub fn html(status: u16, body: String, is_public: bool) -> Answer {
    let kept = if is_public { FRESH } else { "private, no-store" };
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", POLICY),
        ("cache-control", kept),
        // Whoever is known may be shown another page.
        ("vary", "Cookie"),
    ];
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Answer { status, headers: headers.collect(), body: body.into() }
}
