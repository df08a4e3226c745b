//! Editing an image or document: its fields, its point of interest, its file.

use axum::extract::{Multipart, Path};
use serde::Serialize;

use super::Library;
use super::fields::Fields;
use crate::accounts::{Reading, Scope};
use crate::admin::answer::{Answer, Message, Shown, onward};
use crate::admin::confirm::{Confirm, Use, uses};
use crate::admin::desk::Desk;
use crate::admin::editor::{Editor, Fact, Sheet};
use crate::admin::form::{Sent, SlugHint};
use crate::admin::frame::Frame;
use crate::admin::words::{Crumb, bytes};
use crate::content::Object;
use crate::error::{Error, Result};
use crate::media::{File, Focal, Image, delete_file, edit_file, replace_file, set_focal_point};
use crate::schema::{Document, Type};
use crate::store::Conn;

#[derive(Serialize)]
struct View {
    frame: Frame,
    crumbs: Vec<Crumb>,
    accept: &'static str,
    editor: Editor,
    uses: Vec<Use>,
    delete_url: String,
    image: Option<ImageView>,
}

#[derive(Serialize)]
struct ImageView {
    width: i64,
    height: i64,
    preview: String,
    alt: String,
    focal: Vec<Number>,
}

#[derive(Serialize)]
struct Number {
    name: &'static str,
    label: &'static str,
    target: &'static str,
    value: String,
}

/// The form.
pub async fn show(library: Library, desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let object = visible(library, &desk, &mut reading, id).await?;
    let document = filled(&object)?;
    screen(library, &desk, &mut reading, &object, &document, Shown::fresh()).await
}

/// Keeps what was edited; it holds at once.
pub async fn save(library: Library, desk: Desk, Path(id): Path<i64>, form: Multipart) -> Answer {
    let fields = Fields::read(form).await?;
    let declared = desk.schema().require(library.label())?;
    let mut reading = desk.reading().await?;
    let existing = filled(&visible(library, &desk, &mut reading, id).await?)?;
    drop(reading);
    let sent = Sent::new(&fields.pairs);
    let version = sent.version();
    let (document, problems) = declared.read(&sent.content(declared, &existing), &existing);
    let kept = match problems.into_result() {
        Ok(()) => store(library, &desk, declared, id, document.clone(), version, &fields).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(object) => Ok(onward(
            &format!("{}{id}/", library.address()),
            &Message::success(format!("“{}” is saved.", object.draft_title)),
        )),
        Err(error) => {
            let mut reading = desk.reading().await?;
            let object = visible(library, &desk, &mut reading, id).await?;
            screen(library, &desk, &mut reading, &object, &document, Shown::again(error)?).await
        }
    }
}

async fn store(
    library: Library,
    desk: &Desk,
    declared: &Type,
    id: i64,
    document: Document,
    version: Option<i64>,
    fields: &Fields,
) -> Result<Object> {
    let received = match fields.files.first() {
        Some((name, bytes)) => Some(super::upload::received(library, desk, name, bytes.clone()).await?),
        None => None,
    };
    let mut work = desk.work().await?;
    let object = edit_file(&mut work, declared, id, document, version).await?;
    if let Some(received) = &received {
        replace_file(&mut work, declared, id, received).await?;
    }
    if library == Library::Images {
        let focal = focal(fields)?;
        if Image::find(&mut work, id).await?.focal() != focal {
            set_focal_point(&mut work, declared, id, focal).await?;
        }
    }
    desk.commit(work).await?;
    Ok(object)
}

/// The point of interest that was sent; a size that was left out is a small one.
fn focal(fields: &Fields) -> Result<Option<Focal>> {
    let number = |name: &str| -> Result<Option<i64>> {
        let text = fields.text(name).trim();
        let wrong = |_| Error::invalid("focal_point", format!("“{text}” is no number of pixels"));
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(wrong) }
    };
    let (Some(x), Some(y)) = (number("_focal_x")?, number("_focal_y")?) else { return Ok(None) };
    let width = number("_focal_width")?.unwrap_or(1).max(1);
    let height = number("_focal_height")?.unwrap_or(1).max(1);
    Ok(Some(Focal { x, y, width, height }))
}

/// Asks whether to delete it.
pub async fn ask(library: Library, desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut reading = desk.reading().await?;
    let object = visible(library, &desk, &mut reading, id).await?;
    let title = format!("Delete “{}”?", object.draft_title);
    let frame = desk.frame(&mut reading, library.nouns(), title).await?;
    Confirm::new("Delete it", "trash", format!("{}{id}/", library.address()))
        .dangerous()
        .line("It cannot be brought back.")
        .used_by(&mut reading, library.label(), id)
        .await?
        .show(&desk, frame, vec![Crumb::new(library.title(), library.address())])
}

/// Deletes it.
pub async fn delete(library: Library, desk: Desk, Path(id): Path<i64>) -> Answer {
    let mut work = desk.work().await?;
    visible(library, &desk, &mut work, id).await?;
    delete_file(&mut work, library.label(), id).await?;
    desk.commit(work).await?;
    Ok(onward(&library.address(), &Message::success("It is deleted.")))
}

async fn visible(library: Library, desk: &Desk, conn: &mut Conn, id: i64) -> Result<Object> {
    let object = Object::find(conn, library.label(), id).await?;
    let tree = desk.cms().snapshot().collections.clone();
    let path = &tree.get(object.collection)?.path;
    let scope = Scope::Collection { path, label: library.label(), owner: object.owner };
    desk.must_see(&scope, format!("file {id}"))?;
    Ok(object)
}

/// The document, with the collection that the row holds.
fn filled(object: &Object) -> Result<Document> {
    let mut document = object.live_document()?;
    let collection = object.collection.unwrap_or(crate::media::ROOT);
    document.insert("collection".into(), collection.into());
    Ok(document)
}

async fn screen(
    library: Library,
    desk: &Desk,
    reading: &mut Reading,
    object: &Object,
    document: &Document,
    shown: Shown,
) -> Answer {
    let declared = desk.schema().require(library.label())?;
    let sheet = Sheet {
        declared,
        object: Some(object),
        document,
        problems: &shown.problems,
        slug: SlugHint::default(),
    };
    let mut editor = Editor::new(desk, reading, sheet).await?;
    editor.facts.splice(0..0, facts(reading, object).await?);
    let image = match library {
        Library::Images => Some(image_view(&Image::find(reading, object.id).await?)),
        Library::Documents => None,
    };
    let view = View {
        frame: desk.frame(reading, library.nouns(), object.draft_title.clone()).await?.telling(shown.message),
        crumbs: vec![Crumb::new(library.title(), library.address())],
        accept: library.accept(),
        editor,
        uses: uses(reading, library.label(), object.id).await?,
        delete_url: format!("{}{}/delete", library.address(), object.id),
        image: image.flatten(),
    };
    desk.show_as(shown.status, "media/edit.html", &view)
}

async fn facts(reading: &mut Reading, object: &Object) -> Result<Vec<Fact>> {
    let Some(file) = File::of(reading, object.key).await? else { return Ok(Vec::new()) };
    let name = file.name.rsplit('/').next().unwrap_or_default().to_owned();
    let mut facts = vec![Fact::text("File", name), Fact::text("Size", bytes(file.size))];
    if let Some((width, height)) = file.width.zip(file.height) {
        facts.push(Fact::text("Pixels", format!("{width} × {height}")));
    }
    if file.blob.is_empty() {
        facts.push(Fact::text("Note", "The bytes of this file are missing"));
    }
    Ok(facts)
}

fn image_view(image: &Image) -> Option<ImageView> {
    let focal = image.focal();
    let number = |name, label, target, part: fn(&Focal) -> i64| Number {
        name,
        label,
        target,
        value: focal.as_ref().map(|focal| part(focal).to_string()).unwrap_or_default(),
    };
    Some(ImageView {
        width: image.width?,
        height: image.height?,
        preview: format!("/admin/images/{}/preview", image.id),
        alt: image.alt(),
        focal: vec![
            number("_focal_x", "Centre X", "x", |focal| focal.x),
            number("_focal_y", "Centre Y", "y", |focal| focal.y),
            number("_focal_width", "Width", "width", |focal| focal.width),
            number("_focal_height", "Height", "height", |focal| focal.height),
        ],
    })
}
