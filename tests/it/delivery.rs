//! The delivery API, what a model declares for it alone.

use serde_json::json;
use siskin::accounts::Actor;
use siskin::search::Follower;

use crate::api::{World, change};

#[tokio::test]
async fn a_field_can_show_anothers_field_or_where_it_leads() {
    let world = World::new().await;
    for (set, link) in [
        (json!({ "more": 3, "outside": "https://example.org/" }), json!("http://zoo.example/birds/")),
        (json!({ "more": null }), json!("https://example.org/")),
        (json!({ "more": 5 }), json!("https://example.org/")),
        (json!({ "outside": "" }), json!("")),
    ] {
        let mut work = world.cms.work(Actor::System("test")).await.unwrap();
        change(&world.cms, &mut work, "page", 4, set.clone()).await;
        world.cms.commit(work).await.unwrap();
        assert_eq!(
            world.get("/api/v2/pages/4/?fields=_,link").await.json(),
            json!({ "link": link }),
            "{set}"
        );
    }
    let crew = world.get("/api/v2/pages/4/?fields=_,crew(_,keeper_name)").await;
    assert_eq!(crew.json(), json!({ "crew": [{ "keeper_name": "Ida" }, { "keeper_name": "Ole" }] }));
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "zoo.Keeper", 1, json!({ "name": "Isa" })).await;
    world.cms.commit(work).await.unwrap();
    let crew = world.get("/api/v2/pages/4/?fields=_,crew(_,keeper_name)").await;
    assert_eq!(crew.json(), json!({ "crew": [{ "keeper_name": "Isa" }, { "keeper_name": "Ole" }] }));
    for path in ["pages/?type=zoo.Page&link=x", "pages/?type=zoo.Page&order=link", "pages/4/?fields=link(x)"]
    {
        assert_eq!(world.get(&format!("/api/v2/{path}")).await.status.as_u16(), 400, "{path}");
    }
}

#[tokio::test]
async fn media_in_rich_text_are_players_or_links_and_no_provider_is_asked() {
    let world = World::new().await;
    let stored = "<p>a</p><embed embedtype=\"media\" url=\"https://youtu.be/SGJFWirQ3ks\"/>\
                  <embed embedtype=\"media\" url=\"https://example.org/?a&amp;b\"/>";
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "page", 4, json!({ "body": stored })).await;
    world.cms.commit(work).await.unwrap();
    for (format, body) in [
        ("db_html", stored),
        (
            "html",
            "<p>a</p><div>\n    <iframe src=\"https://www.youtube-nocookie.com/embed/SGJFWirQ3ks\" title=\"YouTube\" \
             loading=\"lazy\" allowfullscreen></iframe>\n</div>\n<div>\n    <a href=\"https://example.org/?a&amp;b\">\
             https://example.org/?a&amp;b</a>\n</div>\n",
        ),
        (
            "markdown",
            "a\n\n[https://youtu.be/SGJFWirQ3ks](https://youtu.be/SGJFWirQ3ks)\n\n\n\n\
             [https://example.org/?a&b](https://example.org/?a&b)\n\n",
        ),
    ] {
        let page = world.get(&format!("/api/v2/pages/4/?fields=_,body&rich_text_format={format}")).await;
        assert_eq!(page.json()["body"].as_str(), Some(body), "{format}");
    }
}

#[tokio::test]
async fn a_field_that_is_not_shown_cannot_be_asked_about() {
    let world = World::new().await;
    let mut work = world.cms.work(Actor::System("test")).await.unwrap();
    change(&world.cms, &mut work, "page", 4, json!({ "diary": "quokka", "teaser": "wombat" })).await;
    world.cms.commit(work).await.unwrap();
    let cms = &world.cms;
    Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
    let told = async |path: String| world.get(&format!("/api/v2/pages/{path}")).await.message();
    // Its name is answered as one that never was.
    for (name, never) in
        [("diary", "dairy"), ("path", "paths"), ("draft_title", "draft_titles"), ("owner", "owners")]
    {
        for question in [
            "?type=zoo.Page&{}=quokka",
            "?type=zoo.Page&order={}",
            "?type=zoo.Page&fields={}",
            "4/?fields={}",
        ] {
            let about = told(question.replace("{}", name)).await;
            assert_eq!(
                about,
                told(question.replace("{}", never)).await.replace(never, name),
                "{question} {name}"
            );
            assert!(about.starts_with("400 "), "{question} {name}: {about}");
        }
        assert_eq!(told(format!("4/?type=zoo.Page&{name}=x")).await, "200 ", "{name} is no condition");
    }
    for (word, count) in [("quokka", 0), ("siskin", 1)] {
        let found = world.get(&format!("/api/v2/pages/?search={word}")).await;
        assert_eq!(found.json()["meta"]["total_count"], count, "{word}");
    }
    // What stands behind a reference, in a row or in a block is no parameter either.
    for name in [
        "cover__title",
        "crew__keeper",
        "keeper",
        "parts__text",
        "see__teaser",
        "cover.title",
        "teaser__startswith",
    ] {
        assert!(
            told(format!("?type=zoo.Page&{name}=x")).await.starts_with("400 query parameter is not"),
            "{name}"
        );
        assert!(
            told(format!("?type=zoo.Page&order={name}")).await.starts_with("400 cannot order by"),
            "{name}"
        );
    }
}
