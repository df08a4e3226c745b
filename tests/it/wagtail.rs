//! Recorded answers of Wagtail itself, asked again here: each recorded site comes in through the importer, on every
//! database, and every recorded question is put to the whole program in process: twice with the answer cache on, so
//! that the second answer is a kept one, and once with it off.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use serde_json::Value;
use siskin::cms::Cms;
use siskin::search::Follower;
use siskin::server;
use siskin::transfer::wagtail::{Destination, Dump, Options, import};

use crate::api::{Answered, ask};
use crate::databases::{Fresh, for_each_fresh};
use crate::shared::shared;

/// Images that stand in private collections, shown whole to strangers by the original: null here, as `docs/api/v2.md`
/// tells, at these places.
const HIDDEN_HERE: &[(&str, &str)] =
    &[("/api/v2/pages/81/?fields=_,body", "$.body[11].value.image: null recorded {")];

/// A recorded site: the data set's name, the fixture with its models, its dump, and the host that was asked.
struct Recorded {
    dataset: &'static str,
    fixture: &'static str,
    dump: &'static str,
    media: Option<&'static str>,
    host: &'static str,
}

const BAKERY_MEDIA: Option<&str> = Some("data/bakerydemo/media");

#[tokio::test]
async fn the_bakery_answers_as_wagtail_does() {
    let dump = "data/bakerydemo/dump_natural.json";
    let host = "localhost:18000";
    let fixture = "bakery";
    hold(Recorded { dataset: "plain", fixture, dump, media: BAKERY_MEDIA, host }).await;
}

#[tokio::test]
async fn the_bakery_with_languages_sites_and_privacy_answers_as_wagtail_does() {
    let dump = "data/bakerydemo-ext/dump_default.json";
    let host = "localhost:18000";
    let fixture = "bakery";
    hold(Recorded { dataset: "ext", fixture, dump, media: BAKERY_MEDIA, host }).await;
}

#[tokio::test]
async fn the_site_of_wagtails_own_tests_answers_as_wagtail_does() {
    let dump = "data/wagtail-demosite/demosite.json";
    hold(Recorded { dataset: "demosite", fixture: "demosite", dump, media: None, host: "localhost" }).await;
}

async fn hold(recorded: Recorded) {
    let Some(records) = shared("conformance/wagtail_v2_public.jsonl") else { return };
    let Some(dump) = shared(recorded.dump) else { return };
    // The demo site was recorded under another mount point.
    let records = std::fs::read_to_string(records).unwrap().replace("/api/main/", "/api/v2/");
    let records: Vec<Value> = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counted = |record: &&Value| {
        text(record, "dataset") == recorded.dataset && !["quirk", "engine"].contains(&text(record, "compare"))
    };
    let records: Vec<&Value> = records.iter().filter(counted).collect();
    assert!(!records.is_empty());
    for_each_fresh(async |fresh: &Fresh| {
        let dir = tempfile::tempdir().unwrap();
        let cms = imported(dir.path(), fresh, &recorded, &dump).await;
        let router = server::router(cms.clone()).unwrap();
        for _ in 0..2 {
            all_as_recorded(&router, &records, &recorded).await;
        }
        assert!(cms.cache().bytes() > 0, "nothing was kept");
        cms.db.close().await;
        drop((router, cms));
        configure(dir.path(), fresh, &recorded, false);
        let cms = Cms::builder(dir.path()).open().await.unwrap();
        all_as_recorded(&server::router(cms.clone()).unwrap(), &records, &recorded).await;
        assert_eq!(cms.cache().bytes(), 0);
        cms.db.close().await;
    })
    .await;
}

/// The recorded site, imported into a folder of its own with this database.
async fn imported(dir: &Path, fresh: &Fresh, recorded: &Recorded, dump: &Path) -> Arc<Cms> {
    std::fs::create_dir(dir.join("models")).unwrap();
    for file in std::fs::read_dir(fixture(recorded).join("models")).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), dir.join("models").join(file.file_name())).unwrap();
    }
    configure(dir, fresh, recorded, true);
    let cms = Cms::builder(dir).open().await.unwrap();
    let (workshop, limits) = (&cms.workshop, &cms.config.media);
    let to = Destination { db: &cms.db, schema: &cms.schema, workshop, limits, clock: &cms.clock };
    let options = Options { media: recorded.media.and_then(shared), into: None };
    import(to, &Dump::open(dump, |_| ()).unwrap(), &options, &mut |_, _, _| ()).await.unwrap();
    cms.catch_up().await.unwrap();
    Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
    cms
}

fn configure(dir: &Path, fresh: &Fresh, recorded: &Recorded, keeps_answers: bool) {
    let config = std::fs::read_to_string(fixture(recorded).join("config.toml")).unwrap();
    let url = &fresh.config.url;
    let more =
        format!("[database]\nurl = \"{url}\"\nsynchronous = \"off\"\n[cache]\nenabled = {keeps_answers}\n");
    std::fs::write(dir.join("config.toml"), format!("{config}\n{more}")).unwrap();
}

fn fixture(recorded: &Recorded) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(recorded.fixture)
}

async fn all_as_recorded(router: &Router, records: &[&Value], recorded: &Recorded) {
    let mut failed = BTreeMap::<&str, Vec<String>>::new();
    for record in records {
        let found = difference(record, &answer(router, record, recorded.host).await);
        let hidden =
            HIDDEN_HERE.iter().find(|(path, _)| recorded.dataset == "ext" && *path == text(record, "path"));
        let why = match (found, hidden) {
            (Some(why), Some((_, place))) if why.starts_with(place) => None,
            (None, Some(_)) => Some("a private image is shown".to_owned()),
            (found, _) => found,
        };
        let told = why.map(|why| format!("{} {}: {why}", text(record, "method"), text(record, "path")));
        failed.entry(text(record, "feature")).or_default().extend(told);
    }
    failed.retain(|_, told| !told.is_empty());
    assert!(failed.is_empty(), "not as recorded ({}): {failed:#?}", recorded.dataset);
}

async fn answer(router: &Router, record: &Value, host: &str) -> Answered {
    let mut headers =
        vec![("accept".to_owned(), "application/json".to_owned()), ("host".to_owned(), host.to_owned())];
    for (name, value) in record["request_headers"].as_object().into_iter().flatten() {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // The question is asked as the recorder's client put it on the wire.
    let path = text(record, "path").replace(' ', "%20");
    ask(router, text(record, "method"), &path, &headers).await
}

/// What is not as recorded, by the rules that stand beside the recordings.
fn difference(record: &Value, answered: &Answered) -> Option<String> {
    let (kind, got) = (text(record, "compare"), answered.json());
    let status = answered.status.as_u16();
    if kind == "server_error" {
        let refused = answered.status.is_client_error() && !got.is_null();
        return (!refused).then(|| format!("{status} {}, where any 4xx with JSON would do", answered.text));
    }
    if record["status"] != status {
        return Some(format!("{status}, recorded {}: {}", record["status"], answered.text));
    }
    if let Some(recorded) = record["location"].as_str() {
        let location =
            answered.headers.get("location").map_or("", |value| value.to_str().unwrap_or_default());
        return (path_of(location) != path_of(recorded)).then(|| format!("{location}, recorded {recorded}"));
    }
    let wanted = &record["body"];
    if wanted.is_null() || record["body_is_html"] == true {
        return None;
    }
    let same = match kind {
        "unordered" => wanted["meta"] == got["meta"] && items(wanted).len() == items(&got).len(),
        "unordered-items" => same_items(wanted, &got),
        _ => are_spelt_alike(wanted, &got),
    };
    (!same).then(|| first_difference("$", wanted, &got))
}

/// With key order kept, equal texts are equal values in equal order.
fn are_spelt_alike(wanted: &Value, got: &Value) -> bool {
    let (wanted, got) = (wanted.to_string(), got.to_string());
    wanted == got
}

fn same_items(wanted: &Value, got: &Value) -> bool {
    let whole = wanted["meta"]["total_count"] == items(wanted).len();
    let sorted = |answer: &Value| {
        let mut texts: Vec<String> = items(answer).iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    match wanted.get("items") {
        None => are_spelt_alike(wanted, got),
        Some(_) if whole => wanted["meta"] == got["meta"] && sorted(wanted) == sorted(got),
        Some(_) => wanted["meta"] == got["meta"] && items(wanted).len() == items(got).len(),
    }
}

fn first_difference(place: &str, wanted: &Value, got: &Value) -> String {
    if let (Value::Object(wanted), Value::Object(got)) = (wanted, got) {
        let differs = wanted
            .iter()
            .find(|(name, value)| got.get(*name).map(Value::to_string) != Some(value.to_string()));
        if let Some((name, value)) = differs {
            let other = got.get(name).unwrap_or(&Value::Null);
            return first_difference(&format!("{place}.{name}"), value, other);
        }
    }
    if let (Value::Array(wanted), Value::Array(got)) = (wanted, got)
        && let Some(at) = wanted.iter().zip(got).position(|(wanted, got)| !are_spelt_alike(wanted, got))
    {
        return first_difference(&format!("{place}[{at}]"), &wanted[at], &got[at]);
    }
    let short = |value: &Value| value.to_string().chars().take(160).collect::<String>();
    format!("{place}: {} recorded {}", short(got), short(wanted))
}

fn items(answer: &Value) -> &[Value] {
    answer["items"].as_array().map_or(&[], Vec::as_slice)
}

/// An address without scheme and host, its query decoded.
fn path_of(location: &str) -> (String, Vec<(String, String)>) {
    let base = url::Url::parse("http://x/").unwrap();
    let url = base.join(location).unwrap();
    (url.path().to_owned(), url.query_pairs().into_owned().collect())
}

fn text<'r>(record: &'r Value, name: &str) -> &'r str {
    record[name].as_str().unwrap_or_default()
}
