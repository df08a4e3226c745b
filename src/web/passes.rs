//! What opens restricted pages and collections for a request: who has signed in, and which passwords they knew.
//!
//! Whoever knows the password of a page or of a collection gets a cookie that names the restriction and is signed over
//! the password as it is stored, so a new password asks everybody again.

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::accounts::Actor;
use crate::cms::Cms;
use crate::media;
use crate::media::Admits;
use crate::pages::Privacy;
use crate::pages::Restriction;
use crate::query::Opened;

use super::cookie;
use super::set_cookie;

/// The cookie that says which passwords somebody knew.
const PASSED: &str = "siskin_passed";
/// How long it is believed, in seconds: two weeks.
const PASSED_SECONDS: i64 = 14 * 24 * 3600;
/// Keeps these signatures apart from whatever else the key signs, and those of pages from those of collections.
const OF_PAGES: &[u8] = b"passed\0";
const OF_COLLECTIONS: &[u8] = b"passed collection\0";
/// Restrictions that one cookie names at most.
const MOST: usize = 20;

/// What a visitor brought along.
pub struct Passes<'a> {
    cms: &'a Cms,
    actor: &'a Actor,
    known: Vec<&'a str>,
}

impl<'a> Passes<'a> {
    /// What a request of this actor brings along.
    pub fn of(cms: &'a Cms, headers: &'a HeaderMap, actor: &'a Actor) -> Self {
        let sent = cookie(headers, PASSED).unwrap_or_default();
        let known = sent.split('+').filter(|proof| !proof.is_empty()).take(MOST).collect();
        Self { cms, actor, known }
    }

    /// Whether a restriction on pages lets the visitor pass.
    pub fn open(&self, restriction: &Restriction) -> bool {
        match restriction.privacy() {
            Privacy::Public => true,
            Privacy::Login => self.actor.is_signed_in(),
            Privacy::Groups(groups) => self.actor.person().is_some_and(|person| {
                person.is_superuser || person.groups.iter().any(|group| groups.contains(group))
            }),
            Privacy::Password(password) => self.holds(&proof(self.cms, OF_PAGES, restriction.id, &password)),
        }
    }

    /// The restrictions on collections whose password the visitor knew.
    pub fn of_collections(&self) -> Vec<i64> {
        let snapshot = self.cms.snapshot();
        let knew = |restriction: &&media::Restriction| match &restriction.admits {
            Admits::Password(stored) => self.holds(&proof(self.cms, OF_COLLECTIONS, restriction.id, stored)),
            Admits::SignedIn | Admits::Groups(_) => false,
        };
        snapshot
            .collections
            .all_restrictions()
            .iter()
            .filter(knew)
            .map(|restriction| restriction.id)
            .collect()
    }

    fn holds(&self, proof: &str) -> bool {
        self.known.iter().any(|known| bool::from(known.as_bytes().ct_eq(proof.as_bytes())))
    }

    /// What is open to the visitor and not to everybody; `None` if they see what everybody sees.
    pub fn opened(&self) -> Option<Opened> {
        if matches!(self.actor, Actor::Anonymous) && self.known.is_empty() {
            return None;
        }
        let snapshot = self.cms.snapshot();
        let open = snapshot.restrictions.iter().filter(|restriction| self.open(restriction));
        let restrictions: Vec<i64> = open.map(|restriction| restriction.id).collect();
        let all = &snapshot.collections;
        let ids = || all.in_order().map(|collection| collection.id);
        let passed = self.of_collections();
        let collections: Vec<i64> = ids().filter(|&id| all.admits(Some(id), self.actor, &passed)).collect();
        let is_stranger = restrictions.is_empty() && collections.iter().all(|&id| all.is_public(Some(id)));
        (!is_stranger).then_some(Opened { restrictions, collections })
    }

    /// The cookie of somebody who knew the password of one more page.
    pub fn with_page(&self, restriction: i64, password: &str) -> Option<HeaderValue> {
        self.with(proof(self.cms, OF_PAGES, restriction, password))
    }

    /// The cookie of somebody who knew the password of one more collection; it is signed over the stored hash.
    pub fn with_collection(&self, restriction: i64, stored: &str) -> Option<HeaderValue> {
        self.with(proof(self.cms, OF_COLLECTIONS, restriction, stored))
    }

    fn with(&self, new: String) -> Option<HeaderValue> {
        let proofs: Vec<&str> =
            [new.as_str()].into_iter().chain(self.known.iter().copied()).take(MOST).collect();
        let is_secure = self.cms.config.base_url.scheme() == "https";
        set_cookie(PASSED, &proofs.join("+"), PASSED_SECONDS, is_secure)
    }
}

fn proof(cms: &Cms, purpose: &[u8], restriction: i64, password: &str) -> String {
    let mut block = [0; 64];
    block[..cms.signing_key.len()].copy_from_slice(&cms.signing_key);
    let mut mac = Hmac::<Sha256>::new((&block).into());
    mac.update(purpose);
    mac.update(&restriction.to_be_bytes());
    mac.update(password.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
