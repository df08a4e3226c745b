//! Images against what Wagtail recorded, and against files made to break image software.

use std::collections::BTreeMap;

use serde_json::Value;
use siskin::media::Bounds;
use siskin::media::Focal;
use siskin::media::Format;
use siskin::media::Header;
use siskin::media::Original;
use siskin::media::Plan;
use siskin::media::Settings;
use siskin::media::Size;
use siskin::media::Spec;
use siskin::media::check;
use siskin::media::guesses;
use siskin::media::make;

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

const BOUNDS: Bounds = Bounds { max_pixels: 100_000_000 };

/// Every file of the torture set is a picture of the recorded size or an error in words; none is a panic.
#[test]
fn no_file_of_the_torture_set_does_harm() {
    let Some(folder) = shared("data/images") else { return };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (path, format, decodes) = (columns[0], columns[2], columns[9] == "yes");
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let header = check(&bytes, BOUNDS);
        let known = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "ICO", "BMP", "TIFF"].contains(&format);
        match &header {
            Err(error)
                if known && decodes && !path.starts_with("broken/") && !path.starts_with("pngsuite/x") =>
            {
                wrong.push(format!("{path}: {error}"))
            }
            Ok(header) if known && !path.contains("avif") => {
                let turned = path.contains("exif-orientation") && columns[7] >= "5";
                let recorded =
                    Size { width: columns[3].parse().unwrap(), height: columns[4].parse().unwrap() };
                let upright =
                    if turned { Size { width: recorded.height, height: recorded.width } } else { recorded };
                if header.size != upright {
                    wrong.push(format!("{path}: {:?} instead of {upright:?}", header.size));
                }
            }
            _ => {}
        }
        println!(
            "{path}: {}",
            header.as_ref().map_or_else(
                |error| error.to_string(),
                |header| format!("{:?} {:?}", header.format, header.size)
            )
        );
        if let Ok(header) = header {
            wrong.extend(renditions_differ(path, &bytes, header));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Makes renditions in every format and reads their headers again.
fn renditions_differ(path: &str, bytes: &[u8], header: Header) -> Vec<String> {
    let specs = [
        "width-100",
        "fill-50x40-c100|format-jpeg",
        "max-60x60|format-webp",
        "fill-30x30|format-gif",
        "original|format-png|bgcolor-0f0",
    ];
    let settings = Settings { bounds: BOUNDS, jpeg_quality: 85, webp_quality: 80 };
    let mut wrong = Vec::new();
    for text in specs.into_iter().filter(|_| header.format.is_made_of_pixels()) {
        let spec = Spec::parse(text).unwrap();
        let planned = Plan::of(header.size, None, &spec).unwrap().size;
        let made = match make(bytes, None, &spec, &settings) {
            Ok(made) => made,
            Err(error) => {
                wrong.push(format!("{path} {text}: {error}"));
                continue;
            }
        };
        let read = Header::read(&made, BOUNDS).unwrap();
        if read.size != planned || read.format.mime() != header.format.rendition_mime(&spec) {
            wrong.push(format!("{path} {text}: {read:?}, planned {planned:?}"));
        }
        let raw = String::from_utf8_lossy(&made);
        if raw.contains("Exif\0") || raw.contains("ns.adobe.com") {
            wrong.push(format!("{path} {text}: carries metadata"));
        }
    }
    wrong
}

#[test]
fn claims_of_size_are_refused_before_decoding() {
    let Some(folder) = shared("data/images/huge") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let started = std::time::Instant::now();
        let told = check(&std::fs::read(&path).unwrap(), BOUNDS).map(|header| header.size);
        let honest =
            path.ends_with("gif-bomb-extents.gif") && told.as_ref().is_ok_and(|size| size.width == 100);
        assert!(
            (told.is_err() || honest) && started.elapsed().as_secs() < 2,
            "{}: {told:?} in {:?}",
            path.display(),
            started.elapsed()
        );
    }
}
