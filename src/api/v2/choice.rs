//! Which fields an answer shows: a parsed `fields` list against the face of a type.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use super::face::Face;
use super::face::FaceField;
use super::face::Faces;
use super::face::Part;
use super::face::Relation;
use super::fields::Fields;
use super::fields::Start;
use super::source::Source;
use crate::query::Documents;
use crate::query::Extent;
use crate::schema::Shape;
use crate::schema::Target;

/// Where an object is shown, which decides its default fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As an item of a list.
    Listing,
    /// On its own.
    Detail,
    /// Inside another object.
    Nested,
}

/// The fields to show, in the order of the answer.
#[derive(Debug, Default)]
pub struct Choice {
    /// Directly in the object.
    pub body: Vec<Chosen>,
    /// Inside `meta`.
    pub meta: Vec<Chosen>,
    /// What of an object it takes to show them.
    takes: Takes,
}

/// What of an object a choice reads. It is asked for each reference to one.
#[derive(Debug, Default)]
struct Takes {
    columns: Extent,
    documents: Documents,
    /// Where the fields stand that can lead to other objects: those of the body are counted first, then those of `meta`.
    leading: Vec<usize>,
}

/// A field to show.
#[derive(Debug)]
pub struct Chosen {
    /// Which one.
    pub field: Arc<FaceField>,
    /// What to show of the object, or the objects, that it refers to.
    pub nested: Option<Choice>,
}

impl Choice {
    /// The fields of the type `label` that a list asks for; the error is the whole message.
    pub fn new(faces: &Faces, label: &str, fields: &Fields, view: View) -> Result<Self, String> {
        let face = faces.get(label);
        let known: Vec<_> =
            face.fields.iter().filter(|field| view == View::Detail || !field.detail_only).collect();
        let asked = Asked::of(face, fields, view);
        refuse_unknown(&known, &asked)?;
        let mut choice = Self::default();
        for field in known.into_iter().filter(|field| asked.names.contains(field.name.as_str())) {
            let nested = nested(faces, field, asked.nested.get(field.name.as_str()).copied())?;
            let chosen = Chosen { field: field.clone(), nested };
            match field.part {
                Part::Body => choice.body.push(chosen),
                Part::Meta => choice.meta.push(chosen),
            }
        }
        choice.takes = Takes::of(&choice);
        Ok(choice)
    }

    /// How much it shows of the documents.
    pub fn documents(&self) -> Documents {
        self.takes.documents.clone()
    }

    /// Whether nothing that it shows can lead to another object.
    pub fn is_plain(&self) -> bool {
        self.takes.leading.is_empty()
    }

    /// The fields that can lead to other objects.
    pub fn leading(&self) -> impl Iterator<Item = &Chosen> {
        let meta = |place: &usize| self.meta.get(place.checked_sub(self.body.len())?);
        self.takes.leading.iter().filter_map(move |place| self.body.get(*place).or_else(|| meta(place)))
    }

    /// How much it shows of an object at the other end of a reference. Documents of pages are read where they must be.
    pub fn extent(&self, target: &Target) -> Extent {
        let needs_documents = !matches!(self.takes.documents, Documents::Nothing);
        let is_document = matches!(target, Target::Page(_)) && needs_documents;
        if is_document { Extent::Whole } else { self.of_columns() }
    }

    /// How many columns it shows, those included that child rows show of the object that they belong to.
    pub fn of_columns(&self) -> Extent {
        self.takes.columns
    }
}

impl Takes {
    fn of(choice: &Choice) -> Self {
        let chosen = || choice.body.iter().chain(&choice.meta);
        let leads = |(_, chosen): &(usize, &Chosen)| !chosen.field.source.is_plain();
        let leading = chosen().enumerate().filter(leads).map(|(place, _)| place).collect();
        Self { columns: Self::columns(chosen()), documents: Self::documents(chosen()), leading }
    }

    fn documents<'c>(chosen: impl Iterator<Item = &'c Chosen> + Clone) -> Documents {
        let kept = |chosen: &Chosen| matches!(chosen.field.source, Source::Declared(_) | Source::Tags);
        if !chosen.clone().any(kept) {
            return Documents::Nothing;
        }
        let mut names = Vec::new();
        for chosen in chosen {
            match chosen.field.source.stored() {
                Some(stored) => names.extend(stored),
                None => return Documents::Whole,
            }
        }
        Documents::With(names)
    }

    fn columns<'c>(chosen: impl Iterator<Item = &'c Chosen>) -> Extent {
        use Source::{AliasOf, Height, Locale, Parent, SearchDescription, SeoTitle, ShowInMenus, Width};
        let extent = |chosen: &Chosen| match &chosen.field.source {
            ShowInMenus | SeoTitle | SearchDescription | AliasOf | Width | Height => Extent::Whole,
            Locale | Parent => Extent::Placed,
            Source::Declared(field) if matches!(field.shape, Shape::Children { .. } | Shape::Parent) => {
                chosen.nested.as_ref().map_or(Extent::Brief, Choice::of_columns)
            }
            _ => Extent::Brief,
        };
        chosen.map(extent).max().unwrap_or_default()
    }
}

/// The names that remain after adding and leaving out, and the lists in brackets.
struct Asked<'f> {
    names: BTreeSet<&'f str>,
    mentioned: BTreeSet<&'f str>,
    nested: HashMap<&'f str, &'f Fields>,
}

impl<'f> Asked<'f> {
    fn of(face: &'f Face, fields: &'f Fields, view: View) -> Self {
        let shown = |field: &&Arc<FaceField>| match (fields.start, view) {
            (Start::All, _) => true,
            (Start::Nothing, _) => false,
            (Start::Default, View::Listing) => field.in_listing,
            (Start::Default, View::Nested) => field.in_nested,
            (Start::Default, View::Detail) => field.in_detail,
        };
        let names = face.fields.iter().filter(shown).map(|field| field.name.as_str()).collect();
        let mut asked = Self { names, mentioned: BTreeSet::new(), nested: HashMap::new() };
        for item in &fields.items {
            asked.mentioned.insert(&item.name);
            if item.negated {
                asked.names.remove(item.name.as_str());
                continue;
            }
            asked.names.insert(&item.name);
            if let Some(nested) = &item.nested {
                asked.nested.insert(&item.name, nested);
            }
        }
        asked
    }
}

fn refuse_unknown(known: &[&Arc<FaceField>], asked: &Asked<'_>) -> Result<(), String> {
    let is_known = |name: &&str| known.iter().any(|field| field.name == **name);
    let unknown: Vec<_> = asked.mentioned.iter().copied().filter(|name| !is_known(name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(format!("unknown fields: {}", unknown.join(", "))) }
}

fn nested(faces: &Faces, field: &FaceField, asked: Option<&Fields>) -> Result<Option<Choice>, String> {
    match (&field.relation, asked) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(format!("'{}' does not support nested fields", field.name)),
        (Some(Relation { label, rows }), asked) => {
            let mut fields = asked.cloned().unwrap_or_default();
            if *rows && fields.start == Start::Default {
                fields.start = Start::All;
            }
            Choice::new(faces, label, &fields, View::Nested).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Registry;
    use crate::schema::load_texts;

    const MODELS: &str = r#"
        [images]
        expose = ["collection"]
        [types.Page]
        kind = "page"
        fields = [
            { name = "teaser", type = "text" },
            { name = "cover", type = "image" },
            { name = "see", type = "page" },
            { name = "keywords", type = "tags" },
            { name = "hero", type = "rendition", of = "cover", spec = "fill-10x10" },
            { name = "notes", type = "text", api = false },
            { name = "crew", type = "children", label = "zoo.Crew", fields = [
                { name = "keeper", type = "snippet", of = ["zoo.Keeper"] },
                { name = "role", type = "text" },
            ] },
        ]
        [types.Keeper]
        kind = "snippet"
        endpoint = "keepers"
        fields = [{ name = "name", type = "text" }, { name = "portrait", type = "image" }]
    "#;

    fn faces() -> Faces {
        let texts = [("zoo".to_owned(), MODELS.to_owned())];
        let schema = load_texts(&texts, &Registry::default()).unwrap();
        Faces::new(&schema, 2)
    }

    fn spelled(choice: &Choice) -> String {
        let name = |chosen: &Chosen| {
            let rows = chosen.field.relation.as_ref().is_some_and(|relation| relation.rows);
            let shows = chosen.nested.as_ref().filter(|_| rows || chosen.field.name == "cover");
            let nested = shows.map_or_else(String::new, |nested| format!("[{}]", spelled(nested)));
            format!("{}{nested}", chosen.field.name)
        };
        let part = |chosen: &[Chosen]| chosen.iter().map(name).collect::<Vec<_>>().join(" ");
        format!("{}/{}", part(&choice.body), part(&choice.meta))
    }

    #[test]
    fn lists_choose_from_what_a_view_shows() {
        let faces = faces();
        for (label, view, fields, shown) in [
            (
                "zoo.Page",
                View::Listing,
                "",
                "id title/type detail_url html_url slug first_published_at locale",
            ),
            ("zoo.Page", View::Nested, "", "id title/type detail_url"),
            ("zoo.Page", View::Listing, "_", "/"),
            ("zoo.Page", View::Listing, "_,teaser,title", "title teaser/"),
            ("zoo.Page", View::Listing, "_,cover", "cover[id title/type detail_url download_url]/"),
            ("zoo.Page", View::Listing, "_,cover(_,height,width)", "cover[width height/]/"),
            ("zoo.Page", View::Detail, "_,parent,locale(*)", "/parent locale"),
            ("zoo.Page", View::Listing, "_,crew", "crew[id keeper role/type detail_url]/"),
            ("zoo.Page", View::Listing, "_,crew(role)", "crew[id keeper role/type detail_url]/"),
            ("zoo.Page", View::Listing, "_,crew(_,role)", "crew[role/]/"),
            (
                "zoo.Page",
                View::Listing,
                "*,-hero,-crew,-see,-cover,-cover,-keywords,-teaser",
                "id title/type detail_url html_url slug show_in_menus seo_title search_description first_published_at alias_of locale",
            ),
            ("wagtailimages.Image", View::Listing, "", "id title/type detail_url tags download_url"),
            (
                "wagtailimages.Image",
                View::Detail,
                "",
                "id title width height collection/type detail_url tags download_url",
            ),
            ("zoo.Keeper", View::Detail, "", "id name portrait/type detail_url"),
            ("zoo.Keeper", View::Listing, "name", "id name/type detail_url"),
        ] {
            let fields = Fields::parse(fields).unwrap();
            let choice = Choice::new(&faces, label, &fields, view).unwrap();
            assert_eq!(spelled(&choice), shown, "{label} {view:?} {fields:?}");
        }
    }

    #[test]
    fn unknown_names_are_told_innermost_and_sorted() {
        let faces = faces();
        for (view, fields, message) in [
            (View::Listing, "zebra,ape,-bear", "unknown fields: ape, bear, zebra"),
            (View::Listing, "parent", "unknown fields: parent"),
            (View::Listing, "meta", "unknown fields: meta"),
            (View::Detail, "notes", "unknown fields: notes"),
            (View::Detail, "-", "unknown fields: "),
            (View::Detail, "cover(teaser)", "unknown fields: teaser"),
            (View::Detail, "see(teaser)", "unknown fields: teaser"),
            (View::Detail, "see(parent)", "unknown fields: parent"),
            (View::Detail, "keywords(name)", "unknown fields: name"),
            (View::Detail, "crew(keeper(age))", "unknown fields: age"),
            (View::Detail, "title(x)", "'title' does not support nested fields"),
            (View::Detail, "hero(url)", "'hero' does not support nested fields"),
            (View::Detail, "parent(id)", "'parent' does not support nested fields"),
        ] {
            let fields = Fields::parse(fields).unwrap();
            assert_eq!(Choice::new(&faces, "zoo.Page", &fields, view).unwrap_err(), message);
        }
    }
}
