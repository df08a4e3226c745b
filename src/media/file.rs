//! The file of an image or document: its public name, and the blob that holds its bytes.

use crate::accounts::Work;
use crate::base::Key;
use crate::base::Timestamp;
use crate::base::Token;
use crate::error::Result;
use crate::row;
use crate::store::Conn;
use crate::store::Record;
use crate::store::Sql;
use crate::store::sql;

use super::name::distinct_length;
use super::plan::Focal;
use super::plan::Size;

/// Taken while public names are handed out, so that two uploads never get the same.
const NAMES: &str = "media names";
/// Random characters behind a name that is taken.
const SUFFIX: usize = 7;

row! {
    /// The file of an image or document.
    #[derive(Debug, Clone)]
    pub struct File {
        /// The object it belongs to.
        pub object: Key,
        /// The public name with its folder: `original_images/bread.jpg`.
        pub name: String,
        /// The hash of the bytes; empty where an import found none.
        pub blob: String,
        /// The MIME type, told by the bytes.
        pub mime: String,
        /// How many bytes.
        pub size: i64,
        /// Width of an image, upright.
        pub width: Option<i64>,
        /// Height of an image, upright.
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
        /// When it came in.
        pub created_at: Timestamp,
        /// Who brought it.
        pub uploaded_by: Option<i64>,
    }
}

/// What is to be written about a file.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The public name with its folder.
    pub name: String,
    /// The hash of the bytes; empty if there are none.
    pub blob: String,
    /// The MIME type.
    pub mime: String,
    /// How many bytes.
    pub size: i64,
    /// Width and height of an image, upright.
    pub dimensions: Option<Size>,
    /// What matters in an image.
    pub focal: Option<Focal>,
    /// When it came in.
    pub created_at: Timestamp,
    /// Who brought it.
    pub uploaded_by: Option<i64>,
}

/// Objects of a family, which is bound next, with their files; the names of columns are those of one table each.
pub(super) fn joined(columns: &str, condition: &str) -> Sql {
    sql(format!(
        "select {columns} from objects o join files f on f.object = o.key where o.family = ?{condition}"
    ))
}

impl File {
    /// The file of an object.
    pub async fn of(conn: &mut Conn, object: Key) -> Result<Option<Self>> {
        let text = format!("select {} from files where object = ?", Self::COLUMNS);
        conn.optional(sql(text).bind(object)).await
    }

    /// The file with this public name; the older one where an import brought two.
    pub async fn named(conn: &mut Conn, name: &str) -> Result<Option<Self>> {
        let text = format!("select {} from files where name = ? order by object limit 1", Self::COLUMNS);
        conn.optional(sql(text).bind(name)).await
    }

    /// What matters in the image, if all of it is known.
    pub fn focal(&self) -> Option<Focal> {
        Some(Focal {
            x: self.focal_x?,
            y: self.focal_y?,
            width: self.focal_width?,
            height: self.focal_height?,
        })
    }

    /// A public name in `folder` that no other file has: the wanted one, or the wanted one with a few random letters.
    pub async fn free_name(work: &mut Work, folder: &str, stem: &str, extension: &str) -> Result<String> {
        work.lock(NAMES).await?;
        let mut name = format!("{folder}/{stem}.{extension}");
        while Self::named(work, &name).await?.is_some() {
            let letters: String =
                Token::random().secret().chars().filter(char::is_ascii_alphanumeric).take(SUFFIX).collect();
            name = format!("{folder}/{stem}_{letters}.{extension}");
        }
        Ok(name)
    }
}

/// Writes the file of an object, in place of the one it had. `is_image` gives it a stem for renditions.
pub async fn keep_file(work: &mut Work, object: Key, is_image: bool, new: &NewFile) -> Result<()> {
    let stem = if is_image { stem_of(&new.name) } else { "" };
    let distinct = if is_image { distinct_from_earlier(work, object, stem).await? } else { 0 };
    work.execute(sql("delete from files where object = ?").bind(object)).await?;
    let focal = |part: fn(&Focal) -> i64| new.focal.as_ref().map(part);
    let insert = sql(format!(
        "insert into files ({}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        File::COLUMNS
    ))
    .bind(object)
    .bind(new.name.as_str())
    .bind(new.blob.as_str())
    .bind(new.mime.as_str())
    .bind(new.size)
    .bind(new.dimensions.map(|size| i64::from(size.width)))
    .bind(new.dimensions.map(|size| i64::from(size.height)))
    .bind(focal(|focal| focal.x))
    .bind(focal(|focal| focal.y))
    .bind(focal(|focal| focal.width))
    .bind(focal(|focal| focal.height))
    .bind(stem)
    .bind(distinct)
    .bind(new.created_at)
    .bind(new.uploaded_by);
    work.execute(insert).await.map(drop)
}

/// Writes what matters in an image; its renditions get new names by it.
pub(super) async fn keep_focal(work: &mut Work, object: Key, focal: Option<Focal>) -> Result<()> {
    let part = |part: fn(&Focal) -> i64| focal.as_ref().map(part);
    let update =
        sql("update files set focal_x = ?, focal_y = ?, focal_width = ?, focal_height = ? where object = ?")
            .bind(part(|focal| focal.x))
            .bind(part(|focal| focal.y))
            .bind(part(|focal| focal.width))
            .bind(part(|focal| focal.height))
            .bind(object);
    work.execute(update).await.map(drop)
}

/// The name without its folder and its extension.
fn stem_of(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// Sorted by bytes, the stem that shares most with this one is a neighbour.
async fn distinct_from_earlier(work: &mut Work, object: Key, stem: &str) -> Result<i64> {
    work.lock(NAMES).await?;
    let mut neighbours = Vec::new();
    for text in [
        "select stem from files where stem <= ? and stem <> '' and object <> ? order by stem desc limit 1",
        "select stem from files where stem >= ? and object <> ? order by stem limit 1",
    ] {
        neighbours.extend(work.optional::<String>(sql(text).bind(stem).bind(object)).await?);
    }
    i64::try_from(distinct_length(stem, neighbours.iter().map(String::as_str)))
        .map_err(crate::error::Error::internal)
}
