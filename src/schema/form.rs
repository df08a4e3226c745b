//! A posted form's flat names as a tree: `body.k3.value.text` becomes nested objects.
//!
//! Rows keep the order in which they were posted, whatever their tokens are called; a name that comes twice becomes
//! an array. What the values mean is for the fields to say.

use serde_json::Map;
use serde_json::Value;

/// Deepest nesting that is taken from a form; no model reaches it, and a hostile name must not.
const MAX_DEPTH: usize = 100;

/// Builds the tree. Names that begin with `_` are the form's own and are left out.
pub fn form_tree<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
    let mut tree = Map::new();
    for (name, value) in pairs {
        let steps: Vec<&str> = name.split('.').collect();
        if name.starts_with('_') || steps.len() > MAX_DEPTH {
            continue;
        }
        put(&mut tree, &steps, value);
    }
    tree
}

fn put(tree: &mut Map<String, Value>, steps: &[&str], value: &str) {
    let Some((step, rest)) = steps.split_first() else { return };
    if rest.is_empty() {
        match tree.get_mut(*step) {
            None => drop(tree.insert((*step).to_owned(), Value::from(value))),
            Some(Value::Array(values)) => values.push(Value::from(value)),
            Some(earlier) => *earlier = Value::Array(vec![earlier.take(), Value::from(value)]),
        }
        return;
    }
    let part = tree.entry((*step).to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if !part.is_object() {
        *part = Value::Object(Map::new());
    }
    if let Value::Object(part) = part {
        put(part, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_the_order_of_posting_and_repeats_become_lists() {
        let tree = form_tree([
            ("title", "A"),
            ("_action", "publish"),
            ("body._present", "1"),
            ("body.k9.type", "text"),
            ("body.k9.value", "x"),
            ("body.k2.type", "image"),
            ("tags", "a"),
            ("tags", "b"),
        ]);
        assert_eq!(
            Value::Object(tree).to_string(),
            r#"{"title":"A","body":{"_present":"1","k9":{"type":"text","value":"x"},"k2":{"type":"image"}},"tags":["a","b"]}"#
        );
    }
}
