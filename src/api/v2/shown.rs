//! What an answer shows before it is written: a tree that costs little to make, since nobody looks anything up in it.

use std::sync::Arc;

use serde_json::Value;

use super::face::FaceField;

/// A value of an answer.
#[derive(Debug)]
pub enum Shown {
    /// One that comes as it is.
    Value(Value),
    /// Members in the order of the answer.
    Object(Vec<(Name, Shown)>),
    /// Items in the order of the answer.
    List(Vec<Shown>),
}

/// The name of a member.
#[derive(Debug)]
pub enum Name {
    /// One that every such object has.
    Fixed(&'static str),
    /// That of a field.
    Of(Arc<FaceField>),
    /// One that content decides.
    Own(String),
}

impl Name {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Of(field) => &field.name,
            Self::Own(name) => name,
        }
    }
}

impl Shown {
    /// Nothing.
    pub const NULL: Self = Self::Value(Value::Null);

    /// An object of these members.
    pub fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, shown)| (Name::Fixed(name), shown)).collect())
    }
}

impl<V: Into<Value>> From<V> for Shown {
    fn from(value: V) -> Self {
        Self::Value(value.into())
    }
}
