//! Saving a draft.

use super::Object;
use super::Revision;
use super::index;
use super::object::event;
use crate::accounts::Work;
use crate::error::Result;
use crate::schema::Document;
use crate::schema::Type;
use crate::store::sql;

/// How a save ended.
#[derive(Debug)]
pub struct Saved {
    /// The object as it is now.
    pub object: Object,
    /// The revision that holds what was saved.
    pub revision: i64,
}

/// Keeps `document` as the latest draft. A draft may be incomplete; what is live stays as it is.
///
/// `based_on` is the version that the editor started from; `seal` is false only for what an editor's browser saves on
/// its own while they type, which amends one open revision.
///
/// # Errors
/// `Conflict` when somebody else saved since, or holds the lock.
pub async fn save_draft(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    mut document: Document,
    based_on: Option<i64>,
) -> Result<Saved> {
    object.unlocked_for(work)?;
    object.based_on(based_on)?;
    index::number_children(work, declared, &mut document).await?;
    let revision = write_revision(work, declared, object, &document).await?;
    let title = title(declared, &document);
    let text = serde_json::to_string(&document)?;
    // While it was never live, the row follows the draft, so that lists and addresses show what the editor sees.
    let is_shown = !object.live;
    let update = sql(
        "update objects set has_draft = 1, draft_title = ?, latest_revision = ?, latest_revision_created_at = ?, updated_at = ?, \
         version = version + 1, title = case when ? = 1 then ? else title end, doc = case when ? = 1 then ? else doc end \
         where key = ? and version = ?",
    );
    let update = update.bind(title.as_str()).bind(revision).bind(work.now).bind(work.now);
    let update = update.bind(is_shown).bind(title.as_str()).bind(is_shown).bind(text.as_str());
    if work.execute(update.bind(object.key).bind(object.version)).await? == 0 {
        object.based_on(Some(object.version - 1))?;
    }
    index::references(work, declared, object, &document).await?;
    let edited = event("edited", object);
    work.record(edited.with(serde_json::json!({ "title": title, "revision": revision })));
    Ok(Saved { object: Object::by_key(work, object.key).await?, revision })
}

/// The title that a document gives its object.
pub(crate) fn title(declared: &Type, document: &Document) -> String {
    let title = match document.get("title").and_then(serde_json::Value::as_str) {
        Some(title) if declared.title_field.is_none() => title.to_owned(),
        _ => declared.title_of(document),
    };
    title.chars().take(255).collect()
}

/// Writes a sealed revision, or amends the author's open one.
pub(super) async fn write_revision(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    document: &Document,
) -> Result<i64> {
    let author = work.actor.id();
    let open = match object.latest_revision {
        Some(id) => {
            Some(Revision::find(work, id).await?).filter(|latest| latest.is_open_for(author, work.now))
        }
        None => None,
    };
    let id = match open {
        Some(open) => open.id,
        None => work.next("revision").await?,
    };
    let revision = Revision {
        id,
        object: object.key,
        created_at: work.now,
        author,
        sealed: true,
        title: title(declared, document),
        doc: Some(serde_json::to_string(document)?),
    };
    revision.write(work).await?;
    Ok(id)
}
