//! What an answer can be made of, and which events touch it.

use crate::base::TreePath;
use crate::events::Event;

/// Something that an answer was made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Any content at all: for answers that may show anything, such as a themed page.
    Content,
    /// One object, by family and id.
    Object(String, i64),
    /// Any object of a type: lists. The label of all pages is `wagtailcore.Page`.
    Type(String),
    /// Any page at or beneath a place.
    Subtree(TreePath),
}

/// The label that lists of pages of every type are tagged with.
pub const ANY_PAGE: &str = "wagtailcore.Page";

/// What an event touches.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Touched {
    /// No answer that is kept.
    Nothing,
    /// Answers with one of these tags.
    Tags(Vec<Tag>),
    /// Every answer: addresses, privacy or declarations changed.
    Everything,
}

/// Which answers are stale after this event.
pub(super) fn touched(event: &Event) -> Touched {
    let Some(family) = event.family.as_deref() else {
        return if event.kind == "models" { Touched::Everything } else { Touched::Nothing };
    };
    match family {
        "auth.User" | "auth.Group" => Touched::Nothing,
        // A draft shows nowhere, not even that of a new page.
        "page" if matches!(event.kind.as_str(), "edited" | "created") => Touched::Nothing,
        "page" if changes_addresses(event) => Touched::Everything,
        "page" => Touched::Tags(page_tags(event)),
        "wagtailcore.Site" | "wagtailcore.Locale" | "wagtailcore.Collection" => Touched::Everything,
        _ if event.kind == "restricted" => Touched::Everything,
        _ => Touched::Tags(object_tags(event, family)),
    }
}

/// Links in any answer may name a page that moved, appeared, went, or that fewer people may see.
fn changes_addresses(event: &Event) -> bool {
    let moved = event.url_before != event.url_after || event.path_before != event.path_after;
    moved || matches!(event.kind.as_str(), "restricted" | "restored")
}

fn page_tags(event: &Event) -> Vec<Tag> {
    let mut tags = object_tags(event, "page");
    tags.push(Tag::Type(ANY_PAGE.to_owned()));
    for path in event.path_before.iter().chain(&event.path_after) {
        tags.extend(path.ancestors().into_iter().chain([path.clone()]).map(Tag::Subtree));
    }
    tags
}

fn object_tags(event: &Event, family: &str) -> Vec<Tag> {
    let object = event.id.map(|id| Tag::Object(family.to_owned(), id));
    let of_type = event.type_.clone().map(Tag::Type);
    [Tag::Content].into_iter().chain(object).chain(of_type).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::Timestamp;

    /// An event about no place in the tree.
    pub fn event(number: i64, kind: &str, family: Option<&str>) -> Event {
        Event {
            number,
            at: Timestamp::from_micros(0),
            kind: kind.to_owned(),
            family: family.map(str::to_owned),
            type_: family.map(str::to_owned),
            id: Some(5),
            site: None,
            locale: None,
            path_before: None,
            path_after: None,
            url_before: None,
            url_after: None,
            actor: "eva".to_owned(),
            actor_id: None,
            data: serde_json::Value::Null,
        }
    }

    /// An event about a page that stays where it is.
    pub fn page_event(number: i64, kind: &str, id: i64) -> Event {
        let path = TreePath::root().nth_child(0);
        let (path_before, path_after) = (Some(path.clone()), Some(path));
        let type_ = Some("blog.Post".to_owned());
        Event { id: Some(id), type_, path_before, path_after, ..event(number, kind, Some("page")) }
    }

    #[test]
    fn events_touch_what_they_change_and_nothing_else() {
        let Touched::Tags(tags) = touched(&page_event(1, "published", 5)) else { panic!("tags") };
        let root = TreePath::root();
        assert!(
            tags.contains(&Tag::Object("page".into(), 5)) && tags.contains(&Tag::Type("blog.Post".into()))
        );
        assert!(
            tags.contains(&Tag::Subtree(root.clone())) && tags.contains(&Tag::Subtree(root.nth_child(0)))
        );
        assert!(
            !tags.contains(&Tag::Subtree(root.nth_child(1)))
                && !tags.contains(&Tag::Type("blog.Index".into()))
        );

        assert_eq!(touched(&page_event(1, "edited", 5)), Touched::Nothing, "a draft shows nowhere");
        assert_eq!(touched(&page_event(1, "restricted", 5)), Touched::Everything);
        assert_eq!(touched(&event(1, "user.changed", Some("auth.User"))), Touched::Nothing);
        let moved = Event { url_after: Some("/home/y/".into()), ..page_event(1, "moved", 5) };
        assert_eq!(touched(&moved), Touched::Everything);
        let Touched::Tags(tags) = touched(&event(1, "published", Some("base.Person"))) else {
            panic!("tags")
        };
        assert!(
            tags.contains(&Tag::Object("base.Person".into(), 5))
                && !tags.contains(&Tag::Type(ANY_PAGE.into()))
        );
    }
}
