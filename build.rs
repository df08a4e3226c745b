//! Tells cargo that what is embedded (migrations, the admin's templates and built assets) are sources too:
//! `include_dir` alone does not notice an edit.

fn main() {
    for embedded in [
        "build.rs",
        "migrations",
        "models",
        "seed",
        "themes/starter",
        "themes/admin/templates",
        "themes/admin/dist",
    ] {
        println!("cargo:rerun-if-changed={embedded}");
    }
    // The assets are built by npm, in a step of its own. Without them the program compiles and says so when it runs.
    if let Err(error) = std::fs::create_dir_all("themes/admin/dist") {
        println!("cargo:warning=themes/admin/dist cannot be made: {error}");
    }
}
