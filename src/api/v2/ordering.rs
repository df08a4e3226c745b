//! The `order` parameter.

use crate::query::By;
use crate::query::Order;
use crate::query::Term;

use super::answer::Refusal;
use super::ask::Ask;
use super::columns;
use super::face::Face;
use super::face::FaceField;
use super::params::Params;
use super::source::Source;

/// Fields that one order may name.
const MOST: usize = 20;

/// The order that was asked for; `None` if none was.
pub fn read(ask: &Ask, label: &str, face: &Face) -> Result<Option<Order>, Refusal> {
    let params = &ask.params;
    let Some(text) = params.get("order").filter(|text| !text.is_empty()) else { return Ok(None) };
    let names: Vec<&str> = text.split(',').collect();
    if names.len() > MOST {
        return Err(Refusal::bad(format!("cannot order by more than {MOST} fields, got {}", names.len())));
    }
    if names.contains(&"random") {
        return random(&names, params).map(Some);
    }
    let mut terms = Vec::new();
    for name in &names {
        let field = columns::stored(face, name.trim_start_matches('-'));
        let field = field.ok_or_else(|| Refusal::bad(format!("cannot order by '{name}' (unknown field)")))?;
        columns::require(ask, label, field)?;
        let by = by(field);
        terms.extend(by.map(|by| Term { by, descending: name.starts_with('-') }));
    }
    if names.iter().any(|name| name.starts_with("--")) {
        return Err(Refusal::bad(format!("cannot order by '{text}' (invalid field)")));
    }
    Ok(Some(Order::By(terms)))
}

fn random(names: &[&str], params: &Params) -> Result<Order, Refusal> {
    if names.len() > 1 {
        return Err(Refusal::bad("random ordering cannot be combined with other fields"));
    }
    if params.get("offset").is_some() {
        return Err(Refusal::bad("random ordering with offset is not supported"));
    }
    Ok(Order::Random)
}

/// What a field orders by; `None` for values that have no order, such as those of a stream.
fn by(field: &FaceField) -> Option<By> {
    match &field.source {
        Source::Declared(declared) => By::field(&declared.name, &declared.shape),
        Source::Tags => By::field("tags", &crate::schema::Shape::Tags),
        source => columns::column(source).map(By::Column),
    }
}

/// The name to quote when an order cannot be had while searching, if one of its fields is not among `indexed`.
pub fn unindexed<'p>(params: &'p Params, indexed: &[&str]) -> Option<&'p str> {
    let text = params.get("order").filter(|text| !text.is_empty())?;
    let mut names = text.split(',').map(|name| name.trim_start_matches('-'));
    let name = names.find(|name| !indexed.contains(name))?;
    Some(if name == "random" { "?" } else { name })
}
