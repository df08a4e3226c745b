//! Recorded answers of Wagtail itself, asked again here: the bakery comes in through the importer, and every recorded
//! question of the plain data set is put to the API in process.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use serde_json::Value;
use siskin::accounts::Actor;
use siskin::api;
use siskin::cms::Cms;
use siskin::search::Follower;
use siskin::sites;
use siskin::transfer::wagtail::{Destination, Dump, Options, import};

use crate::api::{Answered, ask};
use crate::shared::shared;

/// The share of recorded answers that must be given as recorded.
const REQUIRED: f64 = 0.95;
const HOST: &str = "localhost:18000";
const CONFIG: &str = "base_url = \"http://localhost:18000\"\n[database]\nsynchronous = \"off\"\n\
                      [site]\nlanguages = [\"en\", \"de\", \"ar\"]\nlocale_prefix = \"none\"\n";

/// The bakery, imported into a folder of its own and known under the recorded host.
async fn bakery(dir: &Path, dump: &Path) -> Arc<Cms> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bakery/models");
    std::fs::create_dir(dir.join("models")).unwrap();
    for file in std::fs::read_dir(models).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), dir.join("models").join(file.file_name())).unwrap();
    }
    std::fs::write(dir.join("config.toml"), CONFIG).unwrap();
    let cms = Cms::builder(dir).open().await.unwrap();
    let (workshop, limits) = (&cms.workshop, &cms.config.media);
    let to = Destination { db: &cms.db, schema: &cms.schema, workshop, limits, clock: &cms.clock };
    let media = dump.parent().map(|folder| folder.join("media"));
    let options = Options { media, into: None };
    import(to, &Dump::open(dump, |_| ()).unwrap(), &options, &mut |_, _, _| ()).await.unwrap();
    cms.catch_up().await.unwrap();
    let mut site = cms.sites().default_site().unwrap().clone();
    (site.hostname, site.port) = ("localhost".to_owned(), 18000);
    let mut work = cms.work(Actor::System("test")).await.unwrap();
    sites::update_site(&mut work, &site).await.unwrap();
    cms.commit(work).await.unwrap();
    Follower::new(cms.index.clone(), cms.db.clone(), cms.schema.clone()).catch_up().await.unwrap();
    cms
}

#[tokio::test]
async fn the_bakery_answers_as_wagtail_does() {
    let Some(records) = shared("conformance/wagtail_v2_public.jsonl") else { return };
    let Some(dump) = shared("data/bakerydemo/bakerydemo.json") else { return };
    let dir = tempfile::tempdir().unwrap();
    let cms = bakery(dir.path(), &dump).await;
    let router = api::router(cms);
    let (mut passed, mut failed) = (0, BTreeMap::<String, Vec<String>>::new());
    for record in std::fs::read_to_string(records).unwrap().lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        let counted = !["quirk", "engine"].contains(&text(&record, "compare"));
        if text(&record, "dataset") != "plain" || !counted {
            continue;
        }
        match difference(&record, &answer(&router, &record).await) {
            None => passed += 1,
            Some(why) => {
                let told = format!("{} {}: {why}", text(&record, "method"), text(&record, "path"));
                failed.entry(text(&record, "feature").to_owned()).or_default().push(told);
            }
        }
    }
    let all = passed + failed.values().map(Vec::len).sum::<usize>();
    eprintln!("{passed} of {all} answers as recorded");
    for (feature, told) in &failed {
        eprintln!("{feature}\n    {}", told.join("\n    "));
    }
    assert!(passed as f64 >= REQUIRED * all as f64, "{passed} of {all} answers as recorded");
}

async fn answer(router: &Router, record: &Value) -> Answered {
    let mut headers =
        vec![("accept".to_owned(), "application/json".to_owned()), ("host".to_owned(), HOST.to_owned())];
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
