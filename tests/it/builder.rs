//! The program as a library: a field kind from outside the crate is as good as a built-in one.

use std::fs;

use serde_json::{Value, json};
use siskin::accounts::Actor;
use siskin::cms::Cms;
use siskin::schema::{Document, Field, FieldKind, Make, Shape};
use siskin::snippets;

/// An ISBN: thirteen digits of which the last checks the others.
struct Isbn;

impl FieldKind for Isbn {
    fn name(&self) -> &'static str {
        "isbn"
    }

    fn summary(&self) -> &'static str {
        "The number of a book."
    }

    fn shape(&self, _make: &mut Make<'_, '_>) -> Result<Shape, String> {
        Ok(Shape::Text)
    }

    fn accept(&self, _field: &Field, value: Value) -> Result<Value, String> {
        let digits: Vec<u32> =
            value.as_str().unwrap_or_default().chars().filter_map(|c| c.to_digit(10)).collect();
        let sum: u32 =
            digits.iter().enumerate().map(|(place, digit)| digit * if place % 2 == 0 { 1 } else { 3 }).sum();
        if digits.len() != 13 || !sum.is_multiple_of(10) {
            return Err("is not an ISBN".to_owned());
        }
        Ok(Value::from(digits.iter().map(u32::to_string).collect::<String>()))
    }
}

const MODELS: &str = r#"
[types.Book]
kind = "snippet"
fields = [{ name = "title", type = "text" }, { name = "isbn", type = "isbn", required = true, unique = true }]
"#;

#[tokio::test]
async fn a_field_kind_from_outside_is_read_checked_stored_and_queried() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("models")).unwrap();
    fs::write(dir.path().join("models/shop.toml"), MODELS).unwrap();
    let told = Cms::builder(dir.path()).open().await.err().unwrap().to_string();
    assert!(told.starts_with("models/shop.toml:4: there is no field kind `isbn`"), "{told}");

    let cms = Cms::builder(dir.path()).field_kind(Isbn).open().await.unwrap();
    let declared = cms.schema.get("shop.Book").unwrap().clone();
    let sent = |isbn: &str| json!({ "title": "Finches", "isbn": isbn }).as_object().unwrap().clone();
    let (_, problems) = declared.read(&sent("978-3-16-148410-1"), &Document::new());
    assert_eq!(problems.to_string(), "isbn: is not an ISBN");
    let (document, problems) = declared.read(&sent("978-3-16-148410-0"), &Document::new());
    assert!(problems.is_empty());

    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let book = snippets::create(&mut work, &declared, document.clone(), "en").await.unwrap();
    cms.commit(work).await.unwrap();
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    let twin = snippets::create(&mut work, &declared, document, "en").await.unwrap_err();
    assert_eq!(twin.to_string(), "isbn: is taken by another object");
    assert_eq!(book.live_document().unwrap()["isbn"], "9783161484100");
}

#[tokio::test]
async fn blocks_from_code_are_checked_with_the_models_and_told_with_their_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("models")).unwrap();
    let model = "[types.Card]\nkind = \"snippet\"\nfields = [{ name = \"body\", type = \"stream\", blocks = [\"verse\", \"pair\"] }]\n\
                 [blocks.pair]\ntype = \"list\"\nitem = \"verse\"\n";
    fs::write(dir.path().join("models/shop.toml"), model).unwrap();
    let told = async |name: &str, text: &str| {
        let builder = Cms::builder(dir.path()).block(name, text);
        builder.open().await.err().map_or_else(String::new, |error| error.to_string())
    };
    assert!(told("shop.other", "type = \"text\"").await.contains("there is no block `shop.verse`"));
    for (name, text, words) in [
        (
            "shop.verse",
            "\ntype = \"txt\"",
            "block shop.verse (of the program):2: there is no field kind `txt`",
        ),
        (
            "shop.verse",
            "type = \"text\"\n\nmax_lenght = 3",
            "block shop.verse (of the program):3: `max_lenght` is not known here",
        ),
        ("shop.verse", "type = ", "block shop.verse (of the program):1: "),
        ("verse", "type = \"text\"", "`verse` cannot name a block"),
        ("shop.pair", "type = \"text\"", "the block `shop.pair` is declared in models/shop.toml"),
    ] {
        let told = told(name, text).await;
        assert!(told.contains(words), "{name} {text}: {told}");
    }
    for text in [
        "type = \"long_text\"",
        "type = \"struct\"\nfields = [{ name = \"line\", type = \"text\" }]",
        "type = \"list\"\nitem = { type = \"text\" }",
        "type = \"stream\"\nblocks = [{ name = \"line\", type = \"text\" }]",
    ] {
        assert_eq!(told("shop.verse", text).await, "", "{text}");
    }
}

#[tokio::test]
async fn what_a_program_adds_is_checked_before_anything_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let told =
        Cms::builder(dir.path()).routes("/admin/lights", axum::Router::new()).open().await.err().unwrap();
    assert_eq!(
        told.to_string(),
        "routes cannot stand at \"/admin/lights\": /admin is an address of Siskin's own"
    );
    assert!(!dir.path().join("data").exists());
}
