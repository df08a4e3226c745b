//! `draft=1` over the delivery API: what editors have, for tokens with the right to it.

use serde_json::{Value, json};
use siskin::accounts::{Actor, NewToken};
use siskin::content::{self, Object};
use siskin::pages;

use crate::api::Answered;
use crate::databases::{Fresh, for_each_fresh};
use crate::tokens::Place;

fn with_drafts() -> NewToken {
    NewToken { drafts: true, ..NewToken::default() }
}

/// Siskin 4 has a draft that is incomplete, is called otherwise and names what is gone; Ida has another name in hers;
/// Sketch 6 was never published, nor was Egg 7 beneath it and Nest 8 beneath the private page.
async fn edit(place: &Place) {
    let cms = &place.world.cms;
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    let siskin = Object::find(&mut work, "page", 4).await.unwrap();
    let mut document = siskin.live_document().unwrap();
    let changed = json!({
        "title": "Another siskin", "slug": "another", "teaser": "Draft & small", "legs": 3, "keywords": ["bird", "draft"],
        "cover": 99, "see": [6, 99], "more": 6, "seo_title": "For machines", "show_in_menus": true, "born": null,
        "crew": [{ "keeper": 1 }, { "keeper": 99 }, {}], "parts": [{ "type": "shot", "value": null, "id": "c" }],
        "body": "<p>See <a id=\"6\" linktype=\"page\">the sketch</a> and <a id=\"99\" linktype=\"page\">nothing</a></p>",
    });
    document.extend(changed.as_object().unwrap().clone());
    pages::save_draft(&mut work, declared, &siskin, document, None).await.unwrap();
    let keeper = cms.schema.get("zoo.Keeper").unwrap();
    let ida = Object::find(&mut work, "zoo.Keeper", 1).await.unwrap();
    let mut document = ida.live_document().unwrap();
    document.insert("name".to_owned(), "Ida the Second".into());
    content::save_draft(&mut work, keeper, &ida, document, None).await.unwrap();
    let sketch = Object::find(&mut work, "page", 6).await.unwrap();
    let egg = json!({ "title": "Egg", "slug": "egg", "legs": 0 });
    crate::api::page(cms, &mut work, &sketch, egg, false).await;
    let secret = Object::find(&mut work, "page", 5).await.unwrap();
    crate::api::page(cms, &mut work, &secret, json!({ "title": "Nest", "slug": "nest" }), false).await;
    cms.commit(work).await.unwrap();
}

fn total(answer: &Answered) -> i64 {
    answer.json()["meta"]["total_count"].as_i64().unwrap()
}

#[tokio::test]
async fn a_token_with_the_right_to_it_shows_what_editors_have() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        edit(&place).await;
        let (_, secret) = place.token(with_drafts()).await;
        let page =
            place.get(&secret, "pages/4/?draft=1&rich_text_format=html&fields=*,crew(keeper(name))").await;
        let json = page.json();
        assert_eq!(page.headers["cache-control"], "private, no-store");
        assert_eq!(
            (&json["title"], &json["legs"], &json["born"]),
            (&json!("Another siskin"), &json!(3), &Value::Null)
        );
        assert_eq!(json["meta"]["slug"], "another");
        assert_eq!(json["meta"]["show_in_menus"], true);
        assert_eq!(json["meta"]["seo_title"], "For machines");
        // The address moves when the page is published.
        assert_eq!(json["meta"]["html_url"], "http://zoo.example/birds/siskin/");
        // What it refers to is as editors have it, and what is gone is null, as in what is live.
        assert_eq!((&json["cover"], &json["thumb"]), (&Value::Null, &Value::Null));
        assert_eq!(json["see"].as_array().unwrap().len(), 1, "{}", page.text);
        assert_eq!(json["see"][0]["title"], "Sketch");
        assert_eq!(json["more"]["title"], "Sketch");
        assert_eq!(json["link"], "http://zoo.example/sketch/");
        assert_eq!(json["crew"][0]["keeper"]["name"], "Ida the Second");
        assert_eq!((&json["crew"][1]["keeper"], &json["crew"][2]["keeper"]), (&Value::Null, &Value::Null));
        assert!(
            json["body"].as_str().unwrap().contains("href=\"http://zoo.example/sketch/\""),
            "{}",
            json["body"]
        );
        // Without it the same token shows what is live.
        for query in ["", "&draft=0", "&draft=false"] {
            let live = place.get(&secret, &format!("pages/4/?fields=*,crew(keeper(name)){query}")).await;
            assert_eq!(live.json()["title"], "Siskin", "{query}");
            assert_eq!(live.json()["crew"][0]["keeper"]["name"], "Ida", "{query}");
        }
        assert_eq!(place.get(&secret, "pages/6/").await.status.as_u16(), 404);
        assert_eq!(place.get(&secret, "pages/6/?draft=true").await.json()["title"], "Sketch");
        assert_eq!(place.get(&secret, "keepers/1/?draft=1").await.json()["name"], "Ida the Second");
        let found = place.get(&secret, "pages/find/?html_path=/sketch/egg/&draft=1").await;
        assert_eq!(found.status.as_u16(), 302);
        assert_eq!(found.headers["location"], "http://zoo.example/api/v2/pages/7/?draft=1");
        assert_eq!(found.headers["cache-control"], "private, no-store");
    })
    .await;
}

/// Birds 3 is above Siskin 4, which refers to it twice and to itself; both have drafts.
async fn refer_twice(place: &Place) {
    let cms = &place.world.cms;
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let declared = cms.schema.get("zoo.Page").unwrap();
    for (id, changed) in [
        (4, json!({ "more": 3, "see": [3, 4] })),
        (3, json!({ "title": "Birds anew" })),
        (4, json!({ "title": "Siskin anew" })),
    ] {
        let page = Object::find(&mut work, "page", id).await.unwrap();
        let mut document = page.live_document().unwrap();
        document.extend(changed.as_object().unwrap().clone());
        pages::save_draft(&mut work, declared, &page, document, None).await.unwrap();
        if changed["title"].is_null() {
            let page = Object::find(&mut work, "page", id).await.unwrap();
            pages::publish(&mut work, declared, &page).await.unwrap();
        }
    }
    cms.commit(work).await.unwrap();
}

#[tokio::test]
async fn what_is_referred_to_twice_is_shown_as_editors_have_it_each_time() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        refer_twice(&place).await;
        let (_, secret) = place.token(with_drafts()).await;
        let page = place.get(&secret, "pages/4/?draft=1&fields=more,see").await;
        let json = page.json();
        assert_eq!(json["title"], "Siskin anew", "{}", page.text);
        assert_eq!(json["meta"]["parent"]["title"], "Birds anew");
        assert_eq!(json["more"]["title"], "Birds anew");
        assert_eq!(json["see"][0]["title"], "Birds anew");
        assert_eq!(json["see"][1]["title"], "Siskin anew");
    })
    .await;
}

#[tokio::test]
async fn lists_of_drafts_are_filtered_and_ordered_by_the_drafts() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        edit(&place).await;
        let (_, secret) = place.token(with_drafts()).await;
        for (query, titles) in [
            ("", "Home|Birds|Another siskin|Sketch|Egg"),
            ("order=title", "Another siskin|Birds|Egg|Home|Sketch"),
            ("order=-title&limit=2&offset=1", "Home|Egg"),
            ("order=-id", "Egg|Sketch|Another siskin|Birds|Home"),
            ("show_in_menus=true", "Birds|Another siskin"),
            ("slug=siskin", ""),
            ("slug=another", "Another siskin"),
            ("child_of=6", "Egg"),
            ("descendant_of=root&order=slug", "Another siskin|Birds|Egg|Sketch"),
            ("ancestor_of=7", "Home|Sketch"),
            ("type=zoo.Page&legs=2", ""),
            ("type=zoo.Page&legs=3", "Another siskin"),
            ("type=zoo.Page&order=-legs", "Another siskin|Egg|Home|Birds|Sketch"),
            ("type=zoo.Page&order=legs,-title", "Sketch|Home|Birds|Egg|Another siskin"),
            ("type=zoo.Page&keywords=bird,draft", "Another siskin"),
            ("type=zoo.Page&keywords=yellow", ""),
            ("type=zoo.Page&cover=1", ""),
            ("type=zoo.Page&teaser=Draft+%26+small&fields=teaser", "Another siskin"),
            ("locale=de", ""),
        ] {
            let list = place.get(&secret, &format!("pages/?draft=1&{query}")).await;
            let json = list.json();
            let items = json["items"].as_array().cloned().unwrap_or_default();
            let shown: Vec<&str> = items.iter().filter_map(|item| item["title"].as_str()).collect();
            assert_eq!(shown.join("|"), titles, "{query}: {}", list.text);
            assert_eq!(list.headers["cache-control"], "private, no-store", "{query}");
        }
        let drafted = place.get(&secret, "pages/?draft=1&order=title&limit=1").await;
        assert_eq!(total(&drafted), 5);
        let shuffled = place.get(&secret, "pages/?draft=1&order=random&show_in_menus=true").await;
        assert_eq!(total(&shuffled), 2);
        for (path, status) in [("pages/4/?draft=1&slug=siskin", 404), ("pages/4/?draft=1&slug=another", 200)]
        {
            assert_eq!(place.get(&secret, path).await.status.as_u16(), status, "{path}");
        }
        // Once more after a draft that was published: nothing of before is remembered.
        let cms = &place.world.cms;
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let sketch = Object::find(&mut work, "page", 6).await.unwrap();
        let mut document = sketch.draft_document(&mut work).await.unwrap();
        document.insert("legs".to_owned(), 3.into());
        let declared = cms.schema.get("zoo.Page").unwrap();
        pages::save_draft(&mut work, declared, &sketch, document, None).await.unwrap();
        cms.commit(work).await.unwrap();
        assert_eq!(total(&place.get(&secret, "pages/?draft=1&type=zoo.Page&legs=3").await), 2);
    })
    .await;
}

#[tokio::test]
async fn drafts_are_shown_to_nobody_else() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        edit(&place).await;
        let (_, live) = place.token(NewToken::default()).await;
        for path in [
            "pages/4/?draft=1",
            "pages/?draft=true",
            "pages/find/?id=4&draft=1",
            "keepers/?draft=1",
            "images/1/?draft=1",
        ] {
            let stranger = place.plain(path).await;
            assert_eq!(stranger.status.as_u16(), 401, "{path}: {}", stranger.text);
            assert_eq!(stranger.headers["www-authenticate"], "Bearer", "{path}");
            assert_eq!(stranger.json()["detail"], "Drafts are shown to read tokens that were made for them.");
            let without = place.get(&live, path).await;
            assert_eq!(without.status.as_u16(), 403, "{path}: {}", without.text);
            assert_eq!(without.json()["detail"], "This token does not show drafts; make one that does.");
        }
        let unclear = place.plain("pages/?draft=yes").await;
        assert_eq!(unclear.message(), "400 draft must be 'true' or 'false', got 'yes'");
        // Whatever was asked before, strangers see what is live.
        let (_, secret) = place.token(with_drafts()).await;
        for _ in 0..2 {
            assert_eq!(place.get(&secret, "pages/4/?draft=1").await.json()["title"], "Another siskin");
            assert_eq!(place.plain("pages/4/").await.json()["title"], "Siskin");
            assert_eq!(total(&place.plain("pages/").await), 3);
        }
        let search = place.get(&secret, "pages/?draft=1&search=siskin").await.message();
        assert_eq!(search, "400 search with draft is not supported: the index knows what is published");
    })
    .await;
}

#[tokio::test]
async fn drafts_keep_within_the_bounds_of_their_token_and_behind_restrictions() {
    for_each_fresh(async |fresh: &Fresh| {
        let place = Place::new(fresh, "").await;
        edit(&place).await;
        let keepers = vec!["zoo.Keeper".to_owned()];
        let (_, sketch) = place.token(NewToken { subtree: Some(6), ..with_drafts() }).await;
        let (_, keepers) = place.token(NewToken { types: keepers, ..with_drafts() }).await;
        let (_, nowhere) = place.token(NewToken { site: Some(99), ..with_drafts() }).await;
        let (_, whole) = place.token(with_drafts()).await;
        for (secret, path, expected) in [
            (&sketch, "pages/?draft=1", 2),
            (&sketch, "pages/?draft=1&order=title", 2),
            (&keepers, "pages/?draft=1", 0),
            (&keepers, "keepers/?draft=1", 2),
            (&nowhere, "pages/?draft=1", 0),
            (&whole, "images/?draft=1", 1),
            (&whole, "redirects/?draft=1", 0),
        ] {
            let list = place.get(secret, path).await;
            assert_eq!(list.status.as_u16(), 200, "{path}: {}", list.text);
            assert_eq!(total(&list), expected, "{path}: {}", list.text);
        }
        for (secret, path) in [
            (&sketch, "pages/4/?draft=1"),
            (&keepers, "pages/6/?draft=1"),
            (&whole, "pages/1/?draft=1"),
            (&whole, "pages/5/?draft=1"),
            (&whole, "pages/8/?draft=1"),
            (&whole, "pages/find/?html_path=/secret/nest/&draft=1"),
        ] {
            assert_eq!(place.get(secret, path).await.status.as_u16(), 404, "{path}");
        }
        assert_eq!(place.get(&whole, "pages/2/?draft=1").await.json()["meta"]["parent"], Value::Null);
    })
    .await;
}
