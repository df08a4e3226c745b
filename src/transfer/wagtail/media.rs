//! Images and documents: their rows, and the files that belong to them.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::Value;

use super::dump::Row;
use super::ids::Known;
use super::run::BATCH;
use super::run::Item;
use super::run::Run;
use super::run::Verdict;
use super::run::time;
use crate::accounts::Work;
use crate::error::Error;
use crate::error::Result;
use crate::media;
use crate::media::Focal;
use crate::media::NewFile;
use crate::media::Received;
use crate::media::Size;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::Target;
use crate::schema::Type;
use crate::transfer::References;

/// What is known of a row's file before the transaction that uses it begins.
struct Copied {
    received: Option<Received>,
    mime: String,
}

impl Run<'_> {
    /// Writes all images and documents, their files first.
    pub async fn media(&mut self, folder: Option<&Path>) -> Result<()> {
        let special = self.source.identity.special().clone();
        for (model, label, stage) in
            [(special.image, IMAGE, "images"), (special.document, DOCUMENT, "documents")]
        {
            let declared = self.to.schema.require(label)?.clone();
            let numbers = self.source.dump.numbers(&model).to_vec();
            for (done, batch) in numbers.chunks(BATCH).enumerate() {
                let mut copied = Vec::new();
                for &number in batch {
                    let row = self.source.dump.row(number)?;
                    let file = self.copy(folder, &row, label == IMAGE).await?;
                    copied.push((row, file));
                }
                let mut work = self.work().await?;
                for (row, file) in &copied {
                    self.medium(&mut work, &declared, row, file).await?;
                }
                work.commit().await?;
                self.tell(stage, numbers.len().min((done + 1) * BATCH), numbers.len());
            }
        }
        Ok(())
    }

    /// Keeps the bytes of a row's file. A row whose file is not in the folder, or is refused as it would be at any
    /// other door, comes in without, and that is told.
    async fn copy(&mut self, folder: Option<&Path>, row: &Row, is_image: bool) -> Result<Copied> {
        let name = row.text("file");
        let by_name =
            mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream").to_owned();
        let told = format!("{name} ({} {})", row.model, row.pk_text());
        let Some(path) = folder.and_then(|folder| within(folder, name)) else {
            self.report.missing_files.push(told);
            return Ok(Copied { received: None, mime: by_name });
        };
        let received = match is_image {
            true => self.receive_image(name, &path).await,
            false => media::receive_document(self.to.workshop, self.to.limits, name, &path).await,
        };
        match received {
            Ok(received) => Ok(Copied { mime: received.mime.clone(), received: Some(received) }),
            Err(Error::Invalid(problems)) => {
                self.report.refused_files.push(format!("{told}: {problems}"));
                Ok(Copied { received: None, mime: by_name })
            }
            Err(error) => Err(error),
        }
    }

    async fn receive_image(&self, name: &str, path: &Path) -> Result<Received> {
        let size = tokio::fs::metadata(path).await?.len();
        if size > self.to.limits.max_bytes {
            return Err(Error::invalid(
                "file",
                format!("it has {size} bytes; {} are allowed", self.to.limits.max_bytes),
            ));
        }
        let bytes = Bytes::from(tokio::fs::read(path).await?);
        media::receive_image(self.to.workshop, self.to.limits, name, bytes).await
    }

    async fn medium(&mut self, work: &mut Work, declared: &Type, row: &Row, copied: &Copied) -> Result<()> {
        let Some(there) = self.source.identity.id_of(row) else { return Ok(()) };
        let name = format!("{} {there} ({})", declared.name.to_lowercase(), row.text("title"));
        let mut item =
            Item { model: row.model.clone(), there, name, digest: String::new(), rows: vec![row.number] };
        let mut values = self.source.values(declared, &[row], there, &mut item.rows)?;
        values
            .retain(|column, _| !FILE_COLUMNS.contains(&column.as_str()) || declared.field(column).is_some());
        let hash = copied.received.as_ref().map_or("", |received| received.blob.as_str());
        let file = Value::Object(row.fields.clone()).to_string();
        item.digest =
            crate::base::sha256_hex(format!("{}{file}{hash}", self.source.digest(&values, &[])?).as_bytes());
        let verdict = self.verdict(work, declared.family(), &item).await?;
        if matches!(verdict, Verdict::Gone | Verdict::Stays(_)) {
            return Ok(());
        }
        let document = self.document(declared, &values, Some(&item.name));
        let mut restored = self.restored(work, declared, row, &item, &verdict, document).await?;
        let known = Known::new(self.source.identity, &self.ids);
        let uploaded_by = known.user(row.get("uploaded_by_user"));
        restored.collection = known.id(&Target::Collection, row.get("collection")).or(Some(media::ROOT));
        (restored.owner, restored.created_at) = (uploaded_by, time(row, "created_at"));
        let created_at = time(row, "created_at").unwrap_or(work.now);
        let object = self.write(work, declared, &item, &verdict, restored).await?;
        let new = new_file(row, copied, uploaded_by, created_at);
        media::keep_file(work, object.key, declared.label == IMAGE, &new).await
    }
}

/// Columns about the file, which are no part of the document.
const FILE_COLUMNS: &[&str] = &[
    "file",
    "width",
    "height",
    "created_at",
    "uploaded_by_user",
    "focal_point_x",
    "focal_point_y",
    "focal_point_width",
    "focal_point_height",
    "file_size",
    "file_hash",
];

fn new_file(
    row: &Row,
    copied: &Copied,
    uploaded_by: Option<i64>,
    created_at: crate::base::Timestamp,
) -> NewFile {
    let side = |column: &str| row.integer(column).and_then(|side| u32::try_from(side).ok());
    let focal = || {
        Some(Focal {
            x: row.integer("focal_point_x")?,
            y: row.integer("focal_point_y")?,
            width: row.integer("focal_point_width")?,
            height: row.integer("focal_point_height")?,
        })
    };
    let received = copied.received.as_ref();
    NewFile {
        name: row.text("file").to_owned(),
        blob: received.map(|received| received.blob.clone()).unwrap_or_default(),
        mime: copied.mime.clone(),
        size: received.map(|received| received.size).or_else(|| row.integer("file_size")).unwrap_or(0),
        dimensions: side("width").zip(side("height")).map(|(width, height)| Size { width, height }),
        focal: focal(),
        created_at,
        uploaded_by,
    }
}

/// A file in the folder. A name or a link that leads out of it names nothing.
fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let path = Some(folder.join(name)).filter(|_| is_plain && !name.is_empty())?.canonicalize().ok()?;
    (path.starts_with(folder.canonicalize().ok()?) && path.is_file()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_links_that_lead_out_of_the_folder_name_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("media");
        std::fs::create_dir_all(folder.join("images")).unwrap();
        std::fs::write(folder.join("images/a.jpg"), "a").unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("secret"), folder.join("images/link.jpg")).unwrap();
        assert!(within(&folder, "images/a.jpg").is_some());
        for name in ["../secret", "/etc/hostname", "images/../../secret", "images/link.jpg", "images", ""] {
            assert_eq!(within(&folder, name), None, "{name}");
        }
    }
}
