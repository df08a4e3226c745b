//! The addresses of the API, and what every one of them has in common: methods, forms, the slash at the end.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::Router;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::any;

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
use super::json::INDENT;
use super::listing;
use super::params::Params;
use crate::cms::Cms;

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
    Router::new()
        .route("/api/v2/{endpoint}/", any(list))
        .route("/api/v2/{endpoint}/{id}/", any(show))
        .route("/api/v2/{endpoint}", any(with_slash))
        .route("/api/v2/{endpoint}/{id}", any(with_slash_below))
        .route("/api/v2", any(nowhere))
        .route("/api/v2/", any(nowhere))
        .route("/api/v2/{*rest}", any(nowhere))
        .with_state(Arc::new(Api { cms, faces: ArcSwapOption::empty() }))
}

/// What a view of an endpoint shows.
enum View {
    List,
    Find,
    /// With an id that 64 bits may not hold.
    Detail(Option<i64>),
}

impl View {
    /// The view at the part of an address that follows the endpoint.
    fn at(name: &str) -> Option<Self> {
        match name {
            "find" => Some(Self::Find),
            id if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Self::Detail(id.parse().ok()))
            }
            _ => None,
        }
    }
}

async fn list(State(api): State<Arc<Api>>, Path(endpoint): Path<String>, request: Request) -> Response {
    answer(&api, &endpoint, Some(View::List), request).await
}

async fn show(
    State(api): State<Arc<Api>>,
    Path((endpoint, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    answer(&api, &endpoint, View::at(&id), request).await
}

async fn nowhere() -> Response {
    answer::no_such_address()
}

async fn with_slash(State(api): State<Arc<Api>>, Path(endpoint): Path<String>, request: Request) -> Response {
    slash(&api, &endpoint, Some(View::List), &request)
}

async fn with_slash_below(
    State(api): State<Arc<Api>>,
    Path((endpoint, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    slash(&api, &endpoint, View::at(&id), &request)
}

/// Sends an address that lacks nothing but its last slash to the one that has it.
fn slash(api: &Api, endpoint: &str, view: Option<View>, request: &Request) -> Response {
    let known = Endpoint::at(&api.faces(), endpoint).and(view).is_some();
    if !known {
        return answer::no_such_address();
    }
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let location = format!("{}/{query}", request.uri().path());
    let html = (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned());
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location), html]).into_response()
}

/// Agrees on a form, checks the method, and has the view answer.
async fn answer(api: &Api, endpoint: &str, view: Option<View>, request: Request) -> Response {
    let faces = api.faces();
    let Some((at, view)) = Endpoint::at(&faces, endpoint).zip(view) else {
        return answer::no_such_address();
    };
    let (parts, _) = request.into_parts();
    let params = Params::parse(parts.uri.query().unwrap_or_default());
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let form = match accept::negotiate(accept, params.get("format")) {
        Ok(form) => form,
        Err(why) => return answer::respond(Err(why.into()), Form::Json(INDENT), &parts.headers),
    };
    let outcome = match parts.method {
        Method::GET | Method::HEAD => {
            let ask = Ask::new(api.cms.clone(), faces, &parts.headers, params);
            look(&ask, &at, view).await
        }
        Method::OPTIONS => Ok(Answer::Object(answer::description(endpoint))),
        method => {
            let words = format!("Method \"{method}\" not allowed.");
            Err(Refusal::Detail(StatusCode::METHOD_NOT_ALLOWED, words))
        }
    };
    answer::respond(outcome, form, &parts.headers)
}

async fn look(ask: &Ask, endpoint: &Endpoint, view: View) -> Result<Answer, Refusal> {
    match view {
        View::List => listing::list(ask, endpoint).await,
        View::Find => find::find(ask, endpoint).await,
        View::Detail(id) => detail::show(ask, endpoint, id).await,
    }
}
