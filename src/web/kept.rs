//! Answers from the cache, or made and put there.

use std::sync::Arc;

use crate::cache::{Kept, Made};
use crate::cms::Cms;

/// The kept answer of this key, or the one that `make` makes, which is kept if it says what it was made of. For answers
/// that every stranger may see alone: the key says all that the answer depends on.
pub async fn kept<E>(
    cms: &Cms,
    key: String,
    make: impl Future<Output = Result<Made, E>>,
) -> Result<Arc<Kept>, E> {
    let head = cms.snapshot().followed;
    cms.cache().made(key, (head, cms.clock.now()), make).await
}
