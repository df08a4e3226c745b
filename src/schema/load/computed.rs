//! Whether what a field of the API alone is made of is there, and of the right kind.

use crate::schema::Field;
use crate::schema::Schema;
use crate::schema::Shape;
use crate::schema::Target;
use crate::schema::Type;

/// What is wrong with a field of the API alone, if anything is; `sibling` finds the fields beside it.
pub(super) fn problem<'f>(
    schema: &Schema,
    field: &Field,
    sibling: &dyn Fn(&str) -> Option<&'f Field>,
) -> Option<String> {
    let name = &field.name;
    let shape = |of: &str| sibling(of).map(|other| &other.shape);
    match &field.shape {
        Shape::Rendition { of, .. } if !matches!(shape(of), Some(Shape::Link(Target::Image))) => {
            Some(format!("`{name}` is made of `{of}`, which is not an image field beside it"))
        }
        Shape::ChoiceLabel { of } if !matches!(shape(of), Some(Shape::Choice)) => {
            Some(format!("`{name}` labels `{of}`, which is not a choice field beside it"))
        }
        Shape::Address { of } => {
            let leads = |of: &&String| {
                matches!(shape(of), Some(Shape::Text | Shape::Link(Target::Page(_) | Target::Document)))
            };
            let wrong = of.iter().find(|of| !leads(of))?;
            Some(format!("`{name}` is made of `{wrong}`, which is no text, page or document field beside it"))
        }
        Shape::Related { of, field: wanted } => match shape(of) {
            Some(Shape::Link(target)) => related(schema, target, wanted).map(|why| format!("`{name}` {why}")),
            _ => Some(format!(
                "`{name}` goes through `{of}`, which is no field beside it that refers to one object"
            )),
        },
        _ => None,
    }
}

/// Why the objects at the other end have no such field to show.
fn related(schema: &Schema, target: &Target, wanted: &str) -> Option<String> {
    let labels: Vec<&str> = match target {
        Target::Page(labels) if labels.is_empty() => schema.pages().map(|page| page.label.as_str()).collect(),
        Target::Page(labels) | Target::Snippet(labels) => labels.iter().map(String::as_str).collect(),
        Target::Image => vec![crate::schema::IMAGE],
        Target::Document => vec![crate::schema::DOCUMENT],
        Target::Collection | Target::User => {
            return Some(
                "asks for a field of a collection or user, of which nothing but the id is shown".to_owned(),
            );
        }
    };
    // A field that is itself related could lead round in a circle.
    let shows = |declared: &Type| {
        declared.field(wanted).is_some_and(|field| field.options.api && field.shape.is_stored())
    };
    // A label that is not declared is told where the reference is.
    let lacking =
        labels.into_iter().find(|label| schema.get(label).is_some_and(|declared| !shows(declared)))?;
    Some(format!("asks for `{wanted}`, which is not a stored field that `{lacking}` shows"))
}

#[cfg(test)]
mod tests {
    use crate::schema::Registry;
    use crate::schema::load_texts;

    #[test]
    fn a_field_that_is_made_of_nothing_is_told() {
        for (field, told) in [
            (
                r#"type = "rendition", of = "name", spec = "width-10""#,
                Some("is made of `name`, which is not an image field"),
            ),
            (r#"type = "choice_label", of = "name""#, Some("labels `name`, which is not a choice field")),
            (r#"type = "address", of = ["name", "see", "file"]"#, None),
            (
                r#"type = "address", of = ["name", "cover"]"#,
                Some("is made of `cover`, which is no text, page or document"),
            ),
            (r#"type = "address", of = []"#, Some("needs the fields that it is made of")),
            (r#"type = "related", of = "cover", field = "title""#, None),
            (r#"type = "related", of = "see", field = "slug""#, None),
            (r#"type = "related", of = "friend", field = "name""#, None),
            (
                r#"type = "related", of = "friend", field = "made""#,
                Some("asks for `made`, which is not a stored field"),
            ),
            (
                r#"type = "related", of = "friend", field = "secret""#,
                Some("asks for `secret`, which is not a stored field"),
            ),
            (
                r#"type = "related", of = "friend", field = "age""#,
                Some("asks for `age`, which is not a stored field"),
            ),
            (
                r#"type = "related", of = "who", field = "email""#,
                Some("of which nothing but the id is shown"),
            ),
            (
                r#"type = "related", of = "name", field = "x""#,
                Some("goes through `name`, which is no field beside it"),
            ),
        ] {
            let models = format!(
                "[types.Friend]\nkind = \"snippet\"\nfields = [\n{{ name = \"name\", type = \"text\" }},\n\
                 {{ name = \"cover\", type = \"image\" }},\n{{ name = \"see\", type = \"page\" }},\n\
                 {{ name = \"file\", type = \"document\" }},\n{{ name = \"who\", type = \"user\" }},\n\
                 {{ name = \"friend\", type = \"snippet\", of = [\"a.Friend\"] }},\n\
                 {{ name = \"secret\", type = \"text\", api = false }},\n{{ name = \"made\", {field} }},\n]\n\
                 [types.Page]\nkind = \"page\"\n"
            );
            let loaded = load_texts(&[("a".to_owned(), models)], &Registry::default());
            let problem = loaded.err().map(|error| error.to_string());
            match (told, problem) {
                (None, problem) => assert_eq!(problem, None, "{field}"),
                (Some(told), problem) => assert!(
                    problem.as_ref().is_some_and(|problem| problem.contains(told)),
                    "{field}: {problem:?}"
                ),
            }
        }
    }
}
