//! How SQLite finds what a reader asks for. What one page is made of must not be looked for among all pages: a planner
//! that may choose between an index of what is asked for and one that has the order chooses the order.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;

use crate::process::{Serving, siskin};
use crate::site::copy_starter;

/// The statements that these addresses take, as the program tells them in its log.
fn statements_of(site: &Path, addresses: &[&str]) -> Vec<String> {
    let mut command = siskin(site, &[]);
    command.envs([
        ("SISKIN_LOG__FILTER", "siskin::store=trace"),
        ("SISKIN_LOG__FORMAT", "json"),
        ("SISKIN_CACHE__ENABLED", "false"),
    ]);
    let mut log = tempfile::tempfile().unwrap();
    let serving = Serving::by({
        command.stderr(Stdio::from(log.try_clone().unwrap()));
        command
    });
    let begun = log.metadata().unwrap().len();
    for address in addresses {
        let answer = serving.get(address).unwrap();
        assert!([200, 302].contains(&answer.status), "{address}: {}", answer.text());
    }
    serving.terminate();
    std::io::Seek::seek(&mut log, std::io::SeekFrom::Start(begun)).unwrap();
    let mut told = String::new();
    log.read_to_string(&mut told).unwrap();
    let lines = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let statements = lines.filter_map(|line| line["statement"].as_str().map(str::to_owned));
    statements.filter(|statement| statement.contains(" objects ")).collect()
}

/// The steps of a statement's plan.
fn plan(store: &Connection, statement: &str) -> Vec<String> {
    let mut explained = store.prepare(&format!("explain query plan {statement}")).unwrap();
    let mut rows = explained.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

/// Whether a step goes through all pages, or all of a type: by nothing but that, their privacy and their order.
fn is_walk(step: &str) -> bool {
    let index = step.split("INDEX ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let walked = ["objects_family_", "objects_type_", "objects_path"];
    let is_found = ["parent=", " id=", "(id=", "path=?", "rowid=?"].iter().any(|found| step.contains(found));
    (step.starts_with("SCAN") && step.contains(" o"))
        || (walked.iter().any(|w| index.starts_with(w)) && !is_found)
}

#[test]
fn one_page_is_found_by_what_is_asked_for_and_not_among_all_of_them() {
    let dir = tempfile::tempdir().unwrap();
    copy_starter(dir.path());
    let addresses = [
        "/about/",
        "/about/getting-here/",
        "/de/ueber-uns/",
        "/api/v2/pages/17/",
        "/api/v2/pages/find/?html_path=/about/",
        "/api/v2/pages/?translation_of=17",
        "/api/v2/pages/?type=station.StandardPage&translation_of=17",
        "/api/v2/pages/?child_of=2",
        "/api/v2/pages/?child_of=2&order=-first_published_at",
    ];
    let statements = statements_of(dir.path(), &addresses);
    assert!(statements.len() > 2 * addresses.len(), "{statements:#?}");
    let store = Connection::open(dir.path().join("data/siskin.db")).unwrap();
    // Lists of a type are walked; so are settings, of which there are as many as sites.
    let own = [
        "o.parent = ?",
        "o.url_path = ?",
        "o.url_path in",
        "o.translation_key = ?",
        "o.id = ?",
        "o.path = ?",
    ];
    let finding = statements.into_iter().filter(|statement| own.iter().any(|own| statement.contains(own)));
    let walks = finding.flat_map(|statement| {
        let steps = plan(&store, &statement).into_iter().filter(|step| is_walk(step));
        steps.map(|step| format!("{step}: {statement}")).collect::<Vec<_>>()
    });
    assert_eq!(walks.collect::<Vec<_>>(), Vec::<String>::new());
}
