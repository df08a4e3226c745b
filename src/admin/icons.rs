//! The icons of the admin's sprite, and what models call them.

/// Every icon that `components/_sprite.html` draws.
const DRAWN: &[&str] = &[
    "block",
    "bold",
    "calendar",
    "check",
    "chevron",
    "close",
    "code",
    "copy",
    "desktop",
    "document",
    "down",
    "download",
    "edit",
    "external",
    "folder",
    "form",
    "globe",
    "grip",
    "heading",
    "history",
    "home",
    "image",
    "info",
    "italic",
    "key",
    "link",
    "list",
    "lock",
    "logout",
    "mail",
    "media",
    "menu",
    "minus",
    "moon",
    "more",
    "move",
    "newspaper",
    "numbers",
    "page",
    "pages",
    "phone",
    "pin",
    "plus",
    "publish",
    "quote",
    "search",
    "settings",
    "snippet",
    "star",
    "strike",
    "subscript",
    "sun",
    "superscript",
    "table",
    "tablet",
    "tag",
    "text",
    "trash",
    "undo",
    "unpublish",
    "up",
    "upload",
    "user",
    "users",
    "view",
    "warning",
];

/// What Wagtail's models call some of them.
const ALSO: &[(&str, &str)] = &[
    ("title", "heading"),
    ("pilcrow", "text"),
    ("openquote", "quote"),
    ("doc-full", "page"),
    ("doc-empty", "page"),
    ("list-ul", "list"),
    ("list-ol", "numbers"),
    ("cog", "settings"),
    ("cogs", "settings"),
    ("site", "globe"),
    ("group", "users"),
    ("folder-open-inverse", "folder"),
    ("video", "media"),
    ("date", "calendar"),
    ("time", "calendar"),
    ("location", "pin"),
    ("placeholder", "block"),
];

/// The icon to draw for a name in the models; a block's outline for one that nobody drew.
pub fn known(name: &str) -> &'static str {
    let name = ALSO.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
    DRAWN.iter().find(|drawn| **drawn == name).copied().unwrap_or("block")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sprite_has_every_icon() {
        let sprite = include_str!("../../themes/admin/templates/components/_sprite.html");
        for name in super::DRAWN {
            assert!(sprite.contains(&format!("id=\"i-{name}\"")), "{name}");
        }
        assert_eq!(sprite.matches("<symbol ").count(), super::DRAWN.len());
    }
}
