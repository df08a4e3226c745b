//! Which id everything of the dump has here. Into an empty store all keep theirs; beside other content, those that
//! are taken get new ones, and references follow.

use std::collections::HashMap;

use serde_json::Value;

use super::identity::Identity;
use super::identity::model;
use crate::accounts::Work;
use crate::content;
use crate::content::kept::Mark;
use crate::error::Result;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::IMAGE;
use crate::schema::PAGE_FAMILY;
use crate::schema::Target;
use crate::schema::USER;
use crate::text::rich;
use crate::transfer::References;

/// Ids here by family and id there.
#[derive(Debug, Default)]
pub struct Ids {
    here: HashMap<String, HashMap<i64, i64>>,
    /// Whether numbers that the dump does not have stay as they are; beside other content they would mean
    /// something else.
    keep_strangers: bool,
}

impl Ids {
    /// No ids yet. In an empty store, references into nothing keep their numbers.
    pub fn new(keep_strangers: bool) -> Self {
        Self { here: HashMap::new(), keep_strangers }
    }

    /// Decides the ids of objects: what an earlier import gave them, their own if it is free, else a new one.
    pub async fn assign(
        &mut self,
        work: &mut Work,
        family: &str,
        ids: &[i64],
        marks: &[&Mark],
    ) -> Result<()> {
        let earlier: HashMap<i64, i64> = marks
            .iter()
            .filter(|mark| mark.family == family)
            .filter_map(|mark| Some((mark.pk.parse().ok()?, mark.id)))
            .collect();
        let taken = content::kept::taken(work, family, ids).await?;
        if let Some(highest) = ids.iter().max() {
            work.reserve(family, *highest).await?;
        }
        let here = self.here.entry(family.to_owned()).or_default();
        for &id in ids {
            let given = match earlier.get(&id) {
                Some(&given) => given,
                None if taken.contains(&id) => work.next(family).await?,
                None => id,
            };
            here.insert(id, given);
        }
        Ok(())
    }

    /// Decides one id by hand.
    pub fn set(&mut self, family: &str, there: i64, here: i64) {
        self.here.entry(family.to_owned()).or_default().insert(there, here);
    }

    /// The id here.
    pub fn get(&self, family: &str, there: i64) -> Option<i64> {
        let known = self.here.get(family).and_then(|ids| ids.get(&there)).copied();
        known.or_else(|| self.keep_strangers.then_some(there))
    }

    /// Whether every id is the one of the dump, so that no text needs another number.
    fn are_the_same(&self) -> bool {
        self.here.values().flatten().all(|(there, here)| there == here)
    }
}

/// What references of the dump mean here.
pub struct Known<'a> {
    identity: &'a Identity,
    ids: &'a Ids,
    texts_stay: bool,
}

impl<'a> Known<'a> {
    /// References as these ids say.
    pub fn new(identity: &'a Identity, ids: &'a Ids) -> Self {
        Self { identity, ids, texts_stay: ids.are_the_same() }
    }

    /// The user that a reference means.
    pub fn user(&self, reference: &Value) -> Option<i64> {
        self.id(&Target::User, reference)
    }

    /// The page that a reference means.
    pub fn page(&self, reference: &Value) -> Option<i64> {
        self.id(&Target::Page(Vec::new()), reference)
    }

    fn among(&self, model: &str, family: &str, reference: &Value) -> Option<i64> {
        self.ids.get(family, self.identity.resolve(model, reference)?)
    }
}

impl References for Known<'_> {
    fn id(&self, target: &Target, reference: &Value) -> Option<i64> {
        let special = self.identity.special();
        match target {
            Target::Page(_) => self.among(model::PAGE, PAGE_FAMILY, reference),
            Target::Image => self.among(&special.image, IMAGE, reference),
            Target::Document => self.among(&special.document, DOCUMENT, reference),
            Target::Collection => self.among(model::COLLECTION, COLLECTION, reference),
            Target::User => self.among(&special.user, USER, reference),
            Target::Snippet(labels) => {
                labels.iter().find_map(|label| self.among(&label.to_lowercase(), label, reference))
            }
        }
    }

    fn rich_text(&self, html: String) -> String {
        if self.texts_stay {
            return html;
        }
        let here = |kind, there| {
            let family = match kind {
                rich::Kind::Page => PAGE_FAMILY,
                rich::Kind::Document => DOCUMENT,
                rich::Kind::Image => IMAGE,
            };
            self.ids.get(family, there)
        };
        rich::rewrite(&html, here).into_owned()
    }
}
