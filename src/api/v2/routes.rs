//! The addresses of the API, and what every one of them has in common: methods, forms, the slash at the end.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::any;
use axum::routing::get;

use super::accept;
use super::accept::Form;
use super::answer;
use super::answer::Answer;
use super::answer::Refusal;
use super::ask::Ask;
use super::detail;
use super::endpoint::Endpoint;
use super::face::Faces;
use super::find;
use super::json;
use super::json::INDENT;
use super::kept;
use super::listing;
use super::params::Params;
use super::types::About;
use super::types::openapi;
use super::who::Who;
use crate::cache::Kept;
use crate::cms::Cms;
use crate::web;

/// What the API keeps between requests.
struct Api {
    cms: Arc<Cms>,
    /// The faces for a number of languages.
    faces: ArcSwapOption<(usize, Arc<Faces>)>,
}

impl Api {
    fn faces(&self) -> Arc<Faces> {
        let languages = self.cms.sites().locales().len();
        if let Some(kept) = self.faces.load().as_ref().filter(|kept| kept.0 == languages) {
            return kept.1.clone();
        }
        let faces = Arc::new(Faces::new(&self.cms.schema, languages));
        self.faces.store(Some(Arc::new((languages, faces.clone()))));
        faces
    }
}

/// Every address of the API.
pub fn router(cms: Arc<Cms>) -> Router {
    let api = Arc::new(Api { cms, faces: ArcSwapOption::empty() });
    let nowhere = || any(async || answer::no_such_address());
    Router::new()
        .route("/api/v2", nowhere())
        .route("/api/v2/", nowhere())
        .route("/api/v2/openapi.json", get(document))
        .route("/api/v2/{*rest}", any(at))
        .with_state(api)
}

/// What an address is about.
struct Target {
    /// The endpoint's name.
    name: String,
    endpoint: Endpoint,
    view: View,
    /// Whether the address ends with its slash.
    closed: bool,
}

/// What a view of an endpoint shows.
pub(super) enum View {
    /// Many objects.
    List,
    /// The way from an address or an id to an object.
    Find,
    /// With an id that 64 bits may not hold.
    Detail(Option<i64>),
}

impl Target {
    fn of(faces: &Faces, rest: &str) -> Option<Self> {
        let (path, closed) = rest.strip_suffix('/').map_or((rest, false), |path| (path, true));
        let (name, view) = match path.split_once('/') {
            None => (path, View::List),
            Some((name, "find")) => (name, View::Find),
            Some((name, id)) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                (name, View::Detail(id.parse().ok()))
            }
            Some(_) => return None,
        };
        Some(Self { name: name.to_owned(), endpoint: Endpoint::at(faces, name)?, view, closed })
    }
}

/// What answers look like, for tools that read OpenAPI.
async fn document(State(api): State<Arc<Api>>, request: Request) -> Response {
    let config = &api.cms.config;
    let (mut parts, _) = request.into_parts();
    let about = About { server: config.base_url.as_str(), limit_max: config.api.limit_max };
    let outcome = Who::of(&api.cms, &mut parts).await;
    let outcome = outcome.map(|_| openapi(&api.cms.schema, &api.faces(), &about));
    let outcome = outcome.map(|made| Answer::Object(json::write(&made, INDENT), Vec::new()));
    web::conditional(&parts.headers, answer::written(outcome, Form::Json(INDENT)))
}

async fn at(State(api): State<Arc<Api>>, request: Request) -> Response {
    let faces = api.faces();
    let rest = request.uri().path().strip_prefix("/api/v2/").unwrap_or_default();
    match Target::of(&faces, rest) {
        None => answer::no_such_address(),
        Some(target) if target.closed => answer(&api.cms, faces, &target, request).await,
        Some(_) => slash(&request),
    }
}

/// Sends an address that lacks nothing but its last slash to the one that has it.
fn slash(request: &Request) -> Response {
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let location = format!("{}/{query}", request.uri().path());
    let html = (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned());
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location), html]).into_response()
}

/// The answer with what every answer has: its freshness.
async fn answer(cms: &Arc<Cms>, faces: Arc<Faces>, target: &Target, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let kept = match Who::of(cms, &mut parts).await {
        Ok(who) => write(cms, faces, target, &parts, &who).await,
        Err(refusal) => refused(refusal, Form::Json(INDENT)),
    };
    web::answered(cms, &parts.headers, kept).await
}

/// Agrees on a form, checks the method, and has the view answer, unless the answer is kept from before.
async fn write(cms: &Arc<Cms>, faces: Arc<Faces>, target: &Target, parts: &Parts, who: &Who) -> Arc<Kept> {
    let query = parts.uri.query().unwrap_or_default();
    if Params::is_too_long(query) {
        return refused(Refusal::bad("too many query parameters"), Form::Json(INDENT));
    }
    let params = Params::parse(query);
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let form = match accept::negotiate(accept, params.get("format")) {
        Ok(form) => form,
        Err(why) => return refused(why.into(), Form::Json(INDENT)),
    };
    match parts.method {
        Method::GET | Method::HEAD => {
            let ask = match Ask::new(cms.clone(), faces, parts, (params, form), who) {
                Ok(ask) => ask,
                Err(refusal) => return refused(refusal, form),
            };
            let key = kept::key(&ask, &target.endpoint, &target.view, parts.uri.path());
            kept::or_made(&ask, key, look(&ask, target)).await
        }
        Method::OPTIONS => {
            let description = json::write(&answer::description(&target.name), form.indent());
            Arc::new(Kept::passing(answer::written(Ok(Answer::Object(description, Vec::new())), form)))
        }
        ref method => {
            let words = format!("Method \"{method}\" not allowed.");
            refused(Refusal::Detail(StatusCode::METHOD_NOT_ALLOWED, words), form)
        }
    }
}

fn refused(refusal: Refusal, form: Form) -> Arc<Kept> {
    Arc::new(Kept::passing(answer::written(Err(refusal), form)))
}

/// Each view in a place of its own: what waits for one of them is moved about a few times. Whoever can go on meanwhile
/// goes first, so that what many are answered goes out together: waking who reads it takes longer than sending it.
async fn look(ask: &Ask, target: &Target) -> Result<Answer, Refusal> {
    let made = match target.view {
        View::List => Box::pin(listing::list(ask, &target.endpoint)).await,
        View::Find => Box::pin(find::find(ask, &target.endpoint)).await,
        View::Detail(id) => Box::pin(detail::show(ask, &target.endpoint, id)).await,
    };
    tokio::task::yield_now().await;
    made
}
