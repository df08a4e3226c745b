//! Recordings and test files that stand beside the project and are not part of it.

use std::path::Path;
use std::path::PathBuf;

/// A file or folder of the `shared` folder beside the project; says aloud that the test is skipped if there is none.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("shared").join(path))
        .find(|candidate| candidate.exists());
    if found.is_none() {
        eprintln!("SKIPPED: shared/{path} is not beside the project");
    }
    found
}
