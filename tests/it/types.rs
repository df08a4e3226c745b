//! What is said of answers, in TypeScript and OpenAPI, held against answers.

use std::path::Path;

use regex::Regex;
use serde_json::{Value, json};
use siskin::config::Config;
use siskin::schema::{AnswerType, Field, FieldKind, Make, Registry, Shape, load_dir, load_texts};

use crate::api::World;
use crate::shared::shared;

/// Why a value does not have the form that a schema says; nothing if it has.
fn breach(document: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    let told = |why: String| Some(format!("{path}: {why}"));
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        return found.map_or_else(
            || told(format!("{name} is nowhere")),
            |schema| breach(document, schema, value, path),
        );
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let breaches: Vec<_> = forms.iter().map(|form| breach(document, form, value, path)).collect();
        let all: Option<Vec<String>> = breaches.into_iter().collect();
        return all.map(|all| format!("none of [{}]", all.join("; ")));
    }
    let is_of_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !is_of_type {
        return told(format!("{value} is no {}", schema["type"]));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return told(format!("{value} is not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
        return told(format!("{value} is none of {}", schema["enum"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !Regex::new(pattern).unwrap().is_match(text)
    {
        return told(format!("{text} is not written as {pattern}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(why) = breach(document, &schema["items"], item, &format!("{path}[{number}]")) {
            return Some(why);
        }
    }
    let parts = value.as_object()?;
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.find(|name| !parts.contains_key(*name)) {
        return told(format!("{missing} is missing"));
    }
    parts.iter().find_map(|(name, part)| {
        let path = format!("{path}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(form), _) => breach(document, form, part, &path),
            (None, Value::Bool(false)) => Some(format!("{path}: is not declared")),
            (None, form) => breach(document, form, part, &path),
        }
    })
}

/// The schema of what the document says is answered at an address.
fn answered_at<'d>(document: &'d Value, address: &str) -> &'d Value {
    let path = address.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let path = match parts.as_slice() {
        [_, _, name] => format!("/api/v2/{name}/"),
        [_, _, name, _] => format!("/api/v2/{name}/{{id}}/"),
        _ => panic!("{address}"),
    };
    &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
}

#[tokio::test]
async fn answers_have_the_form_that_the_document_says() {
    let world = World::new().await;
    let served = world.get("/api/v2/openapi.json").await;
    let document = served.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(served.headers["content-type"], "application/json");
    for address in [
        "/api/v2/pages/",
        "/api/v2/pages/?fields=*",
        "/api/v2/pages/?type=zoo.Page&fields=*,-teaser,cover(*),crew(_,keeper(portrait(*)))",
        "/api/v2/pages/?fields=_",
        "/api/v2/pages/2/",
        "/api/v2/pages/3/",
        "/api/v2/pages/4/?fields=-crew",
        "/api/v2/pages/4/?fields=-crew&renditions=width-10,fill-8x8",
        "/api/v2/pages/4/?fields=-crew&rich_text_format=markdown",
        "/api/v2/images/",
        "/api/v2/images/1/?renditions=width-10",
        "/api/v2/documents/",
        "/api/v2/keepers/?fields=*",
        "/api/v2/keepers/1/",
        "/api/v2/keepers/2/",
    ] {
        let answer = world.get(address).await;
        assert_eq!(answer.status.as_u16(), 200, "{address}: {}", answer.text);
        let schema = answered_at(&document, address);
        assert!(schema.is_object(), "{address} is not in the document");
        assert_eq!(breach(&document, schema, &answer.json(), "$"), None, "{address}");
    }
}

#[tokio::test]
async fn what_a_view_shows_unasked_is_said_exactly() {
    let world = World::new().await;
    let document = world.get("/api/v2/openapi.json").await.json();
    let named = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let mut whole = world.get("/api/v2/pages/4/").await.json();
    // A value that the models no longer offer is answered as it is stored; the document says what they offer.
    assert_eq!(whole["crew"][1]["day"], "TU");
    whole["crew"].as_array_mut().unwrap().truncate(1);
    assert_eq!(breach(&document, &named("zoo.Page"), &whole, "$"), None);
    let listed = world.get("/api/v2/pages/?type=zoo.Page").await.json();
    assert_eq!(breach(&document, &named("zoo.Page.listed"), &listed["items"][0], "$"), None);
    assert_eq!(breach(&document, &named("wagtailcore.Page.listed"), &listed["items"][0], "$"), None);
    // The checker sees what is wrong: a part too few, one too many, one of another form.
    for (name, value, words) in [
        ("teaser", None, "$: teaser is missing"),
        ("legs", Some(json!("2")), "none of [$.legs"),
        ("wings", Some(json!(2)), "$.wings: is not declared"),
        ("parts", Some(json!([{ "type": "gone", "value": 1, "id": null }])), "none of [$.parts[0]"),
        ("born", Some(json!("yesterday")), "none of [$.born"),
    ] {
        let mut changed = whole.clone();
        let parts = changed.as_object_mut().unwrap();
        match value {
            Some(value) => parts.insert(name.to_owned(), value),
            None => parts.remove(name),
        };
        let told = breach(&document, &named("zoo.Page"), &changed, "$").unwrap_or_default();
        assert!(told.starts_with(words), "{name}: {told}");
    }
}

#[test]
fn recorded_answers_have_the_form_that_the_document_says() {
    let Some(records) = shared("conformance/wagtail_v2_public.jsonl") else { return };
    let records = std::fs::read_to_string(records).unwrap();
    for (fixture, languages, datasets) in
        [("bakery", &["en", "de", "ar"][..], &["plain", "ext"][..]), ("demosite", &["en"], &["demosite"])]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture);
        let schema = load_dir(&folder.join("models"), &Registry::default()).unwrap();
        let mut config = Config::defaults(&folder);
        config.site.languages = languages.iter().map(|code| (*code).to_owned()).collect();
        let document: Value = serde_json::from_str(&siskin::api::openapi(&schema, &config)).unwrap();
        let (mut count, mut breaches) = (0, Vec::new());
        for record in records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let dataset = record["dataset"].as_str().unwrap_or_default();
            let is_quirk =
                ["quirk", "server_error"].contains(&record["compare"].as_str().unwrap_or_default());
            let is_answer =
                record["status"] == 200 && record["method"] == "GET" && record["body"].is_object();
            if !datasets.contains(&dataset) || is_quirk || !is_answer {
                continue;
            }
            let address = record["path"].as_str().unwrap_or_default().replace("/api/main/", "/api/v2/");
            count += 1;
            let told = breach(&document, answered_at(&document, &address), &record["body"], "$");
            breaches.extend(told.map(|told| format!("{address}: {}", &told[..told.len().min(1_500)])));
        }
        assert!(count > 50, "{fixture}: {count}");
        assert_eq!(breaches, Vec::<String>::new(), "{fixture}: {} of {count}", breaches.len());
    }
}

/// One to five stars.
struct Stars;

impl FieldKind for Stars {
    fn name(&self) -> &'static str {
        "stars"
    }

    fn summary(&self) -> &'static str {
        "One to five stars."
    }

    fn shape(&self, _: &mut Make<'_, '_>) -> Result<Shape, String> {
        Ok(Shape::Integer)
    }

    fn answer_type(&self, _: &Field) -> Option<AnswerType> {
        let json_schema = json!({ "type": "integer", "enum": [1, 2, 3, 4, 5] });
        Some(AnswerType { typescript: "1 | 2 | 3 | 4 | 5".to_owned(), json_schema })
    }
}

const EVERY_KIND: &str = r##"
[types.Thing]
kind = "page"
fields = [
    { name = "a_text", type = "text", required = true },
    { name = "a_note", type = "long_text" },
    { name = "a_rich", type = "rich_text" },
    { name = "a_mark", type = "markdown" },
    { name = "a_mail", type = "email" },
    { name = "a_price", type = "decimal" },
    { name = "a_float", type = "float" },
    { name = "a_flag", type = "boolean" },
    { name = "a_day", type = "date" },
    { name = "a_time", type = "time" },
    { name = "a_moment", type = "datetime" },
    { name = "a_choice", type = "choice", choices = ["s", { value = "m", label = "Medium" }] },
    { name = "a_label", type = "choice_label", of = "a_choice" },
    { name = "some_choices", type = "choices", choices = ["s", "m"] },
    { name = "some_tags", type = "tags" },
    { name = "a_table", type = "table" },
    { name = "a_page", type = "page" },
    { name = "some_things", type = "page", of = ["shop.Thing"], many = true },
    { name = "a_maker", type = "snippet", of = ["shop.Image"] },
    { name = "a_maker_name", type = "related", of = "a_maker", field = "name" },
    { name = "an_image", type = "image" },
    { name = "a_rendition", type = "rendition", of = "an_image", spec = "width-40" },
    { name = "a_file", type = "document" },
    { name = "a_link", type = "address", of = ["a_page", "a_file"] },
    { name = "some_rows", type = "children", label = "shop.Row", fields = [{ name = "stars", type = "stars", required = true }] },
    { name = "a_body", type = "stream", blocks = ["pair", "numbers"] },
    { name = "hidden", type = "text", api = false },
]
[types.Image]
kind = "snippet"
fields = [{ name = "name", type = "text", required = true }]
[blocks.pair]
type = "struct"
fields = [{ name = "picture", type = "image" }, { name = "whole", type = "image", api_rendition = "width-40" }, { name = "target", type = "page" }]
[blocks.numbers]
type = "list"
item = { type = "integer", required = true }
"##;

#[test]
fn every_kind_of_field_has_its_type() {
    let mut registry = Registry::default();
    registry.add(std::sync::Arc::new(Stars));
    let schema = load_texts(&[("shop".to_owned(), EVERY_KIND.to_owned())], &registry).unwrap();
    let file = siskin::api::typescript(&schema, &Config::defaults(Path::new(".")));
    let begin = file.find("export interface Thing {").unwrap();
    let end = file.find("export interface ThingListed").unwrap();
    insta::assert_snapshot!(&file[begin..end].trim_end(), @r#"
    export interface Thing {
      id: number;
      meta: {
        type: "shop.Thing";
        detail_url: string;
        html_url: string | null;
        slug: string;
        show_in_menus: boolean;
        seo_title: string;
        search_description: string;
        first_published_at: DateTime | null;
        alias_of: PageLink | null;
        parent: PageLink | null;
      };
      title: string;
      a_text: string;
      a_note: string | null;
      a_rich: RichText | null;
      a_mark: Markdown | null;
      a_mail: string | null;
      a_price: Decimal | null;
      a_float: number | null;
      a_flag: boolean;
      a_day: Day | null;
      a_time: TimeOfDay | null;
      a_moment: DateTime | null;
      a_choice: "s" | "m" | "" | null;
      a_label: "s" | "Medium" | "" | null;
      some_choices: ("s" | "m")[];
      some_tags: string[];
      a_table: Json;
      a_page: PageNested | null;
      some_things: ThingNested[];
      a_maker: ShopImageNested | null;
      a_maker_name: string | null;
      an_image: ImageNested | null;
      a_rendition: Rendition | null;
      a_file: DocumentNested | null;
      a_link: string | null;
      some_rows: {
        id: number;
        meta: {
          type: "shop.Row";
        };
        stars: 1 | 2 | 3 | 4 | 5;
      }[];
      a_body: ({
        type: "pair";
        value: {
          picture: number | null;
          whole: BlockImage | null;
          target: number | null;
        };
        id: string | null;
      } | {
        type: "numbers";
        value: number[];
        id: string | null;
      })[];
      renditions?: RenditionsByImage;
    }
    "#);
    assert!(file.contains("export interface ShopImageNested {"), "a taken name goes before a declared one");
    assert!(file.contains("\"shop.Thing\": { detail: Thing; listed: ThingListed };"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asking a test to write a file anew is no setting of a site")]
fn the_types_of_the_example_are_those_of_the_models() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = load_dir(&root.join("models"), &Registry::default()).unwrap();
    let made = siskin::api::typescript(&schema, &Config::load(root).unwrap());
    let place = root.join("examples/astro/src/lib/siskin.ts");
    if std::env::var("SISKIN_TEST_WRITE").is_ok_and(|value| value == "1") {
        std::fs::write(&place, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&place).unwrap();
    assert!(
        kept == made,
        "examples/astro/src/lib/siskin.ts is old: siskin types ts > examples/astro/src/lib/siskin.ts"
    );
}
