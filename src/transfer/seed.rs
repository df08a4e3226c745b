//! The archive of ours that an empty site begins with: `seed/site.jsonl`, one thing a line, and the files it names.
//!
//! Lines are read in order, so whatever is referred to by place (a parent page, a collection) stands above; references
//! inside documents may point ahead. Everything is written in one transaction: the seed is in whole or not at all.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;
use include_dir::Dir;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use url::Url;

use crate::accounts::Actor;
use crate::accounts::Work;
use crate::base::Clock;
use crate::base::Timestamp;
use crate::content;
use crate::content::Object;
use crate::content::Restored;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::media;
use crate::media::NewFile;
use crate::pages;
use crate::redirects::Redirect;
use crate::schema;
use crate::schema::Document;
use crate::schema::Schema;
use crate::schema::Type;
use crate::settings;
use crate::sites;
use crate::sites::Locale;
use crate::sites::Site;
use crate::store::Db;

/// The file that names everything.
const LIST: &str = "site.jsonl";
/// The version of the format that is read here.
const VERSION: u32 = 1;

/// Where a seed lies.
#[derive(Debug, Clone)]
pub enum Archive {
    /// In a folder.
    Folder(PathBuf),
    /// In the binary.
    Embedded(&'static Dir<'static>),
}

/// Where it goes.
pub struct Ground<'a> {
    /// The store.
    pub db: &'a Db,
    /// The content types.
    pub schema: &'a Schema,
    /// The blobs.
    pub files: &'a Files,
    /// The time.
    pub clock: &'a Clock,
    /// The address of the site.
    pub base_url: &'a Url,
    /// The language of what names none.
    pub default_locale: String,
    /// How large an image may be.
    pub bounds: media::Bounds,
}

/// How much came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sown {
    /// Pages.
    pub pages: usize,
    /// Images and documents.
    pub files: usize,
}

impl Archive {
    /// The seed in a folder; `None` if there is none.
    pub fn in_folder(folder: PathBuf) -> Option<Self> {
        folder.join(LIST).is_file().then_some(Self::Folder(folder))
    }

    fn read(&self, name: &str) -> Result<Cow<'static, [u8]>> {
        let is_inside = name.split('/').all(|part| !part.is_empty() && part != ".." && !part.contains('\\'));
        let found = match self {
            _ if !is_inside => None,
            Self::Folder(folder) => std::fs::read(folder.join(name)).ok().map(Cow::Owned),
            Self::Embedded(dir) => dir.get_file(name).map(|file| Cow::Borrowed(file.contents())),
        };
        found.ok_or_else(|| Error::Setup(format!("the seed has no file {name}")))
    }
}

/// Writes a seed into a store that holds no page and no site yet; `None` where there is one, and nothing is done.
///
/// # Errors
/// `Setup`, naming the line, for whatever does not fit the models.
pub async fn sow(archive: &Archive, ground: Ground<'_>) -> Result<Option<Sown>> {
    let mut work = Work::begin(ground.db, ground.clock, Actor::System("seed")).await?;
    if !is_bare(&mut work).await? {
        return Ok(None);
    }
    let list = archive.read(LIST)?;
    let list = std::str::from_utf8(&list).map_err(|_| Error::Setup(format!("{LIST} is not UTF-8 text")))?;
    let default_locale = ground.default_locale.clone();
    let mut sowing = Sowing { archive, ground, default_locale, sown: Sown::default() };
    for (number, line) in list.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let told = |error: &dyn std::fmt::Display| Error::Setup(format!("{LIST}:{}: {error}", number + 1));
        let line: Line = serde_json::from_str(line).map_err(|error| told(&error))?;
        sowing.line(&mut work, line).await.map_err(|error| told(&error))?;
    }
    work.commit().await?;
    Ok(Some(sowing.sown))
}

/// Whether a store holds no site, and no page but the root.
pub async fn is_bare(work: &mut Work) -> Result<bool> {
    if !Site::list(work).await?.is_empty() {
        return Ok(false);
    }
    let Some(root) = pages::root(work).await? else { return Ok(true) };
    Ok(pages::children_count(work, root.key).await? == 0)
}

/// One line: a table whose one key says what it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Archive { version: u32 },
    Locale { id: i64, code: String },
    Collection { id: i64, name: String, parent: i64 },
    Image(Medium),
    Document(Medium),
    Object(Thing),
    Page(Thing),
    Site { id: i64, name: String, root_page: i64 },
    Redirect { old_path: String, page: i64, permanent: bool },
}

/// An image or document with its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Medium {
    id: i64,
    file: String,
    collection: i64,
    created_at: String,
    fields: Map<String, Value>,
}

/// A page, snippet or setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    r#type: String,
    id: i64,
    #[serde(default)]
    parent: Option<i64>,
    #[serde(default)]
    site: Option<i64>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    translation_key: Option<String>,
    at: String,
    fields: Map<String, Value>,
}

/// A seed on its way into the store.
struct Sowing<'a> {
    archive: &'a Archive,
    ground: Ground<'a>,
    default_locale: String,
    sown: Sown,
}

impl Sowing<'_> {
    async fn line(&mut self, work: &mut Work, line: Line) -> Result<()> {
        match line {
            Line::Archive { version: VERSION } => {
                pages::create_root(work, &self.default_locale).await.map(drop)
            }
            Line::Archive { version } => {
                Err(Error::Setup(format!("version {version} of the format is not known here")))
            }
            Line::Locale { id, code } => sites::restore_locale(work, &Locale { id, code }).await,
            Line::Collection { id, name, parent } => {
                media::restore_collection(work, id, Some(parent), &name).await.map(drop)
            }
            Line::Image(medium) => self.medium(work, schema::IMAGE, medium).await,
            Line::Document(medium) => self.medium(work, schema::DOCUMENT, medium).await,
            Line::Page(page) => self.page(work, page).await,
            Line::Object(Thing { site: Some(site), r#type, fields, .. }) => {
                let declared = self.ground.schema.require(&r#type)?.clone();
                let document = filled(&declared, &fields)?;
                settings::save(work, &declared, site, document, None).await.map(drop)
            }
            Line::Object(snippet) => {
                let restored = self.restored(&snippet)?;
                self.restore(work, &snippet.r#type, restored).await.map(drop)
            }
            Line::Site { id, name, root_page } => self.site(work, id, name, root_page).await,
            Line::Redirect { old_path, page, permanent } => {
                redirect(old_path, page, permanent).save(work).await.map(drop)
            }
        }
    }

    async fn page(&mut self, work: &mut Work, page: Thing) -> Result<()> {
        let parent = match page.parent {
            Some(id) => pages::by_id(work, id).await?,
            None => pages::create_root(work, &self.default_locale).await?,
        };
        let mut restored = self.restored(&page)?;
        let slug = restored.document.get("slug").and_then(Value::as_str).unwrap_or_default().to_owned();
        restored.place = Some(pages::place_beneath(work, &parent, &slug, None, None).await?);
        self.restore(work, &page.r#type, restored).await?;
        self.sown.pages += 1;
        Ok(())
    }

    async fn medium(&mut self, work: &mut Work, label: &str, medium: Medium) -> Result<()> {
        let declared = self.ground.schema.require(label)?.clone();
        let created_at = moment(&medium.created_at)?;
        let bytes = Bytes::from(self.archive.read(&medium.file)?.into_owned());
        let is_image = label == schema::IMAGE;
        let (mime, dimensions) = if is_image {
            let header = media::Header::read(&bytes, self.ground.bounds)?;
            (header.format.mime().to_owned(), Some(header.size))
        } else {
            (media::mime_of_name(&medium.file), None)
        };
        let kept = self.ground.files.keep(bytes).await?;
        let restored = Restored {
            id: medium.id,
            live: true,
            document: filled(&declared, &medium.fields)?,
            created_at: Some(created_at),
            collection: Some(medium.collection),
            ..Restored::default()
        };
        let object = self.restore(work, label, restored).await?;
        let folder = if is_image { "original_images" } else { "documents" };
        let own_name = medium.file.rsplit('/').next().unwrap_or(&medium.file);
        let file = NewFile {
            name: format!("{folder}/{own_name}"),
            blob: kept.hash,
            mime,
            size: i64::try_from(kept.size).map_err(Error::internal)?,
            dimensions,
            focal: None,
            created_at,
            uploaded_by: None,
        };
        self.sown.files += 1;
        media::keep_file(work, object.key, is_image, &file).await
    }

    fn restored(&self, thing: &Thing) -> Result<Restored> {
        let declared = self.ground.schema.require(&thing.r#type)?;
        let at = moment(&thing.at)?;
        Ok(Restored {
            id: thing.id,
            locale: thing.locale.clone().unwrap_or_else(|| self.default_locale.clone()),
            translation_key: thing.translation_key.clone(),
            live: true,
            document: filled(declared, &thing.fields)?,
            created_at: Some(at),
            first_published_at: Some(at),
            last_published_at: Some(at),
            ..Restored::default()
        })
    }

    async fn restore(&self, work: &mut Work, label: &str, restored: Restored) -> Result<Object> {
        let declared = self.ground.schema.require(label)?.clone();
        content::restore(work, &declared, restored).await
    }

    async fn site(&self, work: &mut Work, id: i64, name: String, root_page: i64) -> Result<()> {
        let url = self.ground.base_url;
        let site = Site {
            id,
            hostname: url.host_str().unwrap_or("localhost").to_owned(),
            port: i64::from(url.port_or_known_default().unwrap_or(80)),
            name,
            root_page: Some(root_page),
            is_default: true,
            front_end_url: None,
        };
        sites::restore_site(work, &site).await
    }
}

/// What was written, in the form and order that the models declare, and complete.
fn filled(declared: &Type, fields: &Map<String, Value>) -> Result<Document> {
    if let Some(unknown) = fields.keys().find(|name| declared.field(name).is_none()) {
        return Err(Error::Setup(format!("{} has no field `{unknown}`", declared.label)));
    }
    let (document, mut problems) = declared.read(fields, &declared.initial());
    problems.extend_under("", declared.complete(&document));
    problems.into_result()?;
    Ok(document)
}

fn redirect(old_path: String, page: i64, permanent: bool) -> Redirect {
    Redirect {
        id: 0,
        old_path,
        site: None,
        permanent,
        page: Some(page),
        route_path: String::new(),
        link: String::new(),
        automatic: false,
        created_at: None,
    }
}

fn moment(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).ok_or_else(|| Error::Setup(format!("{text} is no moment")))
}
