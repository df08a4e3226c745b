//! Answers from the cache, or made and put there.

use crate::cache::{Answer, Tag};
use crate::cms::Cms;
use crate::error::Result;

/// The kept answer of this key, or the one that `make` makes, which is kept under its tags. For answers that every
/// stranger may see alone: the key says all that the answer depends on.
pub async fn kept(
    cms: &Cms,
    key: String,
    make: impl Future<Output = Result<(Answer, Vec<Tag>)>>,
) -> Result<Answer> {
    let head = cms.snapshot().followed;
    if let Some(answer) = cms.cache().get(&key, head).await {
        return Ok(answer);
    }
    let (answer, tags) = make.await?;
    cms.cache().put(key, answer.clone(), tags, head).await;
    Ok(answer)
}

/// The kept answer of this key, if there is a fresh one.
pub async fn remembered(cms: &Cms, key: &str) -> Option<Answer> {
    cms.cache().get(key, cms.snapshot().followed).await
}
