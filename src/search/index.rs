//! The index on disk: opened or made, written by one hand, read by many.
//!
//! A commit carries its [`Mark`]: how far in the log the index has come and by which models. Both are written in one
//! step, so a process killed at any moment finds index and cursor agreeing.

use std::path::Path;
use std::path::PathBuf;

use parking::Writer;
use tantivy::IndexReader;
use tantivy::IndexSettings;
use tantivy::ReloadPolicy;
use tantivy::Term;
use tantivy::directory::MmapDirectory;

use super::document::{Document, Fields, identity};
use super::found::Columns;
use crate::error::{Error, Result};

/// Raised whenever fields, words or settings change: an index of another format is made anew.
const FORMAT: u32 = 7;

/// How far an index has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The shape of the index itself.
    pub format: u32,
    /// The number of the last event that is in it.
    pub cursor: i64,
    /// What the searchable fields were when it was made.
    pub models: String,
}

impl Mark {
    /// A mark of this program's format.
    pub fn at(cursor: i64, models: impl Into<String>) -> Self {
        Self { format: FORMAT, cursor, models: models.into() }
    }
}

/// The search index of one node: derived from the store, never the truth.
pub struct Index {
    pub(super) fields: Fields,
    pub(super) reader: IndexReader,
    pub(super) columns: Columns,
    index: tantivy::Index,
    writer: Writer,
    /// The index's own view of its folder.
    files: MmapDirectory,
    folder: PathBuf,
}

impl Index {
    /// Opens the index in a folder. One that is missing, foreign, damaged or of another format is made anew, empty and
    /// without a mark.
    pub fn open(folder: &Path) -> Result<Self> {
        let (fields, schema) = Fields::declare();
        let (index, files) = match existing(folder, &schema) {
            Some(existing) => existing,
            None => fresh(folder, schema)?,
        };
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(internal)?;
        let (columns, writer) = (Columns::default(), Writer::default());
        Ok(Self { fields, reader, columns, index, writer, files, folder: folder.to_owned() })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How far it has come; `None` for one that was never committed, or by another format.
    pub fn mark(&self) -> Option<Mark> {
        let payload = self.index.load_metas().ok()?.payload?;
        serde_json::from_str(&payload).ok().filter(|mark: &Mark| mark.format == FORMAT)
    }

    /// How many objects are in it.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an object's document in the place of what was known of it.
    pub fn replace(&self, document: &Document) -> Result<()> {
        let entry = document.for_index(&self.fields);
        self.writer.with(&self.index, |writer| {
            writer.delete_term(self.of(&document.family, document.id));
            writer.add_document(entry).map(drop)
        })
    }

    /// Forgets an object.
    pub fn remove(&self, family: &str, id: i64) -> Result<()> {
        self.writer.with(&self.index, |writer| {
            writer.delete_term(self.of(family, id));
            Ok(())
        })
    }

    /// Forgets everything; readers go on with the last commit until the next.
    pub fn clear(&self) -> Result<()> {
        self.writer.with(&self.index, |writer| writer.delete_all_documents().map(drop))
    }

    /// Makes what was changed durable and visible, together with the mark. Blocks on the disk.
    pub fn commit(&self, mark: &Mark) -> Result<()> {
        let payload = serde_json::to_string(mark)?;
        self.writer.with(&self.index, |writer| {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit().map(drop)
        })?;
        self.reload()
    }

    /// Makes one segment of the small ones that commits left, since every question pays for each, and gives back the
    /// writer's memory until something changes again. Uncommitted changes are lost. Blocks on the disk.
    pub fn rest(&self) -> Result<()> {
        self.writer.rest(&self.index)?;
        self.reload()
    }
}

impl Index {
    /// Shows the last commit to whoever searches from now on.
    fn reload(&self) -> Result<()> {
        self.reader.reload().map_err(internal)?;
        self.columns.clear();
        // tantivy notes each file that it ever read and forgets those that are gone only when it is asked for a list: a
        // commit is a dozen files, so a kilobyte or two of each would stay.
        let _ = self.files.get_cache_info();
        Ok(())
    }

    fn of(&self, family: &str, id: i64) -> Term {
        Term::from_field_text(self.fields.identity, &identity(family, id))
    }
}

/// An index, and its view of its folder.
type Opened = (tantivy::Index, MmapDirectory);

fn existing(folder: &Path, schema: &tantivy::schema::Schema) -> Option<Opened> {
    let files = MmapDirectory::open(folder).ok()?;
    let index = tantivy::Index::open(files.clone()).ok()?;
    // Without a mark it is new: the process that made it may be about to write it, and is not disturbed.
    let is_ours =
        index.load_metas().ok()?.payload.is_none_or(|payload| {
            serde_json::from_str(&payload).is_ok_and(|mark: Mark| mark.format == FORMAT)
        });
    (index.schema() == *schema && is_ours).then_some((index, files))
}

fn fresh(folder: &Path, schema: tantivy::schema::Schema) -> Result<Opened> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    // A commit is of a few objects: their texts are compressed where they are written, without a thread for it.
    let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    let files = MmapDirectory::open(folder).map_err(|error| internal(error.into()))?;
    let index = tantivy::Index::builder().schema(schema).settings(settings).open_or_create(files.clone());
    Ok((index.map_err(internal)?, files))
}

pub(super) fn internal(source: tantivy::TantivyError) -> Error {
    match source {
        tantivy::TantivyError::LockFailure(..) => {
            Error::Busy("another process writes the search index".to_owned())
        }
        other => Error::internal(other),
    }
}

mod parking {
    //! The one writer: made when something changes, parked (dropped) at rest, for it keeps megabytes and threads.

    use std::sync::Mutex;
    use std::sync::PoisonError;

    use tantivy::IndexWriter;
    use tantivy::index::SegmentId;
    use tantivy::indexer::LogMergePolicy;
    use tantivy::indexer::NoMergePolicy;

    use super::internal;
    use crate::error::Result;

    /// What tantivy asks a writing thread to have at least, in bytes.
    const MEMORY: usize = 15_000_000;
    /// Segments below this many documents are merged together.
    const SMALL_SEGMENT: u32 = 5_000;

    #[derive(Default)]
    pub struct Writer(Mutex<Option<IndexWriter>>);

    impl Writer {
        pub fn with<T>(
            &self,
            index: &tantivy::Index,
            act: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>,
        ) -> Result<T> {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.is_none() {
                *slot = Some(make(index).map_err(internal)?);
            }
            let Some(writer) = slot.as_mut() else {
                return Err(crate::error::Error::Busy("search index".to_owned()));
            };
            act(writer).map_err(internal)
        }

        pub fn rest(&self, index: &tantivy::Index) -> Result<()> {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(writer) = slot.take() else { return Ok(()) };
            writer.wait_merging_threads().and_then(|()| merge_small(index)).map_err(internal)
        }
    }

    /// Merges what the policy of merging leaves apart.
    fn merge_small(index: &tantivy::Index) -> tantivy::Result<()> {
        let segments = index.searchable_segment_metas()?.into_iter();
        let small: Vec<SegmentId> = segments
            .filter(|segment| segment.num_docs() < SMALL_SEGMENT)
            .map(|segment| segment.id())
            .collect();
        if small.len() < 2 {
            return Ok(());
        }
        let mut writer: IndexWriter = index.writer_with_num_threads(1, MEMORY)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.merge(&small).wait()?;
        writer.wait_merging_threads()
    }

    fn make(index: &tantivy::Index) -> tantivy::Result<IndexWriter> {
        let writer: IndexWriter = index.writer_with_num_threads(1, MEMORY)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(4);
        merging.set_min_layer_size(SMALL_SEGMENT);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }
}
