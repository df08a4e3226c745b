//! Choosing an image or a document, or bringing a new one.

use axum::extract::Multipart;
use axum::http::StatusCode;
use serde::Serialize;

use super::{Item, View, Wanted, draw, may_upload};
use crate::accounts::Action;
use crate::admin::answer::Answer;
use crate::admin::desk::Desk;
use crate::admin::form::Chosen;
use crate::admin::media::{Fields, Library, index, upload as uploading};
use crate::error::{Error, Result};

#[derive(Serialize)]
struct Picked {
    item: Chosen,
}

/// What there is to choose: files in collections that the person may choose from, or sees anyway.
pub async fn view(library: Library, desk: &Desk, wanted: &Wanted) -> Result<View> {
    let mut reading = desk.reading().await?;
    let (mut found, mut total) =
        index::find(library, desk, &mut reading, &wanted.asked, Action::Choose).await?;
    if total == 0 {
        (found, total) = index::find(library, desk, &mut reading, &wanted.asked, Action::View).await?;
    }
    Ok(View {
        icon: kind(library),
        items: found.into_iter().map(Item::from).collect(),
        pager: wanted.asked.pager(total, index::size()),
        upload: if may_upload(desk, library)? {
            format!("/admin/choosers/{}/upload", kind(library))
        } else {
            String::new()
        },
        accept: library.accept(),
        ..View::default()
    })
}

/// Takes a file in, and picks it.
pub async fn upload(library: Library, desk: Desk, form: Multipart) -> Answer {
    let fields = Fields::read(form).await?;
    let Some((name, bytes)) = fields.files.first().cloned() else {
        let nothing = Error::invalid("file", "choose a file first");
        return refused(library, &desk, "File", &nothing).await;
    };
    match uploading::take(library, &desk, &fields, &name, bytes).await {
        Ok(item) => desk.show("choosers/_picked.html", &Picked { item }),
        Err(error @ (Error::Invalid(_) | Error::Bad(_))) => refused(library, &desk, &name, &error).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(library: Library, desk: &Desk, name: &str, error: &Error) -> Answer {
    let wanted = Wanted::default();
    let found = view(library, desk, &wanted).await?;
    let found = View { problems: vec![uploading::told(name, error)], ..found };
    draw(desk, StatusCode::UNPROCESSABLE_ENTITY, kind(library), &wanted, found)
}

fn kind(library: Library) -> &'static str {
    match library {
        Library::Images => "image",
        Library::Documents => "document",
    }
}
