//! The page tree: its verbs, what they mean for addresses and readers, and that nothing can corrupt it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use siskin::base::Key;
use siskin::content::Object;
use siskin::error::Error;
use siskin::pages;
use siskin::redirects::Redirect;
use siskin::schema::Document;
use siskin::sites;
use siskin::store::{Db, sql};

use crate::databases::for_each_database;
use crate::tree::{Tree, localhost};

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [{ name = "intro", type = "text", required = true }, { name = "code", type = "text", unique = true }]
[types.Leaf]
kind = "page"
parents = ["site.Page"]
children = []
max_count_per_parent = 2
"#;

/// A tree with a root and a home page whose site is site 1.
async fn planted(db: Db) -> Tree {
    let tree = Tree::planted(db, MODELS, page("Home")).await;
    let mut work = tree.work().await;
    assert_eq!(sites::create_site(&mut work, localhost(&tree.home)).await.unwrap().id, 1);
    work.commit().await.unwrap();
    tree
}

impl Tree {
    async fn add(&self, parent: &Object, title: &str) -> Object {
        let mut work = self.work().await;
        let declared = self.schema.get("site.Page").unwrap();
        let made = pages::create(&mut work, &self.schema, declared, parent, page(title), "en").await.unwrap();
        let made = pages::publish(&mut work, declared, &made).await.unwrap();
        work.commit().await.unwrap();
        made
    }

    async fn rename(&self, object: &Object, slug: &str) -> siskin::error::Result<Object> {
        let mut work = self.work().await;
        let declared = self.schema.get(&object.label).unwrap();
        let object = Object::by_key(&mut work, object.key).await?;
        let mut document = object.draft_document(&mut work).await?;
        document.insert("slug".to_owned(), json!(slug));
        let saved = pages::save_draft(&mut work, declared, &object, document, None).await?;
        let live = pages::publish(&mut work, declared, &saved.object).await?;
        work.commit().await?;
        Ok(live)
    }

    async fn findings(&self) -> Vec<String> {
        let mut conn = self.db.read().await.unwrap();
        let found = pages::doctor::examine(&mut conn).await.unwrap();
        found.into_iter().map(|finding| format!("{}: {}", finding.what, finding.problem)).collect()
    }

    async fn addresses(&self) -> Vec<String> {
        let mut conn = self.db.read().await.unwrap();
        conn.all(sql("select url_path from objects where family = 'page' order by path")).await.unwrap()
    }
}

fn page(title: &str) -> Document {
    serde_json::from_value(json!({ "title": title, "slug": "", "intro": "Hello" })).unwrap()
}

#[tokio::test]
async fn a_renamed_page_takes_its_subtree_along_and_leaves_redirects() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let blog = tree.add(&tree.home, "Blog").await;
        let post = tree.add(&blog, "Über uns").await;
        tree.rename(&blog, "news").await.unwrap();
        assert_eq!(tree.addresses().await, ["/", "/home/", "/home/news/", "/home/news/über-uns/"]);
        let mut conn = tree.db.read().await.unwrap();
        let old = Redirect::answering(&mut conn, 1, "/blog/über-uns").await.unwrap().unwrap();
        assert_eq!((old.page, old.permanent), (Some(post.id), true));
        // Back again: the redirect that would lead in a circle is gone.
        tree.rename(&blog, "blog").await.unwrap();
        assert!(Redirect::answering(&mut conn, 1, "/blog").await.unwrap().is_none());
        assert!(Redirect::answering(&mut conn, 1, "/news").await.unwrap().is_some());
        assert!(tree.findings().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_the_types_do_not_allow_is_refused_in_words() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let blog = tree.add(&tree.home, "Blog").await;
        let leaf = tree.schema.get("site.Leaf").unwrap();
        let mut work = tree.work().await;
        let first = pages::create(&mut work, &tree.schema, leaf, &blog, page("One"), "en").await.unwrap();
        let beneath = pages::create(&mut work, &tree.schema, leaf, &first, page("Two"), "en").await;
        assert_eq!(beneath.unwrap_err().to_string(), "Leaf may not stand beneath “One”");
        pages::create(&mut work, &tree.schema, leaf, &blog, page("Two"), "en").await.unwrap();
        let third = pages::create(&mut work, &tree.schema, leaf, &blog, page("Three"), "en").await;
        assert_eq!(third.unwrap_err().to_string(), "there may be 2 of Leaf beneath one page");
        let under_itself = pages::move_to(&mut work, &tree.schema, &tree.home, &blog, None).await;
        assert_eq!(under_itself.unwrap_err().to_string(), "a page cannot stand beneath itself");
        assert_eq!(
            pages::delete(&mut work, &tree.home).await.unwrap_err().to_string(),
            "this holds the home page of a site; give the site another one first"
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_may_be_incomplete_and_a_publication_may_not() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let blog = tree.add(&tree.home, "Blog").await;
        let declared = tree.schema.get("site.Page").unwrap();
        let mut work = tree.work().await;
        let mut document = blog.live_document().unwrap();
        document.insert("intro".to_owned(), json!(""));
        let saved = pages::save_draft(&mut work, declared, &blog, document.clone(), Some(blog.version))
            .await
            .unwrap();
        assert!(saved.object.has_draft && saved.object.live);
        assert_eq!(
            pages::publish(&mut work, declared, &saved.object).await.unwrap_err().to_string(),
            "intro: is required"
        );
        let stale = pages::save_draft(&mut work, declared, &saved.object, document, Some(blog.version)).await;
        assert!(matches!(stale, Err(Error::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn a_restricted_page_hides_everything_beneath_wherever_it_moves() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let secret = tree.add(&tree.home, "Secret").await;
        let inner = tree.add(&secret, "Inner").await;
        let open = tree.add(&tree.home, "Open").await;
        let mut work = tree.work().await;
        pages::restrict(&mut work, &secret, &pages::Privacy::Login).await.unwrap();
        assert!(!Object::by_key(&mut work, inner.key).await.unwrap().public);
        let moved = pages::move_to(&mut work, &tree.schema, &inner, &open, None).await.unwrap();
        assert!(Object::by_key(&mut work, moved.key).await.unwrap().public);
        let moved = pages::move_to(&mut work, &tree.schema, &open, &secret, None).await.unwrap();
        assert!(!moved.public && !Object::by_key(&mut work, inner.key).await.unwrap().public);
        let values: i64 = work
            .one(sql("select count(*) from value_text where public = 1 and object = ?").bind(inner.key))
            .await
            .unwrap();
        assert_eq!(values, 0);
        pages::restrict(&mut work, &secret, &pages::Privacy::Public).await.unwrap();
        assert!(Object::by_key(&mut work, inner.key).await.unwrap().public);
        work.commit().await.unwrap();
        assert!(tree.findings().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_a_draft_of_its_own() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let blog = tree.add(&tree.home, "Blog").await;
        tree.add(&blog, "Post").await;
        let mut work = tree.work().await;
        let copy = pages::copy(&mut work, &tree.schema, &blog, &tree.home, true).await.unwrap();
        work.commit().await.unwrap();
        assert!(!copy.live && copy.id != blog.id && copy.translation_key != blog.translation_key);
        assert_eq!(
            tree.addresses().await[2..],
            ["/home/blog/", "/home/blog/post/", "/home/blog-2/", "/home/blog-2/post/"]
        );
    })
    .await;
}

#[tokio::test]
async fn unique_values_are_unique_among_live_objects() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let declared = tree.schema.get("site.Page").unwrap();
        let mut work = tree.work().await;
        for (title, expected) in [("One", None), ("Two", Some("code: is taken by another object"))] {
            let mut document = page(title);
            document.insert("code".to_owned(), json!("A1"));
            let made =
                pages::create(&mut work, &tree.schema, declared, &tree.home, document, "en").await.unwrap();
            let told = pages::publish(&mut work, declared, &made).await.err().map(|error| error.to_string());
            assert_eq!(told.as_deref(), expected);
        }
    })
    .await;
}

/// What happens to the tree, by the number of the page that it happens to (modulo how many there are).
#[derive(Debug, Clone)]
enum Step {
    Add { parent: usize },
    Move { page: usize, parent: usize, before: Option<usize> },
    Rename { page: usize, slug: u8 },
    Delete { page: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => any::<usize>().prop_map(|parent| Step::Add { parent }),
        4 => (any::<usize>(), any::<usize>(), any::<Option<usize>>())
            .prop_map(|(page, parent, before)| Step::Move { page, parent, before }),
        2 => (any::<usize>(), 0..4u8).prop_map(|(page, slug)| Step::Rename { page, slug }),
        1 => any::<usize>().prop_map(|page| Step::Delete { page }),
    ];
    proptest::collection::vec(step, 1..25)
}

/// The naive tree: children in order, by page, with their slugs.
#[derive(Debug, Default)]
struct Naive {
    children: BTreeMap<Key, Vec<Key>>,
    slugs: BTreeMap<Key, String>,
}

impl Naive {
    fn parent(&self, page: Key) -> Option<Key> {
        self.children.iter().find(|(_, children)| children.contains(&page)).map(|(parent, _)| *parent)
    }

    fn holds(&self, above: Key, page: Key) -> bool {
        above == page || self.parent(page).is_some_and(|parent| self.holds(above, parent))
    }

    fn remove(&mut self, page: Key) {
        for children in self.children.values_mut() {
            children.retain(|child| *child != page);
        }
    }

    fn slug_is_taken(&self, parent: Key, slug: &str, but: Key) -> bool {
        self.children
            .get(&parent)
            .into_iter()
            .flatten()
            .any(|child| *child != but && self.slugs[child] == slug)
    }

    fn addresses(&self, top: Key, above: &str) -> Vec<String> {
        let own = format!("{above}{}/", self.slugs[&top]);
        let beneath =
            self.children.get(&top).into_iter().flatten().flat_map(|child| self.addresses(*child, &own));
        std::iter::once(own.clone()).chain(beneath).collect()
    }
}

async fn run(tree: &Tree, naive: &mut Naive, pages_made: &mut Vec<Key>, step: &Step) {
    let pick = |number: usize| pages_made[number % pages_made.len()];
    let mut conn = tree.db.read().await.unwrap();
    match step {
        Step::Add { parent } => {
            let parent = Object::by_key(&mut conn, pick(*parent)).await.unwrap();
            let made = tree.add(&parent, "Page").await;
            naive.children.entry(parent.key).or_default().push(made.key);
            naive.slugs.insert(made.key, made.slug.clone());
            pages_made.push(made.key);
        }
        Step::Move { page, parent, before } => {
            let (page, parent) = (pick(*page), pick(*parent));
            let siblings = naive.children.get(&parent).cloned().unwrap_or_default();
            let before =
                before.filter(|_| !siblings.is_empty()).map(|number| siblings[number % siblings.len()]);
            let allowed = page != tree.home.key
                && !naive.holds(page, parent)
                && before != Some(page)
                && !naive.slug_is_taken(parent, &naive.slugs[&page], page);
            if before == Some(page) {
                return;
            }
            let mut work = tree.work().await;
            let object = Object::by_key(&mut work, page).await.unwrap();
            let target = Object::by_key(&mut work, parent).await.unwrap();
            let place = match before {
                Some(before) => Some(Object::by_key(&mut work, before).await.unwrap()),
                None => None,
            };
            let moved = pages::move_to(&mut work, &tree.schema, &object, &target, place.as_ref()).await;
            if page == tree.home.key && moved.is_ok() {
                panic!("home moved beneath {parent:?}");
            }
            assert_eq!(moved.is_ok(), allowed, "{moved:?}");
            if allowed {
                work.commit().await.unwrap();
                naive.remove(page);
                let children = naive.children.entry(parent).or_default();
                let at = before.and_then(|before| children.iter().position(|child| *child == before));
                children.insert(at.unwrap_or(children.len()), page);
            }
        }
        Step::Rename { page, slug } => {
            let (page, slug) = (pick(*page), format!("slug-{slug}"));
            let object = Object::by_key(&mut conn, page).await.unwrap();
            let parent = naive.parent(page);
            let allowed = parent.is_none_or(|parent| !naive.slug_is_taken(parent, &slug, page));
            assert_eq!(tree.rename(&object, &slug).await.is_ok(), allowed);
            if allowed {
                naive.slugs.insert(page, slug);
            }
        }
        Step::Delete { page } => {
            let page = pick(*page);
            let object = Object::by_key(&mut conn, page).await.unwrap();
            let mut work = tree.work().await;
            let deleted = pages::delete(&mut work, &object).await;
            assert_eq!(deleted.is_ok(), page != tree.home.key);
            if deleted.is_ok() {
                work.commit().await.unwrap();
                let gone: Vec<Key> =
                    pages_made.iter().copied().filter(|one| naive.holds(page, *one)).collect();
                naive.remove(page);
                pages_made.retain(|one| !gone.contains(one));
            }
        }
    }
}

#[test]
fn any_steps_leave_the_tree_that_a_naive_one_has() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() };
    proptest!(config, |(steps in steps())| {
        runtime.block_on(for_each_database(async |db| {
            let tree = planted(db).await;
            let mut naive = Naive::default();
            naive.slugs.insert(tree.home.key, "home".to_owned());
            let mut made = vec![tree.home.key];
            for step in &steps {
                run(&tree, &mut naive, &mut made, step).await;
                assert_eq!(tree.addresses().await[1..], naive.addresses(tree.home.key, "/"));
                assert_eq!(tree.findings().await, Vec::<String>::new());
            }
        }));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_moves_renames_and_publications_leave_a_sound_tree() {
    for_each_database(async |db| {
        let tree = std::sync::Arc::new(planted(db).await);
        let mut made = Vec::new();
        for number in 0..6 {
            made.push(tree.add(&tree.home, &format!("Page {number}")).await);
        }
        let mut racing = tokio::task::JoinSet::new();
        for racer in 0..6_usize {
            let (tree, made) = (tree.clone(), made.clone());
            racing.spawn(async move {
                for round in 0..8 {
                    let page = &made[(racer + round) % made.len()];
                    let parent = &made[(racer * 2 + round * 3 + 1) % made.len()];
                    if round % 3 == 2 {
                        let told = tree.rename(page, &format!("slug-{}", (racer + round) % 4)).await;
                        assert!(
                            told.is_ok() || matches!(told, Err(Error::Invalid(_) | Error::Conflict(_))),
                            "{told:?}"
                        );
                        continue;
                    }
                    let parent = if round % 4 == 3 { &tree.home } else { parent };
                    let mut work = tree.work().await;
                    let told = pages::move_to(&mut work, &tree.schema, page, parent, None).await;
                    assert!(told.is_ok() || matches!(told, Err(Error::Conflict(_))), "{told:?}");
                    if told.is_ok() {
                        work.commit().await.unwrap();
                    }
                }
            });
        }
        while let Some(ended) = racing.join_next().await {
            ended.unwrap();
        }
        assert_eq!(tree.findings().await, Vec::<String>::new());
        assert_eq!(tree.addresses().await.len(), 8);
    })
    .await;
}

#[tokio::test]
async fn sixty_levels_are_no_burden() {
    for_each_database(async |db| {
        let tree = planted(db).await;
        let mut parent = tree.home.clone();
        for _ in 0..60 {
            parent = tree.add(&parent, "Deep").await;
        }
        assert_eq!(parent.depth, 62);
        let top = tree.rename(&tree.home, "top").await.unwrap();
        let mut conn = tree.db.read().await.unwrap();
        let deepest = Object::by_key(&mut conn, parent.key).await.unwrap();
        assert!(deepest.url_path.starts_with("/top/deep/") && top.depth == 2);
    })
    .await;
}

#[tokio::test]
async fn hundreds_of_pages_are_renamed_moved_and_deleted_in_few_statements() {
    const PAGES: usize = 300;
    /// Far more than one page needs, and far fewer than one for each.
    const FEW: u64 = 90;
    for_each_database(async |db| {
        let tree = planted(db).await;
        let declared = tree.schema.get("site.Page").unwrap();
        let (section, other) = (tree.add(&tree.home, "Section").await, tree.add(&tree.home, "Other").await);
        let mut work = tree.work().await;
        for number in 0..PAGES {
            let document = page(&format!("Page {number}"));
            let made =
                pages::create(&mut work, &tree.schema, declared, &section, document, "en").await.unwrap();
            pages::publish(&mut work, declared, &made).await.unwrap();
        }
        work.commit().await.unwrap();
        let before = tree.db.statements();
        let mut work = tree.work().await;
        let moved = pages::move_to(&mut work, &tree.schema, &section, &other, None).await.unwrap();
        let run = tree.db.statements() - before;
        assert!(run < FEW, "{run}");
        work.commit().await.unwrap();
        for (old, site) in [("/section", 1), ("/section/page-0", 1), ("/section/page-299", 1)] {
            let mut conn = tree.db.read().await.unwrap();
            let found = Redirect::answering(&mut conn, site, old).await.unwrap().unwrap();
            assert!(found.automatic && found.page.is_some());
        }
        let mut conn = tree.db.read().await.unwrap();
        let count = "select count(*) from redirects where automatic = 1";
        assert_eq!(conn.one::<i64>(sql(count)).await.unwrap(), PAGES as i64 + 1);
        let before = tree.db.statements();
        let mut work = tree.work().await;
        assert_eq!(pages::delete(&mut work, &moved).await.unwrap(), PAGES + 1);
        let run = tree.db.statements() - before;
        assert!(run < FEW, "{run}");
        work.commit().await.unwrap();
        assert_eq!(tree.addresses().await, ["/", "/home/", "/home/other/"]);
        assert_eq!(tree.findings().await, Vec::<String>::new());
    })
    .await;
}
