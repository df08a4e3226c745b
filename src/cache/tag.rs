//! What an answer can be made of, and by which marks that is known to have changed.
//!
//! A tag is said by whoever makes an answer. It stands for a few marks; an event leaves marks (see `touch`), and an
//! answer is stale once one of its marks was left after it was made. Marks are compared as hashes (see `keys`): two that
//! happen to be alike make an answer anew too often, never too seldom.

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
#[derive(Debug, Clone, Copy)]
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
    /// Some object of a family changed.
    Family(&'a str),
    /// Anything at all changed that is shown anywhere.
    Anything,
    /// What every answer depends on changed.
    Everything,
}

impl<'a> Mark<'a> {
    /// What tells it from every other mark: its kind, and what it is about. The numbers stay as they are, because
    /// caches elsewhere keep what was made from them.
    pub(super) fn parts(self) -> (u8, &'a str, &'a str, i64) {
        match self {
            Self::Everything => (0, "", "", 0),
            Self::Object(family, id) => (1, family, "", id),
            Self::Type(label) => (2, label, "", 0),
            Self::Listed(label, place) => (3, label, place, 0),
            Self::Stirred(place) => (4, place, "", 0),
            Self::Children(place) => (5, place, "", 0),
            Self::At(place) => (6, place, "", 0),
            Self::Address(url_path) => (7, url_path, "", 0),
            Self::Translations(key) => (8, key, "", 0),
            Self::Shaken(place) => (9, place, "", 0),
            Self::Readdressed(url_path) => (10, url_path, "", 0),
            Self::Places => (11, "", "", 0),
            Self::Collection(id) => (12, "", "", id),
            Self::Collections => (13, "", "", 0),
            Self::Family(family) => (14, family, "", 0),
            Self::Anything => (15, "", "", 0),
        }
    }

    /// A mark that stands for many like it: whatever leaves this one leaves that one too.
    pub(super) fn coarser(self) -> Self {
        match self {
            Self::Object(family, _) => Self::Family(family),
            Self::Collection(_) => Self::Collections,
            Self::Listed(..)
            | Self::Stirred(_)
            | Self::Children(_)
            | Self::At(_)
            | Self::Address(_)
            | Self::Translations(_)
            | Self::Shaken(_)
            | Self::Readdressed(_)
            | Self::Places => Self::Family(PAGE),
            Self::Type(_) | Self::Collections | Self::Family(_) | Self::Anything | Self::Everything => self,
        }
    }
}

impl Tag {
    /// Tells the marks that make an answer stale which was made of this, and of the page `beside`, by its stored URL path:
    /// what that one stands beneath is told already.
    pub(super) fn look_out(&self, beside: &str, add: &mut impl FnMut(Mark<'_>)) {
        match self {
            Self::Object(family, id) => add(Mark::Object(family, *id)),
            Self::Page(id, url_path) => {
                add(Mark::Object(PAGE, *id));
                if stands_beside(url_path, beside) {
                    return add(Mark::Readdressed(url_path));
                }
                let known = |above: &&str| beside.starts_with(*above);
                above(url_path).filter(|above| !known(above)).for_each(|above| add(Mark::Readdressed(above)));
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

/// Whether a stored URL path is not known from that of the page before, and all above it is: most pages of a list.
fn stands_beside(url_path: &str, beside: &str) -> bool {
    let above = url_path.strip_suffix('/').and_then(|own| own.bytes().rposition(|byte| byte == b'/'));
    let is_known = |above: usize| beside.as_bytes().starts_with(&url_path.as_bytes()[..=above]);
    above.is_some_and(is_known) && !beside.starts_with(url_path)
}

/// A stored URL path and those above it: `/home/a/`, `/home/`, `/`.
pub(super) fn above(url_path: &str) -> impl Iterator<Item = &str> {
    url_path.match_indices('/').filter_map(|(at, _)| url_path.get(..=at))
}
