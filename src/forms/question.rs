//! A row of a form page's children as a question, in Wagtail's words.

use serde_json::Value;

use crate::schema::Document;
use crate::schema::Shape;
use crate::schema::Type;

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// One line.
    Singleline,
    /// Several lines.
    Multiline,
    /// An e-mail address.
    Email,
    /// A number.
    Number,
    /// A web address.
    Url,
    /// Yes or no.
    Checkbox,
    /// Several of the choices.
    Checkboxes,
    /// One of the choices, from a list.
    Dropdown,
    /// Several of the choices, from a list.
    Multiselect,
    /// One of the choices, all shown.
    Radio,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// A value that the form carries along.
    Hidden,
}

impl QuestionKind {
    /// Every kind with the name that a row's `field_type` has.
    pub const ALL: [(&'static str, Self); 13] = [
        ("singleline", Self::Singleline),
        ("multiline", Self::Multiline),
        ("email", Self::Email),
        ("number", Self::Number),
        ("url", Self::Url),
        ("checkbox", Self::Checkbox),
        ("checkboxes", Self::Checkboxes),
        ("dropdown", Self::Dropdown),
        ("multiselect", Self::Multiselect),
        ("radio", Self::Radio),
        ("date", Self::Date),
        ("datetime", Self::Datetime),
        ("hidden", Self::Hidden),
    ];

    /// Whether the answer is taken from the choices.
    pub fn has_choices(self) -> bool {
        matches!(self, Self::Checkboxes | Self::Dropdown | Self::Multiselect | Self::Radio)
    }

    /// Whether there may be several answers.
    pub fn is_many(self) -> bool {
        matches!(self, Self::Checkboxes | Self::Multiselect)
    }
}

/// One question of a form.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Question {
    /// The name under which the answer is sent and kept.
    pub name: String,
    /// What the reader is asked.
    pub label: String,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// Whether it must be answered.
    pub required: bool,
    /// What may be chosen.
    pub choices: Vec<String>,
    /// What is filled in at first.
    pub default: String,
    /// A sentence that helps the reader.
    pub help: String,
}

/// The questions of a form page, in order.
pub fn questions(declared: &Type, document: &Document) -> Vec<Question> {
    let asks = |shape: &Shape| match shape {
        Shape::Children { fields, .. } => fields.iter().any(|field| field.name == "field_type"),
        _ => false,
    };
    let field = declared.fields.iter().find(|field| asks(&field.shape));
    let rows = field.and_then(|field| document.get(&field.name)).and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(question).collect()
}

fn question(row: &Value) -> Option<Question> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (label, clean_name) = (text("label"), text("clean_name"));
    let kind_name = text("field_type");
    let kind = QuestionKind::ALL.iter().find(|(name, _)| *name == kind_name).map(|(_, kind)| *kind);
    let name = if clean_name.is_empty() {
        crate::text::slugify(&label, false).replace('-', "_")
    } else {
        clean_name
    };
    let choices = text("choices");
    // Wagtail parts choices by lines, and older ones by commas.
    let separator = if choices.contains('\n') { '\n' } else { ',' };
    Some(Question {
        choices: choices
            .split(separator)
            .map(str::trim)
            .filter(|choice| !choice.is_empty())
            .map(str::to_owned)
            .collect(),
        kind: kind.unwrap_or(QuestionKind::Singleline),
        required: row.get("required").and_then(Value::as_bool).unwrap_or(false),
        default: text("default_value"),
        help: text("help_text"),
        label,
        name: Some(name).filter(|name| !name.is_empty())?,
    })
}
