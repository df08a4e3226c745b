//! Answers from the cache, or made and put there.

use std::sync::Arc;

use crate::cache::{Kept, Made};
use crate::cms::Cms;

/// The kept answer of this key, or the one that `make` makes, which is kept if it says what it was made of. For answers
/// that every stranger may see alone: the key says all that the answer depends on. `head` is the last event that was
/// followed when the request was looked at first: what it found in memory then may be as old as that.
pub async fn kept<E>(
    cms: &Cms,
    (key, head): (String, i64),
    make: impl Future<Output = Result<Made, E>>,
) -> Result<Arc<Kept>, E> {
    cms.cache().made(key, (head, cms.clock.now()), make).await
}
