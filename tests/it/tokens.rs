//! Read tokens of the delivery API: what they bound, when they are refused, and who may make them.

use axum::Router;
use serde_json::Value;
use siskin::accounts::{self, API_TOKEN, Action, Actor, NewToken, NewUser, StoredGrant, User};
use siskin::error::Error;
use siskin::search::Follower;
use siskin::server;

use crate::api::{Answered, World, ask};
use crate::databases::{Fresh, for_each_fresh};

pub struct Place {
    pub world: World,
    pub router: Router,
}

impl Place {
    pub async fn new(fresh: &Fresh, more: &str) -> Self {
        let url = &fresh.config.url;
        let more = format!("[database]\nurl = \"{url}\"\nsynchronous = \"off\"\n{more}");
        let world = World::with(&more).await;
        let router = server::router(world.cms.clone()).unwrap();
        Self { world, router }
    }

    pub async fn token(&self, new: NewToken) -> (i64, String) {
        let mut work = self.world.cms.work(Actor::System("test")).await.unwrap();
        let new = NewToken { name: "a front end".to_owned(), ..new };
        let (token, secret) = accounts::create_token(&mut work, &self.world.cms.schema, new).await.unwrap();
        self.world.cms.commit(work).await.unwrap();
        (token.id, secret.secret().to_owned())
    }

    pub async fn get(&self, secret: &str, path: &str) -> Answered {
        let path = format!("/api/v2/{path}");
        let bearer = format!("Bearer {secret}");
        ask(&self.router, "GET", &path, &[("host", "zoo.example"), ("authorization", &bearer)]).await
    }

    pub async fn plain(&self, path: &str) -> Answered {
        ask(&self.router, "GET", &format!("/api/v2/{path}"), &[("host", "zoo.example")]).await
    }
}

fn ids(answer: &Answered) -> Vec<i64> {
    let json = answer.json();
    let items = json["items"].as_array().into_iter().flatten();
    let mut ids: Vec<i64> = items.filter_map(|item| item["id"].as_i64()).collect();
    assert_eq!(json["meta"]["total_count"], ids.len(), "the count agrees: {}", answer.text);
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_token_bounds_lists_counts_searches_references_and_details() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let cms = &place.world.cms;
        Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
        let (_, whole) = place.token(NewToken::default()).await;
        let (_, birds) = place.token(NewToken { subtree: Some(3), ..NewToken::default() }).await;
        let (_, leaf) = place.token(NewToken { subtree: Some(4), ..NewToken::default() }).await;
        let (_, site) = place.token(NewToken { site: Some(1), ..NewToken::default() }).await;
        let types = vec!["zoo.Page".to_owned()];
        let (_, pages) = place.token(NewToken { types, ..NewToken::default() }).await;
        let types = vec!["zoo.Keeper".to_owned()];
        let (_, keepers) = place.token(NewToken { types, ..NewToken::default() }).await;
        let (_, nowhere) = place.token(NewToken { site: Some(99), ..NewToken::default() }).await;
        for (secret, path, expected) in [
            (&whole, "pages/", vec![2, 3, 4]),
            (&site, "pages/", vec![2, 3, 4]),
            (&birds, "pages/", vec![3, 4]),
            (&leaf, "pages/", vec![4]),
            (&leaf, "pages/?order=title", vec![4]),
            (&leaf, "pages/?search=siskin", vec![4]),
            (&birds, "pages/?search=home", vec![]),
            (&keepers, "pages/", vec![]),
            (&keepers, "keepers/", vec![1, 2]),
            (&keepers, "images/", vec![]),
            (&pages, "images/", vec![]),
            (&pages, "redirects/", vec![]),
            (&whole, "images/", vec![1]),
            (&nowhere, "pages/", vec![]),
        ] {
            let answer = place.get(secret, path).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
            assert_eq!(ids(&answer), expected, "{path}");
            assert_eq!(answer.headers["cache-control"], "private, no-store", "{path}");
        }
        // What lies outside is as if it were not there.
        for (secret, path) in [
            (&leaf, "pages/3/"),
            (&leaf, "pages/find/?html_path=/birds/"),
            (&keepers, "pages/4/"),
            (&pages, "images/1/"),
            (&pages, "keepers/1/"),
            (&whole, "pages/5/"),
            (&whole, "pages/6/"),
            (&whole, "pages/4/?search=home"),
        ] {
            assert_eq!(place.get(secret, path).await.status.as_u16(), 404, "{path}");
        }
        assert_eq!(place.get(&leaf, "pages/?child_of=3").await.message(), "400 parent page doesn't exist");
        let siskin = place.get(&pages, "pages/4/").await.json();
        assert_eq!((&siskin["cover"], &siskin["thumb"]), (&Value::Null, &Value::Null));
        assert_eq!(siskin["crew"][0]["keeper"], Value::Null);
        assert_eq!(place.get(&leaf, "pages/4/").await.json()["meta"]["parent"], Value::Null);
        assert_eq!(place.get(&birds, "pages/4/").await.json()["meta"]["parent"]["id"], 3);
    })
    .await;
}

#[tokio::test]
async fn what_was_made_for_a_token_is_for_nobody_else() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let (_, leaf) = place.token(NewToken { subtree: Some(4), ..NewToken::default() }).await;
        for _ in 0..2 {
            assert_eq!(ids(&place.get(&leaf, "pages/").await), [4]);
            assert_eq!(ids(&place.plain("pages/").await), [2, 3, 4]);
            // A secret in the address is none: addresses are logged.
            let told = place.plain(&format!("pages/?token={leaf}")).await.message();
            assert!(told.starts_with("400 query parameter is not an operation"), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_and_guessing_is_slowed() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let cms = &place.world.cms;
        let later = cms.clock.now().plus_seconds(60);
        let (_, short) = place.token(NewToken { expires_at: Some(later), ..NewToken::default() }).await;
        let (id, gone) = place.token(NewToken::default()).await;
        for secret in [&short, &gone] {
            assert_eq!(place.get(secret, "pages/").await.status.as_u16(), 200);
        }
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        accounts::revoke_token(&mut work, id).await.unwrap();
        cms.commit(work).await.unwrap();
        cms.clock.set(cms.clock.now().plus_seconds(61));
        let mut statuses = Vec::new();
        for secret in [&short, &gone, "siskin_guess", "x", "siskin_\u{e9}", "siskin_more", "siskin_yet_more"]
        {
            let answer = place.get(secret, "pages/").await;
            statuses.push(answer.status.as_u16());
            if answer.status.as_u16() == 401 {
                assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
                assert_eq!(answer.json()["detail"], "Invalid token.");
            } else {
                assert!(answer.headers.contains_key("retry-after"));
            }
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
        let mut conn = cms.db.read().await.unwrap();
        let tokens = accounts::ApiToken::list(&mut conn).await.unwrap();
        assert!(tokens.iter().all(|token| token.used_at.is_some()), "use is noted");
        let told: Vec<String> = siskin::events::since(&mut conn, 0, 1_000)
            .await
            .unwrap()
            .into_iter()
            .map(|event| event.kind)
            .collect();
        let of_tokens: Vec<&str> =
            told.iter().map(String::as_str).filter(|kind| kind.starts_with("token.")).collect();
        assert_eq!(of_tokens, ["token.created", "token.created", "token.revoked"]);
    })
    .await;
}

#[tokio::test]
async fn the_whole_api_may_demand_a_token() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "[api]\ntoken_required = true\n").await;
        let (_, good) = place.token(NewToken::default()).await;
        for path in ["pages/", "pages/4/", "pages/find/?html_path=/birds/", "openapi.json"] {
            let told = place.plain(path).await;
            assert_eq!(told.status.as_u16(), 401, "{path}");
            assert_eq!(told.headers["www-authenticate"], "Bearer", "{path}");
            assert_eq!(told.json()["detail"], "Authentication credentials were not provided.", "{path}");
            assert!(place.get(&good, path).await.status.as_u16() < 400, "{path}");
            // A kept answer is kept from strangers too.
            assert_eq!(place.plain(path).await.status.as_u16(), 401, "{path}");
        }
        let preflight = ask(
            &place.router,
            "OPTIONS",
            "/api/v2/pages/",
            &[
                ("host", "zoo.example"),
                ("origin", "https://front.example"),
                ("access-control-request-method", "GET"),
                ("access-control-request-headers", "authorization"),
            ],
        )
        .await;
        assert!(preflight.status.is_success());
        let names = preflight.headers["access-control-allow-headers"].to_str().unwrap().to_lowercase();
        assert!(names.contains("authorization"), "{names}");
    })
    .await;
}

#[tokio::test]
async fn tokens_are_made_and_taken_back_by_whoever_may() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let cms = &place.world.cms;
        let (id, secret) = place.token(NewToken::default()).await;
        let mut work = cms.work(Actor::Anonymous).await.unwrap();
        let new = NewToken { name: "x".to_owned(), ..NewToken::default() };
        assert!(matches!(
            accounts::create_token(&mut work, &cms.schema, new).await,
            Err(Error::Forbidden(_))
        ));
        assert!(matches!(accounts::revoke_token(&mut work, id).await, Err(Error::Forbidden(_))));
        drop(work);
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        assert!(
            accounts::create_token(&mut work, &cms.schema, NewToken::default()).await.is_err(),
            "it has to have a name"
        );
        let past = Some(work.now.plus_seconds(-1));
        let ended = NewToken { name: "x".to_owned(), expires_at: past, ..NewToken::default() };
        assert!(accounts::create_token(&mut work, &cms.schema, ended).await.is_err());
        drop(work);
        let hashes: Vec<String> = cms
            .db
            .read()
            .await
            .unwrap()
            .all(siskin::store::sql("select hash from api_tokens"))
            .await
            .unwrap();
        assert!(hashes.iter().all(|hash| hash.len() == 64 && !secret.contains(hash.as_str())), "{hashes:?}");
    })
    .await;
}

/// Ina makes tokens, looks after the birds and may do no more.
async fn ina(place: &Place) -> Actor {
    let cms = &place.world.cms;
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let grants = [StoredGrant::on_page(Action::Change, 3), StoredGrant::on_type(Action::Add, API_TOKEN)];
    let group = accounts::create_group(&mut work, "keepers of tokens", &grants).await.unwrap();
    let new =
        NewUser { username: "ina", email: "", password_hash: None, is_superuser: false, groups: &[group.id] };
    let ina = accounts::create_user(&mut work, new).await.unwrap();
    cms.commit(work).await.unwrap();
    ina.actor(&mut cms.db.read().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn nobody_makes_a_token_for_drafts_that_they_may_not_see() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let cms = &place.world.cms;
        let ina = ina(&place).await;
        let pages = vec!["zoo.Page".to_owned()];
        for (subtree, types, drafts, made) in [
            (None, vec![], false, true),
            (None, vec![], true, false),
            (None, pages.clone(), true, false),
            (Some(2), pages.clone(), true, false),
            (Some(3), vec![], true, false),
            (Some(3), pages.clone(), true, true),
            (Some(4), pages.clone(), true, true),
            (None, vec!["wagtailimages.Image".to_owned()], true, true),
            (None, vec!["zoo.Keeper".to_owned()], true, false),
        ] {
            let mut work = cms.work(ina.clone()).await.unwrap();
            let new = NewToken { name: "x".to_owned(), subtree, types, drafts, ..NewToken::default() };
            let tried = accounts::create_token(&mut work, &cms.schema, new.clone()).await;
            assert_eq!(tried.is_ok(), made, "{new:?}");
            assert!(made || matches!(tried, Err(Error::Forbidden(_))), "{new:?}");
        }
        let mut work = cms.work(ina).await.unwrap();
        let new = NewToken { name: "x".to_owned(), subtree: Some(99), ..NewToken::default() };
        let new = NewToken { types: vec!["zoo.Whale".to_owned()], ..new };
        let Err(Error::Invalid(problems)) = accounts::create_token(&mut work, &cms.schema, new).await else {
            panic!("what is not there bounds nothing")
        };
        assert_eq!(problems.at("types"), ["There is no content type zoo.Whale."]);
        assert_eq!(problems.at("subtree"), ["There is no such page."]);
    })
    .await;
}

#[tokio::test]
async fn a_token_stops_with_the_account_that_made_it() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        let cms = &place.world.cms;
        let ina = ina(&place).await;
        let mut work = cms.work(ina.clone()).await.unwrap();
        let new = NewToken { name: "ina's".to_owned(), ..NewToken::default() };
        let (token, secret) = accounts::create_token(&mut work, &cms.schema, new).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!((token.created_by.as_str(), token.maker), ("ina", ina.id()));
        let (_, of_a_command) = place.token(NewToken::default()).await;
        for (active, status) in [(true, 200), (false, 401), (true, 200)] {
            let mut work = cms.work(Actor::System("test")).await.unwrap();
            let user = User::find(&mut work, ina.id().unwrap()).await.unwrap();
            accounts::update_user(&mut work, &User { is_active: active, ..user }).await.unwrap();
            cms.commit(work).await.unwrap();
            assert_eq!(
                place.get(secret.secret(), "pages/").await.status.as_u16(),
                status,
                "active: {active}"
            );
            assert_eq!(place.get(&of_a_command, "pages/").await.status.as_u16(), 200);
            let known = accounts::ApiToken::find(&mut cms.db.read().await.unwrap(), token.id).await.unwrap();
            assert_eq!(known.orphaned, !active);
        }
        // An account that is gone takes its tokens along.
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        work.execute(siskin::store::sql("delete from users where username = 'ina'")).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!(place.get(secret.secret(), "pages/").await.status.as_u16(), 401);
    })
    .await;
}
