//! What must be right before anything is written: types for all content, and a tree that is one.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use super::dump::Row;
use super::identity::model;
use super::source::Source;
use crate::error::Error;
use crate::error::Result;

/// Problems that are told one by one.
const TOLD: usize = 20;

/// A page's row, reduced to what the tree needs.
#[derive(Debug, Clone)]
pub struct PageRow {
    /// The row's number in the dump.
    pub number: usize,
    /// The page's id in the dump.
    pub id: i64,
    /// Wagtail's path: four letters a level.
    pub path: String,
    /// The label of its type; `None` for the root and other bare pages.
    pub label: Option<String>,
}

impl PageRow {
    /// Whether it is the root of the tree, which is no page of any site.
    pub fn is_root(&self) -> bool {
        self.path.len() == 4
    }
}

/// The pages in tree order, each sound by itself and in its place; or everything that is wrong.
pub fn pages(source: &Source<'_>) -> Result<Vec<PageRow>> {
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    for row in source.dump.rows(model::PAGE) {
        let row = row?;
        rows.extend(page(source, &row, &mut problems)?);
    }
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    let paths: HashSet<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    let mut by_id: HashMap<i64, &PageRow> = HashMap::new();
    for row in &rows {
        let above =
            row.path.len().checked_sub(4).filter(|above| *above > 0).and_then(|above| row.path.get(..above));
        if above.is_some_and(|above| !paths.contains(above)) {
            problems.tell(format!("page {} has no parent in the dump (path {})", row.id, row.path));
        }
        if row.is_root() && row.label.is_some() {
            problems.tell(format!("page {} stands beside the root of the tree", row.id));
        }
        if by_id.insert(row.id, row).is_some() {
            problems.tell(format!("two pages have the id {}", row.id));
        }
    }
    if paths.len() < rows.len() {
        problems.tell("two pages stand in the same place of the tree".to_owned());
    }
    for &number in source.unreadable() {
        problems.at(&source.dump.row(number)?, "has no content that can be read");
    }
    problems.into_result()?;
    Ok(rows)
}

fn page(source: &Source<'_>, row: &Row, problems: &mut Problems) -> Result<Option<PageRow>> {
    let Some(id) = source.identity.id_of(row) else {
        problems.at(row, "has no id, and nothing tells it");
        return Ok(None);
    };
    let path = row.text("path").to_owned();
    if path.is_empty() || !path.len().is_multiple_of(4) || !path.is_ascii() {
        problems.at(row, "has no place in the tree: its `path` is not groups of four letters");
    }
    let Some(model) = source.identity.content_type(row.get("content_type")) else {
        problems.at(
            row,
            "is of a type that the dump does not name; dump `contenttypes` too, or use --natural-foreign",
        );
        return Ok(None);
    };
    if model == model::PAGE {
        return Ok(Some(PageRow { number: row.number, id, path, label: None }));
    }
    match source.schema.find(&model).filter(|declared| declared.is_page()) {
        None => problems.unknown(&model),
        Some(_) if source.typed(id)?.is_none() => problems.at(row, &format!("has no row in {model}")),
        Some(_) => {}
    }
    let label = source.schema.find(&model).map(|declared| declared.label.clone());
    Ok(Some(PageRow { number: row.number, id, path, label }))
}

#[derive(Default)]
struct Problems {
    told: Vec<String>,
    unknown: BTreeMap<String, usize>,
}

impl Problems {
    fn tell(&mut self, problem: String) {
        self.told.push(problem);
    }

    fn at(&mut self, row: &Row, problem: &str) {
        self.told.push(row.bad(problem).to_string());
    }

    fn unknown(&mut self, model: &str) {
        *self.unknown.entry(model.to_owned()).or_default() += 1;
    }

    fn into_result(self) -> Result<()> {
        if !self.unknown.is_empty() {
            let types: Vec<String> =
                self.unknown.iter().map(|(model, pages)| format!("{model} ({pages})")).collect();
            return Err(Error::Setup(format!(
                "the models have no page type for {}. Declare them in models/*.toml, or let --write-models derive them.",
                types.join(", ")
            )));
        }
        if self.told.is_empty() {
            return Ok(());
        }
        let more = self.told.len().saturating_sub(TOLD);
        let mut told = self.told.into_iter().take(TOLD).collect::<Vec<_>>().join("\n  ");
        if more > 0 {
            told.push_str(&format!("\n  and {more} more"));
        }
        Err(Error::Bad(format!("the dump cannot be imported; nothing was written:\n  {told}")))
    }
}
