//! A coast with its lights: Siskin, and everything that a program can add to it. `docs/extending.md` walks through it.
//!
//! ```sh
//! cargo run --example lighthouse -- --site examples/lighthouse/site serve
//! cargo run --example lighthouse -- --site examples/lighthouse/site lights --towards 90
//! ```

mod coast;

use std::process::ExitCode;

use siskin::extend::Cms;

fn main() -> ExitCode {
    siskin::cli::run(Cms::builder(".").with(coast::install))
}
