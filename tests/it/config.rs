//! The configuration is read from a site's folder, and its reference page is what the program knows.

use siskin::config::{Config, reference_page};

#[test]
fn a_folder_without_a_file_has_every_default() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config::load(dir.path()).unwrap();
    assert_eq!(config.dir, dir.path());
    assert_eq!(config.database.url, "sqlite:data/siskin.db");
    std::fs::write(dir.path().join("config.toml"), "[server]\nport = 8080\n").unwrap();
    assert_eq!(Config::load(dir.path()).unwrap().server.port, 8080);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asking a test to write the page anew is no setting of a site")]
fn the_reference_page_is_up_to_date() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/config.md");
    if std::env::var("SISKIN_TEST_WRITE").is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, reference_page()).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == reference_page(),
        "run this test with SISKIN_TEST_WRITE=1 to write docs/reference/config.md anew"
    );
}
