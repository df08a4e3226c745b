//! The rules of the house: which room may use which, who may know what, and how big a file grows.
//!
//! `src/lib.rs` is the floor plan. Every rule collects all of its breaches before it fails, each with file and line.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// A file's code without its tests, comments and text in quotes.
struct Source {
    path: String,
    room: String,
    code: String,
}

/// Lines that a file may have, its tests not counted.
const LONGEST_FILE: usize = 400;
/// Doors to the outside; none opens into another.
const DOORS: [&str; 3] = ["site", "api", "admin"];
/// Rooms that speak HTTP; `cms` keeps what an embedding program adds for them, unopened.
const HTTP_ROOMS: [&str; 6] = ["cms", "web", "site", "api", "admin", "server"];
/// Rooms that hold no SQL: they ask the rooms beneath.
const NO_SQL_ROOMS: [&str; 10] =
    ["cms", "web", "site", "api", "admin", "server", "cli", "render", "transfer", "search"];
/// Names that say nothing of what is in a room.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "misc", "services", "managers"];

#[test]
fn rooms_use_only_rooms_declared_above_them() {
    let floors = floors();
    let uses = Regex::new(r"\bcrate::(\w+)").unwrap();
    let breaches = all_sources().into_iter().flat_map(|source| {
        let own = floors.iter().position(|room| *room == source.room);
        let found = lines_with(&source, &uses, |name| {
            let used = floors.iter().position(|room| *room == name);
            // `crate::row!` and its like are macros of the store and belong to no room's path.
            used.zip(own).is_some_and(|(used, own)| used > own)
        });
        found.into_iter().map(|line| format!("{line} is declared further down in lib.rs")).collect::<Vec<_>>()
    });
    none("arrows that point away from the foundation", breaches);
}

#[test]
fn doors_do_not_open_into_each_other() {
    let uses = Regex::new(r"\bcrate::(\w+)").unwrap();
    let doors = all_sources().into_iter().filter(|source| DOORS.contains(&source.room.as_str()));
    let breaches = doors
        .flat_map(|source| lines_with(&source, &uses, |name| DOORS.contains(&name) && name != source.room));
    none("doors that use another door", breaches);
}

#[test]
fn each_crate_is_known_to_its_own_rooms_only() {
    for (crates, rooms) in [
        ("sqlx", &["store"][..]),
        ("rusqlite", &["store"]),
        ("tantivy", &["search"]),
        ("tera", &["render"]),
        ("axum|tower|tower_http", &HTTP_ROOMS),
        // Finished answers are kept as they are sent.
        ("http", &["cache", "web", "site", "api", "admin", "server"]),
        ("image|webp|fast_image_resize|moxcms|svg_hush", &["media"]),
        ("clap|indicatif", &["cli", "transfer", "cms"]),
        ("html5ever", &["text"]),
        ("argon2|pbkdf2", &["accounts"]),
        ("reqwest|rustls", &["webhooks"]),
    ] {
        let uses = Regex::new(&format!(r"(?:^|[^:\w])({crates})::")).unwrap();
        let outside = all_sources().into_iter().filter(|source| !rooms.contains(&source.room.as_str()));
        none(
            &format!("uses of {crates} outside {rooms:?}"),
            outside.flat_map(|source| lines_with(&source, &uses, |_| true)),
        );
    }
}

#[test]
fn only_the_store_knows_which_database_it_is() {
    let words = Regex::new(r"(?i)(sqlite|postgres|mysql|mariadb)").unwrap();
    let outside =
        all_sources().into_iter().filter(|source| !["store", "config"].contains(&source.room.as_str()));
    none(
        "databases named outside the store",
        outside.flat_map(|source| lines_with(&source, &words, |_| true)),
    );
}

#[test]
fn doors_and_readers_hold_no_sql() {
    let calls = Regex::new(r"(?:^|[^\w.])(sql)\(").unwrap();
    let rooms = all_sources().into_iter().filter(|source| NO_SQL_ROOMS.contains(&source.room.as_str()));
    none("SQL in rooms that hold none", rooms.flat_map(|source| lines_with(&source, &calls, |_| true)));
}

#[test]
fn nothing_is_left_for_someone() {
    let marks = Regex::new(r"(todo!|unimplemented!|dbg!|#!?\[allow)").unwrap();
    none(
        "marks of unfinished work",
        all_sources().iter().flat_map(|source| lines_with(source, &marks, |_| true)),
    );
}

#[test]
fn files_stay_short_and_rooms_are_named_for_their_subject() {
    let mut breaches = Vec::new();
    for file in files_under(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = without_tests(&text).lines().count();
        if lines > LONGEST_FILE {
            breaches.push(format!("{}: {lines} lines without tests", shown(&file)));
        }
        let empty = file.components().any(|part| {
            let name = Path::new(part.as_os_str()).file_stem().unwrap_or_default();
            EMPTY_NAMES.iter().any(|empty| name == *empty)
        });
        if empty {
            breaches.push(format!("{}: the name says nothing", shown(&file)));
        }
    }
    none("files that are too long or named for nothing", breaches);
}

#[test]
fn every_room_is_on_the_floor_plan_and_opens_with_a_paragraph() {
    let floors = floors();
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !["lib", "main"].contains(&name.as_str()) && !floors.contains(&name) {
            breaches.push(format!("src/{name} is not declared in lib.rs"));
        }
    }
    for file in files_under(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.starts_with("//!") {
            breaches.push(format!("{}: does not open by saying what it is", shown(&file)));
        }
    }
    none("rooms without a plate", breaches);
}

#[test]
fn code_is_told_apart_from_comments_quotes_and_tests() {
    let text = "//! crate::a\nuse crate::b; // crate::c\nlet x = \"crate::d \\\" crate::e\"; let c = '\"'; crate::f\n\
                let r = r#\"crate::g \"quoted\" \"#; crate::h /* crate::i */\n#[cfg(test)]\nmod tests { crate::j }\n";
    let code = code_of(text);
    let found: Vec<_> =
        Regex::new(r"crate::(\w)").unwrap().captures_iter(&code).map(|c| c[1].to_owned()).collect();
    assert_eq!(found, ["b", "f", "h"]);
    assert_eq!(code.lines().count(), 4);
}

/// Fails with every breach of a rule, if there is any.
fn none(rule: &str, breaches: impl IntoIterator<Item = String>) {
    let breaches: Vec<String> = breaches.into_iter().collect();
    assert!(breaches.is_empty(), "{rule}:\n  {}\n", breaches.join("\n  "));
}

/// The modules of `lib.rs`, the foundation first.
fn floors() -> Vec<String> {
    let plan = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let module = Regex::new(r"(?m)^pub mod (\w+);").unwrap();
    module.captures_iter(&plan).map(|found| found[1].to_owned()).collect()
}

fn all_sources() -> Vec<Source> {
    let files = files_under(&root().join("src"));
    let rooms = files.into_iter().filter_map(|file| {
        let path = shown(&file);
        let room = path.strip_prefix("src/")?.split(['/', '.']).next()?.to_owned();
        (!["lib", "main"].contains(&room.as_str())).then(|| {
            let code = code_of(&fs::read_to_string(&file).unwrap());
            Source { path, room, code }
        })
    });
    rooms.collect()
}

/// Lines in which the pattern's first group is something that counts, as `file:line: what`.
fn lines_with(source: &Source, pattern: &Regex, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = source.code.lines().enumerate();
    lines
        .flat_map(|(number, line)| {
            let found = pattern.captures_iter(line).filter(|found| counts(&found[1]));
            found.map(|found| format!("{}:{}: {}", source.path, number + 1, &found[1])).collect::<Vec<_>>()
        })
        .collect()
}

fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ").map_or(text, |tests| &text[..=tests])
}

/// The text without tests, comments and quoted text; line numbers stay.
fn code_of(text: &str) -> String {
    let quiet = Regex::new(concat!(
        r#"(?s)//[^\n]*|/\*.*?\*/"#,
        r##"|r#".*?"#|"(?:\\.|[^"\\])*""##,
        r"|'(?:\\.|[^'\\\n])'",
    ));
    let blank = |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count());
    quiet.unwrap().replace_all(without_tests(text), blank).into_owned()
}

/// Rust files; a `tests.rs` is a test and no room.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).to_string_lossy().into_owned()
}
