//! What stands beside the document and follows from it: typed values to query by, references, ids of child rows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Object;
use super::values;
use crate::accounts::Work;
use crate::error::Result;
use crate::schema;
use crate::schema::Deep;
use crate::schema::Document;
use crate::schema::Field;
use crate::schema::FilterValue;
use crate::schema::Shape;
use crate::schema::Type;
use crate::schema::filter_values_of;
use crate::schema::filterable;
use crate::schema::walk;
use crate::store::Bind;
use crate::store::sql;
use crate::text::rich::Kind;

/// Rows that one statement inserts.
const AT_ONCE: usize = 100;

/// A value of an object, as the value tables keep it. Of a field that can have one and has none there is a row without,
/// so that a walk by the field meets every object.
pub(super) struct ValueRow<'o> {
    pub object: &'o Object,
    pub field: &'o str,
    pub table: &'static str,
    pub value: Bind,
}

/// The rows that a document of an object gives for these fields.
pub(super) fn rows<'o>(
    object: &'o Object,
    fields: impl IntoIterator<Item = &'o Field>,
    document: &Document,
) -> Vec<ValueRow<'o>> {
    let mut rows = Vec::new();
    for field in fields {
        let row = |(table, value)| ValueRow { object, field: &field.name, table, value };
        let values = filter_values_of(field, document);
        match field.shape.value_table() {
            Some(table) if values.is_empty() && !field.shape.is_of_many() => {
                rows.push(row((table, no_value(table))));
            }
            _ => rows.extend(values.iter().map(|(_, value)| row(bound(value)))),
        }
    }
    rows
}

/// Writes the value rows of an object's live document anew; an object that is not live has none.
pub(super) async fn reindex(work: &mut Work, declared: &Type, object: &Object) -> Result<()> {
    delete(work, object).await?;
    if object.live {
        let rows = rows(object, filterable(declared), &object.live_document()?);
        insert(work, &rows).await?;
    }
    values::owe(work, declared, object).await
}

/// Deletes the value rows of an object.
pub(super) async fn delete(work: &mut Work, object: &Object) -> Result<()> {
    for table in values::TABLES {
        work.execute(sql(format!("delete from {table} where object = ?")).bind(object.key)).await?;
    }
    Ok(())
}

/// Inserts value rows.
pub(super) async fn insert(work: &mut Work, rows: &[ValueRow<'_>]) -> Result<()> {
    for table in values::TABLES {
        let rows: Vec<_> = rows.iter().filter(|row| row.table == table).collect();
        for some in rows.chunks(AT_ONCE) {
            let mut insert =
                sql(format!("insert into {table} (type, field, public, moment, id, value, object) values "));
            for (place, row) in some.iter().enumerate() {
                insert.push(if place == 0 { "(" } else { ", (" }).push_marks(7).push(")");
                insert = insert.bind(row.object.label.as_str()).bind(row.field).bind(row.object.public);
                insert = insert.bind(row.object.first_published_at).bind(row.object.id);
                insert = insert.bind(row.value.clone()).bind(row.object.key);
            }
            work.execute(insert).await?;
        }
    }
    Ok(())
}

/// The table that keeps a value, and how a statement takes it.
pub fn bound(value: &FilterValue) -> (&'static str, Bind) {
    match value {
        FilterValue::Text(text) => ("value_text", text.into()),
        FilterValue::Int(int) => ("value_int", (*int).into()),
        FilterValue::Real(real) => ("value_real", (*real).into()),
    }
}

/// How a statement takes that there is no value, in this table.
pub fn no_value(table: &str) -> Bind {
    match table {
        "value_text" => Bind::Text(None),
        "value_real" => Bind::Real(None),
        _ => Bind::Int(None),
    }
}

/// Writes what the object points to anew: from the draft, and from what is live.
pub(super) async fn references(
    work: &mut Work,
    declared: &Type,
    object: &Object,
    draft: &Document,
) -> Result<()> {
    let mut found = references_in(declared, draft);
    if object.live {
        found.extend(references_in(declared, &object.live_document()?));
    }
    work.execute(sql("delete from refs where object = ?").bind(object.key)).await?;
    for (field, family, id) in found {
        let insert = sql("insert into refs (object, field, target_family, target_id) values (?, ?, ?, ?)");
        work.execute(insert.bind(object.key).bind(field).bind(family).bind(id)).await?;
    }
    Ok(())
}

/// (field, target family, target id) of everything that a document points to.
pub(super) fn references_in(declared: &Type, document: &Document) -> BTreeSet<(String, String, i64)> {
    let mut found = BTreeSet::new();
    walk(declared, document, &mut |deep: Deep<'_>| {
        let field = deep.top.name.clone();
        match &deep.field.shape {
            Shape::Link(target) | Shape::Links(target) => {
                let family = target.family().unwrap_or_default();
                let one = deep.value.as_i64();
                let many = deep.value.as_array().into_iter().flatten().filter_map(Value::as_i64);
                found.extend(one.into_iter().chain(many).map(|id| (field.clone(), family.to_owned(), id)));
            }
            Shape::RichText => {
                let text = deep.value.as_str().unwrap_or_default();
                let pointed = crate::text::rich::references(text).into_iter();
                found.extend(pointed.map(|(kind, id)| (field.clone(), family_of(kind).to_owned(), id)));
            }
            _ => {}
        }
    });
    found
}

fn family_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => schema::PAGE_FAMILY,
        Kind::Document => schema::DOCUMENT,
        Kind::Image => schema::IMAGE,
    }
}

/// Gives every child row without an id the next of its type.
pub(super) async fn number_children(work: &mut Work, declared: &Type, document: &mut Document) -> Result<()> {
    for field in declared.all_fields() {
        let Shape::Children { label, .. } = &field.shape else { continue };
        let rows = document.get_mut(&field.name).and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten() {
            if let Value::Object(row) = row
                && !row.get("id").is_some_and(Value::is_i64)
            {
                let id = work.next(&format!("child:{label}")).await?;
                row.insert("id".to_owned(), Value::from(id));
            }
        }
    }
    Ok(())
}
