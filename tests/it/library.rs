//! The media library: uploads, names, collections, permissions, renditions that are made once.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use quick_xml::events::Event;
use siskin::accounts::{Action, Actor, Grant, Person, Place, Reading, Work};
use siskin::base::{Clock, Timestamp};
use siskin::config::Config;
use siskin::error::{Error, Result};
use siskin::files::Files;
use siskin::media::{
    self, Addresses, Admits, Collections, Focal, Gate, Given, Image, Listing, ROOT, Spec, Upload, Workshop,
};
use siskin::schema::{DOCUMENT, Document, IMAGE, Registry, Schema, load_texts};
use siskin::store::{Db, sql};

use crate::databases::for_each_database;
use crate::shared::shared;

const MODELS: &str = r#"
[types.Page]
kind = "page"
fields = [{ name = "hero", type = "image" }, { name = "big", type = "rendition", of = "hero", spec = "fill-40x20" }]
"#;

/// A library with its files in a folder of its own.
struct Library {
    db: Db,
    schema: Schema,
    config: Config,
    workshop: Workshop,
    addresses: Addresses,
    _folder: tempfile::TempDir,
}

impl Library {
    fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::defaults(folder.path());
        let schema = load_texts(&[("site".to_owned(), MODELS.to_owned())], &Registry::default()).unwrap();
        let workshop = Workshop::new(Files::open(&config), &config.media);
        let addresses = Addresses::new([3; 32], &schema, &[], &[]).unwrap();
        Self { db, schema, config, workshop, addresses, _folder: folder }
    }

    async fn work(&self, actor: Actor) -> Work {
        Work::begin(&self.db, &clock(), actor).await.unwrap()
    }

    async fn reading(&self, viewer: Actor) -> Reading {
        Reading::begin(&self.db, &clock(), viewer).await.unwrap()
    }

    async fn upload(&self, name: &str, bytes: Vec<u8>, collection: i64) -> Image {
        let received =
            media::receive_image(&self.workshop, &self.config.media, name, bytes.into()).await.unwrap();
        let mut work = self.work(system()).await;
        let upload = Upload { collection: Some(collection), ..Upload::default() };
        let declared = self.schema.get(IMAGE).unwrap();
        let image = media::upload_image(&mut work, declared, &received, upload).await.unwrap();
        work.commit().await.unwrap();
        image
    }

    async fn collection(&self, parent: i64, name: &str) -> i64 {
        let mut work = self.work(system()).await;
        let made = media::create_collection(&mut work, parent, name).await.unwrap();
        work.commit().await.unwrap();
        made.id
    }

    async fn restrict(&self, collection: i64, admits: Option<Admits>) {
        let mut work = self.work(system()).await;
        media::restrict_collection(&mut work, collection, admits).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn ask(
        &self,
        viewer: Actor,
        name: &str,
        signature: Option<&str>,
        passed: &[i64],
    ) -> Result<(Image, Spec)> {
        let mut reading = self.reading(viewer).await;
        let collections = Collections::load(&mut reading).await.unwrap();
        let gate = Gate { collections: &collections, addresses: &self.addresses, passed };
        match media::asked_rendition(&mut reading, gate, name, signature).await? {
            Given::File(found) => Ok(found),
            Given::Locked(restriction) => {
                Err(Error::Forbidden(format!("pass the restriction {restriction}")))
            }
        }
    }
}

fn clock() -> Clock {
    Clock::standing_at(Timestamp::parse("2026-05-01T12:00:00Z").unwrap())
}

fn system() -> Actor {
    Actor::System("test")
}

fn person(id: i64, groups: &[i64], grants: Vec<Grant>) -> Actor {
    let (is_active, groups) = (true, groups.to_vec());
    Actor::Person(Arc::new(Person {
        id,
        username: format!("p{id}"),
        is_active,
        groups,
        grants,
        ..Person::default()
    }))
}

fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, shade]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn spec(text: &str) -> Spec {
    Spec::parse(text).unwrap()
}

#[tokio::test]
async fn an_uploaded_image_is_found_by_every_address_it_has() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let image = library.upload("Großes Brot.png", png(60, 40, 1), ROOT).await;
        assert_eq!(
            (image.url().as_str(), image.title.as_str()),
            ("/media/original_images/Grosses_Brot.png", "Großes Brot")
        );
        let declared = library.addresses.rendition(&image, &spec("fill-40x20")).unwrap();
        assert_eq!(declared.url, "/media/images/Grosses_Brot.2e16d0ba.fill-40x20.png");
        assert_eq!((declared.width, declared.height, declared.alt.as_str()), (40, 20, "Großes Brot"));
        let name = declared.url.rsplit('/').next().unwrap();
        let (found, asked) = library.ask(Actor::Anonymous, name, None, &[]).await.unwrap();
        let made = library.workshop.rendition(&found, &asked).await.unwrap();
        let size = media::Header::read(&made.bytes, media::Bounds { max_pixels: 10_000 }).unwrap().size;
        assert_eq!((made.mime, size.width, size.height), ("image/png", 40, 20));

        let signed = library.addresses.rendition(&image, &spec("width-33|format-webp")).unwrap();
        let (name, signature) = signed.url["/media/images/".len()..].split_once("?s=").unwrap();
        assert!(library.ask(Actor::Anonymous, name, None, &[]).await.unwrap_err().is_not_found());
        let (found, asked) = library.ask(Actor::Anonymous, name, Some(signature), &[]).await.unwrap();
        assert_eq!(library.workshop.rendition(&found, &asked).await.unwrap().mime, "image/webp");
        for absent in [
            "x.2e16d0ba.fill-40x20.png",
            "Grosses_Brot.00000000.fill-40x20.png",
            "Grosses_Brot.2e16d0ba.fill-40x20.jpg",
            "x",
        ] {
            assert!(
                library.ask(Actor::Anonymous, absent, None, &[]).await.unwrap_err().is_not_found(),
                "{absent}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn no_two_images_share_a_rendition_name() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let long = spec("fill-30x20-c100|format-webp|webpquality-70|bgcolor-ffffff");
        let mut names = HashSet::new();
        let mut images = Vec::new();
        for (number, name) in
            ["bread.png", "bread.png", "bread_two.png", "brea.png", "z.png"].into_iter().enumerate()
        {
            images.push(library.upload(name, png(9, 9, number as u8), ROOT).await);
        }
        for image in &images {
            for spec in [&long, &spec("width-500")] {
                let name = image.original().unwrap().rendition_name(spec);
                let mut reading = library.reading(Actor::Anonymous).await;
                let (found, _) = Image::of_rendition(&mut reading, &name).await.unwrap().unwrap();
                assert_eq!(found.id, image.id, "{name}");
                assert!(names.insert(name));
            }
        }
        let same = library.upload("again.png", png(9, 9, 0), ROOT).await;
        let mut reading = library.reading(Actor::Anonymous).await;
        let twins = Image::with_bytes(&mut reading, &same.blob).await.unwrap();
        assert_eq!(twins.iter().map(|twin| twin.id).collect::<Vec<_>>(), [images[0].id, same.id]);
    })
    .await;
}

#[tokio::test]
async fn private_collections_are_obeyed_by_every_address() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let staff = library.collection(ROOT, "Staff").await;
        let inner = library.collection(staff, "Inner").await;
        let image = library.upload("plan.png", png(50, 50, 1), inner).await;
        let name = image.original().unwrap().rendition_name(&spec("width-500"));
        let visible = async |viewer: Actor, passed: &[i64]| {
            let rendition = library.ask(viewer.clone(), &name, None, passed).await.is_ok();
            let mut reading = library.reading(viewer).await;
            let collections = Collections::load(&mut reading).await.unwrap();
            let gate = Gate { collections: &collections, addresses: &library.addresses, passed };
            let original = media::asked_original(&mut reading, gate, "original_images/plan.png").await;
            let original = matches!(original, Ok(Given::File(_)));
            assert_eq!(rendition, original);
            rendition
        };
        assert!(visible(Actor::Anonymous, &[]).await && image.public);
        library.restrict(staff, Some(Admits::Groups(vec![4]))).await;
        assert!(!visible(Actor::Anonymous, &[]).await);
        assert!(
            !visible(person(1, &[5], Vec::new()), &[]).await
                && visible(person(1, &[4], Vec::new()), &[]).await
        );
        let mut reading = library.reading(Actor::Anonymous).await;
        assert!(!Image::find(&mut reading, image.id).await.unwrap().public);
        let values = sql("select count(*) from value_text where object = ? and public = 1").bind(image.key);
        assert_eq!(reading.one::<i64>(values).await.unwrap(), 0);

        library.restrict(staff, Some(Admits::Password("hash".into()))).await;
        let tree = Collections::load(&mut reading).await.unwrap();
        let restriction = tree.restrictions(Some(inner))[0].id;
        assert!(
            !visible(person(1, &[4], Vec::new()), &[]).await
                && visible(Actor::Anonymous, &[restriction]).await
        );
        library.restrict(staff, Some(Admits::SignedIn)).await;
        assert!(
            !visible(Actor::Anonymous, &[restriction]).await
                && visible(person(9, &[], Vec::new()), &[]).await
        );

        let mut work = library.work(system()).await;
        media::move_collection(&mut work, inner, ROOT).await.unwrap();
        assert!(media::move_collection(&mut work, staff, staff).await.is_err());
        assert!(media::delete_collection(&mut work, inner).await.is_err());
        work.commit().await.unwrap();
        assert!(visible(Actor::Anonymous, &[]).await);
        assert!(Image::find(&mut reading, image.id).await.unwrap().public);
    })
    .await;
}

#[tokio::test]
async fn who_may_do_what_hangs_on_the_collection() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let (ours, theirs) =
            (library.collection(ROOT, "Ours").await, library.collection(ROOT, "Theirs").await);
        let hidden = library.upload("hidden.png", png(9, 9, 2), theirs).await;
        let mut reading = library.reading(Actor::Anonymous).await;
        let path = Collections::load(&mut reading).await.unwrap().get(Some(ours)).unwrap().path.clone();
        drop(reading);
        let grant = |action| Grant { action, place: Place::Collection(path.clone(), IMAGE.to_owned()) };
        let editor = person(7, &[], vec![grant(Action::Add)]);
        let declared = library.schema.get(IMAGE).unwrap();
        let received =
            media::receive_image(&library.workshop, &library.config.media, "a.png", png(9, 9, 3).into())
                .await
                .unwrap();
        let upload = |collection| Upload { collection: Some(collection), ..Upload::default() };
        let mut work = library.work(editor.clone()).await;
        assert!(matches!(
            media::upload_image(&mut work, declared, &received, upload(theirs)).await,
            Err(Error::Forbidden(_))
        ));
        let own = media::upload_image(&mut work, declared, &received, upload(ours)).await.unwrap();
        work.commit().await.unwrap();

        let mut work = library.work(editor).await;
        assert!(
            media::replace_file(&mut work, declared, hidden.id, &received).await.unwrap_err().is_not_found()
        );
        assert!(media::delete_file(&mut work, IMAGE, hidden.id).await.unwrap_err().is_not_found());
        let mut document: Document = serde_json::from_str(own.doc.as_deref().unwrap()).unwrap();
        document.insert("title".into(), "Mine".into());
        let edited = media::edit_file(&mut work, declared, own.id, document.clone(), None).await.unwrap();
        assert_eq!((edited.title.as_str(), edited.collection), ("Mine", Some(ours)));
        document.insert("collection".into(), theirs.into());
        assert!(media::edit_file(&mut work, declared, own.id, document, None).await.is_err());
        media::replace_file(&mut work, declared, own.id, &received).await.unwrap();
        assert_ne!(Image::find(&mut work, own.id).await.unwrap().name, own.name);
        media::delete_file(&mut work, IMAGE, own.id).await.unwrap();
        assert!(Image::find(&mut work, own.id).await.unwrap_err().is_not_found());
    })
    .await;
}

#[tokio::test]
async fn a_focal_point_gives_new_names_and_what_is_used_is_not_deleted() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let image = library.upload("rye.png", png(100, 80, 1), ROOT).await;
        let declared = library.schema.get(IMAGE).unwrap();
        let mut work = library.work(system()).await;
        let focal = Focal { x: 51, y: 41, width: 63, height: 56 };
        assert!(
            media::set_focal_point(&mut work, declared, image.id, Some(Focal { x: 101, ..focal }))
                .await
                .is_err()
        );
        media::set_focal_point(&mut work, declared, image.id, Some(focal)).await.unwrap();
        let changed = Image::find(&mut work, image.id).await.unwrap();
        assert_ne!(
            changed.rendition(&spec("fill-9x9")).unwrap().url,
            image.rendition(&spec("fill-9x9")).unwrap().url
        );
        assert_eq!(
            changed.rendition(&spec("width-9")).unwrap().url,
            image.rendition(&spec("width-9")).unwrap().url
        );
        let reference = "insert into refs (object, field, target_family, target_id) values (?, 'hero', ?, ?)";
        work.execute(sql(reference).bind(image.key).bind(IMAGE).bind(image.id)).await.unwrap();
        let told = media::delete_file(&mut work, IMAGE, image.id).await.unwrap_err();
        assert!(matches!(&told, Error::Conflict(words) if words.contains("“rye”")), "{told}");
    })
    .await;
}

#[tokio::test]
async fn documents_are_served_by_id_and_name() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        std::fs::write(&path, b"%PDF-1.7 prices").unwrap();
        let limits = &library.config.media;
        let received =
            media::receive_document(&library.workshop, limits, "Preise 2026.pdf", &path).await.unwrap();
        assert!(media::receive_document(&library.workshop, limits, "x.html", &path).await.is_err());
        let mut work = library.work(system()).await;
        let declared = library.schema.get(DOCUMENT).unwrap();
        let document =
            media::upload_document(&mut work, declared, &received, Upload::default()).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(document.url(), format!("/documents/{}/Preise_2026.pdf", document.id));
        let mut reading = library.reading(Actor::Anonymous).await;
        let collections = Collections::load(&mut reading).await.unwrap();
        let gate = Gate { collections: &collections, addresses: &library.addresses, passed: &[] };
        for (id, name, is_there) in [
            (document.id, "Preise_2026.pdf", true),
            (document.id, "other.pdf", false),
            (document.id + 1, "Preise_2026.pdf", false),
        ] {
            let asked = media::asked_document(&mut reading, gate, id, name).await;
            assert_eq!(asked.map_or_else(|error| !error.is_not_found(), |_| true), is_there, "{id} {name}");
        }
        assert_eq!(
            library.workshop.original(&document.blob).await.unwrap(),
            Bytes::from_static(b"%PDF-1.7 prices")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendition_is_made_once_however_many_ask_and_also_when_nobody_waits() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let image = Arc::new(library.upload("big.png", png(900, 900, 1), ROOT).await);
        let ask = |text: &str| {
            let (workshop, image, spec) = (library.workshop.clone(), image.clone(), spec(text));
            tokio::spawn(async move { workshop.rendition(&image, &spec).await.unwrap().bytes })
        };
        let asked: Vec<_> = (0..200).map(|_| ask("fill-40x20")).collect();
        let mut answers = HashSet::new();
        for answer in asked {
            // Bytes that were made once are the same; the encoder alone would not tell, so files are counted below.
            answers.insert(answer.await.unwrap());
        }
        let others: Vec<_> = (1..30).map(|width| ask(&format!("width-{width}"))).collect();
        for other in others {
            other.await.unwrap();
        }
        assert_eq!((answers.len(), library.workshop.files().renditions.list().await.unwrap().len()), (1, 30));
        ask("width-700").abort();
        let left = library.workshop.rendition(&image, &spec("width-701")).await.unwrap();
        assert!(!left.bytes.is_empty());
        let gone = Image { blob: "ab".repeat(32), ..(*image).clone() };
        assert!(library.workshop.rendition(&gone, &spec("width-7")).await.unwrap_err().is_not_found());
    })
    .await;
}

/// Every drawing of the torture set is refused or comes out without anything that acts or fetches.
#[tokio::test]
async fn drawings_are_harmless_once_they_are_in() {
    let folders = ["data/images/svg-attacks", "data/images/svg"].into_iter().filter_map(shared);
    let folder = tempfile::tempdir().unwrap();
    let config = Config::defaults(folder.path());
    let workshop = Workshop::new(Files::open(&config), &config.media);
    let mut taken = 0;
    for path in
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path())
    {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = Bytes::from(std::fs::read(&path).unwrap());
        let received = match media::receive_image(&workshop, &config.media, &name, bytes).await {
            Ok(received) => received,
            Err(error) => {
                assert!(matches!(error, Error::Invalid(_)), "{name}: {error}");
                println!("{name}: {error}");
                continue;
            }
        };
        let clean = workshop.original(&received.blob).await.unwrap();
        let clean = String::from_utf8(clean.to_vec()).unwrap();
        assert!(!clean.contains("<!"), "{name} keeps a declaration: {clean}");
        assert_eq!(acting_parts(&clean), Vec::<String>::new(), "{name}: {clean}");
        taken += 1;
    }
    println!("{taken} drawings were taken in");
}

/// Elements, attributes and styles of a drawing that could act or fetch.
fn acting_parts(drawing: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut reader = quick_xml::Reader::from_str(drawing);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let element = String::from_utf8_lossy(start.local_name().as_ref()).to_lowercase();
                if ["script", "foreignobject", "iframe", "handler", "embed", "object"]
                    .contains(&element.as_str())
                {
                    found.push(element);
                }
                for attribute in start.attributes().map(Result::unwrap) {
                    let name = String::from_utf8_lossy(attribute.key.as_ref()).to_lowercase();
                    let value = String::from_utf8_lossy(&attribute.value).to_lowercase();
                    let fetches = !name.starts_with("xmlns")
                        && !value.starts_with("data:image/")
                        && (value.contains("script:") || value.contains("//"));
                    if name.starts_with("on") || fetches {
                        found.push(format!("{name}={value}"));
                    }
                }
            }
            Event::Text(text) => {
                let text = String::from_utf8_lossy(&text).to_lowercase();
                found.extend((text.contains("@import") || text.contains("url(http")).then_some(text));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_is_no_image_is_no_image_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::defaults(folder.path());
    let workshop = Workshop::new(Files::open(&config), &config.media);
    let take = async |name: &str, bytes: &[u8]| {
        let received =
            media::receive_image(&workshop, &config.media, name, Bytes::copy_from_slice(bytes)).await;
        received.map(|received| (received.extension, received.mime)).map_err(|error| error.to_string())
    };
    let html = b"<!doctype html><html><script>alert(1)</script></html>";
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    for (name, bytes) in [
        ("x.png", &html[..]),
        ("x.jpg", svg),
        ("x.gif", b""),
        ("x.png", b"%PDF-1.7"),
        ("x.jpg", b"\xff\xd8\xff\xe0"),
    ] {
        assert!(take(name, bytes).await.unwrap_err().starts_with("file: "), "{name}");
    }
    assert_eq!(take("photo.jpg", &png(2, 2, 1)).await, Ok(("png".to_owned(), "image/png".to_owned())));
    assert_eq!(take("drawing.svg", svg).await, Ok(("svg".to_owned(), "image/svg+xml".to_owned())));
    assert_eq!(workshop.files().originals.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn lists_show_what_a_person_may_choose_from_and_upkeep_finds_what_is_lost() {
    for_each_database(async |db| {
        let library = Library::new(db);
        let (ours, theirs) =
            (library.collection(ROOT, "Ours").await, library.collection(ROOT, "Theirs").await);
        let kept = library.upload("Rye bread.png", png(9, 9, 1), ours).await;
        library.upload("Roll.png", png(9, 9, 2), ours).await;
        library.upload("Rye roll.png", png(9, 9, 3), theirs).await;
        let mut reading = library.reading(Actor::Anonymous).await;
        let listing =
            |text: &str| Listing { collections: Some(vec![ours]), text: text.into(), limit: 10, offset: 0 };
        assert_eq!(listing("").count_images(&mut reading).await.unwrap(), 2);
        let found = listing("RYE").images(&mut reading).await.unwrap();
        assert_eq!(found.iter().map(|image| image.id).collect::<Vec<_>>(), [kept.id]);
        let anywhere = Listing { collections: None, ..listing("r%") };
        assert_eq!(
            (
                anywhere.count_images(&mut reading).await.unwrap(),
                anywhere.documents(&mut reading).await.unwrap().len()
            ),
            (0, 0)
        );

        let files = library.workshop.files();
        library.workshop.rendition(&kept, &spec("width-5")).await.unwrap();
        let mut work = library.work(system()).await;
        media::delete_file(&mut work, IMAGE, kept.id).await.unwrap();
        work.commit().await.unwrap();
        let found = media::findings(&mut reading, files).await.unwrap();
        assert_eq!((found.missing.len(), found.unused.len(), found.stale.len()), (0, 1, 1));
        media::sweep(files, &found).await.unwrap();
        let found = media::findings(&mut reading, files).await.unwrap();
        assert!(found.missing.is_empty() && found.unused.is_empty() && found.stale.is_empty());
        let some = files.originals.list().await.unwrap().remove(0);
        files.originals.delete(some).await.unwrap();
        assert_eq!(media::findings(&mut reading, files).await.unwrap().missing.len(), 1);
    })
    .await;
}
