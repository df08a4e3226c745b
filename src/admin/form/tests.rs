use serde_json::{Value, json};

use super::*;
use crate::admin::Screens;
use crate::schema::{Registry, Schema, load_texts};

const MODEL: &str = r#"
[types.Thing]
kind = "page"
label = "Thing"
fields = [
    { name = "text", type = "text", max_length = 20, required = true, help = "One line" },
    { name = "long", type = "long_text" },
    { name = "rich", type = "rich_text", features = ["bold", "link"] },
    { name = "markdown", type = "markdown" },
    { name = "integer", type = "integer", min = 0, max = 10 },
    { name = "float", type = "float" },
    { name = "decimal", type = "decimal" },
    { name = "boolean", type = "boolean" },
    { name = "date", type = "date" },
    { name = "time", type = "time" },
    { name = "datetime", type = "datetime" },
    { name = "email", type = "email" },
    { name = "url", type = "url" },
    { name = "choice", type = "choice", choices = [{ value = "a", label = "A" }, { value = "b", label = "B" }] },
    { name = "choices", type = "choices", choices = [{ value = "a", label = "A" }, { value = "b", label = "B" }] },
    { name = "only_b", type = "text", shown_when = { field = "choice", is = ["b"] } },
    { name = "colour", type = "colour" },
    { name = "json", type = "json" },
    { name = "table", type = "table" },
    { name = "embed", type = "embed" },
    { name = "tags", type = "tags" },
    { name = "image", type = "image" },
    { name = "images", type = "image", many = true },
    { name = "document", type = "document" },
    { name = "collection", type = "collection" },
    { name = "user", type = "user" },
    { name = "page", type = "page" },
    { name = "person", type = "snippet", of = ["a.Person"] },
    { name = "rows", type = "children", label = "a.Row", fields = [{ name = "word", type = "text", required = true }] },
    { name = "list", type = "list", item = { type = "text" } },
    { name = "struct", type = "struct", fields = [{ name = "inner", type = "text" }] },
    { name = "body", type = "stream", blocks = ["para", "quote", "gallery"] },
]
[types.Person]
kind = "snippet"
fields = [{ name = "name", type = "text" }]
[blocks.para]
type = "rich_text"
[blocks.quote]
type = "struct"
fields = [{ name = "text", type = "long_text", required = true }, { name = "by", type = "text" }]
[blocks.gallery]
type = "list"
item = "quote"
"#;

fn schema() -> Schema {
    load_texts(&[("a".to_owned(), MODEL.to_owned())], &Registry::default()).unwrap()
}

fn form(document: Value, problems: Problems) -> Form {
    let schema = schema();
    let Value::Object(document) = document else { unreachable!() };
    let filled = Filled {
        document: &document,
        problems: &problems,
        known: &Known::default(),
        slug: SlugHint::default(),
    };
    let screens = Screens::load(None, &Registry::default(), false).unwrap();
    Form::new(screens.templates(), schema.get("a.Thing").unwrap(), &filled).unwrap()
}

fn html(form: &Form) -> String {
    form.tabs
        .iter()
        .flat_map(|tab| &tab.panels)
        .flat_map(|panel| panel.fields.iter().map(String::as_str))
        .collect()
}

#[test]
fn every_built_in_kind_has_its_template() {
    let screens = Screens::load(None, &Registry::default(), false).unwrap();
    let current = screens.templates().current();
    for kind in Registry::default().all().map(|kind| kind.name()) {
        let is_for_the_api_alone =
            ["rendition", "choice_label", "parent", "related", "address"].contains(&kind);
        assert!(is_for_the_api_alone || current.contains_component(&format!("fields.{kind}")), "{kind}");
    }
}

#[test]
fn names_are_paths_and_values_come_back_as_inputs_take_them() {
    let form = form(
        json!({
            "title": "T <b>", "datetime": "2026-11-20T08:30:00.000000Z", "boolean": true, "choices": ["b"],
            "body": [{ "type": "gallery", "id": "u1", "value": [{ "type": "item", "id": "u2", "value": { "text": "Hi", "by": null } }] }],
            "rows": [{ "id": 7, "word": "w" }],
        }),
        Problems::default(),
    );
    let html = html(&form);
    for expected in [
        r#"T &lt;b&gt;</textarea>"#,
        r#"value="2026-11-20T08:30:00""#,
        r#"name="body.0.type" value="gallery""#,
        r#"name="body.0.value.0.id" value="u2""#,
        r#"name="body.0.value.0.value.text""#,
        r#"name="rows.0.id" value="7""#,
        r#"name="rows.0.word""#,
        r#"name="body._present""#,
        r#"data-shown-when-field-value="choice""#,
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    let keys: Vec<_> = serde_json::to_value(&form.templates)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["key"].clone())
        .collect();
    assert_eq!(
        json!(keys).to_string(),
        r#"["rows:","list:","body:para","body:quote","body:gallery","body:gallery:"]"#
    );
}

#[test]
fn problems_stand_at_their_fields_and_in_the_summary() {
    let mut problems = Problems::default();
    problems.add("text", "is required");
    problems.add("body.0.value.text", "is required");
    problems.add("slug", "is taken");
    problems.add("", "cannot be published here");
    let form = form(json!({ "body": [{ "type": "quote", "value": { "text": "" } }] }), problems);
    let told: Vec<String> =
        form.problems.iter().map(|told| format!("{}|{}|{}", told.id, told.label, told.text)).collect();
    assert_eq!(
        told,
        [
            "field-text|Text|is required",
            "field-body.0.value.text|Body › Quote 1 › Text|is required",
            "field-slug|Slug|is taken",
            "||cannot be published here",
        ]
    );
    assert_eq!(form.tabs.iter().map(|tab| tab.problems).collect::<Vec<_>>(), [2, 1]);
}
