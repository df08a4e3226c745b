//! The forms that a value in an answer can have.

use crate::schema::AnswerType;

/// The form of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Any text.
    Text,
    /// A text that is written in a certain way.
    Written(Writing),
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Any JSON.
    Any,
    /// Exactly this text.
    Literal(String),
    /// What a field's kind says of itself.
    Own(AnswerType),
    /// A list.
    Array(Box<Form>),
    /// An object whose names are data.
    Map(Box<Form>),
    /// An object with these parts and no others.
    Object(Vec<Part>),
    /// One of these.
    Union(Vec<Form>),
    /// A form that has a name.
    Named(String),
}

/// A text that is written in a certain way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// `2026-11-20T12:00:00Z`
    DateTime,
    /// `2026-11-20`
    Date,
    /// `12:00:00`
    Time,
    /// `12.50`
    Decimal,
    /// HTML or Markdown, as `rich_text_format` says.
    RichText,
    /// Markdown.
    Markdown,
}

/// A named part of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it is.
    pub form: Form,
    /// Whether the object may do without.
    pub is_optional: bool,
}

impl Part {
    /// A part that is always there.
    pub fn new(name: &str, form: Form) -> Self {
        Self { name: name.to_owned(), form, is_optional: false }
    }

    /// A part that may be missing.
    pub fn optional(name: &str, form: Form) -> Self {
        Self { is_optional: true, ..Self::new(name, form) }
    }
}

impl Form {
    /// This or nothing.
    pub fn or_null(self) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Union(mut forms) => {
                if !forms.contains(&Self::Null) {
                    forms.push(Self::Null);
                }
                Self::Union(forms)
            }
            form => Self::Union(vec![form, Self::Null]),
        }
    }

    /// A list of these.
    pub fn list(self) -> Self {
        Self::Array(Box::new(self))
    }

    /// One of these texts.
    pub fn literals<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self::Union(texts.into_iter().map(|text| Self::Literal(text.to_owned())).collect())
    }
}
