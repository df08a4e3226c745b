//! What a kind from outside brings along beyond its values: the input of its form, and what API clients are told.

use serde_json::Value;

/// The input of a kind in the admin's forms.
///
/// `template` is what stands between a field's label and its problems, in Tera. It sees the field as `f`: `f.name`,
/// `f.id`, `f.value`, `f.label`, `f.required`, `f.options`; `{{ <field.says f={f} /> }}` writes the attributes that
/// every input has (`id`, `name`, what describes it, whether it is wrong). What it posts under `f.name` is what
/// [`super::FieldKind::accept`] gets after the shape has read it.
///
/// `script` is an ECMAScript module that every screen of the admin loads. Rows come and go while a form is edited, so
/// a script defines a custom element (`customElements.define`) instead of looking for inputs once. The admin's policy
/// allows no inline script and no inline style: both come as these files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input {
    /// The template between label and problems.
    pub template: &'static str,
    /// A module of the browser's.
    pub script: Option<&'static str>,
    /// A style sheet.
    pub style: Option<&'static str>,
}

impl Input {
    /// An input that needs no script.
    pub const fn of(template: &'static str) -> Self {
        Self { template, script: None, style: None }
    }

    /// With this script.
    pub const fn script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// With this style sheet.
    pub const fn style(mut self, style: &'static str) -> Self {
        self.style = Some(style);
        self
    }
}

/// What API clients are told of values that are not as their shape says: the type in TypeScript and in JSON Schema.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerType {
    /// A TypeScript type: `{ degrees: number; compass: string } | null`.
    pub typescript: String,
    /// The same as a JSON Schema.
    pub json_schema: Value,
}
