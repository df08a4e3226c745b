//! The starter site and the public pages, as a reader meets them.

use std::path::Path;

use siskin::schema;

#[test]
fn the_starter_models_are_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = schema::load_dir(&root.join("models"), &schema::Registry::default()).unwrap();
    assert!(schema.get("journal.ArticlePage").is_some() && schema.pages().count() == 9);
    siskin::config::Config::load(root).unwrap();
}
