//! What showing an object needs to know beyond the object: addresses, what it refers to, and in which form.
//!
//! Showing is pure: what is referred to comes from a [`Library`], which `gather` has filled. Whatever is not in it all
//! the same is noted, loaded, and everything is shown again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use super::choice::Choice;
use super::face::Faces;
use super::gather;
use super::json::Writer;
use super::object;
use super::object::Subject;
use super::renditions::Wanted;
use super::rich::Format;
use super::room::Room;
use crate::base::Key;
use crate::error::Result;
use crate::media;
use crate::media::Addresses;
use crate::media::Focal;
use crate::media::Format as MediaFormat;
use crate::media::Original;
use crate::media::Plan;
use crate::media::Size;
use crate::media::Spec;
use crate::query::Extent;
use crate::query::Item;
use crate::query::Library;
use crate::query::NotAsked;
use crate::query::Reference;
use crate::query::Scope;
use crate::redirects::Redirect;
use crate::schema::DOCUMENT;
use crate::schema::PAGE_FAMILY;
use crate::schema::Schema;
use crate::sites::Address;
use crate::sites::Sites;
use crate::store::Conn;

/// The same for everything that one answer shows.
pub struct Setting<'a> {
    /// The declared types.
    pub schema: &'a Schema,
    /// What objects of each type can show.
    pub faces: &'a Faces,
    /// What the API's own addresses begin with: `http://example.org`.
    pub base: &'a str,
    /// What addresses of renditions begin with.
    pub media_base: &'a str,
    /// Where pages are reached.
    pub sites: &'a Sites,
    /// What may be seen: a page's parent is told only where the answer could hold it.
    pub scope: &'a Scope,
    /// The form of rich text.
    pub format: Format,
    /// How far each level of the answer is indented.
    pub indent: usize,
    /// Addresses of renditions that are answered.
    pub addresses: &'a Addresses,
    /// The renditions of images that are asked for besides.
    pub renditions: Wanted,
}

/// A setting with what has been loaded so far.
pub struct Show<'a> {
    setting: &'a Setting<'a>,
    /// The declared types.
    pub schema: &'a Schema,
    library: &'a Library,
    /// What the addresses of detail views begin with, as JSON spells it.
    endpoints: String,
    missed: RefCell<Vec<(Missed, Extent)>>,
    /// What the answer has room for.
    pub room: Room,
}

/// A reference that outlives what it was found in.
enum Missed {
    Id(String, i64),
    Page(Key),
}

impl Missed {
    fn of(reference: Reference<'_>) -> Self {
        match reference {
            Reference::Id(family, id) => Self::Id(family.to_owned(), id),
            Reference::Page(key) => Self::Page(key),
        }
    }

    fn reference(&self) -> Reference<'_> {
        match self {
            Self::Id(family, id) => Reference::Id(family, *id),
            Self::Page(key) => Reference::Page(*key),
        }
    }
}

/// What stands around what is shown.
pub enum Envelope {
    /// Nothing: it is one object.
    One,
    /// A list's own object, with what is told of all of the list.
    List(Value),
}

/// Shows subjects with a choice of fields, as JSON text. What they refer to comes from the library, which is filled up
/// and given back.
pub async fn all(
    conn: &mut Conn,
    setting: &Setting<'_>,
    (subjects, mut library, envelope): (&[Subject<'_>], Library, Envelope),
    choice: &Choice,
) -> Result<(String, Library)> {
    let images = gather::all(conn, setting, &mut library, (subjects, choice)).await?;
    loop {
        let show = Show::new(setting, &library);
        let text = show.write(&envelope, subjects.iter().copied().zip(&images), choice);
        show.room.is_enough()?;
        let missed = show.missed.into_inner();
        if missed.is_empty() {
            return Ok((text, library));
        }
        for (missed, extent) in missed {
            library.want(missed.reference(), extent);
        }
        library.load(conn).await?;
    }
}

impl<'a> Show<'a> {
    fn new(setting: &'a Setting<'a>, library: &'a Library) -> Self {
        let (missed, room) = (RefCell::default(), Room::default());
        let mut endpoints = Writer::new(0);
        endpoints.text_of(&[setting.base, "/api/v2/"]);
        let endpoints = endpoints.finish().trim_matches('"').to_owned();
        Self { setting, schema: setting.schema, library, endpoints, missed, room }
    }

    fn write<'s>(
        &self,
        envelope: &Envelope,
        subjects: impl Iterator<Item = (Subject<'s>, &'s BTreeSet<i64>)>,
        choice: &Choice,
    ) -> String {
        let mut out = Writer::of_many(subjects.size_hint().0, self.setting.indent);
        let one = |out: &mut Writer, (subject, images): (Subject<'s>, &'s BTreeSet<i64>)| {
            let renditions = &self.setting.renditions;
            object::object_with(out, self, subject, choice, |out| {
                if !renditions.is_empty() {
                    renditions.write(out, self, images, subject.image());
                }
            });
        };
        match envelope {
            Envelope::One => subjects.for_each(|subject| one(&mut out, subject)),
            Envelope::List(meta) => out.object(|out| {
                out.member("meta").value(meta);
                out.member("items").list(|out| subjects.for_each(|subject| one(out.item(), subject)));
            }),
        }
        out.finish()
    }

    /// The object with everything, if it is loaded and may be seen.
    pub fn get(&self, reference: Reference<'_>) -> Option<&Arc<Item>> {
        self.at_least(reference, Extent::Whole)
    }

    /// The object with this much of it, if it is loaded and may be seen.
    pub fn at_least(&self, reference: Reference<'_>, extent: Extent) -> Option<&Arc<Item>> {
        self.library.get(reference, extent).unwrap_or_else(|NotAsked| {
            self.missed.borrow_mut().push((Missed::of(reference), extent));
            None
        })
    }

    /// The object of a family with this id, as far as links tell of it.
    pub fn by_id(&self, family: &str, id: i64) -> Option<&Arc<Item>> {
        self.at_least(Reference::Id(family, id), Extent::Brief)
    }

    /// Whether the answer could hold this page.
    pub fn holds(&self, page: &Item) -> bool {
        self.setting.scope.holds(page)
    }

    /// The member `detail_url`: the address of an object's detail view, if an endpoint serves its type.
    pub fn detail_url(&self, out: &mut Writer, label: &str, id: Option<i64>) {
        if let (Some(endpoint), Some(id)) = (self.setting.faces.endpoint(label), id) {
            let mut digits = itoa::Buffer::new();
            let pieces = [&*self.endpoints, endpoint, "/", digits.format(id), "/"];
            out.member("detail_url").plain_text(&pieces);
        }
    }

    /// A page's public address as the value that comes next.
    pub fn html_url(&self, out: &mut Writer, page: &Item) {
        match self.address(page) {
            Some(address) => out.text_of(&address.pieces()),
            None => out.null(),
        }
    }

    /// Where a page is seen.
    pub fn address<'p>(&'p self, page: &'p Item) -> Option<Address<'p>> {
        self.setting.sites.address_of(page.url_path.as_deref()?, None)
    }

    /// Where the file of an image or document is.
    pub fn download_url(&self, item: &Item) -> Value {
        let Some(file) = &item.file else { return Value::Null };
        match item.type_ == DOCUMENT {
            true => format!("{}{}", self.setting.base, document_path(item.id, &file.name)).into(),
            false => media::original_path(&file.name).into(),
        }
    }

    /// An image made by a filter spec.
    pub fn rendition(&self, image: &Item, spec: &str) -> Value {
        let Some((url, size)) = self.made(image, spec) else {
            return json!({ "error": "SourceImageIOError" });
        };
        let alt = image.doc.get("description").and_then(Value::as_str).filter(|text| !text.is_empty());
        json!({
            "url": url,
            "full_url": format!("{}{url}", self.setting.media_base),
            "width": size.width,
            "height": size.height,
            "alt": alt.unwrap_or(&image.title),
        })
    }

    /// The address and the size of a rendition; `None` where there is no file, or none that can be rendered.
    pub fn made(&self, image: &Item, spec: &str) -> Option<(String, Size)> {
        let (original, spec) = (original(image)?, Spec::parse(spec).ok()?);
        let plan = Plan::of(original.size, original.focal, &spec).ok()?;
        Some((self.setting.addresses.path(&original, &spec), plan.size))
    }

    /// Where a redirect leads.
    pub fn location(&self, redirect: &Redirect) -> Value {
        let Some(id) = redirect.page else { return redirect.link.as_str().into() };
        let address = self.by_id(PAGE_FAMILY, id).and_then(|page| self.address(page));
        let one_site = self.setting.sites.all().len() == 1;
        let link = address.map(|address| if one_site { address.path() } else { address.url() });
        link.map(|link| format!("{}{}", link.trim_end_matches('/'), tail(&redirect.route_path))).into()
    }

    /// Whether rich text is answered as it is stored.
    pub fn is_told_as_stored(&self) -> bool {
        self.setting.format == Format::DbHtml
    }

    /// Rich text in the form that was asked for.
    pub fn rich_text(&self, stored: &str) -> String {
        self.setting.format.spell(self, stored)
    }
}

/// What follows a page's address without its last slash.
fn tail(route_path: &str) -> String {
    format!("/{}", route_path.trim_start_matches('/'))
}

/// What renditions are computed from.
fn original(image: &Item) -> Option<Original> {
    let file = image.file.as_ref()?.picture.as_ref().filter(|picture| !picture.blob.is_empty())?;
    let side = |side: Option<i64>| u32::try_from(side?).ok();
    let focal = || {
        let (x, y) = (file.focal_x?, file.focal_y?);
        Some(Focal { x, y, width: file.focal_width?, height: file.focal_height? })
    };
    Some(Original {
        id: image.id,
        stem: file.stem.clone(),
        distinct: usize::try_from(file.distinct_length).unwrap_or_default(),
        format: MediaFormat::from_mime(&file.mime)?,
        size: Size { width: side(file.width)?, height: side(file.height)? },
        focal: focal(),
    })
}

/// The address that serves a document.
pub fn document_path(id: i64, name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    format!("/documents/{id}/{}", path_segment(file))
}

/// A path segment: what RFC 3986 lets stand there stays.
fn path_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ if b"-_.~!$&'()*+,;=:@".contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
