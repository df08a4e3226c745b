//! What a browser posted: the control fields apart, the rest as a tree with rows in order.

use serde_json::{Map, Value};

use super::node::local;
use crate::schema::Document;
use crate::schema::Shape;
use crate::schema::Type;
use crate::schema::form_tree;

/// A posted form.
pub struct Sent {
    controls: Vec<(String, String)>,
    tree: Map<String, Value>,
}

impl Sent {
    /// From the posted pairs, in their order.
    pub fn new(pairs: &[(String, String)]) -> Self {
        let controls = pairs.iter().filter(|(name, _)| name.starts_with('_')).cloned().collect();
        // Browsers post every line break as CR LF, whatever it was.
        let plain: Vec<(&str, String)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.replace("\r\n", "\n"))).collect();
        let mut tree = form_tree(plain.iter().map(|(name, value)| (*name, value.as_str())));
        tree.values_mut().for_each(number_rows);
        Self { controls, tree }
    }

    /// A control field: `_action`, `_version`.
    pub fn control(&self, name: &str) -> Option<&str> {
        self.controls.iter().find(|(control, _)| control == name).map(|(_, value)| value.as_str())
    }

    /// Whether the form asks for publication.
    pub fn publishes(&self) -> bool {
        self.control("_action") == Some("publish")
    }

    /// The version that the form was made from.
    pub fn version(&self) -> Option<i64> {
        self.control("_version")?.parse().ok()
    }

    /// The content. What nobody touched is left out where its input shows less than is stored: fractions of seconds,
    /// the kind of line breaks.
    pub fn content(mut self, declared: &Type, existing: &Document) -> Map<String, Value> {
        for field in declared.all_fields() {
            let stored = existing.get(&field.name).and_then(Value::as_str);
            let shown = match &field.shape {
                Shape::DateTime => stored.map(local),
                Shape::Text | Shape::RichText | Shape::Markdown => {
                    stored.map(|text| text.replace("\r\n", "\n"))
                }
                _ => None,
            };
            if shown.is_some()
                && self.tree.get(&field.name).and_then(Value::as_str).map(str::to_owned) == shown
            {
                self.tree.remove(&field.name);
            }
        }
        self.tree
    }
}

/// A container's rows become a list, so that problems name them as they stand, not by the browser's tokens.
fn number_rows(value: &mut Value) {
    let Value::Object(parts) = value else { return };
    parts.values_mut().for_each(number_rows);
    if parts.contains_key("_present") {
        let rows = std::mem::take(parts).into_iter().filter(|(name, _)| !name.starts_with('_'));
        *value = Value::Array(rows.map(|(_, row)| row).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_in_the_order_of_posting() {
        let pairs: Vec<(String, String)> = [
            ("_action", "publish"),
            ("_version", "7"),
            ("body._present", "1"),
            ("body.n9.type", "list"),
            ("body.n9.value._present", "1"),
            ("body.2.type", "text"),
            ("empty._present", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let sent = Sent::new(&pairs);
        assert!(sent.publishes());
        assert_eq!(sent.version(), Some(7));
        assert_eq!(
            Value::Object(sent.tree).to_string(),
            r#"{"body":[{"type":"list","value":[]},{"type":"text"}],"empty":[]}"#
        );
    }
}
