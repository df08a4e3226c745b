//! The delivery API for people who may see more than others: whoever has signed in, belongs to a group or knows a page's
//! password sees that over the API too, and nobody else ever gets the answer that was made for them.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use siskin::accounts::{
    Actor, Credentials, NewUser, SignIn, User, Work, create_group, create_user, password, sign_in,
    update_user,
};
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::media::{self, Admits};
use siskin::pages::{self, Privacy};
use siskin::schema;
use siskin::search::Follower;
use siskin::server;
use tower::ServiceExt;

use crate::api::{Answered, World, ask, object, page};
use crate::databases::{Fresh, for_each_fresh};

const PASSWORD: &str = "four finches on a wire";

struct Place {
    world: World,
    router: Router,
}

impl Place {
    /// The zoo with more behind its fences. Pages: Open 7 refers to all others; Gate 8 (password) with Lion 9; Club 10
    /// (group) with Ibis 11, itself behind another password; Secret 5 (login) gets Owl 12. Images: 2 (login), 3 (group).
    async fn new(fresh: &Fresh) -> Self {
        let more = format!("[database]\nurl = \"{}\"\nsynchronous = \"off\"\n", fresh.config.url);
        let world = World::with(&more).await;
        let cms = &world.cms;
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let club = people(&mut work).await;
        pages(cms, &mut work, club).await;
        images(cms, &mut work, club).await;
        cms.commit(work).await.unwrap();
        Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
        let router = server::router(cms.clone()).unwrap();
        Self { world, router }
    }

    async fn get(&self, cookie: &str, path: &str) -> Answered {
        let path = format!("/api/v2/{path}");
        ask(&self.router, "GET", &path, &[("host", "zoo.example"), ("cookie", cookie)]).await
    }

    async fn session(&self, name: &str) -> String {
        let cms = &self.world.cms;
        let (address, rules) = ("192.0.2.7".parse().unwrap(), &cms.config.accounts);
        let sent = Credentials { name, password: PASSWORD, address, agent: "", before: None, rules };
        let SignIn::Welcome(token) = sign_in(&cms.db, &cms.clock, sent).await.unwrap() else {
            panic!("{name}")
        };
        format!("siskin_session={}", token.secret())
    }

    /// The cookie that a page gives to whoever types its password.
    async fn knock(&self, path: &str, password: &str, before: &str) -> String {
        let request = Request::builder().method("POST").uri(path).header("host", "zoo.example");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request =
            request.header("cookie", before).body(Body::from(format!("password={password}"))).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let cookie = response.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned());
        cookie.unwrap_or_default().split(';').next().unwrap_or_default().to_owned()
    }
}

/// Rita may sign in and no more; Mona is in the group whose id is told; Sue may do everything.
async fn people(work: &mut Work) -> i64 {
    let club = create_group(work, "Club", &[]).await.unwrap();
    for (username, groups) in [("rita", vec![]), ("mona", vec![club.id]), ("sue", vec![])] {
        let password_hash = Some(password::hash(PASSWORD).await.unwrap());
        let (is_superuser, groups) = (username == "sue", groups.as_slice());
        create_user(work, NewUser { username, email: "", password_hash, is_superuser, groups })
            .await
            .unwrap();
    }
    club.id
}

async fn pages(cms: &Cms, work: &mut Work, club: i64) {
    let home = pages::by_id(work, 2).await.unwrap();
    let make = async |work: &mut Work, parent: &Object, title: &str, see: Value| {
        let content = json!({ "title": title, "slug": title.to_lowercase(), "teaser": "quokka", "see": see });
        page(cms, work, parent, content, true).await
    };
    make(work, &home, "Open", json!([4, 5, 6, 8, 9, 10, 11, 12])).await;
    let gate = make(work, &home, "Gate", json!([])).await;
    make(work, &gate, "Lion", json!([])).await;
    let hall = make(work, &home, "Club", json!([])).await;
    let ibis = make(work, &hall, "Ibis", json!([])).await;
    let secret = pages::by_id(work, 5).await.unwrap();
    make(work, &secret, "Owl", json!([])).await;
    for (page, privacy) in [
        (gate, Privacy::Password("sesame".to_owned())),
        (hall, Privacy::Groups(vec![club])),
        (ibis, Privacy::Password("feather".to_owned())),
    ] {
        pages::restrict(work, &page, &privacy).await.unwrap();
    }
}

async fn images(cms: &Cms, work: &mut Work, club: i64) {
    for (title, admits) in [("Night", Admits::SignedIn), ("Party", Admits::Groups(vec![club]))] {
        let collection = media::create_collection(work, 1, title).await.unwrap();
        media::restrict_collection(work, collection.id, Some(admits)).await.unwrap();
        let content = json!({ "title": title, "tags": ["quokka"] });
        let image = object(cms, work, schema::IMAGE, content).await;
        let mut document = image.live_document().unwrap();
        document.insert("collection".to_owned(), collection.id.into());
        let declared = cms.schema.get(schema::IMAGE).unwrap();
        media::edit_file(work, declared, image.id, document, None).await.unwrap();
        assert!(!Object::by_key(work, image.key).await.unwrap().public, "{title}");
    }
}

#[tokio::test]
async fn whoever_may_see_more_sees_it_over_the_api_and_nobody_else_does() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh).await;
        let (rita, mona, sue) =
            (place.session("rita").await, place.session("mona").await, place.session("sue").await);
        let knows = place.knock("/gate/", "sesame", "").await;
        assert_eq!(place.knock("/gate/", "wrong", "").await, "");
        let both = place.knock("/club/ibis/", "feather", &mona).await;
        let both = format!("{mona}; {both}");
        let open = "Home Birds Siskin";
        for (who, cookie, sees) in [
            ("a stranger", "", format!("{open} Open")),
            ("a forger", "siskin_session=x; siskin_passed=00+11", format!("{open} Open")),
            ("who signed in", &rita, format!("{open} Secret Owl Open")),
            ("a member", &mona, format!("{open} Secret Owl Open Club")),
            ("who may do everything", &sue, format!("{open} Secret Owl Open Club")),
            ("who knows the gate's password", &knows, format!("{open} Open Gate Lion")),
            ("a member who knows both", &both, format!("{open} Secret Owl Open Club Ibis")),
        ] {
            holds(&place, who, cookie, &sees).await;
        }
        place.world.cms.db.close().await;
    })
    .await;
}

/// Titles and ids of the pages behind a fence.
const FENCED: [(&str, i64); 7] =
    [("Secret", 5), ("Sketch", 6), ("Gate", 8), ("Lion", 9), ("Club", 10), ("Ibis", 11), ("Owl", 12)];

async fn holds(place: &Place, who: &str, cookie: &str, sees: &str) {
    let sees: Vec<&str> = sees.split(' ').collect();
    let stranger = place.get("", "pages/?type=zoo.Page&fields=see").await;
    let list = place.get(cookie, "pages/?type=zoo.Page&fields=see").await;
    let told: Vec<String> = list.titles().split(' ').map(str::to_owned).collect();
    assert_eq!(told, sees, "{who}");
    assert_eq!(list.json()["meta"]["total_count"], sees.len(), "{who}");
    let is_personal = sees.len() > stranger.titles().split(' ').count();
    for (title, id) in FENCED {
        let (seen, status) = if sees.contains(&title) { (1, 200) } else { (0, 404) };
        let detail = place.get(cookie, &format!("pages/{id}/?fields=_,title,parent")).await;
        assert_eq!(detail.status.as_u16(), status, "{who}: {title}");
        let found = place.get(cookie, &format!("pages/find/?id={id}")).await;
        assert_eq!(found.status.as_u16(), if seen == 1 { 302 } else { 404 }, "{who}: {title}");
        assert_eq!(detail.header("cache-control") == "private, no-store", is_personal, "{who}: {title}");
        for relation in ["child_of", "descendant_of", "ancestor_of", "translation_of"] {
            let related = place.get(cookie, &format!("pages/?{relation}={id}")).await;
            assert_eq!(
                related.status.as_u16(),
                if seen == 1 { 200 } else { 400 },
                "{who}: {relation} {title}"
            );
        }
        for asked in
            [format!("title={title}"), format!("search={title}"), format!("slug={}", title.to_lowercase())]
        {
            let asked = place.get(cookie, &format!("pages/?{asked}")).await;
            assert_eq!(asked.json()["meta"]["total_count"], seen, "{who}: {title}");
        }
        let filtered = place.get(cookie, &format!("pages/?type=zoo.Page&teaser=quokka&title={title}")).await;
        let has_teaser = i64::from(seen == 1 && id > 6);
        assert_eq!(filtered.json()["meta"]["total_count"], has_teaser, "{who}: {title}");
        let referred = place.get(cookie, "pages/7/?fields=_,see(_,id)").await.json()["see"].to_string();
        assert_eq!(
            referred.contains(&format!("\"id\":{id}")),
            seen == 1 && id != 7,
            "{who}: {title} {referred}"
        );
    }
    let images = match sees.as_slice() {
        _ if sees.contains(&"Club") => "A siskin Night Party",
        _ if sees.contains(&"Owl") => "A siskin Night",
        _ => "A siskin",
    };
    assert_eq!(place.get(cookie, "images/?order=id").await.titles(), images, "{who}");
    let tagged = images.split(' ').filter(|title| ["Night", "Party"].contains(title)).count();
    assert_eq!(place.get(cookie, "images/?tags=quokka").await.json()["meta"]["total_count"], tagged, "{who}");
    // Asked again by a stranger, who gets what strangers got before.
    let again = place.get("", "pages/?type=zoo.Page&fields=see").await;
    assert_eq!(
        (again.text, again.headers.get("etag")),
        (stranger.text, stranger.headers.get("etag")),
        "{who}"
    );
}

#[tokio::test]
async fn what_opened_closes_again() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh).await;
        let cms = &place.world.cms;
        let (mona, knows) = (place.session("mona").await, place.knock("/gate/", "sesame", "").await);
        let seen =
            async |cookie: &str, id: i64| place.get(cookie, &format!("pages/{id}/")).await.status.as_u16();
        assert_eq!((seen(&mona, 10).await, seen(&knows, 8).await), (200, 200));
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let gate = pages::by_id(&mut work, 8).await.unwrap();
        pages::restrict(&mut work, &gate, &Privacy::Password("other".to_owned())).await.unwrap();
        let hall = pages::by_id(&mut work, 10).await.unwrap();
        pages::unpublish(&mut work, &cms.schema, &hall).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!((seen(&mona, 10).await, seen(&knows, 8).await), (404, 404));
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let mut user = User::by_username(&mut work, "mona").await.unwrap().unwrap();
        assert_eq!(seen(&mona, 5).await, 200);
        user.is_active = false;
        update_user(&mut work, &user).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!(seen(&mona, 5).await, 404);
        cms.db.close().await;
    })
    .await;
}

fn basic(pair: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

#[tokio::test]
async fn name_and_password_in_the_header_open_what_a_session_opens() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh).await;
        let cms = &place.world.cms;
        let get = async |sent: &str, path: &str| {
            let headers = [("host", "zoo.example"), ("authorization", sent)];
            ask(&place.router, "GET", &format!("/api/v2/{path}"), &headers).await
        };
        let mona = basic(&format!("mona:{PASSWORD}"));
        for _ in 0..2 {
            let list = get(&mona, "pages/").await;
            assert_eq!(list.titles(), "Home Birds Siskin Secret Owl Open Club");
            assert_eq!(list.header("cache-control"), "private, no-store");
            assert_eq!(place.get("", "pages/").await.titles(), "Home Birds Siskin Open");
        }
        for wrong in [
            basic("mona:guess"),
            basic("nobody:guess"),
            basic("no colon"),
            "Basic %%%".to_owned(),
            "basic".to_owned() + " " + &"A".repeat(8_000),
        ] {
            let refused = get(&wrong, "pages/").await;
            assert_eq!(refused.status.as_u16(), 401, "{wrong}");
            assert_eq!(refused.headers["www-authenticate"], "Basic realm=\"api\"");
            assert_eq!(refused.json()["detail"], "Invalid username/password.");
        }
        // What is remembered is forgotten with the password, and with the account.
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let user = User::by_username(&mut work, "mona").await.unwrap().unwrap();
        update_user(&mut work, &User { is_active: false, ..user }).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!(get(&mona, "pages/").await.status.as_u16(), 401);
        let rita = basic(&format!("rita:{PASSWORD}"));
        assert_eq!(get(&rita, "pages/5/").await.status.as_u16(), 200);
        let hash = password::hash("another finch").await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let user = User::by_username(&mut work, "rita").await.unwrap().unwrap();
        siskin::accounts::set_password(&mut work, user.id, &hash, None).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!(get(&rita, "pages/5/").await.status.as_u16(), 401);
        // Guessing is slowed as at sign-in.
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(get(&basic("sue:guess"), "pages/").await.status.as_u16());
        }
        assert_eq!((statuses[0], statuses[7]), (401, 429), "{statuses:?}");
        cms.db.close().await;
    })
    .await;
}
