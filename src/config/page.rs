//! The reference of all keys as a page of Markdown, made from the declarations.

use super::reference;

/// What stands above the keys.
const HEAD: &str = "# Configuration

`config.toml` in the site's folder holds what an operator decides; every key has a default, so the file may be
missing. A variable of the environment goes before the file: its name is `SISKIN_`, the section, two underscores and
the key. A key that is not listed here, or a value of another kind, is refused at start with its file and line.

This page is made from the program's own declarations.
";

/// `docs/reference/config.md`.
pub fn reference_page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = None;
    for setting in reference() {
        if section != Some(setting.section) {
            section = Some(setting.section);
            let title = if setting.section.is_empty() { "At the top" } else { setting.section };
            page.push_str(&format!("\n## {title}\n"));
        }
        let default =
            if setting.default.is_empty() { "not set".into() } else { format!("`{}`", setting.default) };
        let (key, variable, kind, what) = (setting.path(), setting.variable(), setting.kind, setting.what);
        page.push_str(&format!(
            "\n### `{key}`\n\n{what}\n\n* takes {kind}\n* default: {default}\n* variable: `{variable}`\n"
        ));
    }
    page
}
