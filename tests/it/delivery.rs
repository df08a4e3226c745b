//! The delivery API, what a model declares for it alone.

use serde_json::json;
use siskin::accounts::Actor;

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
