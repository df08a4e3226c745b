//! Webhooks from the change to the receiver: what is told, to whom, how often, and whom nobody can make us call.

pub mod doors;
mod guarded;
mod receiver;

use std::sync::Arc;

use serde_json::{Value, json};
use siskin::accounts::Actor;
use siskin::base::{Clock, Timestamp};
use siskin::cms::Cms;
use siskin::config::{Config, Webhooks};
use siskin::content::Object;
use siskin::pages::{self, Privacy};
use siskin::store::sql;
use siskin::webhooks::{self, Client, Courier, Delivery, Guard, Rules, Wanted, Webhook};

use crate::databases::for_each_fresh;
use receiver::{Got, Receiver};

const MODELS: &str = r#"
[types.Home]
kind = "page"
parents = ["wagtailcore.Root"]
[types.Post]
kind = "page"
fields = [{ name = "words", type = "text" }]
[types.Friend]
kind = "snippet"
fields = [{ name = "name", type = "text", required = true }]
"#;
const NOON: &str = "2026-11-21T12:00:00Z";

/// A site whose home page is 2, and a receiver beside it.
pub struct World {
    pub cms: Arc<Cms>,
    clock: Clock,
    receiver: Receiver,
}

pub async fn for_each_world(test: impl AsyncFn(&World)) {
    for_each_world_with(|_| {}, test).await;
}

async fn for_each_world_with(change: impl Fn(&mut Webhooks), test: impl AsyncFn(&World)) {
    for_each_fresh(async |fresh| {
        let models = fresh.dir.path().join("models");
        std::fs::create_dir(&models).unwrap();
        std::fs::write(models.join("tales.toml"), MODELS).unwrap();
        let mut config = Config::defaults(fresh.dir.path());
        config.database = fresh.config.clone();
        config.webhooks.allow_private = vec!["127.0.0.1".into()];
        config.webhooks.timeout_seconds = 1;
        change(&mut config.webhooks);
        let clock = Clock::standing_at(Timestamp::parse(NOON).unwrap());
        let cms = Cms::builder(fresh.dir.path()).config(config).clock(clock.clone()).open().await.unwrap();
        cms.begin().await.unwrap();
        test(&World { cms: cms.clone(), clock, receiver: Receiver::start().await }).await;
        cms.db.close().await;
    })
    .await;
}

impl World {
    fn wanted(&self) -> Wanted {
        Wanted { name: "Front end".into(), url: self.receiver.url(), active: true, ..Wanted::default() }
    }

    async fn webhook(&self, wanted: Wanted) -> Webhook {
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        let webhook = webhooks::create(&mut work, self.rules(), wanted).await.unwrap();
        self.cms.commit(work).await.unwrap();
        webhook
    }

    fn rules(&self) -> Rules<'_> {
        Rules { guard: self.cms.courier.guard(), schema: &self.cms.schema }
    }

    pub async fn change<T>(&self, verb: impl AsyncFnOnce(&mut siskin::accounts::Work) -> T) -> T {
        let mut work = self.cms.work(Actor::System("test")).await.unwrap();
        let made = verb(&mut work).await;
        self.cms.commit(work).await.unwrap();
        made
    }

    pub async fn draft(&self, parent: i64, title: &str) -> Object {
        let declared = self.cms.schema.get("tales.Post").unwrap().clone();
        let mut document = declared.initial();
        document.insert("title".into(), title.into());
        document.insert("words".into(), "classified".into());
        self.change(async |work| {
            let parent = pages::by_id(work, parent).await.unwrap();
            pages::create(work, &self.cms.schema, &declared, &parent, document, "en").await.unwrap()
        })
        .await
    }

    async fn publish(&self, page: &Object) -> Object {
        let declared = self.cms.schema.get("tales.Post").unwrap().clone();
        self.change(async |work| pages::publish(work, &declared, page).await.unwrap()).await
    }

    pub async fn live(&self, title: &str) -> Object {
        let page = self.draft(2, title).await;
        self.publish(&page).await
    }

    /// Does what the background of a serving program does, once.
    async fn pump(&self) {
        self.cms.follow_for_webhooks().await.unwrap();
        for webhook in self.cms.courier.due().await.unwrap() {
            self.cms.courier.deliver(webhook, || true).await.unwrap();
        }
    }

    /// Moves the clock on and does it.
    async fn later(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
        self.pump().await;
    }

    fn told(&self) -> Vec<(String, i64)> {
        let kind = |got: &Got| got.body()["kind"].as_str().unwrap().to_owned();
        let id = |got: &Got| got.body()["id"].as_i64().unwrap_or_default();
        self.receiver.take().iter().map(|got| (kind(got), id(got))).collect()
    }

    async fn deliveries(&self, webhook: i64) -> Vec<Delivery> {
        let mut conn = self.cms.db.read().await.unwrap();
        let mut all = Delivery::of(&mut conn, webhook, 1_000, 0).await.unwrap();
        all.reverse();
        all
    }

    async fn stored(&self, webhook: i64) -> Webhook {
        Webhook::find(&mut self.cms.db.read().await.unwrap(), webhook).await.unwrap()
    }

    /// A courier of another process.
    fn another(&self) -> Courier {
        let allowed = ["127.0.0.1".to_owned()];
        let client = Client::new(Guard::new(&allowed).unwrap(), std::time::Duration::from_secs(20));
        let config = &self.cms.config.webhooks;
        Courier::with_client(&self.cms.db, &self.clock, self.cms.signing_key, config, client)
    }
}

#[tokio::test]
async fn what_readers_may_notice_is_told_once_in_order_and_signed() {
    for_each_world(async |world: &World| {
        let before = world.live("Before").await;
        let webhook = world.webhook(world.wanted()).await;
        world.pump().await;
        assert_eq!(world.told(), [], "page {} was there before the webhook", before.id);
        let page = world.live("Finches").await;
        world.pump().await;
        world.pump().await;
        let got = world.receiver.take();
        let [got] = got.as_slice() else { panic!("{got:?}") };
        let delivery = world.deliveries(webhook.id).await.pop().unwrap();
        let body = json!({
            "delivery": delivery.id,
            "event": delivery.event,
            "kind": "published",
            "type": "tales.Post",
            "id": page.id,
            "site": 1,
            "locale": "en",
            "address": { "before": null, "after": "http://localhost:8000/finches/" },
            "actor": null,
            "at": "2026-11-21T12:00:00.000000Z",
        });
        assert_eq!(without_keys(got.body()), body);
        assert_eq!(got.header("content-type"), "application/json");
        assert_eq!((got.header("siskin-event"), got.header("user-agent")), ("published", "Siskin"));
        assert_eq!(got.header("siskin-delivery"), delivery.id);
        assert!(got.header("siskin-signature").starts_with("t=1795262400,v1="));
        let secret = webhook.secret(&world.cms.signing_key);
        assert!(got.is_signed_with(&secret) && !got.is_signed_with("whsec_guess"));
        assert_eq!(
            (delivery.state.as_str(), delivery.status, delivery.attempts),
            ("delivered", Some(200), 1)
        );
        assert_eq!((delivery.answer.as_str(), delivery.problem.as_str()), ("ok", ""));

        let schema = &world.cms.schema;
        world.change(async |work| pages::unpublish(work, schema, &page).await.unwrap()).await;
        let other = world.live("Tits").await;
        world.change(async |work| pages::delete(work, &other).await.unwrap()).await;
        world.pump().await;
        let gone = world.receiver.got();
        let expected = [("unpublished", page.id), ("published", other.id), ("deleted", other.id)];
        assert_eq!(world.told(), expected.map(|(kind, id)| (kind.to_owned(), id)));
        let address = json!({ "before": "http://localhost:8000/finches/", "after": null });
        assert_eq!(gone[0].body()["address"], address);
        assert_eq!(gone[2].body()["address"]["before"], "http://localhost:8000/tits/");
    })
    .await;
}

fn without_keys(mut body: Value) -> Value {
    body.as_object_mut().unwrap().remove("keys");
    body
}

#[tokio::test]
async fn nothing_is_told_of_drafts_and_private_pages_but_that_something_happened() {
    for_each_world(async |world: &World| {
        let kinds = webhooks::Kind::ALL.map(|kind| kind.word.to_owned()).to_vec();
        world.webhook(Wanted { kinds, ..world.wanted() }).await;
        let draft = world.draft(2, "Secret draft").await;
        let open = world.live("Open").await;
        world.change(async |work| pages::restrict(work, &open, &Privacy::Login).await.unwrap()).await;
        let hidden = world.draft(open.id, "Hidden").await;
        let hidden = world.publish(&hidden).await;
        let schema = &world.cms.schema;
        world.change(async |work| pages::unpublish(work, schema, &hidden).await.unwrap()).await;
        world.change(async |work| pages::delete(work, &draft).await.unwrap()).await;
        world.pump().await;
        let got = world.receiver.take();
        let told: Vec<(String, Value)> = got
            .iter()
            .map(|got| (got.header("siskin-event").to_owned(), got.body()["address"]["before"].clone()))
            .collect();
        let seen = json!("http://localhost:8000/open/");
        let expected = [
            ("created", Value::Null),
            ("created", Value::Null),
            ("published", Value::Null),
            ("restricted", seen),
            ("created", Value::Null),
            ("published", Value::Null),
            ("unpublished", Value::Null),
            ("deleted", Value::Null),
        ];
        assert_eq!(told, expected.map(|(kind, before)| (kind.to_owned(), before)));
        for got in &got {
            assert_eq!(got.body()["address"]["after"], Value::Null, "{}", got.text);
            for secret in ["ecret", "idden", "classified", "/hidden", "/secret"] {
                assert!(!got.text.contains(secret), "{}", got.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_receiver_hears_of_the_kinds_types_and_sites_it_asks_for_and_of_no_account() {
    for_each_world(async |world: &World| {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let types = world.webhook(Wanted { types: list(&["tales.Friend"]), ..world.wanted() }).await;
        let any_page = world.webhook(Wanted { types: list(&["wagtailcore.Page"]), ..world.wanted() }).await;
        let gone = world.webhook(Wanted { kinds: list(&["deleted"]), ..world.wanted() }).await;
        let off = world.webhook(Wanted { active: false, ..world.wanted() }).await;
        let site = world
            .change(async |work| {
                let site = siskin::sites::Site {
                    id: 0,
                    hostname: "b.example".into(),
                    port: 80,
                    name: "B".into(),
                    root_page: None,
                    is_default: false,
                    front_end_url: None,
                };
                siskin::sites::create_site(work, site).await.unwrap()
            })
            .await;
        let elsewhere = world.webhook(Wanted { site: Some(site.id), ..world.wanted() }).await;
        let page = world.live("Finches").await;
        let declared = world.cms.schema.get("tales.Friend").unwrap().clone();
        let document = json!({ "name": "Ada" }).as_object().unwrap().clone();
        world
            .change(async |work| {
                siskin::snippets::create(work, &declared, document, "en").await.unwrap();
                let new = siskin::accounts::NewUser {
                    username: "ada",
                    email: "",
                    password_hash: None,
                    is_superuser: true,
                    groups: &[],
                };
                siskin::accounts::create_user(work, new).await.unwrap();
            })
            .await;
        world.change(async |work| pages::delete(work, &page).await.unwrap()).await;
        world.cms.follow_for_webhooks().await.unwrap();
        for (webhook, expected) in [
            (types, &["published"][..]),
            (any_page, &["published", "deleted"]),
            (gone, &["deleted"]),
            (off, &[]),
            // The snippet belongs to no site, so every site may show it.
            (elsewhere, &["published"]),
        ] {
            let kinds: Vec<String> =
                world.deliveries(webhook.id).await.into_iter().map(|delivery| delivery.kind).collect();
            assert_eq!(kinds, expected, "webhook {}", webhook.id);
        }
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_down_is_called_again_later_and_misses_nothing() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        let (one, two) = (world.live("One").await, world.live("Two").await);
        world.receiver.answer(&[500, 503, 429]);
        world.pump().await;
        world.pump().await;
        assert_eq!(world.receiver.got().len(), 1, "it is not called again at once");
        let failed = world.stored(webhook.id).await;
        let pause = failed.retry_at.unwrap().seconds() - world.clock.now().seconds();
        assert!(failed.failures == 1 && (5..=10).contains(&pause), "{pause}");
        world.later(10).await;
        let pause = world.stored(webhook.id).await.retry_at.unwrap().seconds() - world.clock.now().seconds();
        assert!((10..=20).contains(&pause), "{pause}");
        world.later(20).await;
        world.later(40).await;
        let got = world.receiver.take();
        let ids: Vec<i64> = got.iter().map(|got| got.body()["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, [one.id, one.id, one.id, one.id, two.id], "in their order");
        let known: Vec<&str> = got.iter().map(|got| got.header("siskin-delivery")).collect();
        assert!(known[0] == known[3] && known[3] != known[4], "{known:?}");
        assert_eq!(got[0].text, got[3].text);
        assert_ne!(got[0].header("siskin-signature"), got[3].header("siskin-signature"), "signed anew");
        let states: Vec<_> =
            world.deliveries(webhook.id).await.into_iter().map(|one| (one.state, one.attempts)).collect();
        assert_eq!(states, [("delivered".to_owned(), 4), ("delivered".to_owned(), 1)]);
        assert_eq!(world.stored(webhook.id).await.failures, 0);
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_is_refused_is_given_up_and_the_next_one_goes_on() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        world.receiver.answer(&[400, 404, 422, 403, 400]);
        let (one, two) = (world.live("One").await, world.live("Two").await);
        for _ in 0..6 {
            world.later(3_600).await;
        }
        let ids: Vec<i64> = world.told().into_iter().map(|(_, id)| id).collect();
        assert_eq!(ids, [one.id, one.id, one.id, one.id, one.id, two.id]);
        let [first, second] = &world.deliveries(webhook.id).await[..] else { panic!("two deliveries") };
        assert_eq!((first.state.as_str(), first.attempts), ("failed", 5));
        assert_eq!((first.status, first.problem.as_str()), (Some(400), "The receiver answered 400."));
        assert_eq!(second.state, "delivered");

        world.change(async |work| webhooks::replay(work, &first.id).await.unwrap()).await;
        world.pump().await;
        let again = world.receiver.take();
        assert_eq!(again[0].header("siskin-delivery"), first.id, "the receiver can know it");
        assert_eq!(world.deliveries(webhook.id).await[0].state, "delivered");
    })
    .await;
}

#[tokio::test]
async fn a_dead_receiver_is_paused_and_what_happened_meanwhile_waits_for_it() {
    let short = |config: &mut Webhooks| config.pause_after = 3;
    for_each_world_with(short, async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        let one = world.live("One").await;
        world.receiver.answer(&[500, 500, 500]);
        for _ in 0..5 {
            world.later(3_600).await;
        }
        assert_eq!(world.receiver.take().len(), 3);
        let paused = world.stored(webhook.id).await;
        assert!(paused.paused_at.is_some());
        assert_eq!(
            paused.paused_why.unwrap(),
            "3 calls in a row failed. The last one: The receiver answered 500."
        );
        let two = world.live("Two").await;
        world.later(3_600).await;
        assert!(world.receiver.got().is_empty());
        world.change(async |work| webhooks::resume(work, webhook.id).await.unwrap()).await;
        world.pump().await;
        assert_eq!(world.told(), [("published".to_owned(), one.id), ("published".to_owned(), two.id)]);

        world.receiver.answer(&[410]);
        world.live("Three").await;
        world.pump().await;
        let gone = world.stored(webhook.id).await;
        assert_eq!(gone.paused_why.unwrap(), "The receiver says that it is gone (410).");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_neither_send_twice_nor_write_over_each_other() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        world.live("One").await;
        world.cms.follow_for_webhooks().await.unwrap();
        world.receiver.hold();
        let slow = Arc::new(world.another());
        let at_work = tokio::spawn({
            let slow = slow.clone();
            async move { slow.deliver(webhook.id, || true).await.unwrap() }
        });
        world.receiver.came.acquire().await.unwrap().forget();
        assert!(world.cms.courier.due().await.unwrap().is_empty());
        assert_eq!(world.cms.courier.deliver(webhook.id, || true).await.unwrap(), 0);
        assert_eq!(world.receiver.got().len(), 1);

        // The other node sleeps past its lease; this one takes over and gets the answer first.
        world.clock.set(world.clock.now().plus_seconds(61));
        world.receiver.answer(&[200, 500]);
        let quick = world.another();
        let taken_over = tokio::spawn(async move { quick.deliver(webhook.id, || true).await.unwrap() });
        world.receiver.came.acquire().await.unwrap().forget();
        world.receiver.go.add_permits(2);
        assert_eq!(taken_over.await.unwrap() + at_work.await.unwrap(), 1, "one of them counts");
        let delivery = world.deliveries(webhook.id).await.pop().unwrap();
        assert_eq!((delivery.state.as_str(), delivery.attempts), ("delivered", 1));
        let ids: Vec<String> =
            world.receiver.take().iter().map(|got| got.header("siskin-delivery").to_owned()).collect();
        assert_eq!(ids, [delivery.id.clone(), delivery.id], "the receiver can know that it has it");
    })
    .await;
}

#[tokio::test]
async fn a_program_that_dies_while_it_calls_loses_nothing() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        let page = world.live("One").await;
        world.cms.follow_for_webhooks().await.unwrap();
        world.receiver.hold();
        let dying = world.another();
        let at_work = tokio::spawn(async move { dying.deliver(webhook.id, || true).await });
        world.receiver.came.acquire().await.unwrap().forget();
        at_work.abort();
        assert!(at_work.await.unwrap_err().is_cancelled());
        world.receiver.go.add_permits(10);
        world.pump().await;
        assert_eq!(world.receiver.got().len(), 1, "the lease of the dead one still holds");
        world.later(61).await;
        assert_eq!(world.told(), [("published".to_owned(), page.id), ("published".to_owned(), page.id)]);
        assert_eq!(world.deliveries(webhook.id).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn many_followers_at_once_write_each_delivery_once() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        for number in 0..5 {
            world.live(&format!("Page {number}")).await;
        }
        let followers: Vec<_> = (0..4)
            .map(|_| {
                let cms = world.cms.clone();
                tokio::spawn(async move { cms.follow_for_webhooks().await.unwrap() })
            })
            .collect();
        let mut written = 0;
        for follower in followers {
            written += follower.await.unwrap();
        }
        assert_eq!(written, 5);
        let events: Vec<_> =
            world.deliveries(webhook.id).await.iter().map(|one| one.event.unwrap()).collect();
        assert!(events.len() == 5 && events.is_sorted(), "{events:?}");
    })
    .await;
}

#[tokio::test]
async fn an_old_secret_signs_beside_the_new_one_for_a_day_and_none_is_stored() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        let old = webhook.secret(&world.cms.signing_key);
        let renewed = world.change(async |work| webhooks::rotate(work, webhook.id).await.unwrap()).await;
        let new = renewed.secret(&world.cms.signing_key);
        assert_ne!(old, new);
        world.live("One").await;
        world.pump().await;
        let got = world.receiver.take().pop().unwrap();
        assert!(got.is_signed_with(&new) && got.is_signed_with(&old));
        world.live("Two").await;
        world.later(24 * 60 * 60).await;
        let got = world.receiver.take().pop().unwrap();
        assert!(got.is_signed_with(&new) && !got.is_signed_with(&old));
        let mut conn = world.cms.db.read().await.unwrap();
        let kept: Vec<(String, String)> = conn.all(sql("select salt, url from webhooks")).await.unwrap();
        let data: Vec<Value> = conn.all(sql("select data from events")).await.unwrap();
        let everything = format!("{kept:?} {data:?} {:?}", world.deliveries(webhook.id).await);
        for secret in [old, new] {
            assert!(!everything.contains(secret.strip_prefix("whsec_").unwrap()));
        }
    })
    .await;
}

#[tokio::test]
async fn deliveries_are_kept_within_bounds() {
    let few = |config: &mut Webhooks| config.keep_most = 2;
    for_each_world_with(few, async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        for number in 0..4 {
            world.live(&format!("Page {number}")).await;
        }
        world.pump().await;
        world.cms.courier.tidy().await.unwrap();
        assert_eq!(world.deliveries(webhook.id).await.len(), 2);
        world.change(async |work| webhooks::pause(work, webhook.id).await.unwrap()).await;
        world.live("Late").await;
        world.pump().await;
        world.clock.set(world.clock.now().plus_seconds(31 * 24 * 60 * 60));
        world.cms.courier.tidy().await.unwrap();
        let left = world.deliveries(webhook.id).await;
        let [late] = left.as_slice() else { panic!("{left:?}") };
        assert_eq!(late.state, "failed");
        assert_eq!(late.problem, "It waited for 30 days and was given up.");
    })
    .await;
}

#[tokio::test]
async fn a_test_is_made_at_once_also_of_a_paused_receiver() {
    for_each_world(async |world: &World| {
        let webhook = world.webhook(world.wanted()).await;
        world.change(async |work| webhooks::pause(work, webhook.id).await.unwrap()).await;
        let test = async || {
            let delivery = world.change(async |work| webhooks::test(work, webhook.id).await.unwrap()).await;
            world.cms.courier.try_once(delivery).await.unwrap()
        };
        let done = test().await;
        assert_eq!((done.state.as_str(), done.status), ("delivered", Some(200)));
        let got = world.receiver.take().pop().unwrap();
        assert!(got.is_signed_with(&webhook.secret(&world.cms.signing_key)));
        let body = got.body();
        assert_eq!((&body["kind"], &body["event"]), (&json!("test"), &Value::Null));
        world.receiver.answer_with(500, "", "no such hook");
        let done = test().await;
        assert_eq!((done.state.as_str(), done.answer.as_str()), ("failed", "no such hook"));
        world.pump().await;
        assert_eq!(world.receiver.take().len(), 1, "a test is not repeated");
    })
    .await;
}
