//! Holding what follows from the documents against them: the value rows, and the brief documents.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::accounts::Work;
use crate::base::Key;
use crate::error::Result;
use crate::schema::Schema;
use crate::schema::filter_rule;
use crate::schema::filterable;
use crate::store::Bind;
use crate::store::Column;
use crate::store::Conn;
use crate::store::sql;

use super::super::Object;
use super::super::brief;
use super::super::index;
use super::register;
use super::register::Registered;

/// Objects that are looked at together.
const BATCH: i64 = 500;

/// Objects whose value rows or brief documents are not those that their content gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Astray {
    /// By type, which objects.
    pub objects: BTreeMap<String, BTreeSet<Key>>,
    /// Fields that are not filled: type and name.
    pub unfilled: Vec<(String, String)>,
}

/// Type, field, whether public, when it first went live with its id, and the value, spelt.
type Row = (String, String, i64, (Option<i64>, Option<i64>), String);

/// Looks through the value rows and brief documents of all objects. Fields that are still being filled are told apart.
pub async fn examine(conn: &mut Conn, schema: &Schema) -> Result<Astray> {
    let registered = register::registered(conn).await?;
    let unfilled = registered.iter().filter(|one| one.filled_to.is_some());
    let unfilled = unfilled.map(|one| (one.label.clone(), one.field.clone())).collect();
    let mut astray = Astray { unfilled, ..Astray::default() };
    let mut after = Key(0);
    loop {
        let objects = Object::after(conn, after, BATCH).await?;
        let Some(last) = objects.last() else { return Ok(astray) };
        after = last.key;
        let mut there = rows_of(conn, &objects).await?;
        let briefs = brief::of(conn, &objects).await?;
        for object in &objects {
            let mut there = there.remove(&object.key).unwrap_or_default();
            let expected = expected(schema, object, &registered)?;
            there.retain(|(label, field, ..)| is_settled(schema, &registered, (label, field)));
            there.sort_unstable();
            if there != expected || !brief::fits(object, &briefs)? {
                astray.objects.entry(object.label.clone()).or_default().insert(object.key);
            }
        }
    }
}

/// Makes the rows and brief documents of these objects anew.
pub async fn repair(work: &mut Work, schema: &Schema, astray: &Astray) -> Result<()> {
    for (label, keys) in &astray.objects {
        for key in keys {
            let object = Object::by_key(work, *key).await?;
            brief::renew(work, &object).await?;
            match schema.get(label) {
                Some(declared) => index::reindex(work, declared, &object).await?,
                None => index::delete(work, &object).await?,
            }
        }
    }
    Ok(())
}

/// Whether rows of a field can be judged by these models: they are filled by the same rule, or nobody knows of them.
/// While the store waits to be brought to other models, theirs are not there yet.
fn is_settled(schema: &Schema, registered: &[Registered], (label, field): (&str, &str)) -> bool {
    let rule = rule_of(schema, (label, field));
    let mut known = registered.iter().filter(|one| one.label == label && one.field == field);
    known.next().is_none_or(|one| one.filled_to.is_none() && Some(&one.rule) == rule.as_ref())
}

fn rule_of(schema: &Schema, (label, field): (&str, &str)) -> Option<String> {
    filterable(schema.get(label)?).find(|one| one.name == field).map(filter_rule)
}

/// The rows that an object ought to have of fields that are filled by these models.
fn expected(schema: &Schema, object: &Object, registered: &[Registered]) -> Result<Vec<Row>> {
    let Some(declared) = schema.get(&object.label).filter(|_| object.live) else { return Ok(Vec::new()) };
    let is_filled = |name: &str| {
        let rule = rule_of(schema, (&object.label, name));
        let mut same = registered.iter().filter(|one| one.label == object.label && one.field == name);
        same.any(|one| one.filled_to.is_none() && Some(&one.rule) == rule.as_ref())
    };
    let filled = filterable(declared).filter(|field| is_filled(&field.name));
    let row = |row: index::ValueRow<'_>| {
        let order = (object.first_published_at.map(|moment| moment.micros()), Some(object.id));
        let value = spelt(row.table, &row.value);
        (object.label.clone(), row.field.to_owned(), object.public.into(), order, value)
    };
    let mut rows: Vec<Row> =
        index::rows(object, filled, &object.live_document()?).into_iter().map(row).collect();
    rows.sort_unstable();
    Ok(rows)
}

async fn rows_of(conn: &mut Conn, objects: &[Object]) -> Result<HashMap<Key, Vec<Row>>> {
    let mut found: HashMap<Key, Vec<Row>> = HashMap::new();
    let keys: Vec<Key> = objects.iter().map(|object| object.key).collect();
    read::<String>(conn, ("value_text", &keys), &mut found).await?;
    read::<i64>(conn, ("value_int", &keys), &mut found).await?;
    read::<f64>(conn, ("value_real", &keys), &mut found).await?;
    Ok(found)
}

async fn read<T>(
    conn: &mut Conn,
    (table, keys): (&str, &[Key]),
    found: &mut HashMap<Key, Vec<Row>>,
) -> Result<()>
where
    Option<T>: Column + Into<Bind>,
{
    let mut ask =
        sql(format!("select object, type, field, public, moment, id, value from {table} where object in "));
    ask.push_list(keys);
    for (key, label, field, public, moment, id, value) in
        conn.all::<(i64, String, String, i64, Option<i64>, Option<i64>, Option<T>)>(ask).await?
    {
        let row = (label, field, public, (moment, id), spelt(table, &value.into()));
        found.entry(Key(key)).or_default().push(row);
    }
    Ok(())
}

/// A value with the table that it belongs to.
fn spelt(table: &str, value: &Bind) -> String {
    format!("{table} {value:?}")
}
