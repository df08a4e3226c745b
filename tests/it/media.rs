//! Images against what Wagtail recorded, and against files made to break image software.

use std::collections::BTreeMap;

use serde_json::Value;
use siskin::media::Focal;
use siskin::media::Format;
use siskin::media::Original;
use siskin::media::Plan;
use siskin::media::Size;
use siskin::media::guesses;

use crate::shared::shared;

#[test]
fn every_recorded_rendition_has_the_computed_name_and_size() {
    let (Some(answers), Some(dump)) =
        (shared("conformance/wagtail_v2_public.jsonl"), shared("data/bakerydemo/dump_default.json"))
    else {
        return;
    };
    let originals = originals(&std::fs::read_to_string(dump).unwrap());
    let mut recorded = BTreeMap::new();
    for line in std::fs::read_to_string(answers).unwrap().lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        collect(&answer["body"], &mut recorded);
    }
    let mut wrong = Vec::new();
    for (url, size) in &recorded {
        let name = url.rsplit('/').next().unwrap();
        let computed: Vec<(String, Size)> = guesses(name)
            .into_iter()
            .flat_map(|guess| {
                originals
                    .iter()
                    .filter(move |one| one.stem.starts_with(&guess.stem))
                    .map(move |one| (one, guess.spec.clone()))
            })
            .map(|(one, spec)| {
                (one.rendition_path(&spec), Plan::of(one.size, one.focal, &spec).unwrap().size)
            })
            .filter(|(path, _)| path == url)
            .collect();
        if computed != [(url.clone(), *size)] {
            wrong.push(format!("{url} recorded {size:?}, computed {computed:?}"));
        }
    }
    assert!(
        recorded.len() > 50 && wrong.is_empty(),
        "{} recorded, wrong:\n{}",
        recorded.len(),
        wrong.join("\n")
    );
}

fn originals(dump: &str) -> Vec<Original> {
    let rows: Vec<Value> = serde_json::from_str(dump).unwrap();
    rows.iter().filter(|row| row["model"] == "wagtailimages.image").map(original).collect()
}

fn original(row: &Value) -> Original {
    let fields = &row["fields"];
    let (stem, extension) =
        fields["file"].as_str().unwrap().rsplit('/').next().unwrap().rsplit_once('.').unwrap();
    let extension = extension.to_ascii_lowercase();
    let focal = |part: &str| fields[format!("focal_point_{part}")].as_i64();
    let side = |name: &str| u32::try_from(fields[name].as_u64().unwrap()).unwrap();
    Original {
        id: row["pk"].as_i64().unwrap(),
        stem: stem.to_owned(),
        distinct: 0,
        format: Format::ALL
            .into_iter()
            .find(|format| format.extensions().contains(&extension.as_str()))
            .unwrap(),
        size: Size { width: side("width"), height: side("height") },
        focal: focal("x").map(|x| Focal {
            x,
            y: focal("y").unwrap(),
            width: focal("width").unwrap(),
            height: focal("height").unwrap(),
        }),
    }
}

fn collect(value: &Value, into: &mut BTreeMap<String, Size>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => {
            let url = fields.get("url").and_then(Value::as_str).filter(|url| url.contains("/media/images/"));
            if let (Some(url), Some(width), Some(height)) = (url, fields.get("width"), fields.get("height")) {
                let side = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
                into.insert(url.to_owned(), Size { width: side(width), height: side(height) });
            }
            fields.values().for_each(|field| collect(field, into));
        }
        _ => {}
    }
}
