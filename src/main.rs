//! The `siskin` program: hands over to [`siskin::cli`] and turns what it says into an exit code.

use std::process::ExitCode;

/// Many threads work for a moment each, those of the search index anew at every commit: this allocator shares what they
/// leave, where others keep it for each. What is written in C has its memory from it as well.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    siskin::cli::run(siskin::cms::Cms::builder("."))
}
