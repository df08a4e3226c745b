//! Marks as numbers, and the numbers as surrogate keys for caches that are not ours.
//!
//! An answer's surrogate keys are its marks, and those that an event drops are the marks that it leaves: what goes from
//! this cache goes from the others by the same numbers. They are the same in every process that has the site's signing
//! key and in every release, and whoever reads them learns nothing: not which page is hidden, nor what it is called.

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use siphasher::sip::SipHasher24;

use super::tag::Mark;
use super::tag::Tag;

/// Keys that an answer carries or an event names at most: below 2 kB, which every proxy takes in a header.
pub(super) const MOST: usize = 128;
/// Hexadecimal digits of a key.
const DIGITS: usize = 12;
/// Keeps the key of marks apart from whatever else the signing key is good for.
const PURPOSE: &[u8] = b"surrogate keys\0";
/// Stands between the parts of a mark; no label, path or URL path holds it.
const BETWEEN: u8 = 0xff;

/// Makes numbers of marks.
#[derive(Clone)]
pub struct Keys(SipHasher24);

impl Keys {
    /// Those of a site, by its signing key.
    pub fn new(signing_key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..signing_key.len()].copy_from_slice(signing_key);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(PURPOSE);
        let digest = mac.finalize().into_bytes();
        let mut own = [0; 16];
        own.copy_from_slice(&digest[..16]);
        Self(SipHasher24::new_with_key(&own))
    }

    pub(super) fn number(&self, mark: Mark<'_>) -> u64 {
        self.number_in(&mut Vec::new(), mark)
    }

    /// The same with a buffer that is there already.
    fn number_in(&self, told: &mut Vec<u8>, mark: Mark<'_>) -> u64 {
        let (kind, first, second, id) = mark.parts();
        told.clear();
        told.push(kind);
        told.extend_from_slice(first.as_bytes());
        told.push(BETWEEN);
        told.extend_from_slice(second.as_bytes());
        told.push(BETWEEN);
        told.extend_from_slice(&id.to_le_bytes());
        self.0.hash(told)
    }

    /// The marks that make an answer of these tags stale.
    pub(super) fn marks(&self, tags: &[Tag]) -> Box<[u64]> {
        self.numbers(tags, |mark| mark).into()
    }

    /// In order, each once.
    fn numbers(&self, tags: &[Tag], as_: impl Fn(Mark<'_>) -> Mark<'_>) -> Vec<u64> {
        let (mut numbers, mut told) = (Vec::with_capacity(tags.len() * 4), Vec::with_capacity(64));
        let mut beside = "";
        for tag in tags {
            // Pages of a list stand beneath the same ones: those are known from the page before.
            tag.look_out(beside, &mut |mark| numbers.push(self.number_in(&mut told, as_(mark))));
            if let Tag::Page(_, url_path) = tag {
                beside = url_path;
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The surrogate keys of an answer of these tags. Too many are folded into coarser ones: it then goes more often,
    /// never too seldom.
    pub(super) fn of_answer(&self, tags: &[Tag]) -> Vec<String> {
        let fits = |numbers: &Vec<u64>| numbers.len() < MOST;
        let exact = self.numbers(tags, |mark| mark);
        let folded =
            Some(exact).filter(fits).or_else(|| Some(self.numbers(tags, |mark| mark.coarser())).filter(fits));
        let numbers = folded.unwrap_or_else(|| vec![self.number(Mark::Anything)]);
        [self.number(Mark::Everything)].into_iter().chain(numbers).map(spelled).collect()
    }

    /// The surrogate keys of answers that are dropped with these marks.
    pub(super) fn of_marks(&self, marks: &[u64]) -> Vec<String> {
        match marks.len() {
            0..=MOST => marks.iter().copied().map(spelled).collect(),
            _ => vec![self.everything()],
        }
    }

    /// The surrogate key of every answer.
    pub(super) fn everything(&self) -> String {
        spelled(self.number(Mark::Everything))
    }
}

/// The key is nobody's to see.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Digits alone: some caches take capital and small letters for the same, and some take neither dash nor stroke.
fn spelled(number: u64) -> String {
    format!("{:0DIGITS$x}", number >> (64 - 4 * DIGITS))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pages(count: i64) -> Vec<Tag> {
        (0..count).map(|id| Tag::Page(id, format!("/home/{id}/"))).collect()
    }

    #[test]
    fn keys_are_the_same_everywhere_and_tell_nothing() {
        let keys = Keys::new(&[7; 32]);
        let of = |tag: Tag| keys.of_answer(&[tag]).join(" ");
        // Kept by caches elsewhere: another release must make the same.
        insta::assert_snapshot!(of(Tag::Object("base.Person".into(), 5)), @"11885cf40b80 c79df34900a6");
        assert_ne!(Keys::new(&[8; 32]).of_answer(&pages(1)), keys.of_answer(&pages(1)));
        assert_ne!(of(Tag::Type("a.B".into())), of(Tag::Translations("a.B".into())));
    }

    #[test]
    fn pages_beside_each_other_are_marked_like_each_alone() {
        let keys = Keys::new(&[7; 32]);
        let paths =
            ["/", "/home/", "/home/a/", "/home/b/", "/home/ab/", "/home/a/c/", "/homely/a/", "/home/a", ""];
        let page = |path: &&str| Tag::Page(1, (*path).to_owned());
        for (one, other) in paths.iter().flat_map(|one| paths.iter().map(move |other| (one, other))) {
            let alone = [one, other].map(|path| keys.marks(&[page(path)]));
            let marks = BTreeSet::from_iter(alone.concat());
            assert_eq!(*keys.marks(&[one, other].map(page)), *Vec::from_iter(marks), "{one} {other}");
        }
    }

    #[test]
    fn too_many_keys_are_folded_into_coarser_ones_which_events_leave_too() {
        let keys = Keys::new(&[7; 32]);
        let few = keys.of_answer(&pages(40));
        assert_eq!(few.len(), 83, "one of all, two of each page, two of what is above them");
        let person = Tag::Object("base.Person".into(), 1);
        let many: Vec<Tag> = pages(1000).into_iter().chain([person]).collect();
        let spelled = |mark: Mark<'_>| spelled(keys.number(mark));
        let expected = BTreeSet::from(
            [Mark::Everything, Mark::Family("page"), Mark::Family("base.Person")].map(spelled),
        );
        assert_eq!(keys.of_answer(&many).into_iter().collect::<BTreeSet<_>>(), expected);
        let types: Vec<Tag> = (0..1000).map(|id| Tag::Type(format!("a.T{id}"))).collect();
        let expected = [Mark::Everything, Mark::Anything].map(spelled);
        assert_eq!(keys.of_answer(&types), expected);
        assert_eq!(keys.of_marks(&[1; MOST + 1]), [spelled(Mark::Everything)]);
    }
}
