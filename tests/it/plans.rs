//! How SQLite finds what readers and editors ask for. What one page is made of must not be looked for among all pages: a
//! planner that may choose between an index of what is asked for and one that has the order chooses the order.

use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;

use crate::process::{Serving, get_as, post, siskin, wait_until};
use crate::site::copy_starter;

const PASSWORD: &str = "forty bramblings in the beech";

/// The statements that are run while `ask` asks, as the program tells them in its log.
fn statements_of(site: &Path, ask: impl FnOnce(&Serving)) -> Vec<String> {
    let mut log = tempfile::tempfile().unwrap();
    let mut command = siskin(site, &[]);
    command.envs([
        ("SISKIN_LOG__FILTER", "siskin::store=trace"),
        ("SISKIN_LOG__FORMAT", "json"),
        ("SISKIN_CACHE__ENABLED", "false"),
        ("SISKIN_WEBHOOKS__ALLOW_PRIVATE", "127.0.0.1"),
    ]);
    command.stderr(Stdio::from(log.try_clone().unwrap()));
    let serving = Serving::by(command);
    let begun = log.metadata().unwrap().len();
    ask(&serving);
    serving.terminate();
    log.seek(SeekFrom::Start(begun)).unwrap();
    let mut told = String::new();
    log.read_to_string(&mut told).unwrap();
    let lines = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let statements = lines.filter_map(|line| line["statement"].as_str().map(str::to_owned));
    statements.filter(|statement| statement.contains(" objects ")).collect()
}

/// The session of an editor who may everything.
fn signed_in(site: &Path, serving: &Serving) -> String {
    let mut create = siskin(site, &["user", "create", "ada", "--email", "ada@example.org", "--superuser"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    create.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert!(create.wait().unwrap().success());
    let form = [("username", "ada"), ("password", PASSWORD)];
    let answer = post(serving.port(), "/admin/login", "", &form).unwrap();
    let (_, set) = answer.head.split_once("set-cookie: ").unwrap();
    set.split(';').next().unwrap().to_owned()
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
    let walked = ["objects_family_", "objects_type_", "objects_path", "objects_updated_at"];
    let is_found = ["parent=", " id=", "(id=", "path=?", "rowid=?"].iter().any(|found| step.contains(found));
    (step.starts_with("SCAN") && step.contains(" o"))
        || (walked.iter().any(|w| index.starts_with(w)) && !is_found)
}

/// The walks among statements that look for something by what is its own. Lists of a type are walked; so are settings, of
/// which there are as many as sites.
fn walks(site: &Path, statements: &[String]) -> Vec<String> {
    let own = [
        "parent = ?",
        "url_path = ?",
        "url_path in",
        "translation_key = ?",
        " id in",
        ".id = ?",
        "path = ?",
        "slug = ?",
    ];
    let finding = statements.iter().filter(|statement| own.iter().any(|own| statement.contains(own)));
    let store = Connection::open(site.join("data/siskin.db")).unwrap();
    let walks = finding.flat_map(|statement| {
        let steps = plan(&store, statement).into_iter().filter(|step| is_walk(step));
        steps.map(|step| format!("{step}: {statement}")).collect::<Vec<_>>()
    });
    walks.collect()
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
    let statements = statements_of(dir.path(), |serving| {
        for address in addresses {
            let answer = serving.get(address).unwrap();
            assert!([200, 302].contains(&answer.status), "{address}: {}", answer.text());
        }
    });
    assert!(statements.len() > 2 * addresses.len(), "{statements:#?}");
    assert_eq!(walks(dir.path(), &statements), Vec::<String>::new());
}

#[test]
fn an_editor_among_the_children_of_a_page_waits_for_no_others() {
    let dir = tempfile::tempdir().unwrap();
    copy_starter(dir.path());
    let statements = statements_of(dir.path(), |serving| {
        let cookie = signed_in(dir.path(), serving);
        for address in ["/admin/pages/2/", "/admin/pages/2/?o=title", "/admin/pages/2/?o=-updated"] {
            assert_eq!(get_as(serving.port(), address, &cookie).unwrap().status, 200, "{address}");
        }
        let form = [("title", "About"), ("slug", "about-us"), ("_action", "publish")];
        let published = post(serving.port(), "/admin/pages/17/edit", &cookie, &form).unwrap();
        assert_eq!(published.status, 303, "{}", published.text());
    });
    let store = Connection::open(dir.path().join("data/siskin.db")).unwrap();
    let of_slug = |statement: &&String| statement.starts_with("select") && statement.contains("slug = ?");
    let slug = statements.iter().find(of_slug).expect("a slug is looked for");
    assert!(plan(&store, slug)[0].contains("(slug=?)"), "{:?}: {slug}", plan(&store, slug));
    assert_eq!(walks(dir.path(), &statements), Vec::<String>::new());
}

#[test]
fn what_a_receiver_is_told_of_is_not_looked_for_among_all_pages() {
    let dir = tempfile::tempdir().unwrap();
    copy_starter(dir.path());
    let receiver = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    receiver.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let statements = statements_of(dir.path(), |serving| {
        let cookie = signed_in(dir.path(), serving);
        let form = [("name", "Front end"), ("url", &*url), ("active", "on")];
        let added = post(serving.port(), "/admin/webhooks/add", &cookie, &form).unwrap();
        assert_eq!(added.status, 200, "{}", added.text());
        let form = [("title", "About"), ("slug", "about"), ("_action", "publish")];
        let published = post(serving.port(), "/admin/pages/17/edit", &cookie, &form).unwrap();
        assert_eq!(published.status, 303, "{}", published.text());
        wait_until(|| receiver.accept().is_ok());
    });
    let store = Connection::open(dir.path().join("data/siskin.db")).unwrap();
    let of_events = |statement: &&String| statement.starts_with("select id from objects where");
    let public =
        statements.iter().find(of_events).expect("the public ones of the events' pages are looked for");
    // Of one id a planner finds the page whatever else is said; several events are told of at once.
    let of_several = format!("{} id in (?, ?, ?, ?)", public.split_once(" id in ").unwrap().0);
    assert!(plan(&store, &of_several)[0].contains("(id=?"), "{:?}: {public}", plan(&store, &of_several));
    assert_eq!(walks(dir.path(), &statements), Vec::<String>::new());
}
