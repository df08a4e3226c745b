//! Which row has which id, and which row a reference means.
//!
//! Dumps by primary key say so themselves. Natural dumps leave the keys of pages, collections, users, groups, sites
//! and tags out and refer to them by address or name; there the ids come from what revisions remember
//! ([`super::evidence`]), else from the rows' order, and are told as new.

use std::collections::HashMap;

use serde_json::Value;

use super::dump::{Dump, Row, pk_text};
use super::evidence::{self, Evidence};
use super::natural;
use crate::error::Result;

/// Models of Wagtail and Django that are asked for by name.
pub mod model {
    /// The page itself; its type's own fields stand in a row of another model.
    pub const PAGE: &str = "wagtailcore.page";
    /// A folder of images and documents.
    pub const COLLECTION: &str = "wagtailcore.collection";
    /// A language.
    pub const LOCALE: &str = "wagtailcore.locale";
    /// A hostname and its root page.
    pub const SITE: &str = "wagtailcore.site";
    /// A saved state of a page or snippet.
    pub const REVISION: &str = "wagtailcore.revision";
    /// A group of users.
    pub const GROUP: &str = "auth.group";
    /// A tag's name.
    pub const TAG: &str = "taggit.tag";
    /// The table of model names that numbers refer to.
    pub const CONTENT_TYPE: &str = "contenttypes.contenttype";
    /// The table of permissions that numbers refer to.
    pub const PERMISSION: &str = "auth.permission";
}

/// The ids of a dump's rows.
#[derive(Debug)]
pub struct Identity {
    keys: HashMap<String, HashMap<String, i64>>,
    /// Ids of the rows that have no whole number for a key, by the row's number in the dump.
    rows: HashMap<usize, i64>,
    content_types: HashMap<i64, String>,
    permissions: HashMap<i64, Permission>,
    special: SpecialModels,
    guessed: Vec<Guessed>,
}

/// What a site may have replaced by models of its own.
#[derive(Debug, Clone)]
pub struct SpecialModels {
    /// Users.
    pub user: String,
    /// Images.
    pub image: String,
    /// Documents.
    pub document: String,
}

/// A permission as Django names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Such as `change_page`.
    pub codename: String,
    /// The model it is about, `app.model`.
    pub model: String,
}

/// Rows of a model that got ids which no dump row or revision tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guessed {
    /// The model.
    pub model: String,
    /// How many of its rows.
    pub rows: usize,
}

impl Identity {
    /// Finds out who is who.
    pub fn read(dump: &Dump) -> Result<Self> {
        let mut identity = Self {
            keys: HashMap::new(),
            rows: HashMap::new(),
            content_types: content_types(dump)?,
            permissions: HashMap::new(),
            special: special_models(dump)?,
            guessed: Vec::new(),
        };
        identity.permissions = permissions(dump, &identity)?;
        let mut told =
            if are_numbered(dump)? { Evidence::default() } else { Evidence::from_revisions(dump)? };
        identity.settle(dump, model::PAGE, &mut told)?;
        if !are_numbered(dump)? {
            told.learn_references(dump, &identity)?;
        }
        let models: Vec<String> = dump.models().map(|(model, _)| model.to_owned()).collect();
        for model in models.iter().filter(|model| *model != model::PAGE) {
            identity.settle(dump, model, &mut told)?;
        }
        Ok(identity)
    }

    /// Gives ids to the rows of a model that have no whole number for a key.
    fn settle(&mut self, dump: &Dump, model: &str, told: &mut Evidence) -> Result<()> {
        let Some(rows) = natural::keys(dump, model, self)? else { return Ok(()) };
        let mut ids: Vec<Option<i64>> =
            rows.iter().map(|row| row.id.or_else(|| told.id(model, row))).collect();
        let guessed = evidence::fill(&mut ids);
        if guessed > 0 {
            self.guessed.push(Guessed { model: model.to_owned(), rows: guessed });
        }
        let keys = self.keys.entry(model.to_owned()).or_default();
        for (row, id) in rows.into_iter().zip(ids).filter_map(|(row, id)| Some((row, id?))) {
            self.rows.insert(row.number, id);
            if let Some(key) = row.other_key {
                keys.entry(key).or_insert(id);
            }
            keys.insert(row.key, id);
        }
        Ok(())
    }

    /// The id of a row. A row of a page's type has its page's id.
    pub fn id_of(&self, row: &Row) -> Option<i64> {
        if let Some(id) =
            row.pk.as_ref().and_then(Value::as_i64).or_else(|| self.rows.get(&row.number).copied())
        {
            return Some(id);
        }
        let (name, value) = row.fields.iter().find(|(name, _)| name.ends_with("_ptr"))?;
        let parent_model = if name == "page_ptr" { model::PAGE } else { row.model.as_str() };
        self.resolve(parent_model, value)
    }

    /// The id that a reference to a row of `model` means; `None` for null and for what the dump does not have.
    pub fn resolve(&self, model: &str, reference: &Value) -> Option<i64> {
        match reference {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => {
                let known = self.keys.get(model).and_then(|keys| keys.get(&pk_text(reference)));
                known.copied().or_else(|| text.parse().ok())
            }
            Value::Array(_) => self.keys.get(model)?.get(&natural::reference_key(reference)).copied(),
            _ => None,
        }
    }

    /// The model, `app.model`, that a content type reference means.
    pub fn content_type(&self, reference: &Value) -> Option<String> {
        match reference {
            Value::Number(number) => self.content_types.get(&number.as_i64()?).cloned(),
            Value::Array(parts) => match parts.as_slice() {
                [app, model] => Some(format!("{}.{}", app.as_str()?, model.as_str()?)),
                _ => None,
            },
            Value::String(label) => Some(label.to_lowercase()),
            _ => None,
        }
    }

    /// The permission that a reference means.
    pub fn permission(&self, reference: &Value) -> Option<Permission> {
        match reference {
            Value::Number(number) => self.permissions.get(&number.as_i64()?).cloned(),
            Value::Array(parts) => match parts.as_slice() {
                [codename, app, model] => Some(Permission {
                    codename: codename.as_str()?.to_owned(),
                    model: format!("{}.{}", app.as_str()?, model.as_str()?),
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The site's own models for users, images and documents, or Wagtail's.
    pub fn special(&self) -> &SpecialModels {
        &self.special
    }

    /// Which ids neither the dump nor its revisions tell.
    pub fn guessed(&self) -> &[Guessed] {
        &self.guessed
    }
}

/// Whether pages have their numbers, and revisions need not be asked.
fn are_numbered(dump: &Dump) -> Result<bool> {
    Ok(dump.rows(model::PAGE).next().transpose()?.is_none_or(|page| page.id().is_some()))
}

fn content_types(dump: &Dump) -> Result<HashMap<i64, String>> {
    let rows = dump.rows(model::CONTENT_TYPE);
    let named = rows.map(|row| row.map(|row| (row.pk.as_ref().and_then(Value::as_i64), row)));
    let mut found = HashMap::new();
    for named in named {
        if let (Some(pk), row) = named? {
            found.insert(pk, format!("{}.{}", row.text("app_label"), row.text("model")));
        }
    }
    Ok(found)
}

fn permissions(dump: &Dump, identity: &Identity) -> Result<HashMap<i64, Permission>> {
    let mut found = HashMap::new();
    for row in dump.rows(model::PERMISSION) {
        let row = row?;
        let named =
            row.pk.as_ref().and_then(Value::as_i64).zip(identity.content_type(row.get("content_type")));
        if let Some((pk, model)) = named {
            found.insert(pk, Permission { codename: row.text("codename").to_owned(), model });
        }
    }
    Ok(found)
}

/// Tells the site's own models by the columns that only users, images or documents have.
fn special_models(dump: &Dump) -> Result<SpecialModels> {
    let mut special = SpecialModels {
        user: "auth.user".to_owned(),
        image: "wagtailimages.image".to_owned(),
        document: "wagtaildocs.document".to_owned(),
    };
    for (model, _) in dump.models() {
        let Some(first) = dump.rows(model).next().transpose()? else { continue };
        let has = |fields: &[&str]| fields.iter().all(|field| first.fields.contains_key(*field));
        if has(&["password", "last_login", "is_active"]) {
            special.user = model.to_owned();
        } else if has(&["file", "width", "height", "collection"]) {
            special.image = model.to_owned();
        } else if has(&["file", "collection", "title", "uploaded_by_user"]) {
            special.document = model.to_owned();
        }
    }
    Ok(special)
}
