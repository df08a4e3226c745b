//! Which models of a dump are content, and what was seen of their fields.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Map;
use serde_json::Value;

use super::observe::Observed;
use crate::error::Result;
use crate::transfer::wagtail::dump::Dump;
use crate::transfer::wagtail::dump::Row;
use crate::transfer::wagtail::evidence::content_of;
use crate::transfer::wagtail::identity::Identity;
use crate::transfer::wagtail::identity::model;
use crate::transfer::wagtail::source::MACHINERY;

/// A model that becomes a content type.
#[derive(Debug, Default)]
pub struct Found {
    /// `app.model`.
    pub model: String,
    /// Whether it is a page type.
    pub is_page: bool,
    /// Whether its rows have a draft side.
    pub has_drafts: bool,
    /// Whether its rows have a locale.
    pub has_locales: bool,
    /// Its own fields in order.
    pub fields: IndexMap<String, Observed>,
    /// Its child rows: the relation's name, the model of the rows, and whether the name is only the model's.
    pub children: IndexMap<String, (String, bool)>,
    /// Whether its objects have tags.
    pub has_tags: bool,
    /// The models of its parents' pages.
    pub parents: BTreeSet<String>,
    /// How many rows there are.
    pub rows: usize,
    /// The names of its columns; a revision may remember fields that are gone.
    pub in_rows: HashSet<String>,
}

/// Everything that the derivation knows.
#[derive(Debug, Default)]
pub struct Site {
    /// The content types.
    pub types: IndexMap<String, Found>,
    /// The rows of child relations, by model.
    pub rows: IndexMap<String, IndexMap<String, Observed>>,
    /// The primary keys of every model that something could refer to.
    pub ids: HashMap<String, BTreeSet<i64>>,
}

/// Columns that every page, snippet with drafts or translatable row has, beside those that are no fields.
const MIXED_IN: &[&str] =
    &["title", "slug", "seo_title", "show_in_menus", "search_description", "tagged_items"];

/// Reads every row and revision of the site's own models.
pub fn find(dump: &Dump, identity: &Identity) -> Result<Site> {
    let mut site = Site::default();
    let page_models = page_models(dump, identity, &mut site)?;
    let tagged = tagged_models(dump, identity, &page_models)?;
    from_revisions(dump, identity, &page_models, &mut site)?;
    let own: Vec<String> =
        dump.models().map(|(model, _)| model.to_owned()).filter(|m| is_own(m, identity)).collect();
    let children = child_models(dump, identity, &own, &page_models, &mut site)?;
    for model in own.iter().filter(|model| !children.contains(*model) && !is_tagging(dump, model)) {
        let is_page = page_models.values().any(|page| page == model);
        let found = site.types.entry(model.clone()).or_default();
        (found.model, found.is_page) = (model.clone(), is_page);
        for row in dump.rows(model) {
            add_row(found, &row?, is_page);
        }
    }
    for found in site.types.values_mut().filter(|found| !found.in_rows.is_empty()) {
        let (in_rows, children) = (&found.in_rows, &found.children);
        found.fields.retain(|name, seen| {
            in_rows.contains(name) || children.contains_key(name) || seen.rows.is_some()
        });
    }
    for (model, found) in &mut site.types {
        found.model.clone_from(model);
        found.has_tags |= tagged.contains(model);
    }
    for model in dump.models().map(|(model, _)| model).collect::<Vec<_>>() {
        let ids: BTreeSet<i64> = dump.rows(model).flatten().filter_map(|row| identity.id_of(&row)).collect();
        site.ids.insert(model.to_owned(), ids);
    }
    Ok(site)
}

/// Whether a model is the site's own content, not machinery of Django or Wagtail.
fn is_own(model: &str, identity: &Identity) -> bool {
    let app = model.split('.').next().unwrap_or_default();
    let machinery = app.starts_with("wagtail")
        || ["auth", "taggit", "contenttypes", "sessions", "admin", "sites", "simple_translation"]
            .contains(&app)
        || model.ends_with("rendition");
    let special = identity.special();
    !machinery && ![&special.user, &special.image, &special.document].contains(&&model.to_owned())
}

/// The type of every page, by id; types get their place and their parents' types.
fn page_models(dump: &Dump, identity: &Identity, site: &mut Site) -> Result<HashMap<i64, String>> {
    let mut models = HashMap::new();
    let mut by_path: HashMap<String, String> = HashMap::new();
    for row in dump.rows(model::PAGE) {
        let row = row?;
        let Some(model) = identity.content_type(row.get("content_type")) else { continue };
        by_path.insert(row.text("path").to_owned(), model.clone());
        if let Some(id) = identity.id_of(&row) {
            models.insert(id, model.clone());
        }
        if model == model::PAGE {
            continue;
        }
        let found = site.types.entry(model).or_default();
        (found.is_page, found.rows) = (true, found.rows + 1);
        let above = row.text("path").len().saturating_sub(4);
        found.parents.extend(row.text("path").get(..above).and_then(|path| by_path.get(path)).cloned());
    }
    Ok(models)
}

fn is_tagging(dump: &Dump, model: &str) -> bool {
    let first = dump.rows(model).next().and_then(Result::ok);
    first.is_some_and(|row| {
        row.fields.contains_key("tag")
            && row
                .fields
                .keys()
                .all(|f| matches!(f.as_str(), "tag" | "content_object" | "content_type" | "object_id"))
    })
}

/// The models whose objects have tags.
fn tagged_models(dump: &Dump, identity: &Identity, pages: &HashMap<i64, String>) -> Result<HashSet<String>> {
    let mut tagged = HashSet::new();
    for model in dump.models().map(|(model, _)| model).filter(|model| is_tagging(dump, model)) {
        for row in dump.rows(model) {
            let row = row?;
            let page = identity
                .resolve(model::PAGE, row.get("content_object"))
                .and_then(|id| pages.get(&id).cloned());
            tagged.extend(identity.content_type(row.get("content_type")).or(page));
        }
    }
    Ok(tagged)
}

/// Revisions hold fields in the order of declaration, and child rows under the names of their relations.
fn from_revisions(
    dump: &Dump,
    identity: &Identity,
    pages: &HashMap<i64, String>,
    site: &mut Site,
) -> Result<()> {
    for row in dump.rows(model::REVISION) {
        let row = row?;
        let content = content_of(&row);
        let by_page = || {
            row.get("object_id").as_str().and_then(|id| id.parse().ok()).and_then(|id: i64| pages.get(&id))
        };
        let Some(model) = identity.content_type(row.get("content_type")).or_else(|| by_page().cloned())
        else {
            continue;
        };
        if is_own(&model, identity) {
            let is_page = pages.values().any(|page| *page == model);
            add_fields(site.types.entry(model).or_default(), &content, is_page);
        }
    }
    Ok(())
}

fn add_row(found: &mut Found, row: &Row, is_page: bool) {
    if !is_page {
        found.rows += 1;
        found.has_drafts |= row.fields.contains_key("live_revision");
        found.has_locales |= row.fields.contains_key("translation_key");
    }
    found.in_rows.extend(row.fields.keys().cloned());
    add_fields(found, &row.fields, is_page);
}

fn is_mixed_in(name: &str) -> bool {
    MACHINERY.contains(&name) || MIXED_IN.contains(&name)
}

fn add_fields(found: &mut Found, fields: &Map<String, Value>, is_page: bool) {
    let is_drafted = fields.contains_key("live_revision") || fields.contains_key("latest_revision");
    let titled = is_page || (is_drafted && fields.contains_key("draft_title"));
    for (name, value) in fields {
        let own_title = name == "title" && !titled;
        if (is_mixed_in(name) && !own_title) || name.ends_with("_ptr") {
            continue;
        }
        let is_rows =
            value.as_array().is_some_and(|rows| rows.first().is_some_and(|row| row.get("pk").is_some()));
        if is_rows && value[0].get("tag").is_some() && value[0].get("content_object").is_some() {
            found.has_tags = true;
            continue;
        }
        found.fields.entry(name.clone()).or_default().add(value);
    }
}

/// Finds the models of child rows: those that revisions show inside their page, and those that are sorted beneath one.
fn child_models(
    dump: &Dump,
    identity: &Identity,
    own: &[String],
    pages: &HashMap<i64, String>,
    site: &mut Site,
) -> Result<HashSet<String>> {
    let mut children = HashSet::new();
    for model in own {
        let Some(first) = dump.rows(model).next().transpose()? else { continue };
        let Some((key, owners)) = owner_field(dump, identity, &first, pages)? else { continue };
        let names: BTreeSet<&String> = first.fields.keys().collect();
        let mut is_child = false;
        for owner in owners {
            let Some(found) = site.types.get_mut(&owner) else { continue };
            let told = found.fields.iter().find(|(_, seen)| {
                let rows = seen.rows.as_ref();
                rows.is_some_and(|rows| names.iter().all(|name| rows.parts.contains_key(*name)))
            });
            let told = told.map(|(name, _)| name.clone());
            if told.is_none() && !first.fields.contains_key("sort_order") {
                continue;
            }
            let name = told.clone().unwrap_or_else(|| model.clone());
            found.children.insert(name, (model.clone(), told.is_none()));
            is_child = true;
        }
        if is_child {
            let seen = site.rows.entry(model.clone()).or_default();
            for row in dump.rows(model) {
                for (name, value) in
                    row?.fields.iter().filter(|(name, _)| **name != key && *name != "sort_order")
                {
                    seen.entry(name.clone()).or_default().add(value);
                }
            }
            children.insert(model.clone());
        }
    }
    Ok(children)
}

/// The field by which rows belong to a page, and the types of those pages.
fn owner_field(
    dump: &Dump,
    identity: &Identity,
    first: &Row,
    pages: &HashMap<i64, String>,
) -> Result<Option<(String, BTreeSet<String>)>> {
    if first.fields.keys().any(|field| field.ends_with("_ptr"))
        || first.pk.as_ref().and_then(Value::as_i64).is_some_and(|pk| pages.get(&pk) == Some(&first.model))
    {
        return Ok(None);
    }
    let app = first.model.split('.').next().unwrap_or_default();
    let likely = |field: &&String| {
        let value = first.get(field.as_str());
        value.is_array() || value.is_i64()
    };
    for field in first.fields.keys().filter(likely).filter(|field| !field.starts_with("link")) {
        let mut owners = BTreeSet::new();
        let mut is_owner = true;
        for row in dump.rows(&first.model) {
            let row = row?;
            let owner = identity.resolve(model::PAGE, row.get(field)).and_then(|id| pages.get(&id));
            is_owner &= owner.is_some_and(|owner| owner.split('.').next() == Some(app));
            owners.extend(owner.cloned());
        }
        if is_owner && owners.len() == 1 {
            return Ok(Some((field.clone(), owners)));
        }
    }
    Ok(None)
}
