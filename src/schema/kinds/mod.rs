//! The open set of field kinds. A kind is one value that implements [`FieldKind`]; the [`Registry`] starts from the
//! built-in ones and takes more from whoever embeds Siskin.

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

/// A kind of field: what the models call it, which shape its values have, which values it takes.
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

    /// The template of its input in the admin, for a kind from outside; built-in kinds have a file in the theme.
    fn input_template(&self) -> Option<&'static str> {
        None
    }
}

/// The kinds that models may name.
#[derive(Clone)]
pub struct Registry(IndexMap<&'static str, Arc<dyn FieldKind>>);

impl Default for Registry {
    fn default() -> Self {
        let mut registry = Self(IndexMap::new());
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
        self.0.insert(kind.name(), kind);
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn FieldKind>> {
        self.0.get(name)
    }

    /// Every kind, built-in ones first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn FieldKind>> {
        self.0.values()
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
}
