//! What search engines shall leave alone, and where the sitemap is.

use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::visit::Visit;

/// `GET /robots.txt`
pub async fn show(visit: Visit) -> Response {
    let root = visit.here.site.root_url();
    let body =
        format!("User-agent: *\nDisallow: /admin/\nDisallow: /*search/?\n\nSitemap: {root}/sitemap.xml\n");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, body).into_response()
}
