//! The reference pages that are made from the program's own declarations are those that are committed.

use std::collections::BTreeMap;
use std::path::Path;

use siskin::{config, schema};

#[test]
fn the_page_of_keys_is_up_to_date() {
    is_current("config.md", &config::reference_page());
}

#[test]
fn the_page_of_fields_is_up_to_date() {
    is_current("fields.md", &schema::reference_page(&schema::Registry::default()));
}

/// Holds a committed page against what the program says today; with `SISKIN_TEST_WRITE=1` writes it anew first.
#[expect(clippy::disallowed_methods, reason = "asking a test to write a page anew is no setting of a site")]
fn is_current(name: &str, page: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    if std::env::var("SISKIN_TEST_WRITE").is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "run this test with SISKIN_TEST_WRITE=1 to write docs/reference/{name} anew");
}

#[test]
fn the_examples_of_the_guide_to_models_load() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for example in guide.split("```toml\n").skip(1) {
        let text = example.split("```").next().unwrap();
        let (head, text) = text.split_once('\n').unwrap();
        let app = head.strip_prefix("# models/").and_then(|name| name.strip_suffix(".toml")).unwrap();
        files.entry(app.to_owned()).or_default().push_str(text);
    }
    let files: Vec<_> = files.into_iter().collect();
    let models = schema::load_texts(&files, &schema::Registry::default());
    let models = models.unwrap_or_else(|errors| panic!("{errors}"));
    assert!(models.get("library.BookPage").is_some());
}

#[test]
fn the_page_of_templates_is_up_to_date_and_names_every_function() {
    let page = siskin::render::reference_page();
    is_current("templates.md", &page);
    let registered = regex::Regex::new(r#"register(?:_function|_filter)?\((?:tera, )?"(\w+)""#).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/functions");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for found in registered.captures_iter(&text) {
            count += 1;
            let (call, filter) = (format!("`{}(", &found[1]), format!("| {}`", &found[1]));
            let listed = [call, format!(" `{}(", &found[1]), filter].iter().any(|name| page.contains(name));
            assert!(listed, "{} is not on the page", &found[1]);
        }
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_page_of_commands_is_up_to_date() {
    is_current("cli.md", &siskin::cli::reference_page().unwrap());
}

#[test]
fn every_test_that_the_texts_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = regex::Regex::new(r"\b((?:src/)?[a-z0-9_/]+(?:\.rs)?)::([a-z0-9_]{12,})\b").unwrap();
    let mut missing = Vec::new();
    for page in ["docs/security.md", "docs/reliability.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let mut found = 0;
        for name in named.captures_iter(&text) {
            let file = if name[1].starts_with("src/") {
                name[1].to_owned()
            } else {
                format!("tests/it/{}.rs", &name[1])
            };
            let source = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
            found += 1;
            if !source.contains(&format!("fn {}(", &name[2])) {
                missing.push(format!("{page}: {file}::{}", &name[2]));
            }
        }
        assert!(found > 30, "{page} names no tests");
    }
    assert!(missing.is_empty(), "tests that are named and not there:\n  {}", missing.join("\n  "));
}
