//! What the references of a form are called: looked up together, one statement a family.

use std::collections::BTreeMap;

use super::form::{Chosen, Known, references};
use super::words::bytes;
use crate::accounts::{self, Action, Reading};
use crate::cms::Cms;
use crate::content::{Listing, Object};
use crate::error::Result;
use crate::media::{Document as MediaDocument, Image};
use crate::pages;
use crate::schema::{COLLECTION, DOCUMENT, Document, IMAGE, PAGE_FAMILY, Schema, Type, USER};

/// Most references that one form shows by name.
const MOST: i64 = 2000;

/// Everything that a document points to, as its form shows it.
pub async fn known(cms: &Cms, reading: &mut Reading, declared: &Type, document: &Document) -> Result<Known> {
    let mut wanted: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (family, id) in references(declared, document) {
        wanted.entry(family).or_default().push(id);
    }
    let mut known = Known::default();
    for (family, ids) in wanted {
        for chosen in of_family(cms, reading, &family, &ids).await? {
            let id = chosen.id.parse().unwrap_or_default();
            known.add(&family, id, chosen);
        }
    }
    Ok(known)
}

async fn of_family(cms: &Cms, reading: &mut Reading, family: &str, ids: &[i64]) -> Result<Vec<Chosen>> {
    Ok(match family {
        IMAGE => Image::many(reading, ids).await?.values().map(image).collect(),
        DOCUMENT => MediaDocument::many(reading, ids).await?.values().map(document).collect(),
        USER => {
            accounts::names_of(reading, ids).await?.into_iter().map(|(id, name)| named(id, name)).collect()
        }
        COLLECTION => {
            let tree = cms.snapshot().collections.clone();
            let wanted = tree.in_order().filter(|collection| ids.contains(&collection.id));
            wanted.map(|collection| named(collection.id, collection.name.clone())).collect()
        }
        _ => {
            let listing = Listing { family: Some(family), ids: Some(ids), ..Listing::default() };
            let objects = listing.rows(reading, MOST, 0).await?;
            objects.iter().map(|one| object(&cms.schema, reading, one)).collect::<Result<_>>()?
        }
    })
}

/// An image, as choosers show it.
pub fn image(image: &Image) -> Chosen {
    let size = image.width.zip(image.height).map(|(width, height)| format!("{width} × {height}"));
    Chosen {
        note: size.unwrap_or_default(),
        thumb: format!("/admin/images/{}/thumb", image.id),
        url: format!("/admin/images/{}/", image.id),
        ..named(image.id, image.title.clone())
    }
}

/// A document, as choosers show it.
pub fn document(document: &MediaDocument) -> Chosen {
    Chosen {
        note: format!("{}, {}", document.file_name(), bytes(document.size)),
        url: format!("/admin/documents/{}/", document.id),
        ..named(document.id, document.title.clone())
    }
}

/// A page or snippet, as choosers show it. Of a page that the viewer may not see only its being there is told.
pub fn object(schema: &Schema, reading: &Reading, object: &Object) -> Result<Chosen> {
    let kind = schema.get(&object.label).map_or_else(String::new, |declared| declared.name.clone());
    if object.family == PAGE_FAMILY {
        if !accounts::may(&reading.viewer, Action::View, &pages::scope(object)?) {
            return Ok(named(object.id, "A page that you may not see".to_owned()));
        }
        let note = if object.live { kind } else { format!("{kind}, draft") };
        return Ok(Chosen {
            note,
            url: format!("/admin/pages/{}/edit", object.id),
            ..named(object.id, object.draft_title.clone())
        });
    }
    let url = format!("/admin/snippets/{}/{}/", object.label, object.id);
    Ok(Chosen { note: kind, url, ..named(object.id, object.draft_title.clone()) })
}

/// Something of which only the name is known.
pub fn named(id: i64, title: String) -> Chosen {
    Chosen { id: id.to_string(), title, ..Chosen::default() }
}
