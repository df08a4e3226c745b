//! Reading, completing and walking values over small models.

use std::sync::Arc;

use serde_json::json;

use crate::schema::*;

/// A bare field of a kind, for tables of single values.
pub fn field(kind: Arc<dyn FieldKind>, shape: Shape) -> Field {
    Field {
        name: "field".to_owned(),
        kind,
        shape,
        label: "Field".to_owned(),
        help: String::new(),
        required: false,
        default: None,
        options: Options::default(),
        place: Place::default(),
    }
}

fn load(text: &str) -> Result<Schema, ModelErrors> {
    load_texts(&[("blog".to_owned(), text.to_owned())], &Registry::default())
}

const MODELS: &str = r#"
[types.Post]
kind = "page"
[[types.Post.fields]]
name = "intro"
type = "long_text"
required = true
[[types.Post.fields]]
name = "price"
type = "decimal"
min = 0.5
[[types.Post.fields]]
name = "body"
type = "stream"
blocks = ["quote", { name = "photos", type = "list", item = { type = "image" } }]
max_num = 2
[[types.Post.fields]]
name = "authors"
type = "children"
label = "blog.Author"
fields = [{ name = "person", type = "snippet", of = ["blog.Person"], required = true }]
[types.Person]
kind = "snippet"
fields = [{ name = "name", type = "text" }]
[blocks.quote]
type = "struct"
fields = [{ name = "text", type = "long_text", required = true }, { name = "by", type = "text" }]
"#;

#[test]
fn a_form_becomes_a_document_and_wrong_values_stay_as_typed() {
    let schema = load(MODELS).unwrap();
    let post = schema.get("blog.Post").unwrap();
    let sent = form_tree([
        ("title", "A"),
        ("price", "12,50"),
        ("body._present", "1"),
        ("body.k2.type", "photos"),
        ("body.k2.id", "9b6a3a3e-41a5-4b0e-9a0c-0d5b2f8f6a01"),
        ("body.k2.value.a.value", "7"),
        ("body.k1.type", "quote"),
        ("body.k1.value.text", "Hm"),
        ("body.k3.type", "nonsense"),
        ("authors.n.person", "x"),
    ]);
    let (document, problems) = post.read(&sent, &Document::new());
    assert_eq!(document["price"], json!("12.50"));
    assert_eq!(document["body"][0]["value"][0]["value"], json!(7));
    assert_eq!(document["body"][0]["id"], json!("9b6a3a3e-41a5-4b0e-9a0c-0d5b2f8f6a01"));
    assert_eq!(document["body"][1]["value"], json!({ "text": "Hm", "by": "" }));
    assert_eq!(document["authors"], json!([{ "id": null, "person": "x" }]));
    insta::assert_snapshot!(problems, @"body.k3: there is no block `nonsense` here; authors.n.person: must be a whole number");
    insta::assert_snapshot!(post.complete(&document), @"intro: is required");
}

#[test]
fn what_is_not_sent_stays_and_what_the_models_lost_is_kept() {
    let schema = load(MODELS).unwrap();
    let post = schema.get("blog.Post").unwrap();
    let existing = serde_json::from_value(json!({ "intro": "Old", "gone": [1], "price": "3" })).unwrap();
    let (document, problems) = post.read(&form_tree([("price", "")]), &existing);
    assert!(problems.is_empty());
    assert_eq!(
        (&document["intro"], &document["gone"], &document["price"]),
        (&json!("Old"), &json!([1]), &json!(null))
    );
}

#[test]
fn every_mistake_is_told_with_its_line_and_a_remedy() {
    let errors = load(
        r#"
[types.Post]
kind = "pgae"
[types.Page]
kind = "page"
parents = ["blog.Nowhere"]
fields = [
  { name = "title", type = "text" },
  { name = "a", type = "txt" },
  { name = "b", type = "stream", blocks = ["loop", "none"] },
  { name = "c", type = "text", max_lenght = 3 },
  { name = "d", type = "integer", default = "many" },
]
[blocks.loop]
type = "list"
item = "loop"
"#,
    );
    insta::assert_snapshot!(errors.unwrap_err(), @r#"
    models/blog.toml:3: `pgae` is no kind: page, snippet, setting or form
    models/blog.toml:4: `blog.Page` names `blog.Nowhere` as parent or child, which is not declared
    models/blog.toml:8: every page has a field `title` already; choose another name
    models/blog.toml:9: there is no field kind `txt`; did you mean `text`?
    models/blog.toml:10: there is no block `blog.none`; declare it as [blocks.none] in models/blog.toml
    models/blog.toml:11: `max_lenght` is not known here; did you mean `max_length`?
    models/blog.toml:12: the default of `d` must be a whole number
    models/blog.toml:14: `loop` (list) needs what it repeats: item = { type = "image" } or item = "quote"
    models/blog.toml:16: the block `blog.loop` contains itself; a block can hold only others
    "#);
}

#[test]
fn broken_toml_names_the_line() {
    let errors = load("[types.Post]\nkind = \"page\nfields = 3").unwrap_err();
    assert_eq!((errors.0.len(), errors.0[0].place.line), (1, 2));
}

#[test]
fn changes_of_models_are_told() {
    let before = load(MODELS).unwrap().signature();
    let after = MODELS
        .replace("name = \"intro\"", "name = \"lead\"\nwas = \"intro\"")
        .replace("name = \"by\", type = \"text\"", "name = \"by\", type = \"integer\"")
        .replace("[types.Person]", "[types.Human]\nwas = \"blog.Person\"")
        .replace("blog.Person", "blog.Human")
        .replace("was = \"blog.Human\"", "was = \"blog.Person\"");
    let changes = differences(&before, &load(&after).unwrap());
    let told: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    FieldRenamed { label: "blog.Post", from: "intro", to: "lead" }
    KindChanged { label: "blog.Post", path: "body[quote].by", from: "text", to: "integer" }
    TypeRenamed { from: "blog.Person", to: "blog.Human" }
    "#);
}

#[test]
fn filter_values_are_typed_and_long_texts_stay_distinct() {
    let schema = load(MODELS).unwrap();
    let post = schema.get("blog.Post").unwrap();
    let document: Document = serde_json::from_value(json!({
        "intro": "x".repeat(300), "price": "2.50", "authors": [{ "id": 4, "person": 9 }], "show_in_menus": true
    }))
    .unwrap();
    let values = filter_values(post, &document);
    assert!(values.contains(&("price".to_owned(), FilterValue::Real(2.5))));
    assert!(values.contains(&("authors".to_owned(), FilterValue::Int(4))));
    assert_ne!(filter_text(&"x".repeat(300)), filter_text(&"x".repeat(301)));
}
