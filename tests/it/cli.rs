//! The program as it is typed, and as it is killed.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::process::{Serving, run, siskin};

/// A program that serves and whose output is kept.
fn serve(site: &Path, variables: &[(&str, &str)]) -> Serving {
    let mut command = siskin(site, &[]);
    command.envs(variables.iter().copied()).env("SISKIN_LOG__FILTER", "warn").stdout(Stdio::piped());
    Serving::by(command)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

fn new_site() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let made = run(Path::new("."), &["new", dir.path().to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    dir
}

#[test]
fn the_access_log_has_a_line_for_each_request_and_tells_no_secret() {
    let dir = new_site();
    let serving = serve(dir.path(), &[("SISKIN_LOG__ACCESS", "json")]);
    let asked = [
        "/api/v2/pages/?limit=1&token=secret-t",
        "/admin/setup/secret-u",
        "/%0a%1b[31m{\"a\":1}",
        "/?s=secret-s",
    ];
    let numbers: Vec<String> = asked
        .map(|path| {
            let answer = serving.get(path).unwrap();
            let number = answer.head.lines().find_map(|line| line.strip_prefix("x-request-id: "));
            number.unwrap().to_owned()
        })
        .into();
    let (_, printed) = serving.terminate();
    assert!(!printed.contains("secret"), "{printed}");
    let lines: Vec<serde_json::Value> =
        printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told: Vec<&str> = lines.iter().filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(told, numbers, "{printed}");
    assert!(lines.iter().all(|line| line["address"] == "127.0.0.1" && line["status"].is_u64()), "{printed}");
}

#[test]
fn a_new_site_is_served_prints_a_link_and_ends_in_order() {
    let dir = new_site();
    let serving = serve(dir.path(), &[]);
    assert_eq!(serving.get("/api/v2/pages/").unwrap().status, 200);
    let (code, printed) = serving.terminate();
    assert_eq!(code, Some(0));
    let link = printed.lines().find(|line| line.contains("/admin/setup/")).unwrap().trim();
    assert!(link.rsplit('/').next().unwrap().len() > 40, "{link}");
    assert!(!dir.path().join("data/siskin.db-wal").exists(), "one tidy file is left");
}

#[test]
fn once_there_is_somebody_no_link_is_printed() {
    let dir = new_site();
    let mut create = siskin(dir.path(), &["user", "create", "eva", "--superuser"]);
    let mut child = create.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"four finches on a wire\n").unwrap();
    assert_eq!(said(&child.wait_with_output().unwrap()), "eva can sign in.\n");
    assert_eq!(said(&run(dir.path(), &["user", "list"])), "1\teva\t superuser\n");
    let (_, printed) = serve(dir.path(), &[]).terminate();
    assert_eq!(printed, "");
}

#[test]
fn weak_passwords_and_unknown_names_are_refused() {
    let dir = new_site();
    let (code, words) = complained(&run(dir.path(), &["user", "create", "eva"]));
    assert_eq!(code, Some(1));
    assert!(words.contains("at least 10 characters"), "{words}");
    let (code, words) = complained(&run(dir.path(), &["user", "password", "nobody"]));
    assert_eq!((code, words.as_str()), (Some(1), "siskin: the user “nobody” was not found"));
}

#[test]
fn what_the_operator_has_to_mend_is_told_in_one_line_with_its_place() {
    let dir = new_site();
    std::fs::write(dir.path().join("config.toml"), "[server]\nprot = 80\n").unwrap();
    let (code, words) = complained(&run(dir.path(), &["config", "check"]));
    assert_eq!(code, Some(3));
    assert!(words.contains("config.toml:2") && words.contains("prot"), "{words}");

    std::fs::write(dir.path().join("config.toml"), "[server]\nport = 80\n").unwrap();
    std::fs::write(dir.path().join("models/site.toml"), "[types.A]\nkind = \"paje\"\n").unwrap();
    let (code, words) = complained(&run(dir.path(), &["models", "check"]));
    assert_eq!(code, Some(3));
    assert!(words.contains("site.toml:2"), "{words}");
    assert_eq!(complained(&run(Path::new("/nowhere-at-all"), &["migrate"])).0, Some(3));
    assert_eq!(complained(&run(dir.path(), &["fly"])).0, Some(2));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let dir = new_site();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, words) = complained(&run(dir.path(), &["serve", "--port", &port]));
    assert_eq!(code, Some(3));
    assert!(words.contains("is taken by another program"), "{words}");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let dir = new_site();
    std::fs::write(dir.path().join("config.toml"), "# mine\n").unwrap();
    let (code, words) = complained(&run(Path::new("."), &["new", dir.path().to_str().unwrap()]));
    assert_eq!(code, Some(1));
    assert!(words.contains("is not empty"), "{words}");
    assert_eq!(std::fs::read_to_string(dir.path().join("config.toml")).unwrap(), "# mine\n");
}

#[test]
fn store_and_models_are_told_of_and_brought_up_to_date() {
    let dir = new_site();
    assert!(said(&run(dir.path(), &["migrate"])).contains("0004_accounts"));
    assert_eq!(said(&run(dir.path(), &["migrate"])), "The store is up to date.\n");
    assert!(said(&run(dir.path(), &["models", "diff"])).contains("+ site.HomePage"));
    assert!(said(&run(dir.path(), &["models", "apply"])).contains("+ site.HomePage"));
    assert_eq!(said(&run(dir.path(), &["models", "diff"])), "Stored content and models agree.\n");
    assert_eq!(said(&run(dir.path(), &["doctor"])), "All is well.\n");
    assert!(said(&run(dir.path(), &["reindex"])).contains("objects are in the index"));
}

#[test]
fn every_command_explains_itself() {
    let help = |arguments: &[&str]| said(&run(Path::new("."), arguments));
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["models", "--help"], &["user", "create", "--help"]]
    {
        assert!(help(arguments).contains("Usage: siskin"), "{arguments:?}");
    }
}
