//! A screen of content types, each a card that leads to what there is of it.

use serde::Serialize;

use super::frame::Frame;
use super::icons;
use crate::schema::Type;

/// What `snippets/types.html` is drawn from.
#[derive(Serialize)]
pub struct TypesView {
    /// What stands around it.
    pub frame: Frame,
    /// What these types are for.
    pub lead: &'static str,
    /// What is said where there are none.
    pub empty: &'static str,
    /// The cards.
    pub types: Vec<Card>,
}

/// One type.
#[derive(Serialize)]
pub struct Card {
    url: String,
    icon: &'static str,
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

impl Card {
    /// The card of a type, which leads there.
    pub fn new(declared: &Type, url: String) -> Self {
        let (name, description) = (declared.name.clone(), declared.description.clone());
        Self { url, icon: icons::known(&declared.icon), name, description, count: None }
    }

    /// Tells how many there are.
    pub fn counting(self, count: i64) -> Self {
        Self { count: Some(count), ..self }
    }
}
