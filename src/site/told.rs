//! Errors as pages of the theme.

use std::sync::Arc;

use axum::response::IntoResponse;
use axum::response::Response;

use super::visit::Visit;
use super::visit::html;
use crate::cache::Answer;
use crate::cache::Kept;
use crate::cache::Made;
use crate::cache::Tag;
use crate::error::Error;
use crate::error::Result;
use crate::redirects::REDIRECT;
use crate::render::Subject;
use crate::web::Failure;
use crate::web::Number;
use crate::web::conditional;

/// The longest address that is remembered as one where nothing is.
const LONGEST: usize = 1_000;

/// The answer to a visit, or the page that tells what went wrong. What the theme cannot draw is told in plain words.
pub async fn answered(visit: &Visit, outcome: Result<Response>) -> Response {
    let error = match outcome {
        Ok(response) => return response,
        Err(error) => error,
    };
    let subject = match error {
        Error::NotFound(_) => Subject::NotFound,
        Error::Setup(_) | Error::Corrupt { .. } | Error::Internal(_) => {
            Subject::Broken(Number::current().map(|number| number.to_string()))
        }
        other => return Failure(other).into_response(),
    };
    let plain = Failure(error).into_response();
    if visit.cms.stage.theme().is_none() {
        return plain;
    }
    let status = plain.status().as_u16();
    let answer = match subject {
        Subject::NotFound if visit.is_strange() => nothing(visit).await.map(|page| missing(&page)),
        subject => visit.draw(&visit.locale(), subject).await.map(|page| html(status, page.html, false)),
    };
    match answer {
        Ok(answer) => conditional(&visit.headers, answer),
        Err(error) => {
            tracing::error!(%error, "the theme cannot draw an error page");
            plain
        }
    }
}

/// That neither a page nor a redirect has the address of a visit. For strangers this is kept until one might have it.
pub async fn absent(visit: &Visit) -> Result<Response> {
    let slashed = format!("{}/", visit.path.trim_end_matches('/'));
    let located = visit.here.sites.locate(&visit.here.site, &slashed);
    let is_kept = visit.is_strange() && visit.sent.len() <= LONGEST && visit.cms.stage.theme().is_some();
    let Some(located) = located.filter(|_| is_kept) else { return Err(Error::not_found("a page")) };
    let page = nothing(visit).await?;
    let tags = vec![Tag::Address(located.url_path), Tag::Type(REDIRECT.to_owned())];
    let key = format!("absent {} {}", visit.here.site.id, visit.sent);
    visit.kept(key, async { Ok(Made { like: Some(page.clone()), ..Made::of(missing(&page), tags) }) }).await
}

/// The page that tells strangers that there is nothing: drawn once for a site and language.
async fn nothing(visit: &Visit) -> Result<Arc<Kept>> {
    let locale = visit.locale();
    let key = format!("nothing {} {locale}", visit.here.site.id);
    let made = async {
        let page = visit.draw(&locale, Subject::NotFound).await?;
        Ok(Made::of(html(404, page.html, false), page.made_of))
    };
    visit.found(key, made).await
}

fn missing(page: &Kept) -> Answer {
    Answer { body: page.body.clone(), ..html(404, String::new(), false) }
}
