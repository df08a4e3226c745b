//! Cursors: through a list in any order, each thing once, whatever is added or removed on the way.

use std::cmp::Ordering;
use std::fs;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use siskin::accounts::{Actor, Work};
use siskin::api;
use siskin::base::{Clock, Key, Timestamp};
use siskin::cms::Cms;
use siskin::content::Object;
use siskin::pages;
use siskin::sites::{self, Site};
use siskin::store::sql;

use crate::api::{Answered, World, ask};
use crate::databases::{Fresh, for_each_fresh};

const MODELS: &str = r#"
[types.Bird]
kind = "page"
fields = [
    { name = "call", type = "text" },
    { name = "legs", type = "integer" },
    { name = "weight", type = "decimal" },
    { name = "rare", type = "boolean" },
    { name = "seen", type = "date" },
]
"#;
const BIRDS: usize = 60;
const ORDERS: [&str; 22] = [
    "",
    "id",
    "-id",
    "title",
    "-title",
    "slug",
    "-slug",
    "call",
    "-call",
    "legs",
    "-legs",
    "weight",
    "-weight",
    "rare,seen",
    "-seen,call",
    "first_published_at",
    "-first_published_at",
    "legs,-title",
    "-legs,weight",
    "weight,-first_published_at",
    "show_in_menus,-slug",
    "-legs,-first_published_at",
];

struct Aviary {
    cms: Arc<Cms>,
    clock: Clock,
    home: Object,
    random: StdRng,
}

impl Aviary {
    async fn new(fresh: &Fresh) -> Self {
        let dir = fresh.dir.path();
        fs::create_dir(dir.join("models")).unwrap();
        fs::write(dir.join("models/zoo.toml"), MODELS).unwrap();
        let config = format!(
            "base_url = \"http://localhost\"\n[database]\nurl = \"{}\"\nsynchronous = \"off\"\n",
            fresh.config.url
        );
        fs::write(dir.join("config.toml"), config).unwrap();
        let clock = Clock::standing_at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap());
        let cms = Cms::builder(dir).clock(clock.clone()).open().await.unwrap();
        let mut work = cms.work(Actor::System("test")).await.unwrap();
        let root = pages::create_root(&mut work, "en").await.unwrap();
        sites::create_locale(&mut work, "en").await.unwrap();
        let home = bird(&cms, &mut work, &root, json!({ "title": "Home", "slug": "home" })).await;
        let site = Site {
            id: 0,
            hostname: "localhost".to_owned(),
            port: 80,
            name: String::new(),
            root_page: Some(home.id),
            is_default: true,
            front_end_url: None,
        };
        sites::create_site(&mut work, site).await.unwrap();
        cms.commit(work).await.unwrap();
        let mut aviary = Self { cms, clock, home, random: StdRng::seed_from_u64(7) };
        let mut work = aviary.cms.work(Actor::System("test")).await.unwrap();
        let mut above = vec![aviary.home.clone()];
        for number in 0..BIRDS {
            let parent = above[aviary.random.random_range(0..above.len())].clone();
            work.now = Timestamp::from_micros(aviary.clock.now().micros() + (number as i64 / 4) * 1_000_000);
            above.push(aviary.add(&mut work, &parent).await);
        }
        // As imports leave some: nobody knows when they first went live.
        work.execute(sql("update objects set first_published_at = null where id in (5, 9, 20, 33)"))
            .await
            .unwrap();
        for table in ["value_text", "value_int", "value_real"] {
            let same = format!("update {table} set moment = null where object in (5, 9, 20, 33)");
            work.execute(sql(same)).await.unwrap();
        }
        aviary.cms.commit(work).await.unwrap();
        aviary
    }

    /// A bird with few enough different values that many are alike.
    async fn add(&mut self, work: &mut Work, above: &Object) -> Object {
        let random = &mut self.random;
        let mut pick = |of: &[Value]| of[random.random_range(0..of.len())].clone();
        let content = json!({
            "title": pick(&[json!("Tit"), json!("tit"), json!("Éider"), json!("Owl"), json!("Zebra finch")]), "slug": "",
            "call": pick(&[json!(""), json!("hoo"), json!("é"), json!("Z"), json!("tweet")]),
            "legs": pick(&[json!(null), json!(-1), json!(2), json!(3)]),
            "weight": pick(&[json!(null), json!("0.1"), json!("-7.30"), json!("33333.333"), json!("2")]),
            "rare": pick(&[json!(true), json!(false)]),
            "seen": pick(&[json!(null), json!("2020-02-03"), json!("1999-12-31")]),
            "show_in_menus": pick(&[json!(true), json!(false)]),
        });
        bird(&self.cms, work, above, content).await
    }

    async fn get(&self, path: &str) -> Answered {
        ask(&api::router(self.cms.clone()), "GET", path, &[("host", "localhost")]).await
    }

    /// Every live bird, in this order, by a sort that a person would write.
    async fn sorted(&self, order: &str, meets: impl Fn(&Object) -> bool) -> Vec<i64> {
        let mut conn = self.cms.db.read().await.unwrap();
        let mut objects = Object::after(&mut conn, Key(0), 1_000).await.unwrap();
        objects.retain(|object| object.label == "zoo.Bird" && object.live && meets(object));
        let names: Vec<(bool, &str)> = order
            .split(',')
            .filter(|name| !name.is_empty())
            .map(|name| name.strip_prefix('-').map_or((false, name), |name| (true, name)))
            .collect();
        let down = matches!(names.last(), Some((true, "first_published_at" | "slug")));
        objects.sort_by(|one, other| {
            if names.is_empty() {
                return one.path.cmp(&other.path);
            }
            let mut steps = names.iter().map(|(descending, name)| {
                let order = compared(one, other, name);
                if *descending { order.reverse() } else { order }
            });
            let ids = if down { other.id.cmp(&one.id) } else { one.id.cmp(&other.id) };
            steps.find(|order| order.is_ne()).unwrap_or(ids)
        });
        objects.iter().map(|object| object.id).collect()
    }
}

/// How two birds stand to each other: null before everything.
fn compared(one: &Object, other: &Object, name: &str) -> Ordering {
    let number = |object: &Object| {
        let document = object.live_document().unwrap();
        let value = document.get(name)?.clone();
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).or_else(|| value.as_bool().map(f64::from))
    };
    let text = |object: &Object| {
        let document = object.live_document().unwrap();
        document.get(name).and_then(Value::as_str).map(|text| text.as_bytes().to_vec())
    };
    match name {
        "id" => one.id.cmp(&other.id),
        "first_published_at" => {
            let moment = |object: &Object| object.first_published_at.map(|moment| moment.micros());
            moment(one).cmp(&moment(other))
        }
        "slug" => one.slug.as_bytes().cmp(other.slug.as_bytes()),
        "legs" | "weight" | "rare" | "show_in_menus" => number(one).partial_cmp(&number(other)).unwrap(),
        _ => text(one).cmp(&text(other)),
    }
}

async fn bird(cms: &Cms, work: &mut Work, above: &Object, content: Value) -> Object {
    let declared = cms.schema.get("zoo.Bird").unwrap();
    let mut document = declared.initial();
    document.extend(content.as_object().unwrap().clone());
    let made = pages::create(work, &cms.schema, declared, above, document, "en").await.unwrap();
    pages::publish(work, declared, &made).await.unwrap()
}

fn ids(answered: &Answered) -> Vec<i64> {
    let json = answered.json();
    let items = json["items"].as_array().unwrap_or_else(|| panic!("{}", answered.text));
    items.iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

fn next(answered: &Answered) -> Option<String> {
    let json = answered.json();
    let address = json["meta"]["next"].as_str()?;
    Some(address.strip_prefix("http://localhost").unwrap().to_owned())
}

#[tokio::test]
async fn every_order_shows_each_thing_once_as_a_naive_sort_has_it() {
    for_each_fresh(async |fresh: &Fresh| {
        let mut aviary = Aviary::new(fresh).await;
        for order in ORDERS {
            for (more, meets) in [("", None), ("&legs=2", Some(2)), ("&child_of=root", None)] {
                let home = aviary.home.key;
                let expected = aviary
                    .sorted(order, |object| {
                        let legs = object.live_document().unwrap()["legs"].as_i64();
                        (more != "&legs=2" || legs == meets)
                            && (more != "&child_of=root" || object.parent == Some(home))
                    })
                    .await;
                let mut found = Vec::new();
                let mut path =
                    Some(format!("/api/v2/pages/?type=zoo.Bird&order={order}{more}&limit=7&cursor="));
                while let Some(here) = path {
                    // The number of things on a page may change on the way.
                    let here =
                        here.replace("limit=7", &format!("limit={}", aviary.random.random_range(1..9)));
                    let answered = aviary.get(&here).await;
                    assert_eq!(answered.status, 200, "{here} {}", answered.text);
                    assert_eq!(answered.json()["meta"]["total_count"], expected.len(), "{here}");
                    found.extend(ids(&answered));
                    path = next(&answered);
                }
                assert_eq!(found, expected, "order={order}{more}");
            }
        }
        aviary.cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_and_goes_between_two_pages_moves_nothing_else() {
    for_each_fresh(async |fresh: &Fresh| {
        let mut aviary = Aviary::new(fresh).await;
        for order in ["", "-first_published_at", "legs,-title", "-weight"] {
            let before = aviary.sorted(order, |_| true).await;
            let (mut found, mut gone, mut come): (Vec<i64>, Vec<i64>, Vec<i64>) = Default::default();
            let mut path = Some(format!("/api/v2/pages/?type=zoo.Bird&order={order}&limit=5&cursor="));
            while let Some(here) = path {
                let answered = aviary.get(&here).await;
                found.extend(ids(&answered));
                path = next(&answered);
                if come.len() < 6 {
                    let home = aviary.home.clone();
                    let cms = aviary.cms.clone();
                    let mut work = cms.work(Actor::System("test")).await.unwrap();
                    come.push(aviary.add(&mut work, &home).await.id);
                    // The last that was shown goes, and one that is still to come; what stands beneath goes along.
                    for id in
                        [found.last().copied(), before.iter().rev().find(|id| !found.contains(id)).copied()]
                    {
                        let Some(id) = id.filter(|id| !gone.contains(id) && *id != home.id) else { continue };
                        let page = pages::by_id(&mut work, id).await.unwrap();
                        let declared = cms.schema.get("zoo.Bird").unwrap();
                        let dark = pages::unpublish(&mut work, &cms.schema, &page).await.unwrap();
                        assert!(!dark.live && declared.is_page());
                        gone.push(id);
                    }
                    cms.commit(work).await.unwrap();
                }
            }
            let stayed: Vec<i64> = before.iter().filter(|id| !gone.contains(id)).copied().collect();
            let shown: Vec<i64> = found.iter().filter(|id| stayed.contains(id)).copied().collect();
            assert_eq!(shown, stayed, "order={order}");
            let mut once = found.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), found.len(), "order={order}: nothing twice");
        }
        aviary.cms.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn cursors_that_do_not_fit_are_refused_in_words() {
    let world = World::new().await;
    let list = |more: &str| format!("/api/v2/pages/?type=zoo.Page&limit=1&{more}");
    let first = world.get(&list("order=title&cursor=")).await;
    let next = first.json()["meta"]["next"].as_str().unwrap().to_owned();
    let cursor = next.split_once("cursor=").unwrap().1.to_owned();
    let mut forged = cursor.clone();
    forged.replace_range(2..3, if forged.as_bytes()[2] == b'A' { "B" } else { "A" });
    let mut told = Vec::new();
    for more in [
        format!("order=title&cursor={cursor}"),
        format!("order=-title&cursor={cursor}"),
        format!("order=title&cursor={forged}"),
        "cursor=%00é".to_owned(),
        "cursor=&offset=1".to_owned(),
        "cursor=&order=random".to_owned(),
        "cursor=&search=siskin".to_owned(),
    ] {
        let answered = world.get(&list(&more)).await;
        told.push(format!("{}: {}", more.replace(&cursor, "C").replace(&forged, "F"), answered.message()));
    }
    told.push(world.get("/api/v2/redirects/?cursor=").await.message());
    let plain = world.get(&list("order=title")).await.json();
    assert_eq!(plain["meta"], json!({ "total_count": 3 }), "without a cursor nothing is added");
    let images = world.get("/api/v2/images/?cursor=").await.json();
    assert_eq!(images["meta"], json!({ "total_count": 1, "next": null }));
    let keepers = world.get("/api/v2/keepers/?cursor=&limit=1").await.json();
    let address = keepers["meta"]["next"].as_str().unwrap().to_owned();
    assert_eq!(
        world.get(address.strip_prefix("http://zoo.example").unwrap()).await.json()["items"][0]["id"],
        2
    );
    insta::assert_snapshot!(told.join("\n"), @r"
    order=title&cursor=C: 200 
    order=-title&cursor=C: 400 cursor is not one of this list; begin again with an empty one
    order=title&cursor=F: 400 cursor is not one of this list; begin again with an empty one
    cursor=%00é: 400 cursor is not one of this list; begin again with an empty one
    cursor=&offset=1: 400 cursor with offset is not supported
    cursor=&order=random: 400 random ordering with cursor is not supported
    cursor=&search=siskin: 400 cursor with search needs an order: that of relevance is not supported
    400 query parameter is not an operation or a recognised field: cursor
    ");
}
