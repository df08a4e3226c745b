//! Filling and emptying, one bounded step at a time.

use std::collections::HashMap;

use crate::accounts::Work;
use crate::error::Result;
use crate::schema::Field;
use crate::schema::Schema;
use crate::schema::filter_rule;
use crate::schema::filterable;
use crate::store::sql;

use super::super::COLUMNS;
use super::super::Object;
use super::super::index;
use super::TABLES;
use super::register;
use super::register::Registered;

/// Objects that one step looks at; on an ordinary disk it takes a twentieth of a second.
const BATCH: i64 = 500;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is nothing to do.
    Nothing,
    /// This much is done of so much; there may be more.
    Done(i64, i64),
    /// Somebody else holds what is next: nothing was done, and nothing is to be committed.
    Held,
}

/// Fills the rows of the next objects, or empties some of what is left of a field that the models no longer have. The
/// rows and the place that was come to are written in one transaction, the caller's.
pub async fn fill_some(work: &mut Work, schema: &Schema) -> Result<Step> {
    let mut open = register::registered(work).await?;
    open.retain(|one| one.filled_to.is_some());
    if let Some(gone) = open.iter().find(|one| one.rule.is_empty()) {
        return empty_some(work, gone).await;
    }
    let Some(batch) = Batch::first(schema, &open) else { return Ok(Step::Nothing) };
    batch.fill(work).await
}

async fn empty_some(work: &mut Work, gone: &Registered) -> Result<Step> {
    let mut emptied = 0;
    for table in TABLES {
        let ask = sql(format!("select object from {table} where type = ? and field = ? limit ?"));
        let ask = ask.bind(gone.label.as_str()).bind(gone.field.as_str()).bind(BATCH);
        let objects: Vec<i64> = work.all(ask).await?;
        if objects.is_empty() {
            continue;
        }
        emptied += objects.len();
        let mut delete = sql(format!("delete from {table} where type = ? and field = ? and object in "));
        delete = delete.bind(gone.label.as_str()).bind(gone.field.as_str());
        delete.push_list(objects);
        work.execute(delete).await?;
    }
    if emptied == 0 {
        let forget = sql("delete from value_fields where type = ? and field = ? and form = ''");
        work.execute(forget.bind(gone.label.as_str()).bind(gone.field.as_str())).await?;
        register::tell(work);
    }
    Ok(Step::Done(0, 0))
}

/// Fields whose rows are made together: those that are filled the least far.
struct Batch<'s> {
    fields: HashMap<&'s str, Vec<&'s Field>>,
    registered: Vec<Registered>,
    after: i64,
    /// Where fields that are filled further join in.
    until: Option<i64>,
}

impl<'s> Batch<'s> {
    /// `None` where nothing is left that these models know how to make.
    fn first(schema: &'s Schema, open: &[Registered]) -> Option<Self> {
        let field_of = |one: &Registered| {
            let declared = schema.get(&one.label)?;
            let mut fields = filterable(declared);
            let field = fields.find(|field| field.name == one.field && filter_rule(field) == one.rule)?;
            Some((declared.label.as_str(), field))
        };
        let ours = || open.iter().filter_map(|one| Some((one, one.filled_to?, field_of(one)?)));
        let after = ours().map(|(_, to, _)| to).min()?;
        let until = ours().map(|(_, to, _)| to).filter(|to| *to > after).min();
        let mut batch = Self { fields: HashMap::new(), registered: Vec::new(), after, until };
        for (one, _, (label, field)) in ours().filter(|(_, to, _)| *to == after) {
            batch.fields.entry(label).or_default().push(field);
            batch.registered.push(one.clone());
        }
        Some(batch)
    }

    async fn fill(self, work: &mut Work) -> Result<Step> {
        let next = sql("select o.key, o.type from objects o where o.key > ? order by o.key limit ?");
        let next: Vec<(i64, String)> = work.all(next.bind(self.after).bind(BATCH)).await?;
        let is_last = next.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        let end = next.last().map_or(self.after, |(key, _)| *key);
        let end = self.until.map_or(end, |until| end.min(until));
        let wanted =
            next.iter().filter(|(key, label)| *key <= end && self.fields.contains_key(label.as_str()));
        let wanted: Vec<i64> = wanted.map(|(key, _)| *key).collect();
        let (objects, held) = hold(work, &wanted).await?;
        let end = held.map_or(end, |held| held - 1);
        if end <= self.after && held.is_some() {
            return Ok(Step::Held);
        }
        self.write(work, objects.into_iter().filter(|object| object.key.0 <= end).collect()).await?;
        let is_done = is_last && held.is_none() && self.until.is_none();
        let all = next.last().map_or(end, |(key, _)| *key);
        match self.advance(work, (!is_done).then_some(end)).await? {
            true => Ok(Step::Done(end, all)),
            false => Ok(Step::Held),
        }
    }

    async fn write(&self, work: &mut Work, objects: Vec<Object>) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        for table in TABLES {
            let mut delete = sql(format!("delete from {table} where object in "));
            delete.push_list(objects.iter().map(|object| object.key));
            delete.push(" and field in ").push_list(self.registered.iter().map(|one| one.field.as_str()));
            work.execute(delete).await?;
        }
        let mut rows = Vec::new();
        for object in objects.iter().filter(|object| object.live) {
            let document = object.live_document()?;
            let fields = self.fields.get(object.label.as_str()).into_iter().flatten();
            rows.extend(index::rows(object, fields.copied(), &document));
        }
        index::insert(work, &rows).await
    }

    /// Notes how far the fields are filled; `false` where another process has been here.
    async fn advance(&self, work: &mut Work, to: Option<i64>) -> Result<bool> {
        for one in &self.registered {
            let advance =
                sql("update value_fields set filled_to = ? where type = ? and field = ? and form = ? \
                               and filled_to = ?");
            let advance = advance.bind(to).bind(one.label.as_str()).bind(one.field.as_str());
            let advance = advance.bind(one.rule.as_str()).bind(self.after);
            if work.execute(advance).await? == 0 {
                return Ok(false);
            }
        }
        if to.is_none() {
            register::tell(work);
        }
        Ok(true)
    }
}

/// Locks objects and reads them; where somebody else holds one, tells the first such key.
async fn hold(work: &mut Work, keys: &[i64]) -> Result<(Vec<Object>, Option<i64>)> {
    if keys.is_empty() {
        return Ok((Vec::new(), None));
    }
    let mut ask = sql(format!("select {COLUMNS}, o.doc from objects o where o.key in "));
    let holding = work.dialect().holding();
    ask.push_list(keys.iter().copied()).push(" order by o.key").push(holding);
    let objects: Vec<Object> = work.all(ask).await?;
    let mut missing: Vec<i64> = keys.to_vec();
    missing.retain(|key| objects.binary_search_by_key(key, |object| object.key.0).is_err());
    if missing.is_empty() {
        return Ok((objects, None));
    }
    // Some may have been deleted meanwhile; nobody has to wait for those.
    let ask = sql("select o.key from objects o where o.key in ").bind_list(missing);
    let held: Vec<i64> = work.all(ask).await?;
    Ok((objects, held.into_iter().min()))
}
