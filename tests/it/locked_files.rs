//! Collections behind a password: a form asks for it, then the file is there, over the API too; nobody else learns more.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use siskin::accounts::{Actor, password};
use siskin::base::Timestamp;
use siskin::media::{self, Admits, Upload};
use siskin::schema::{DOCUMENT, IMAGE};
use siskin::server;
use tower::ServiceExt;

use crate::api::{Answered, World, ask};
use crate::databases::{Fresh, for_each_fresh};

struct Place {
    world: World,
    router: Router,
}

/// The addresses of a document and of an image behind the password "sesame", in the collection 2; the restriction is 1.
const DOCUMENT_AT: &str = "/documents/1/prices.txt";
const IMAGE_AT: &str = "/media/original_images/plan.png";

impl Place {
    async fn new(fresh: &Fresh, more: &str) -> Self {
        let more = format!("{more}\n[database]\nurl = \"{}\"\nsynchronous = \"off\"\n", fresh.config.url);
        let world = World::with(&more).await;
        let router = server::router(world.cms.clone()).unwrap();
        let place = Self { world, router };
        let cms = &place.world.cms;
        let path = fresh.dir.path().join("upload");
        std::fs::write(&path, b"12 seeds a penny\n").unwrap();
        let limits = &cms.config.media;
        let document = media::receive_document(&cms.workshop, limits, "prices.txt", &path).await.unwrap();
        let image = media::receive_image(&cms.workshop, limits, "plan.png", png().into()).await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let staff = media::create_collection(&mut work, media::ROOT, "Staff").await.unwrap();
        let upload = || Upload { collection: Some(staff.id), ..Upload::default() };
        let declared = |label| cms.schema.get(label).unwrap();
        media::upload_document(&mut work, declared(DOCUMENT), &document, upload()).await.unwrap();
        media::upload_image(&mut work, declared(IMAGE), &image, upload()).await.unwrap();
        cms.commit(work).await.unwrap();
        place.restrict(staff.id, Some("sesame")).await;
        place
    }

    async fn restrict(&self, collection: i64, secret: Option<&str>) {
        let admits = match secret {
            Some(secret) => Admits::Password(password::hash(secret).await.unwrap()),
            None => Admits::SignedIn,
        };
        let mut work = self.world.cms.work(Actor::System("test")).await.unwrap();
        media::restrict_collection(&mut work, collection, Some(admits)).await.unwrap();
        self.world.cms.commit(work).await.unwrap();
    }

    async fn get(&self, cookie: &str, path: &str) -> Answered {
        ask(&self.router, "GET", path, &[("host", "zoo.example"), ("cookie", cookie)]).await
    }

    /// Where the form of a page is sent.
    async fn form(&self, path: &str) -> String {
        let page = self.get("", path).await.text;
        let action = regex::Regex::new("method=\"post\" action=\"([^\"]*)\"").unwrap();
        let found = action.captures(&page).unwrap_or_else(|| panic!("a form in {page}"));
        found[1].replace("&amp;", "&").replace("&#x2F;", "/")
    }

    /// Sends a password: the status, where it leads and the cookie.
    async fn knock(&self, form: &str, password: &str, cookie: &str) -> (u16, String, String) {
        let request = Request::builder().method("POST").uri(form).header("host", "zoo.example");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = Body::from(format!("password={password}"));
        let request = request.header("cookie", cookie).body(body).unwrap();
        let answered = self.router.clone().oneshot(request).await.unwrap();
        let header = |name: &str| {
            answered.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let cookie = header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        (answered.status().as_u16(), header("location"), cookie)
    }
}

fn png() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(60, 40, |x, y| image::Rgb([x as u8, y as u8, 7]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_password_opens_a_collection_for_files_and_over_the_api() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        for path in [DOCUMENT_AT, IMAGE_AT] {
            let closed = place.get("", path).await;
            assert_eq!(closed.status.as_u16(), 403, "{path}: {}", closed.text);
            assert_eq!(closed.headers["cache-control"], "private, no-store", "{path}");
            assert!(closed.header("content-type").starts_with("text/html"), "{path}");
            assert!(!closed.text.contains("seeds"), "{path}");
        }
        let list = async |cookie: &str, what: &str| {
            place.get(cookie, &format!("/api/v2/{what}/")).await.json()["meta"]["total_count"].clone()
        };
        assert_eq!((list("", "images").await, list("", "documents").await), (1.into(), 0.into()));

        let form = place.form(DOCUMENT_AT).await;
        let (status, _, none) = place.knock(&form, "guess", "").await;
        assert_eq!((status, none.as_str()), (403, ""));
        let (status, location, knows) = place.knock(&form, "sesame", "").await;
        assert_eq!((status, location.as_str()), (303, DOCUMENT_AT));
        let open = place.get(&knows, DOCUMENT_AT).await;
        assert_eq!((open.status.as_u16(), open.text.as_str()), (200, "12 seeds a penny\n"));
        assert_eq!(open.headers["cache-control"], "private, no-store");
        let seen = place.get(&knows, "/api/v2/images/2/").await;
        assert_eq!((seen.status.as_u16(), seen.header("cache-control")), (200, "private, no-store"));
        assert_eq!((list(&knows, "images").await, list(&knows, "documents").await), (2.into(), 1.into()));
        assert_eq!((list("", "images").await, list("", "documents").await), (1.into(), 0.into()));

        // Another password asks everybody again, and with a login on top of it there is nothing to ask for.
        place.restrict(2, Some("feather")).await;
        assert_eq!(place.get(&knows, DOCUMENT_AT).await.status.as_u16(), 403);
        assert_eq!(list(&knows, "documents").await, 0);
        place.restrict(media::ROOT, None).await;
        assert_eq!(place.get(&knows, DOCUMENT_AT).await.status.as_u16(), 404);
        assert_eq!(place.get("", "/documents/1/other.txt").await.status.as_u16(), 404);
        place.world.cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn guessing_the_password_of_a_collection_is_slowed_and_the_form_leads_nowhere_else() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        for (form, location) in [
            ("/documents/password/1?next=//evil.example/", "/evil.example/"),
            ("/documents/password/1?next=https://evil.example/", "/"),
            ("/documents/password/1", "/"),
        ] {
            let (status, to, _) = place.knock(form, "sesame", "").await;
            assert_eq!((status, to.as_str()), (303, location), "{form}");
        }
        for form in ["/documents/password/9?next=/", "/documents/password/x"] {
            assert!([400, 404].contains(&place.knock(form, "sesame", "").await.0), "{form}");
        }
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(place.knock("/documents/password/1?next=/", "guess", "").await.0);
        }
        assert_eq!((statuses[0], statuses[7]), (403, 429), "{statuses:?}");
        let cms = &place.world.cms;
        cms.clock.set(Timestamp::from_micros(cms.clock.now().micros() + 3_600_000_000));
        assert_eq!(place.knock("/documents/password/1?next=/", "sesame", "").await.0, 303);
        cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_site_without_a_theme_asks_for_the_password_too() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "theme = false").await;
        let form = place.form(IMAGE_AT).await;
        let wrong = place.knock(&form, "guess", "").await;
        let (status, location, knows) = place.knock(&form, "sesame", "").await;
        assert_eq!((wrong.0, status, location.as_str()), (403, 303, IMAGE_AT));
        let headers = [("host", "zoo.example"), ("cookie", knows.as_str())];
        let open = ask(&place.router, "HEAD", IMAGE_AT, &headers).await;
        assert_eq!((open.status.as_u16(), open.header("content-type")), (200, "image/png"));
        place.world.cms.db.close().await;
    })
    .await;
}
