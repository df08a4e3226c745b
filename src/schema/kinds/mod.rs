//! The open set of field kinds. A kind is one value that implements [`FieldKind`]; the [`Registry`] starts from the
//! built-in ones and takes more from whoever embeds Siskin.

mod brings;
mod computed;
mod containers;
mod links;
mod numbers;
pub(super) mod texts;
mod times;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::Field;
use super::Shape;
pub use super::load::Make;
pub use brings::{AnswerType, Input};

/// A kind of field: what the models call it, which shape its values have, which values it takes.
///
/// The shape decides how values are stored, filtered, ordered, searched, answered and typed. A kind says more only where
/// the shape is not enough: every method behind [`FieldKind::shape`] has a default.
///
/// ```
/// use siskin::extend::{Field, FieldKind, Make, Shape};
/// use siskin::extend::json::Value;
///
/// /// `{ name = "plate", type = "plate" }`
/// struct Plate;
///
/// impl FieldKind for Plate {
///     fn name(&self) -> &'static str {
///         "plate"
///     }
///
///     fn summary(&self) -> &'static str {
///         "The number on a locomotive, such as 52 8079."
///     }
///
///     fn shape(&self, _: &mut Make<'_, '_>) -> Result<Shape, String> {
///         Ok(Shape::Text)
///     }
///
///     fn accept(&self, _: &Field, value: Value) -> Result<Value, String> {
///         let digits = value.as_str().unwrap_or_default().replace(' ', "");
///         let is_plate = digits.is_empty() || (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()));
///         if is_plate { Ok(digits.into()) } else { Err("is no plate such as 52 8079".to_owned()) }
///     }
/// }
/// ```
pub trait FieldKind: Send + Sync {
    /// The name in the models: `text`.
    fn name(&self) -> &'static str;

    /// One sentence for the reference page.
    fn summary(&self) -> &'static str;

    /// The options it takes beyond those that every field has, with a few words each.
    fn options(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The shape of its values. What is wrong with the declaration is told to `make` or as the error.
    fn shape(&self, make: &mut Make<'_, '_>) -> Result<Shape, String>;

    /// Takes a value that a form or a client sent, after it has the field's shape: refuses or normalises it.
    fn accept(&self, _field: &Field, value: Value) -> Result<Value, String> {
        Ok(value)
    }

    /// Sets what an author of models would expect without saying it.
    fn presets(&self, _field: &mut Field) {}

    /// Its input in the admin. Built-in kinds have a file in the admin's theme; a kind without either is drawn as the
    /// usual kind of its shape.
    fn input(&self) -> Option<Input> {
        None
    }

    /// What the API answers instead of what the shape makes of a value. Where that is of another type,
    /// [`FieldKind::answer_type`] says which.
    fn api_value(&self, _field: &Field, _value: &Value) -> Option<Value> {
        None
    }

    /// Whether [`FieldKind::api_value`] leaves every value alone: texts are then answered without being understood first.
    fn is_answered_as_shaped(&self) -> bool {
        false
    }

    /// The type of what the API answers; `None` is the shape's. TypeScript and JSON Schema are written from it.
    fn answer_type(&self, _field: &Field) -> Option<AnswerType> {
        None
    }

    /// What readers' searches find of a stored value; `None` is what the shape gives, an empty text is nothing.
    fn search_text(&self, _field: &Field, _value: &Value) -> Option<String> {
        None
    }
}

/// What models may name without declaring it: kinds of fields, and blocks that come from the program.
#[derive(Clone)]
pub struct Registry {
    kinds: IndexMap<&'static str, Arc<dyn FieldKind>>,
    blocks: Vec<(String, String)>,
}

impl Default for Registry {
    fn default() -> Self {
        let mut registry = Self { kinds: IndexMap::new(), blocks: Vec::new() };
        let rooms = [
            texts::kinds(),
            numbers::kinds(),
            times::kinds(),
            links::kinds(),
            computed::kinds(),
            containers::kinds(),
        ];
        for kind in rooms.into_iter().flatten() {
            registry.add(kind);
        }
        registry
    }
}

impl Registry {
    /// Adds a kind, in place of one with the same name.
    pub fn add(&mut self, kind: Arc<dyn FieldKind>) {
        self.kinds.insert(kind.name(), kind);
    }

    /// Adds a block under its full name, declared as `[blocks.NAME]` of a model file is. The models are checked with
    /// it: what is wrong is told as of a file, with the line in this text.
    pub fn add_block(&mut self, name: impl Into<String>, declaration: impl Into<String>) {
        self.blocks.push((name.into(), declaration.into()));
    }

    /// The blocks of the program: full name and declaration.
    pub fn blocks(&self) -> &[(String, String)] {
        &self.blocks
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn FieldKind>> {
        self.kinds.get(name)
    }

    /// Every kind, built-in ones first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn FieldKind>> {
        self.kinds.values()
    }
}

/// A kind that needs no more than its shape and a check.
struct Simple {
    name: &'static str,
    summary: &'static str,
    options: &'static [(&'static str, &'static str)],
    shape: Shape,
    accept: fn(&Field, Value) -> Result<Value, String>,
    presets: fn(&mut Field),
}

impl Simple {
    fn new(name: &'static str, shape: Shape, summary: &'static str) -> Self {
        Self { name, summary, options: &[], shape, accept: |_, value| Ok(value), presets: |_| {} }
    }

    fn accepting(mut self, accept: fn(&Field, Value) -> Result<Value, String>) -> Self {
        self.accept = accept;
        self
    }

    fn preset(mut self, presets: fn(&mut Field)) -> Self {
        self.presets = presets;
        self
    }

    fn kind(self) -> Arc<dyn FieldKind> {
        Arc::new(self)
    }
}

impl FieldKind for Simple {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn options(&self) -> &'static [(&'static str, &'static str)] {
        self.options
    }

    fn shape(&self, _make: &mut Make<'_, '_>) -> Result<Shape, String> {
        Ok(self.shape.clone())
    }

    fn accept(&self, field: &Field, value: Value) -> Result<Value, String> {
        (self.accept)(field, value)
    }

    fn presets(&self, field: &mut Field) {
        (self.presets)(field);
    }

    fn is_answered_as_shaped(&self) -> bool {
        true
    }
}
