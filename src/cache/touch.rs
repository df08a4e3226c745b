//! Which marks an event leaves.

use std::collections::BTreeSet;

use crate::events::Event;

use super::keys::Keys;
use super::tag::ANY_PAGE;
use super::tag::Mark;
use super::tag::PAGE;

/// The family of collections.
pub(super) const COLLECTION: &str = "wagtailcore.Collection";
/// The labels of what lies in collections.
const FILES: [&str; 2] = ["wagtailimages.Image", "wagtaildocs.Document"];

/// What an event touches that it does not tell itself: whoever keeps sites and collections in memory knows.
#[derive(Debug, Default)]
pub struct Reach {
    /// Whether it changes what the addresses of whole sites are decided by.
    pub is_everywhere: bool,
    /// The collections in the one that it is about.
    pub collections: Vec<i64>,
}

/// What an event touches.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Touched {
    /// Answers with one of these marks; none is no answer that is kept.
    Marks(Vec<u64>),
    /// Every answer.
    Everything,
}

/// Which answers are stale after this event: the one place that says so, for this cache and for all others.
pub(super) fn touched(event: &Event, reach: &Reach, keys: &Keys) -> Touched {
    let mut marks = BTreeSet::new();
    // With every mark come those that stand for it where an answer has too many.
    let mut add =
        |mark: Mark<'_>| marks.extend([mark, mark.coarser(), Mark::Anything].map(|mark| keys.number(mark)));
    if reach.is_everywhere {
        return Touched::Everything;
    }
    match (event.family.as_deref(), event.kind.as_str()) {
        (None, "models") => return Touched::Everything,
        // Nobody who has an account is shown to strangers.
        (None | Some("auth.User" | "auth.Group"), _) => {}
        // A draft shows nowhere, not even that of something new.
        (_, "edited" | "created") => {}
        (Some(COLLECTION), _) => collection(event, reach, &mut add),
        (Some(PAGE), _) => page(event, &mut add),
        (Some(family), _) => object(event, family, &mut add),
    }
    Touched::Marks(marks.into_iter().collect())
}

fn object(event: &Event, family: &str, add: &mut impl FnMut(Mark<'_>)) {
    event.id.into_iter().for_each(|id| add(Mark::Object(family, id)));
    event.type_.iter().for_each(|label| add(Mark::Type(label)));
}

fn collection(event: &Event, reach: &Reach, add: &mut impl FnMut(Mark<'_>)) {
    event.id.iter().chain(&reach.collections).for_each(|id| add(Mark::Collection(*id)));
    add(Mark::Collections);
    FILES.iter().for_each(|label| add(Mark::Type(label)));
}

fn page(event: &Event, add: &mut impl FnMut(Mark<'_>)) {
    object(event, PAGE, add);
    add(Mark::Type(ANY_PAGE));
    if let Some(key) = event.data.get("translation_key").and_then(serde_json::Value::as_str) {
        add(Mark::Translations(key));
    }
    event.url_before.iter().chain(&event.url_after).for_each(|url_path| add(Mark::Address(url_path)));
    for place in event.path_before.iter().chain(&event.path_after) {
        add(Mark::At(place.as_str()));
        place.parent().iter().for_each(|parent| add(Mark::Children(parent.as_str())));
        for above in place.with_ancestors() {
            event.type_.iter().for_each(|label| add(Mark::Listed(label, above)));
            add(Mark::Listed(ANY_PAGE, above));
        }
    }
    if shakes(event) {
        everything_beneath(event, add);
    }
}

/// Whether the event changes the addresses, the order or the privacy of pages beneath its own, which have no event of
/// theirs.
fn shakes(event: &Event) -> bool {
    let stays = event.path_before.is_some() && event.path_after.is_some();
    let moved = event.path_before != event.path_after || event.url_before != event.url_after;
    (stays && moved) || matches!(event.kind.as_str(), "restricted" | "renumbered")
}

fn everything_beneath(event: &Event, add: &mut impl FnMut(Mark<'_>)) {
    add(Mark::Places);
    for place in event.path_before.iter().chain(&event.path_after) {
        add(Mark::Shaken(place.as_str()));
        place.with_ancestors().for_each(|above| add(Mark::Stirred(above)));
    }
    if event.url_before != event.url_after || event.kind == "restricted" {
        let urls = event.url_before.iter().chain(&event.url_after);
        urls.for_each(|url_path| add(Mark::Readdressed(url_path)));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::Timestamp;
    use crate::base::TreePath;
    use crate::cache::Tag;

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
            data: json!({ "translation_key": "k" }),
        }
    }

    /// An event about page 5, a `blog.Post` at `/home/blog/five/`, the first child of the second child of the root.
    pub fn page_event(number: i64, kind: &str) -> Event {
        let (path, url) = (Some(post()), Some("/home/blog/five/".to_owned()));
        let (path_before, path_after, url_before, url_after) = (path.clone(), path, url.clone(), url);
        let type_ = Some("blog.Post".to_owned());
        Event { type_, path_before, path_after, url_before, url_after, ..event(number, kind, Some(PAGE)) }
    }

    fn blog() -> TreePath {
        TreePath::root().nth_child(1)
    }

    fn post() -> TreePath {
        blog().nth_child(0)
    }

    fn shop() -> TreePath {
        TreePath::root().nth_child(0)
    }

    fn left_by(event: &Event, reach: &Reach) -> Touched {
        touched(event, reach, &Keys::new(&[7; 32]))
    }

    fn is_stale(event: &Event, tag: Tag) -> bool {
        is_stale_within(event, &Reach::default(), tag)
    }

    fn is_stale_within(event: &Event, reach: &Reach, tag: Tag) -> bool {
        let Touched::Marks(left) = left_by(event, reach) else { return true };
        Keys::new(&[7; 32]).marks(&[tag]).iter().any(|mark| left.contains(mark))
    }

    fn listed(label: &str, place: TreePath) -> Tag {
        Tag::Listed(label.to_owned(), place)
    }

    #[test]
    fn a_published_page_touches_itself_and_the_lists_that_may_show_it() {
        let published = page_event(1, "published");
        for (tag, expected) in [
            (Tag::Page(5, "/home/blog/five/".into()), true),
            (Tag::Object(PAGE.into(), 5), true),
            (Tag::Object(PAGE.into(), 6), false),
            (Tag::Page(6, "/home/blog/five/six/".into()), false),
            (Tag::Page(4, "/home/blog/".into()), false),
            (Tag::At(post()), true),
            (Tag::At(blog()), false),
            (Tag::Address("/home/blog/five/".into()), true),
            (Tag::Address("/home/blog/".into()), false),
            (Tag::Address("/home/blog/five/six/".into()), false),
            (Tag::Translations("k".into()), true),
            (Tag::Translations("l".into()), false),
            (Tag::Unseen, false),
            (Tag::Type("blog.Post".into()), true),
            (Tag::Type("blog.Index".into()), false),
            (listed("blog.Post", TreePath::root()), true),
            (listed("blog.Post", blog()), true),
            (listed(ANY_PAGE, blog()), true),
            (listed("blog.Post", shop()), false),
            (listed(ANY_PAGE, shop()), false),
            (listed("blog.Index", blog()), false),
            (Tag::Children(blog()), true),
            (Tag::Children(TreePath::root()), false),
            (Tag::Collections, false),
        ] {
            assert_eq!(is_stale(&published, tag.clone()), expected, "{tag:?}");
        }
        for kind in ["edited", "created"] {
            assert!(!is_stale(&page_event(1, kind), Tag::Object(PAGE.into(), 5)), "a draft shows nowhere");
        }
    }

    #[test]
    fn what_moves_or_closes_a_page_touches_all_beneath_it_and_nothing_beside() {
        let moved = Event { url_after: Some("/home/blog/six/".into()), ..page_event(1, "published") };
        for event in [page_event(1, "restricted"), page_event(1, "renumbered"), moved] {
            for (tag, expected) in [
                (Tag::Page(9, "/home/blog/five/nine/".into()), event.kind != "renumbered"),
                (Tag::Page(4, "/home/blog/".into()), false),
                (Tag::Page(8, "/home/blog/fivefold/".into()), false),
                (Tag::At(post().nth_child(3)), true),
                (listed("blog.Index", blog()), true),
                (listed("shop.Article", shop()), false),
                (listed("blog.Index", post().nth_child(3)), true),
                (Tag::Children(post().nth_child(3)), true),
                (Tag::Unseen, true),
                (Tag::Address("/home/shop/".into()), false),
            ] {
                assert_eq!(is_stale(&event, tag.clone()), expected, "{} {tag:?}", event.kind);
            }
        }
        let beneath = Tag::Address("/home/blog/six/seven/".into());
        let moved = Event { url_after: Some("/home/blog/six/".into()), ..page_event(1, "moved") };
        assert!(is_stale(&moved, beneath.clone()) && !is_stale(&page_event(1, "published"), beneath));
        let gone = Event { path_after: None, url_after: None, ..page_event(1, "deleted") };
        assert!(is_stale(&gone, Tag::Object(PAGE.into(), 5)) && !is_stale(&gone, Tag::At(blog())));
    }

    #[test]
    fn other_objects_touch_themselves_and_their_lists() {
        let person = event(1, "published", Some("base.Person"));
        for (tag, expected) in [
            (Tag::Object("base.Person".into(), 5), true),
            (Tag::Object("base.Person".into(), 6), false),
            (Tag::Object("base.Place".into(), 5), false),
            (Tag::Type("base.Person".into()), true),
            (Tag::Type(ANY_PAGE.into()), false),
        ] {
            assert_eq!(is_stale(&person, tag.clone()), expected, "{tag:?}");
        }
        let closed = event(1, "collection.restricted", Some("wagtailcore.Collection"));
        assert!(is_stale(&closed, Tag::Collection(5)) && is_stale(&closed, Tag::Collections));
        assert!(is_stale(&closed, Tag::Type(FILES[0].into())) && !is_stale(&closed, Tag::Collection(6)));
        let reach = Reach { collections: vec![6, 7], ..Reach::default() };
        assert!(is_stale_within(&closed, &reach, Tag::Collection(6)));
        let none = Reach::default();
        assert_eq!(left_by(&event(1, "models", None), &none), Touched::Everything);
        assert_eq!(left_by(&event(1, "user.changed", Some("auth.User")), &none), Touched::Marks(Vec::new()));
        let everywhere = Reach { is_everywhere: true, ..Reach::default() };
        assert_eq!(left_by(&page_event(1, "created"), &everywhere), Touched::Everything);
    }
}
