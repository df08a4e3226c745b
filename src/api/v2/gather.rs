//! What subjects refer to, as far as a choice shows it: a walk of the declared shapes over the documents that makes no
//! answer. Objects are loaded a level at a time, so that an answer is put together once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::choice::Choice;
use super::choice::Chosen;
use super::object::Subject;
use super::rich::Format;
use super::room::MOST_OBJECTS;
use super::shape::Among;
use super::shape::Beside;
use super::shape::Siblings;
use super::show::Setting;
use super::source::Source;
use crate::error::Result;
use crate::query::Extent;
use crate::query::Item;
use crate::query::Library;
use crate::query::Reference;
use crate::schema::Block;
use crate::schema::DOCUMENT;
use crate::schema::Field;
use crate::schema::PAGE_FAMILY;
use crate::schema::Shape;
use crate::schema::Target;
use crate::store::Conn;
use crate::text::rich;

/// Loads what the subjects refer to, one statement a level of nesting. Gives the images that each of them shows, if
/// renditions of them are asked for.
pub async fn all(
    conn: &mut Conn,
    setting: &Setting<'_>,
    library: &mut Library,
    (subjects, choice): (&[Subject<'_>], &Choice),
) -> Result<Vec<BTreeSet<i64>>> {
    loop {
        let mut walk = Walk { setting, library, objects: 0, images: BTreeSet::new(), leads_further: false };
        let images = subjects.iter().map(|subject| walk.images_of(*subject, choice)).collect();
        let leads_further = walk.leads_further;
        if !library.load(conn).await? || !leads_further {
            return Ok(images);
        }
    }
}

struct Walk<'a> {
    setting: &'a Setting<'a>,
    library: &'a mut Library,
    objects: usize,
    images: BTreeSet<i64>,
    /// Whether an object that is still to be loaded may lead to others.
    leads_further: bool,
}

impl Walk<'_> {
    fn images_of(&mut self, subject: Subject<'_>, choice: &Choice) -> BTreeSet<i64> {
        self.subject(subject, choice);
        std::mem::take(&mut self.images)
    }

    fn wants_renditions(&self) -> bool {
        !self.setting.renditions.is_empty()
    }

    fn subject(&mut self, subject: Subject<'_>, choice: &Choice) {
        self.objects += 1;
        if self.objects > MOST_OBJECTS {
            return;
        }
        choice.leading().for_each(|chosen| self.chosen(subject, chosen));
    }

    fn chosen(&mut self, subject: Subject<'_>, chosen: &Chosen) {
        let nested = chosen.nested.as_ref();
        match (&chosen.field.source, subject) {
            (Source::Declared(field), Subject::Item(item)) => {
                let siblings = Siblings::of_item(self.setting.schema, item);
                self.field(&siblings, field, nested);
            }
            (Source::Declared(field), Subject::Row { row, fields, owner, .. }) => {
                let siblings = Siblings { among: Among::Row(row), fields: Beside::Fields(fields), owner };
                self.field(&siblings, field, nested);
            }
            (Source::AliasOf, Subject::Item(item)) => self.relative(item.alias_of.map(Reference::page)),
            (Source::Parent, Subject::Item(item)) => self.relative(item.parent.map(Reference::Page)),
            (Source::Location, Subject::Redirect(redirect)) => {
                self.relative(redirect.page.map(Reference::page))
            }
            _ => {}
        }
    }

    /// A page above or beside, which is told only where it stands in what may be seen.
    fn relative(&mut self, reference: Option<Reference<'_>>) {
        reference.map(|reference| self.want(reference, Extent::Placed));
    }

    fn want(&mut self, reference: Reference<'_>, extent: Extent) -> Option<Arc<Item>> {
        self.library.want(reference, extent)
    }

    /// The value of a field of an object or a row.
    fn field(&mut self, siblings: &Siblings<'_>, field: &Field, nested: Option<&Choice>) {
        if let (Shape::Link(target), Some(nested)) = (&field.shape, nested) {
            return self.link(target, siblings.id(field), nested);
        }
        let stored = || siblings.value(&field.name);
        match (&field.shape, nested) {
            (Shape::RichText, _) if !self.looks_into_rich_text() => {}
            (Shape::Links(target), Some(nested)) => {
                let ids = stored().as_array().into_iter().flatten();
                ids.for_each(|id| self.link(target, id.as_i64(), nested));
            }
            (Shape::Children { label, fields }, Some(nested)) => {
                let owner = siblings.owner;
                for row in stored().as_array().into_iter().flatten().filter_map(Value::as_object) {
                    self.subject(Subject::Row { row, label, fields, owner }, nested);
                }
            }
            (Shape::Parent, Some(nested)) => self.subject(Subject::Item(siblings.owner), nested),
            (Shape::Rendition { of, .. }, _) => self.image(siblings.value(of).as_i64()),
            (Shape::Related { of, .. }, _) => self.through(siblings, of, Extent::Whole),
            (Shape::Address { of }, _) => of.iter().for_each(|of| self.through(siblings, of, Extent::Brief)),
            _ => self.within(field, stored()),
        }
    }

    fn link(&mut self, target: &Target, id: Option<i64>, nested: &Choice) {
        let (Some(family), Some(id)) = (target.family(), id) else { return };
        if matches!(target, Target::Collection | Target::User) {
            return;
        }
        if *target == Target::Image && self.wants_renditions() {
            self.image(Some(id));
        }
        let item = self.want(Reference::Id(family, id), nested.extent(target));
        if nested.is_plain() {
            return;
        }
        match item {
            Some(item) => self.subject(Subject::Item(&item), nested),
            None => self.leads_further = true,
        }
    }

    /// The object that the field `of` refers to, for a field beside it that tells of it.
    fn through(&mut self, siblings: &Siblings<'_>, of: &str, extent: Extent) {
        let target = siblings.field(of).and_then(|field| match &field.shape {
            Shape::Link(target) => target.family(),
            _ => None,
        });
        if let (Some(family), Some(id)) = (target, siblings.value(of).as_i64()) {
            self.want(Reference::Id(family, id), extent);
        }
    }

    fn image(&mut self, id: Option<i64>) {
        if let Some(id) = id {
            self.images.insert(id);
            self.want(Reference::image(id), Extent::Whole);
        }
    }

    /// A value that stands for itself, or stands in a block.
    fn within(&mut self, field: &Field, stored: &Value) {
        match &field.shape {
            Shape::RichText => self.rich_text(stored.as_str().unwrap_or_default()),
            Shape::Struct(fields) => {
                let shown = fields.iter().filter(|field| field.options.api);
                shown.for_each(|field| self.within(field, stored.get(&field.name).unwrap_or(&Value::Null)));
            }
            Shape::List(item) => {
                let entries = stored.as_array().into_iter().flatten();
                entries.filter_map(|entry| entry.get("value")).for_each(|value| self.within(item, value));
            }
            Shape::Stream(blocks) => {
                stored.as_array().into_iter().flatten().for_each(|entry| self.block(blocks, entry));
            }
            Shape::Link(Target::Image) if field.options.api_rendition.is_some() => {
                self.image(stored.as_i64())
            }
            Shape::Link(Target::Image) if self.wants_renditions() => self.image(stored.as_i64()),
            Shape::Links(Target::Image) if self.wants_renditions() => {
                stored.as_array().into_iter().flatten().for_each(|id| self.image(id.as_i64()));
            }
            _ => {}
        }
    }

    fn block(&mut self, blocks: &[Block], entry: &Value) {
        let name = entry.get("type").and_then(Value::as_str);
        let block = blocks.iter().find(|block| Some(block.name.as_str()) == name);
        if let (Some(block), Some(value)) = (block, entry.get("value")) {
            self.within(&block.field, value);
        }
    }

    fn expands_rich_text(&self) -> bool {
        matches!(self.setting.format, Format::Html | Format::Markdown)
    }

    fn looks_into_rich_text(&self) -> bool {
        self.expands_rich_text() || self.wants_renditions()
    }

    fn rich_text(&mut self, stored: &str) {
        if !self.looks_into_rich_text() {
            return;
        }
        for (kind, id) in rich::references(stored) {
            let family = match kind {
                rich::Kind::Image => {
                    self.image(Some(id));
                    continue;
                }
                rich::Kind::Page => PAGE_FAMILY,
                rich::Kind::Document => DOCUMENT,
            };
            if self.expands_rich_text() {
                self.want(Reference::Id(family, id), Extent::Brief);
            }
        }
    }
}
