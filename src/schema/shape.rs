//! The closed set of forms that a value can have. Consumers match on it, each in one file.

use std::sync::Arc;

use super::Field;
use super::field::Block;

/// The form of a field's value, whatever its kind is called.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Plain text.
    Text,
    /// Wagtail's restricted HTML.
    RichText,
    /// Markdown source.
    Markdown,
    /// A whole number.
    Integer,
    /// A floating-point number.
    Float,
    /// An exact number, kept as text.
    Decimal,
    /// True or false.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM:SS`.
    Time,
    /// RFC 3339 in UTC with six digits.
    DateTime,
    /// One of the options' values.
    Choice,
    /// Several of the options' values.
    Choices,
    /// Names, sorted.
    Tags,
    /// The address of something to embed.
    Embed,
    /// Rows of cells, as Wagtail's table block keeps them.
    Table,
    /// Any JSON.
    Json,
    /// The id of one object.
    Link(Target),
    /// The ids of several objects, in order.
    Links(Target),
    /// Named parts.
    Struct(Vec<Field>),
    /// Many values of one form.
    List(Arc<Field>),
    /// Many values, each of one of these blocks.
    Stream(Vec<Block>),
    /// Rows that belong to the object, with ids of their own and a type label.
    Children {
        /// The label that the API calls a row's type.
        label: String,
        /// What a row holds.
        fields: Vec<Field>,
    },
    /// API only: an image of this object, made by a filter spec.
    Rendition {
        /// The image field.
        of: String,
        /// The filter spec.
        spec: String,
    },
    /// API only, in a child row: the object that the row belongs to.
    Parent,
    /// API only: the label of a choice.
    ChoiceLabel {
        /// The choice field.
        of: String,
    },
    /// API only: a field of the object at the other end of a reference.
    Related {
        /// The field that refers to the object.
        of: String,
        /// The object's field.
        field: String,
    },
    /// API only: where the first filled one of several fields leads.
    Address {
        /// The fields: texts, pages, documents.
        of: Vec<String>,
    },
}

impl Shape {
    /// Whether a document holds a value of this shape; the others are computed for the API.
    pub fn is_stored(&self) -> bool {
        !matches!(
            self,
            Self::Rendition { .. }
                | Self::ChoiceLabel { .. }
                | Self::Parent
                | Self::Related { .. }
                | Self::Address { .. }
        )
    }

    /// Whether a query may filter and order by it.
    pub fn is_filterable(&self) -> bool {
        let is_whole = matches!(
            self,
            Self::RichText
                | Self::Markdown
                | Self::Table
                | Self::Json
                | Self::Struct(_)
                | Self::List(_)
                | Self::Stream(_)
                | Self::Choices
        );
        self.is_stored() && !is_whole
    }
}

/// What a reference may point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A page of any of these types; any type if empty.
    Page(Vec<String>),
    /// An image.
    Image,
    /// A document (a file).
    Document,
    /// A collection.
    Collection,
    /// A user.
    User,
    /// A snippet of any of these types.
    Snippet(Vec<String>),
}

impl Target {
    /// The family its ids are counted in; `None` for a snippet of several types, whose ids would be ambiguous.
    pub fn family(&self) -> Option<&str> {
        Some(match self {
            Self::Page(_) => super::PAGE_FAMILY,
            Self::Image => super::IMAGE,
            Self::Document => super::DOCUMENT,
            Self::Collection => super::COLLECTION,
            Self::User => super::USER,
            Self::Snippet(labels) => return labels.first().map(String::as_str),
        })
    }
}
