//! A request, understood: who asks which site for what.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;

use super::accept::Form;
use super::answer::Refusal;
use super::face::Faces;
use super::params::Params;
use super::renditions::Wanted;
use super::rich::Format;
use super::show::Setting;
use super::who::Who;
use crate::accounts::Actor;
use crate::accounts::Reading;
use crate::cms::Cms;
use crate::error::Result;
use crate::query::Bounds;
use crate::query::Drafts;
use crate::query::Opened;
use crate::query::Scope;
use crate::schema::Schema;
use crate::sites::Site;
use crate::sites::Sites;
use crate::web::Asked;
use crate::web::Passes;

/// One request to the API.
pub struct Ask {
    /// Everything there is.
    pub cms: Arc<Cms>,
    /// The declared types.
    pub schema: Arc<Schema>,
    /// What objects of each type can show.
    pub faces: Arc<Faces>,
    /// The sites and their addresses.
    pub sites: Arc<Sites>,
    /// The site that the request's host means.
    pub site: Option<Site>,
    /// The query string.
    pub params: Params,
    /// The form of the answer.
    pub form: Form,
    /// What addresses of the API begin with.
    pub base: String,
    /// The last event that was followed when it was asked.
    pub head: i64,
    /// What is open to whoever asks and not to everybody.
    opened: Option<Arc<Opened>>,
    /// What a token bounds the answer to.
    bounds: Option<Arc<Bounds>>,
    /// What editors have, if that is asked for.
    drafts: Option<Drafts>,
}

impl Ask {
    /// Reads what a request says of itself.
    pub fn new(
        cms: Arc<Cms>,
        faces: Arc<Faces>,
        parts: &Parts,
        (params, form): (Params, Form),
        who: &Who,
    ) -> Result<Self, Refusal> {
        let head = cms.snapshot().followed;
        let (schema, sites) = (cms.schema.clone(), cms.sites());
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let (name, port) = match parts.extensions.get::<Asked>() {
            Some(asked) => (asked.host.as_str(), asked.port),
            None => host_and_port(host),
        };
        let site = sites.for_host(name, port).cloned();
        let base = base(&cms, site.as_ref());
        let bounds = who.bounds.clone();
        let opened = || Passes::of(&cms, &parts.headers, &who.viewer).opened().map(Arc::new);
        let opened = if bounds.is_some() { None } else { opened() };
        let drafts = drafts(&params, who)?.then(|| Drafts::of(schema.clone()));
        Ok(Self { cms, schema, faces, sites, site, params, form, base, head, opened, bounds, drafts })
    }

    /// Whether the answer is the same for everybody.
    pub fn is_public(&self) -> bool {
        self.opened.is_none() && self.bounds.is_none()
    }

    /// Whether what stands in no tree and has this label is shown to whoever asks.
    pub fn shows(&self, label: &str) -> bool {
        self.bounds.as_ref().is_none_or(|bounds| bounds.holds(label))
    }

    /// What whoever asks may see, wherever it is.
    pub fn everywhere(&self) -> Scope {
        self.seen(Scope::public())
    }

    fn seen(&self, scope: Scope) -> Scope {
        scope.opened(self.opened.clone()).bounded(self.bounds.clone()).drafted(self.drafts.clone())
    }

    /// Whether it is about what editors have rather than what is published.
    pub fn is_of_drafts(&self) -> bool {
        self.drafts.is_some()
    }

    /// A view of the store for one object: what it refers to may be a commit newer than itself, and each is whole.
    pub async fn looking(&self) -> Result<Reading> {
        self.cms.reading(Actor::Anonymous).await
    }

    /// A consistent view of the store, for lists whose count must agree with their items.
    pub async fn reading(&self) -> Result<Reading> {
        self.cms.snapshot_reading(Actor::Anonymous).await
    }

    /// What showing objects needs to know.
    pub fn setting<'a>(&'a self, scope: &'a Scope, format: Format) -> Result<Setting<'a>, Refusal> {
        Ok(Setting {
            schema: &self.schema,
            faces: &self.faces,
            base: &self.base,
            media_base: self.cms.config.base_url.as_str().trim_end_matches('/'),
            sites: &self.sites,
            scope,
            format,
            indent: self.form.indent(),
            addresses: &self.cms.addresses,
            renditions: Wanted::read(self)?,
        })
    }

    /// The pages that this request may see: those of the site that `?site=` names, else of the request's own.
    pub fn scope(&self) -> Result<Scope, Refusal> {
        let site = match self.params.get("site").filter(|site| !site.is_empty()) {
            Some(named) => Some(self.named_site(named)?.id),
            None => self.site.as_ref().map(|site| site.id),
        };
        // Without any site no page is anybody's.
        Ok(self.seen(Scope::site(&self.sites, site.unwrap_or(0))))
    }

    fn named_site(&self, named: &str) -> Result<&Site, Refusal> {
        let (hostname, port) = match named.split_once(':') {
            Some((hostname, port)) => (hostname, Some(site_port(port)?)),
            None => (named, None),
        };
        let mut matching = self
            .sites
            .all()
            .iter()
            .filter(|site| site.hostname == hostname && port.is_none_or(|port| site.port == port));
        match (matching.next(), matching.next()) {
            (Some(site), None) => Ok(site),
            (None, _) => Err(Refusal::no_such("Site", Vec::new())),
            (Some(_), Some(_)) => Err(Refusal::bad(
                "Your query returned multiple sites. Try adding a port number to your site filter.",
            )),
        }
    }
}

/// Whether drafts are asked for, by somebody who may.
fn drafts(params: &Params, who: &Who) -> Result<bool, Refusal> {
    let asked = match params.get("draft") {
        None | Some("0" | "false") => return Ok(false),
        Some("1" | "true") => &who.bounds,
        Some(other) => {
            let got = super::repr::quoted(other);
            return Err(Refusal::bad(format!("draft must be 'true' or 'false', got {got}")));
        }
    };
    match asked {
        None => Err(Refusal::Unwelcome("Bearer", "Drafts are shown to read tokens that were made for them.")),
        Some(bounds) if !bounds.show_drafts() => {
            let words = "This token does not show drafts; make one that does.";
            Err(Refusal::Detail(StatusCode::FORBIDDEN, words.to_owned()))
        }
        Some(_) => Ok(true),
    }
}

fn site_port(text: &str) -> Result<i64, Refusal> {
    let number = super::number::parse(text).and_then(super::number::Number::value);
    let words = || format!("Field 'port' expected a number but got {}.", super::repr::quoted(text));
    number.ok_or_else(|| Refusal::bad(words()))
}

/// A Host header's name and port; without a port, that of plain HTTP.
fn host_and_port(host: &str) -> (&str, u16) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, port.parse().unwrap_or(80))
        }
        _ => (host, 80),
    }
}

/// A front end of the site's own does not serve the API, so its address is no base.
fn base(cms: &Cms, site: Option<&Site>) -> String {
    let configured = cms.config.api.base_url.as_ref();
    let own = site.map(Site::own_url);
    let url = || configured.unwrap_or(&cms.config.base_url).as_str().trim_end_matches('/').to_owned();
    if configured.is_some() { url() } else { own.unwrap_or_else(url) }
}
