//! What search engines shall leave alone, and where the sitemap is.

use axum::response::Response;

use super::told::answered;
use super::visit::Visit;
use crate::cache::Answer;
use crate::cache::Made;

/// `GET /robots.txt`
pub async fn show(visit: Visit) -> Response {
    let root = visit.here.site.root_url();
    let body =
        format!("User-agent: *\nDisallow: /admin/\nDisallow: /*search/?\n\nSitemap: {root}/sitemap.xml\n");
    let headers = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "public, max-age=3600")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    // Made of the site alone, and what changes a site drops everything.
    let made = Made::of(Answer { status: 200, headers, body: body.into() }, Vec::new());
    let outcome = visit.kept(format!("robots {}", visit.here.site.id), async { Ok(made) }).await;
    answered(&visit, outcome).await
}
