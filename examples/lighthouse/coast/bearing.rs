//! A field kind: a direction in whole degrees. It is stored, filtered and ordered as the number that it is; the API says
//! it in words too, a search finds the words, and editors see a needle turn.

use siskin::extend::json::{Value, json};
use siskin::extend::{AnswerType, Field, FieldKind, Input, Make, Shape};

/// Where the needle points, clockwise from north: what is answered, and what is said.
const WINDS: [(&str, &str); 8] = [
    ("N", "north"),
    ("NE", "north-east"),
    ("E", "east"),
    ("SE", "south-east"),
    ("S", "south"),
    ("SW", "south-west"),
    ("W", "west"),
    ("NW", "north-west"),
];

/// `{ name = "bearing", type = "bearing" }`
pub struct Bearing;

impl FieldKind for Bearing {
    fn name(&self) -> &'static str {
        "bearing"
    }

    fn summary(&self) -> &'static str {
        "A direction in whole degrees, clockwise from north. The API tells the wind beside it."
    }

    fn shape(&self, _: &mut Make<'_, '_>) -> Result<Shape, String> {
        Ok(Shape::Integer)
    }

    fn accept(&self, _: &Field, value: Value) -> Result<Value, String> {
        match value.as_i64() {
            Some(degrees @ 0..=359) => Ok(degrees.into()),
            Some(360) => Ok(0.into()),
            _ => Err("is no bearing: a whole number of degrees, 0 to 359".to_owned()),
        }
    }

    fn input(&self) -> Option<Input> {
        let input = Input::of(include_str!("bearing.html"));
        Some(input.script(include_str!("bearing.js")).style(include_str!("bearing.css")))
    }

    fn api_value(&self, _: &Field, value: &Value) -> Option<Value> {
        let degrees = value.as_i64();
        Some(degrees.map_or(Value::Null, |degrees| json!({ "degrees": degrees, "wind": wind(degrees).0 })))
    }

    fn answer_type(&self, _: &Field) -> Option<AnswerType> {
        let names: Vec<&str> = WINDS.iter().map(|(short, _)| *short).collect();
        let degrees = json!({ "type": "integer", "minimum": 0, "maximum": 359 });
        Some(AnswerType {
            typescript: format!("{{ degrees: number; wind: \"{}\" }} | null", names.join("\" | \"")),
            json_schema: json!({
                "type": ["object", "null"],
                "properties": { "degrees": degrees, "wind": { "enum": names } },
                "required": ["degrees", "wind"],
            }),
        })
    }

    fn search_text(&self, _: &Field, value: &Value) -> Option<String> {
        Some(value.as_i64().map_or_else(String::new, |degrees| wind(degrees).1.to_owned()))
    }
}

/// The nearest of the eight winds.
fn wind(degrees: i64) -> (&'static str, &'static str) {
    let eighth = (degrees.rem_euclid(360) * 2 + 45) / 90;
    usize::try_from(eighth)
        .ok()
        .and_then(|eighth| WINDS.get(eighth % WINDS.len()))
        .copied()
        .unwrap_or(WINDS[0])
}
