//! What the store remembers of the value rows: fields, rules, and how far each is filled.

use std::collections::BTreeSet;

use crate::accounts::Work;
use crate::error::Result;
use crate::events::NewEvent;
use crate::row;
use crate::schema::Schema;
use crate::schema::Type;
use crate::schema::filter_rule;
use crate::schema::filterable;
use crate::store::Conn;
use crate::store::Record;
use crate::store::sql;

use super::super::Object;

/// The kind of the events that tell of what is ready.
const KIND: &str = "values";

row! {
    /// The value rows of one field.
    #[derive(Debug, Clone, PartialEq)]
    pub(super) struct Registered {
        /// The type.
        pub label: String = "type",
        /// The field.
        pub field: String,
        /// How its rows are made; nothing for one that is to be emptied.
        pub rule: String = "form",
        /// The key of the last object that is done; `None` when all are.
        pub filled_to: Option<i64>,
    }
}

/// All of them.
pub(super) async fn registered(conn: &mut Conn) -> Result<Vec<Registered>> {
    let text = format!("select {} from value_fields order by type, field", Registered::COLUMNS);
    conn.all(sql(text)).await
}

/// Those of a type.
pub(super) async fn of_type(conn: &mut Conn, label: &str) -> Result<Vec<Registered>> {
    let text = format!("select {} from value_fields where type = ?", Registered::COLUMNS);
    conn.all(sql(text).bind(label)).await
}

/// Whether the store's value rows are, or are about to be, those of these models.
pub async fn agree(conn: &mut Conn, schema: &Schema) -> Result<bool> {
    let known = registered(conn).await?;
    let wanted = wanted(schema);
    let is_known = |(label, field, rule): &(String, String, String)| {
        known.iter().any(|one| one.label == *label && one.field == *field && one.rule == *rule)
    };
    let alive = known.iter().filter(|one| !one.rule.is_empty()).count();
    Ok(alive == wanted.len() && wanted.iter().all(is_known))
}

/// Writes down which value rows these models want. What differs from what there is stands to be filled or emptied from
/// now on; of a type that has no objects nothing has to be.
pub async fn register(work: &mut Work, schema: &Schema) -> Result<()> {
    let known = registered(work).await?;
    let wanted = wanted(schema);
    let mut has_changed = false;
    for (label, field, rule) in &wanted {
        let before = known.iter().find(|one| one.label == *label && one.field == *field);
        if before.is_some_and(|one| one.rule == *rule) {
            continue;
        }
        let mut write = match before {
            None => sql("insert into value_fields (form, filled_to, type, field) values (?, ?, ?, ?)"),
            Some(_) => sql("update value_fields set form = ?, filled_to = ? where type = ? and field = ?"),
        };
        let is_empty = before.is_none() && Object::count(work, label).await? == 0;
        write = write.bind(rule.as_str()).bind((!is_empty).then_some(0));
        work.execute(write.bind(label.as_str()).bind(field.as_str())).await?;
        has_changed = true;
    }
    let is_wanted =
        |one: &Registered| wanted.iter().any(|(label, field, _)| one.label == *label && one.field == *field);
    for one in known.iter().filter(|one| !one.rule.is_empty() && !is_wanted(one)) {
        let empty = sql("update value_fields set form = '', filled_to = 0 where type = ? and field = ?");
        work.execute(empty.bind(one.label.as_str()).bind(one.field.as_str())).await?;
        has_changed = true;
    }
    if has_changed {
        tell(work);
    }
    Ok(())
}

/// Has the value rows of these fields of a type made anew: its documents were rewritten.
pub(in crate::content) async fn start_over(
    work: &mut Work,
    declared: &Type,
    fields: &BTreeSet<String>,
) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let mut again = sql("update value_fields set filled_to = 0 where type = ? and field in ");
    again = again.bind(declared.label.as_str());
    again.push_list(fields);
    if work.execute(again).await? > 0 {
        tell(work);
    }
    Ok(())
}

/// Has an object's rows made anew where the store wants others than this process knows to make: it runs with other
/// models than the process that started last.
pub(in crate::content) async fn owe(work: &mut Work, declared: &Type, object: &Object) -> Result<()> {
    let before = object.key.0 - 1;
    let is_own = |one: &Registered| {
        let mut own = filterable(declared).filter(|field| field.name == one.field);
        own.any(|field| filter_rule(field) == one.rule)
    };
    for one in of_type(work, &declared.label).await? {
        if one.rule.is_empty() || is_own(&one) || one.filled_to.is_some_and(|to| to <= before) {
            continue;
        }
        let again = sql("update value_fields set filled_to = ? where type = ? and field = ? \
                         and (filled_to is null or filled_to > ?)");
        let again = again.bind(before).bind(one.label.as_str()).bind(one.field.as_str()).bind(before);
        work.execute(again).await?;
        tell(work);
    }
    Ok(())
}

/// Notes that what is ready has changed.
pub(super) fn tell(work: &mut Work) {
    work.record(NewEvent::new(KIND));
}

/// Type, field and rule of all value rows that these models want.
fn wanted(schema: &Schema) -> Vec<(String, String, String)> {
    let of = |declared: &Type| -> Vec<(String, String, String)> {
        let row =
            |field: &crate::schema::Field| (declared.label.clone(), field.name.clone(), filter_rule(field));
        filterable(declared).map(row).collect()
    };
    schema.types().flat_map(|declared| of(declared)).collect()
}
