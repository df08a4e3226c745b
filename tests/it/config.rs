//! The configuration is read from a site's folder.

use siskin::config::Config;

#[test]
fn a_folder_without_a_file_has_every_default() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config::load(dir.path()).unwrap();
    assert_eq!(config.dir, dir.path());
    assert_eq!(config.database.url, "sqlite:data/siskin.db");
    std::fs::write(dir.path().join("config.toml"), "[server]\nport = 8080\n").unwrap();
    assert_eq!(Config::load(dir.path()).unwrap().server.port, 8080);
}
