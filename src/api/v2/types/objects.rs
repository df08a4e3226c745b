//! The forms of whole objects: for each type, what a detail, a list and a reference show of it unasked, and what they
//! can show at all.

use indexmap::IndexMap;

use super::form::Form;
use super::form::Part;
use super::form::Writing;
use super::values;
use crate::api::v2::face::FaceField;
use crate::api::v2::face::Faces;
use crate::api::v2::face::Part as Place;
use crate::api::v2::face::REDIRECT;
use crate::api::v2::renditions::RENDITIONS;
use crate::api::v2::source::Source;
use crate::schema::COLLECTION;
use crate::schema::DOCUMENT;
use crate::schema::Field;
use crate::schema::IMAGE;
use crate::schema::Kind;
use crate::schema::PAGE;
use crate::schema::Schema;
use crate::schema::USER;

/// The labels of every page type.
pub const PAGE_TYPE: &str = "PageType";
/// Renditions of images, by the image's id and the filter spec.
const RENDITIONS_BY_IMAGE: &str = "RenditionsByImage";
/// A page above or beside another.
pub const PAGE_LINK: &str = "PageLink";

/// What of an object is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// What its own address shows unasked.
    Detail,
    /// What a list shows unasked.
    Listed,
    /// What a reference shows unasked.
    Nested,
    /// Whatever `fields` asks for.
    Asked,
}

impl Showing {
    /// What is shown of an object that this one refers to.
    pub fn nested(self) -> Self {
        if self == Self::Asked { Self::Asked } else { Self::Nested }
    }

    /// What follows a type's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Detail => "",
            Self::Listed => ".listed",
            Self::Nested => ".nested",
            Self::Asked => ".asked",
        }
    }

    fn shows(self, field: &FaceField) -> bool {
        match self {
            Self::Detail => field.in_detail,
            Self::Listed => field.in_listing && !field.detail_only,
            Self::Nested => field.in_nested && !field.detail_only,
            Self::Asked => true,
        }
    }
}

/// Makes forms of objects.
pub struct Objects<'a> {
    schema: &'a Schema,
    faces: &'a Faces,
}

/// The names of all types that answers show, those that every site has first.
pub fn labels(schema: &Schema) -> Vec<String> {
    let mut labels: Vec<String> =
        [PAGE, IMAGE, DOCUMENT, REDIRECT, COLLECTION, USER].map(str::to_owned).to_vec();
    let shown =
        schema.types().filter(|declared| matches!(declared.kind, Kind::Page | Kind::Form | Kind::Snippet));
    labels.extend(shown.map(|declared| declared.label.clone()));
    labels
}

/// Every named form.
pub fn definitions(schema: &Schema, faces: &Faces) -> IndexMap<String, Form> {
    let objects = Objects { schema, faces };
    let mut all = shared(schema);
    for label in labels(schema) {
        let views: &[Showing] = match label.as_str() {
            PAGE => &[Showing::Listed, Showing::Nested, Showing::Asked],
            label if faces.endpoint(label).is_none() => &[Showing::Nested, Showing::Asked],
            _ => &[Showing::Detail, Showing::Listed, Showing::Nested, Showing::Asked],
        };
        for view in views {
            all.insert(format!("{label}{}", view.suffix()), objects.object(&label, *view));
        }
    }
    all
}

/// The forms that no type declares.
fn shared(schema: &Schema) -> IndexMap<String, Form> {
    let text = |name: &str| Part::new(name, Form::Text);
    let made = Form::Object(vec![
        text("url"),
        text("full_url"),
        Part::new("width", Form::Integer),
        Part::new("height", Form::Integer),
        text("alt"),
    ]);
    let broken = Form::Object(vec![Part::new("error", Form::Literal("SourceImageIOError".to_owned()))]);
    let block_image = Form::Object(vec![
        Part::new("id", Form::Integer),
        text("title"),
        Part::new(
            "meta",
            Form::Object(vec![
                Part::new("type", Form::Literal(IMAGE.to_owned())),
                Part::new("download_url", Form::Text.or_null()),
                Part::new("rendition", Form::Named(values::RENDITION.to_owned())),
            ]),
        ),
    ]);
    let by_spec = Form::Map(Box::new(Form::Named(values::RENDITION.to_owned())));
    let pages = schema.pages().map(|declared| declared.label.as_str());
    let link = Form::Object(vec![
        Part::new("id", Form::Integer),
        Part::new(
            "meta",
            Form::Object(vec![
                Part::new("type", Form::Named(PAGE_TYPE.to_owned())),
                text("detail_url"),
                Part::new("html_url", Form::Text.or_null()),
            ]),
        ),
        text("title"),
    ]);
    IndexMap::from([
        (values::RENDITION.to_owned(), Form::Union(vec![made, broken])),
        (values::BLOCK_IMAGE.to_owned(), block_image),
        (RENDITIONS_BY_IMAGE.to_owned(), Form::Map(Box::new(by_spec))),
        (PAGE_TYPE.to_owned(), Form::literals(pages)),
        (PAGE_LINK.to_owned(), link),
    ])
}

impl Objects<'_> {
    /// The form of an object of a type, by name.
    pub fn name(&self, label: &str, view: Showing) -> Form {
        Form::Named(format!("{label}{}", view.suffix()))
    }

    /// A field that a type declares.
    pub fn field(&self, label: &str, name: &str) -> Option<&Field> {
        self.schema.get(label)?.field(name)
    }

    /// A child row: it shows everything unasked.
    pub fn row(&self, label: &str, fields: &[Field], owner: &str, view: Showing) -> Form {
        let own = if view == Showing::Asked { Showing::Asked } else { Showing::Detail };
        self.assembled(label, fields, owner, own)
    }

    fn object(&self, label: &str, view: Showing) -> Form {
        let fields = self.schema.get(label).map(|declared| declared.fields.as_slice()).unwrap_or_default();
        let form = self.assembled(label, fields, label, view);
        match form {
            Form::Object(mut parts) if view != Showing::Nested => {
                let renditions = Form::Named(RENDITIONS_BY_IMAGE.to_owned());
                parts.push(Part::optional(RENDITIONS, renditions));
                Form::Object(parts)
            }
            form => form,
        }
    }

    fn assembled(&self, label: &str, fields: &[Field], owner: &str, view: Showing) -> Form {
        let (mut ids, mut meta, mut body) = (Vec::new(), Vec::new(), Vec::new());
        for field in self.faces.get(label).fields.iter().filter(|field| view.shows(field)) {
            let Some(form) = self.source(field, label, fields, owner, view) else { continue };
            let part = Part { name: field.name.clone(), form, is_optional: view == Showing::Asked };
            match (&field.source, field.part) {
                (Source::Id, _) => ids.push(part),
                (_, Place::Meta) => meta.push(part),
                (_, Place::Body) => body.push(part),
            }
        }
        let mut parts = ids;
        let is_optional = view == Showing::Asked;
        parts.push(Part { name: "meta".to_owned(), form: Form::Object(meta), is_optional });
        parts.extend(body);
        Form::Object(parts)
    }

    /// The form of one field; `None` where the key is left out.
    fn source(
        &self,
        field: &FaceField,
        label: &str,
        fields: &[Field],
        owner: &str,
        view: Showing,
    ) -> Option<Form> {
        Some(match &field.source {
            Source::Id | Source::Width | Source::Height => match field.source {
                Source::Id => Form::Integer,
                _ => Form::Integer.or_null(),
            },
            Source::Type if label == PAGE => Form::Named(PAGE_TYPE.to_owned()),
            Source::Type => Form::Literal(label.to_owned()),
            Source::DetailUrl => self.faces.endpoint(label).map(|_| Form::Text)?,
            Source::Title | Source::Slug | Source::SeoTitle | Source::SearchDescription => Form::Text,
            Source::OldPath => Form::Text,
            Source::HtmlUrl | Source::DownloadUrl | Source::Location | Source::Locale => Form::Text.or_null(),
            Source::ShowInMenus => Form::Boolean,
            Source::FirstPublishedAt => Form::Written(Writing::DateTime).or_null(),
            Source::AliasOf | Source::Parent => Form::Named(PAGE_LINK.to_owned()).or_null(),
            Source::Tags => Form::Text.list(),
            Source::Collection => self.name(COLLECTION, view.nested()).or_null(),
            Source::Declared(declared) => values::field(self, declared, fields, owner, view),
        })
    }
}
