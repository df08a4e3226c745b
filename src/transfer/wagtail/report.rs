//! What became of every row: the table at the end of an import.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;

use super::dump::Dump;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is in, as an object or as part of one.
    In,
    /// It was in already, and nothing about it has changed.
    Unchanged,
    /// It is kept whole, as nothing here shows it yet.
    Kept,
    /// It stays out, for this reason.
    Out(&'static str),
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Report {
    fates: Vec<Option<Fate>>,
    models: Vec<(String, Vec<usize>)>,
    /// What a person should know: guesses, references into nothing, fields that the models lack.
    pub notes: Vec<String>,
    /// Objects that were edited here since the last import, and were left alone.
    pub edited: Vec<String>,
    /// Files that the media folder does not have.
    pub missing_files: Vec<String>,
    /// Files that are not taken in, at this door as at every other, and why.
    pub refused_files: Vec<String>,
    /// Model files that were written.
    pub written_models: Vec<String>,
}

/// One model's line of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Rows in the dump.
    pub rows: usize,
    /// Rows that are in, now or already.
    pub imported: usize,
    /// Of these, rows that were in already and are unchanged.
    pub unchanged: usize,
    /// Rows kept whole.
    pub kept: usize,
    /// Rows left out, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// Notes of one sort that are told one by one; the rest is counted.
const TOLD: usize = 20;

impl Report {
    /// A report on this dump, with nothing decided.
    pub fn of(dump: &Dump) -> Self {
        let models = dump.models().map(|(model, _)| (model.to_owned(), dump.numbers(model).to_vec()));
        Self { fates: vec![None; dump.len()], models: models.collect(), ..Self::default() }
    }

    /// Decides the fate of a row. The first decision holds.
    pub fn decide(&mut self, number: usize, fate: Fate) {
        if let Some(slot) = self.fates.get_mut(number) {
            slot.get_or_insert(fate);
        }
    }

    /// Whether a row's fate is decided.
    pub fn is_decided(&self, number: usize) -> bool {
        self.fates.get(number).is_some_and(Option::is_some)
    }

    /// The table, by model in the dump's order. Every row is in one of its figures.
    pub fn lines(&self) -> IndexMap<String, Line> {
        let mut lines = IndexMap::new();
        for (model, numbers) in &self.models {
            let mut line = Line { rows: numbers.len(), ..Line::default() };
            for number in numbers {
                match self.fates.get(*number).copied().flatten() {
                    Some(Fate::In) => line.imported += 1,
                    Some(Fate::Unchanged) => {
                        (line.imported, line.unchanged) = (line.imported + 1, line.unchanged + 1)
                    }
                    Some(Fate::Kept) => line.kept += 1,
                    Some(Fate::Out(reason)) => *line.left_out.entry(reason).or_default() += 1,
                    None => *line.left_out.entry("nothing here takes it").or_default() += 1,
                }
            }
            lines.insert(model.clone(), line);
        }
        lines
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        let width = lines.keys().map(String::len).max().unwrap_or_default().max("model".len());
        writeln!(f, "{:width$}  {:>6} {:>6} {:>6} {:>6}  why", "model", "rows", "in", "kept", "out")?;
        let mut total = [0; 4];
        for (model, line) in &lines {
            let out: usize = line.left_out.values().sum();
            let figures = [line.rows, line.imported, line.kept, out];
            total.iter_mut().zip(figures).for_each(|(total, figure)| *total += figure);
            writeln!(f, "{model:width$}  {}  {}", columns(figures), why(line))?;
        }
        writeln!(f, "{:width$}  {}", "all", columns(total))?;
        told(f, "Edited here since the last import, and left alone", &self.edited)?;
        told(f, "Files that are not in the media folder", &self.missing_files)?;
        told(f, "Files that were refused", &self.refused_files)?;
        told(f, "Models written", &self.written_models)?;
        told(f, "Worth knowing", &self.notes)
    }
}

fn columns(figures: [usize; 4]) -> String {
    let blank = |figure: &usize| if *figure == 0 { format!("{:>6}", "·") } else { format!("{figure:>6}") };
    figures.iter().map(blank).collect::<Vec<_>>().join(" ")
}

fn why(line: &Line) -> String {
    let mut reasons: Vec<String> = Vec::new();
    if line.unchanged > 0 {
        reasons.push(format!("{} unchanged", line.unchanged));
    }
    reasons.extend(line.left_out.keys().map(|reason| (*reason).to_owned()));
    reasons.join("; ")
}

fn told(f: &mut fmt::Formatter<'_>, heading: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{heading}:")?;
    for line in lines.iter().take(TOLD) {
        writeln!(f, "  {line}")?;
    }
    match lines.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}
