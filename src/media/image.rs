//! An image: an object with a file, found by id, by name or by the name of one of its renditions.

use std::collections::HashMap;

use serde_json::Value;

use crate::base::Key;
use crate::error::Error;
use crate::error::Result;
use crate::row;
use crate::schema::IMAGE;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Sql;

use super::file::joined;
use super::format::Format;
use super::name::Guess;
use super::name::Original;
use super::name::guesses;
use super::name::original_path;
use super::plan::Focal;
use super::plan::Plan;
use super::plan::Size;
use super::spec::Spec;

/// Readings of a rendition's name that are looked up; an honest name has one or two.
const MOST_GUESSES: usize = 4;
/// Images that are looked at for one reading of a name; by the rule of `name.rs` one of them fits.
const MOST_CANDIDATES: i64 = 8;

row! {
    /// An image with its file.
    #[derive(Debug, Clone)]
    pub struct Image {
        /// The store's own key.
        pub key: Key,
        /// The public id.
        pub id: i64,
        /// Its title.
        pub title: String,
        /// Its document as JSON text; `None` where there is none.
        pub doc: Option<String>,
        /// The collection it lies in.
        pub collection: Option<i64>,
        /// Whether anybody may see it.
        pub public: bool,
        /// Who brought it.
        pub owner: Option<i64>,
        /// The version, by which conflicts are seen.
        pub version: i64,
        /// The public name with its folder.
        pub name: String,
        /// The hash of the bytes; empty where there are none.
        pub blob: String,
        /// The MIME type.
        pub mime: String,
        /// How many bytes.
        pub size: i64,
        /// Width, upright.
        pub width: Option<i64>,
        /// Height, upright.
        pub height: Option<i64>,
        /// Middle of the focal point from the left.
        pub focal_x: Option<i64>,
        /// Middle of the focal point from the top.
        pub focal_y: Option<i64>,
        /// Width of the focal point.
        pub focal_width: Option<i64>,
        /// Height of the focal point.
        pub focal_height: Option<i64>,
        /// The name that renditions begin with.
        pub stem: String,
        /// How many characters of the stem tell it from every earlier one.
        pub distinct_length: i64,
    }
}

/// An image made for a place: its address, its size, and what it shows in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rendition {
    /// The address, from the root of the site.
    pub url: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it shows.
    pub alt: String,
}

impl Image {
    /// The image with this id.
    pub async fn find(conn: &mut Conn, id: i64) -> Result<Self> {
        let found = conn.optional(select(" and o.id = ?").bind(id)).await?;
        found.ok_or_else(|| Error::not_found(format!("image {id}")))
    }

    /// The images with these ids, by id; unknown ones are left out.
    pub async fn many(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Self>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let images: Vec<Self> = conn.all(select(" and o.id in ").bind_list(some.iter().copied())).await?;
            found.extend(images.into_iter().map(|image| (image.id, image)));
        }
        Ok(found)
    }

    /// The image whose original has this public name, such as `original_images/bread.jpg`.
    pub async fn named(conn: &mut Conn, name: &str) -> Result<Option<Self>> {
        conn.optional(select(" and f.name = ? order by o.key limit 1").bind(name)).await
    }

    /// The image and the spec that a rendition's name means.
    pub async fn of_rendition(conn: &mut Conn, name: &str) -> Result<Option<(Self, Spec)>> {
        for guess in guesses(name).into_iter().take(MOST_GUESSES) {
            let candidates: Vec<Self> = conn.all(candidates(&guess)).await?;
            for image in candidates {
                if image.original()?.rendition_name(&guess.spec) == name {
                    return Ok(Some((image, guess.spec)));
                }
            }
        }
        Ok(None)
    }

    /// Images with the same bytes: told to whoever uploads them again.
    pub async fn with_bytes(conn: &mut Conn, blob: &str) -> Result<Vec<Self>> {
        conn.all(select(" and f.blob = ? order by o.id limit 20").bind(blob)).await
    }

    /// The address of the original.
    pub fn url(&self) -> String {
        original_path(&self.name)
    }

    /// What it shows, in words: its description, or else its title.
    pub fn alt(&self) -> String {
        let doc: Value = serde_json::from_str(self.doc.as_deref().unwrap_or_default()).unwrap_or_default();
        let description = doc.get("description").and_then(Value::as_str).unwrap_or_default();
        if description.is_empty() { self.title.clone() } else { description.to_owned() }
    }

    /// Whether the bytes are gone, or never came.
    pub fn is_missing(&self) -> bool {
        self.blob.is_empty()
    }

    /// What matters in it, if all of it is known.
    pub fn focal(&self) -> Option<Focal> {
        Some(Focal {
            x: self.focal_x?,
            y: self.focal_y?,
            width: self.focal_width?,
            height: self.focal_height?,
        })
    }

    /// What names, sizes and addresses of renditions depend on.
    pub fn original(&self) -> Result<Original> {
        let format = Format::from_mime(&self.mime)
            .ok_or_else(|| self.corrupt(format!("{} is no image", self.mime)))?;
        let side = |side: Option<i64>| {
            u32::try_from(side.unwrap_or_default()).map_err(|_| self.corrupt("a negative size".into()))
        };
        Ok(Original {
            id: self.id,
            stem: self.stem.clone(),
            distinct: usize::try_from(self.distinct_length).unwrap_or_default(),
            format,
            size: Size { width: side(self.width)?, height: side(self.height)? },
            focal: self.focal(),
        })
    }

    /// The rendition by this spec. Computed alone: nothing is decoded, written or looked up.
    pub fn rendition(&self, spec: &Spec) -> Result<Rendition> {
        let original = self.original()?;
        let Size { width, height } = Plan::of(original.size, original.focal, spec)?.size;
        Ok(Rendition { url: original.rendition_path(spec), width, height, alt: self.alt() })
    }

    fn corrupt(&self, what: String) -> Error {
        Error::Corrupt { table: "files", key: self.key.0.to_string(), what }
    }
}

pub(super) fn select(condition: &str) -> Sql {
    joined(Image::COLUMNS, condition).bind(IMAGE)
}

fn candidates(guess: &Guess) -> Sql {
    let mut query = match guess.id {
        Some(id) => return select(" and o.id = ?").bind(id),
        None if guess.cut => {
            let length = i64::try_from(guess.stem.chars().count()).unwrap_or(i64::MAX);
            select(" and f.stem >= ? and f.stem < ? and f.distinct_length <= ?")
                .bind(guess.stem.as_str())
                .bind(format!("{}\u{10ffff}", guess.stem))
                .bind(length)
        }
        None => select(" and f.stem = ?").bind(guess.stem.as_str()),
    };
    query.push(" order by o.key limit ").push_bind(MOST_CANDIDATES);
    query
}
