//! What an answer can be made of, and by which marks that is known to have changed.
//!
//! A tag is said by whoever makes an answer. It stands for a few marks; an event leaves marks (see `touch`), and an
//! answer is stale once one of its marks was left after it was made. Marks are hashes: two that happen to be alike make
//! an answer anew too often, never too seldom.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::base::TreePath;

/// Something that an answer was made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// One object that is no page, by family and id; a page of which no more than its id is known.
    Object(String, i64),
    /// A page, and its stored URL path: what moves or closes a page above it changes its address or hides it.
    Page(i64, String),
    /// Whatever page stands at a place.
    At(TreePath),
    /// Whatever page has a stored URL path.
    Address(String),
    /// The translations of a page, by the key that they share.
    Translations(String),
    /// A page that was asked for and may not be seen: any change of places or privacy may bring it to light.
    Unseen,
    /// Any object of a type: lists. The label of all pages is [`ANY_PAGE`].
    Type(String),
    /// The pages of a type anywhere beneath a place: lists of a site. [`ANY_PAGE`] is every type.
    Listed(String, TreePath),
    /// The pages directly beneath a place.
    Children(TreePath),
    /// The privacy and name of a collection.
    Collection(i64),
    /// The privacy of any collection: an image or document that was asked for and may not be seen.
    Collections,
}

/// The label that lists of pages of every type are tagged with.
pub const ANY_PAGE: &str = "wagtailcore.Page";
/// The family of all pages.
pub(super) const PAGE: &str = "page";

/// What an event leaves, and what an answer looks out for.
#[derive(Debug, Hash)]
pub(super) enum Mark<'a> {
    /// An object changed.
    Object(&'a str, i64),
    /// An object of a type changed.
    Type(&'a str),
    /// A page of a type changed beneath a place.
    Listed(&'a str, &'a str),
    /// Pages of unknown types changed beneath a place.
    Stirred(&'a str),
    /// A page changed directly beneath a place.
    Children(&'a str),
    /// A page changed at a place.
    At(&'a str),
    /// A page changed at a stored URL path.
    Address(&'a str),
    /// A page changed that has translations.
    Translations(&'a str),
    /// A place moved, or who may see it changed, with everything beneath it.
    Shaken(&'a str),
    /// The URL paths beneath one changed, or who may see what has them.
    Readdressed(&'a str),
    /// Some place was shaken.
    Places,
    /// A collection changed.
    Collection(i64),
    /// Some collection changed.
    Collections,
}

impl Mark<'_> {
    pub(super) fn hashed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// The marks that make an answer of these tags stale.
pub(super) fn marks(tags: &[Tag]) -> Box<[u64]> {
    let mut marks = Vec::with_capacity(tags.len() * 4);
    tags.iter().for_each(|tag| tag.look_out(&mut |mark| marks.push(mark.hashed())));
    marks.sort_unstable();
    marks.dedup();
    marks.into()
}

impl Tag {
    fn look_out(&self, add: &mut impl FnMut(Mark<'_>)) {
        match self {
            Self::Object(family, id) => add(Mark::Object(family, *id)),
            Self::Page(id, url_path) => {
                add(Mark::Object(PAGE, *id));
                above(url_path).for_each(|above| add(Mark::Readdressed(above)));
            }
            Self::At(place) => {
                add(Mark::At(place.as_str()));
                shaken(place, add);
            }
            Self::Address(url_path) => {
                add(Mark::Address(url_path));
                above(url_path).for_each(|above| add(Mark::Readdressed(above)));
            }
            Self::Translations(key) => add(Mark::Translations(key)),
            Self::Unseen => add(Mark::Places),
            Self::Type(label) => add(Mark::Type(label)),
            Self::Listed(label, place) => {
                add(Mark::Listed(label, place.as_str()));
                add(Mark::Stirred(place.as_str()));
                shaken(place, add);
            }
            Self::Children(place) => {
                add(Mark::Children(place.as_str()));
                shaken(place, add);
            }
            Self::Collection(id) => add(Mark::Collection(*id)),
            Self::Collections => add(Mark::Collections),
        }
    }
}

/// A place is shaken with any place above it.
fn shaken(place: &TreePath, add: &mut impl FnMut(Mark<'_>)) {
    place.with_ancestors().for_each(|place| add(Mark::Shaken(place)));
}

/// A stored URL path and those above it: `/home/a/`, `/home/`, `/`.
pub(super) fn above(url_path: &str) -> impl Iterator<Item = &str> {
    url_path.match_indices('/').filter_map(|(at, _)| url_path.get(..=at))
}
