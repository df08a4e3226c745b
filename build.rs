//! Tells cargo that the embedded migrations are sources too: `include_dir` alone does not notice an edit.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=migrations");
}
