//! The `siskin` program: hands over to [`siskin::cli`] and turns what it says into an exit code.

use std::process::ExitCode;

/// Steadier memory than the system's allocator under image work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    siskin::cli::run(siskin::cms::Cms::builder("."))
}
