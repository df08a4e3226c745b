//! Several people at once: one wins, nobody's text is overwritten, and the tree stays sound.

use serde_json::json;
use siskin::accounts::Work;
use siskin::content::{Object, Revision};
use siskin::error::Error;
use siskin::events;
use siskin::pages;
use siskin::schema::{Document, Schema};
use siskin::store::Db;

use crate::databases::for_each_database;
use crate::tree::{Tree, begin};

/// How many do the same thing at once.
const PEOPLE: usize = 24;

async fn planted(db: Db) -> Tree {
    let models = "[types.Page]\nkind = \"page\"\nfields = [{ name = \"intro\", type = \"text\" }]";
    Tree::planted(db, models, page("Home", "")).await
}

impl Tree {
    /// Everybody does this at once; the answers in no order.
    async fn everybody<T: Send + 'static>(
        &self,
        act: impl AsyncFn(usize, Work, &Schema, &Object) -> T + Copy,
    ) -> Vec<T> {
        let acts = (0..PEOPLE).map(|number| async move {
            let work = begin(&self.db).await;
            act(number, work, &self.schema, &self.home).await
        });
        futures_util::future::join_all(acts).await
    }
}

fn page(title: &str, slug: &str) -> Document {
    serde_json::from_value(json!({ "title": title, "slug": slug, "intro": "" })).unwrap()
}

#[tokio::test]
async fn pages_of_one_title_made_at_once_have_addresses_of_their_own() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let made = tree.everybody(async |_, mut work, schema, home| {
            let declared = schema.get("site.Page").unwrap();
            let made = pages::create(&mut work, schema, declared, home, page("News", ""), "en").await?;
            work.commit().await.map(|()| made)
        });
        let made: Vec<Object> = made.await.into_iter().map(Result::unwrap).collect();
        let mut slugs: Vec<&str> = made.iter().map(|page| page.slug.as_str()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), PEOPLE);
        let mut conn = tree.db.read().await.unwrap();
        assert!(pages::doctor::examine(&mut conn).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_slug_that_everybody_wants_is_one_persons() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let before = events::head(&mut tree.db.read().await.unwrap()).await.unwrap();
        let made = tree.everybody(async |_, mut work, schema, home| {
            let declared = schema.get("site.Page").unwrap();
            pages::create(&mut work, schema, declared, home, page("News", "news"), "en").await?;
            work.commit().await
        });
        let (done, refused): (Vec<_>, Vec<_>) = made.await.into_iter().partition(Result::is_ok);
        assert_eq!((done.len(), refused.len()), (1, PEOPLE - 1));
        for error in refused.into_iter().filter_map(Result::err) {
            assert_eq!(error.to_string(), "slug: “news” is taken by another page here");
        }
        let after = events::head(&mut tree.db.read().await.unwrap()).await.unwrap();
        assert_eq!(after, before + 1, "one event for what happened, none for what was refused");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_save_one_page_one_saves_and_the_others_are_told() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let saved = tree.everybody(async |number, mut work, schema, home| {
            let declared = schema.get("site.Page").unwrap();
            let mut document = home.live_document().unwrap();
            document.insert("intro".to_owned(), json!(format!("{number}")));
            let saved = pages::save_draft(&mut work, declared, home, document, Some(home.version)).await?;
            work.commit().await.map(|()| (number, saved.revision))
        });
        let (done, refused): (Vec<_>, Vec<_>) = saved.await.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1);
        assert!(refused.iter().all(|refused| matches!(refused, Err(Error::Conflict(_)))));
        let (number, revision) = done.into_iter().next().unwrap().unwrap();
        let mut conn = tree.db.read().await.unwrap();
        let page = Object::by_key(&mut conn, tree.home.key).await.unwrap();
        assert_eq!(page.draft_document(&mut conn).await.unwrap()["intro"], json!(format!("{number}")));
        let kept = Revision::of(&mut conn, page.key, 100, 0).await.unwrap();
        assert_eq!((kept.len(), kept[0].id), (2, revision));
    })
    .await;
}

#[tokio::test]
async fn publishing_and_unpublishing_at_once_leave_one_story() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let begun = events::head(&mut tree.db.read().await.unwrap()).await.unwrap();
        let acted = tree.everybody(async |number, mut work, schema, home| {
            let declared = schema.get("site.Page").unwrap();
            if number % 2 == 0 {
                pages::publish(&mut work, declared, home).await?;
            } else {
                pages::unpublish(&mut work, schema, home).await?;
            }
            work.commit().await
        });
        acted.await.into_iter().collect::<Result<Vec<()>, _>>().unwrap();
        let mut conn = tree.db.read().await.unwrap();
        let page = Object::by_key(&mut conn, tree.home.key).await.unwrap();
        let told = events::since(&mut conn, begun, 1000).await.unwrap();
        let last = told.last().unwrap();
        assert_eq!(page.live, last.kind == "published", "the row is what the log tells last");
        let published = told.iter().filter(|event| event.kind == "published").count();
        assert_eq!(published, PEOPLE / 2);
        let unpublished: Vec<_> = told.windows(2).filter(|two| two[1].kind == "unpublished").collect();
        assert!(
            unpublished.iter().all(|two| two[0].kind == "published"),
            "what is dark is not put out again"
        );
    })
    .await;
}

#[tokio::test]
async fn a_handler_that_is_abandoned_has_done_nothing() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let before = events::head(&mut tree.db.read().await.unwrap()).await.unwrap();
        for patience in [0, 1, 2, 5, 10, 20] {
            let act = async {
                let mut work = begin(&tree.db).await;
                let declared = tree.schema.get("site.Page").unwrap();
                let news = page("News", "news");
                let made = pages::create(&mut work, &tree.schema, declared, &tree.home, news, "en").await;
                made.unwrap();
                std::future::pending::<()>().await;
                work.commit().await.unwrap();
            };
            let patience = std::time::Duration::from_millis(patience);
            assert!(tokio::time::timeout(patience, act).await.is_err());
        }
        let mut conn = tree.db.read().await.unwrap();
        assert_eq!(events::head(&mut conn).await.unwrap(), before);
        let mut work = begin(&tree.db).await;
        let declared = tree.schema.get("site.Page").unwrap();
        let made =
            pages::create(&mut work, &tree.schema, declared, &tree.home, page("News", "news"), "en").await;
        made.unwrap();
        work.commit().await.unwrap();
    })
    .await;
}
