//! What the delivery API asks: exact words, all of them or any, over families of objects.

use tantivy::Searcher;
use tantivy::Term;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::Occur;
use tantivy::query::PhraseQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use super::document::WEIGHTS;
use super::document::family_word;
use super::found::{Everything, Found};
use super::index::{Index, internal};
use super::words::words;
use crate::error::Result;

/// The most words of a question that are looked at.
const MOST_WORDS: usize = 32;

/// Whether all words must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operator {
    /// Every word.
    #[default]
    And,
    /// At least one.
    Or,
}

/// A question for exact words.
#[derive(Debug, Clone, Default)]
pub struct Ask<'a> {
    /// The words as typed; a word with punctuation inside is a phrase.
    pub words: &'a str,
    /// All of them, or any.
    pub operator: Operator,
    /// The families that are meant; none means all.
    pub families: &'a [&'a str],
    /// Only what anybody may read.
    pub public_only: bool,
}

impl Index {
    /// The objects that a question finds, in any order, at most [`MOST`](super::MOST). A question without a word finds
    /// nothing. Where most of what there is could be meant, what could not is found, too: whoever asks has the store say
    /// what may be seen of it.
    pub fn found(&self, ask: &Ask<'_>) -> Result<Vec<Found>> {
        let Some(wanted) = self.wanted(ask) else { return Ok(Vec::new()) };
        let searcher = self.reader.searcher();
        let mut clauses = vec![(Occur::Must, wanted)];
        if !self.are_most(&searcher, ask).map_err(internal)? {
            clauses.extend(self.scope(ask.families, ask.public_only).map(|clause| (Occur::Must, clause)));
        }
        let Some(query) = joined(clauses) else { return Ok(Vec::new()) };
        searcher.search(&*query, &Everything(&self.columns)).map_err(internal)
    }

    /// Whether at least half of what there is could be meant: to look at each found object's family then takes longer
    /// than it spares.
    fn are_most(&self, searcher: &Searcher, ask: &Ask<'_>) -> tantivy::Result<bool> {
        let [family] = ask.families else { return Ok(false) };
        let word = family_word(family, ask.public_only);
        let meant = searcher.doc_freq(&Term::from_field_text(self.fields.family, &word))?;
        Ok(2 * meant >= searcher.num_docs())
    }

    fn wanted(&self, ask: &Ask<'_>) -> Option<Box<dyn Query>> {
        let occur = if ask.operator == Operator::And { Occur::Must } else { Occur::Should };
        let clauses: Vec<_> = ask
            .words
            .split_whitespace()
            .filter_map(|word| in_field(self.fields.whole, &folded(word)))
            .take(MOST_WORDS)
            .map(|clause| (occur, clause))
            .collect();
        joined(clauses)
    }

    /// A word, or a phrase if punctuation parts it, in any of the weighted fields.
    pub(super) fn exact(&self, typed: &str) -> Option<Box<dyn Query>> {
        let parts = folded(typed);
        let anywhere: Vec<_> = self
            .fields
            .exact
            .iter()
            .zip(WEIGHTS)
            .filter_map(|(&field, weight)| {
                let query: Box<dyn Query> = Box::new(BoostQuery::new(in_field(field, &parts)?, weight));
                Some((Occur::Should, query))
            })
            .collect();
        joined(anywhere)
    }

    /// A condition that decides and does not score; `None` where everything meets it.
    pub(super) fn scope(&self, families: &[&str], public_only: bool) -> Option<Box<dyn Query>> {
        let anybodys: &[&str] = if public_only { &[""] } else { &[] };
        let families = if families.is_empty() { anybodys } else { families };
        let any = families.iter().map(|family| {
            let word = family_word(family, public_only);
            let query: Box<dyn Query> = Box::new(term(Term::from_field_text(self.fields.family, &word)));
            (Occur::Should, query)
        });
        joined(any.collect()).map(unscored)
    }
}

/// Several clauses as one; one is itself, since each layer has its price in every segment.
fn joined(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Option<Box<dyn Query>> {
    match clauses.len() {
        0 | 1 => clauses.pop().map(|(_, query)| query),
        _ => Some(Box::new(BooleanQuery::new(clauses))),
    }
}

/// The words that a typed one is made of, as the index spells them.
fn folded(typed: &str) -> Vec<String> {
    words(typed).into_iter().map(|word| word.folded).collect()
}

fn in_field(field: Field, parts: &[String]) -> Option<Box<dyn Query>> {
    let mut terms: Vec<_> = parts.iter().map(|part| Term::from_field_text(field, part)).collect();
    if terms.len() > 1 {
        return Some(Box::new(PhraseQuery::new(terms)));
    }
    Some(Box::new(TermQuery::new(terms.pop()?, IndexRecordOption::WithFreqs)))
}

pub(super) fn term(term: Term) -> TermQuery {
    TermQuery::new(term, IndexRecordOption::Basic)
}

pub(super) fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::index::Mark;
    use super::*;
    use crate::base::Key;

    fn document(key: i64, title: &str, text: &str) -> Document {
        Document {
            key: Key(key),
            family: "page".to_owned(),
            id: key,
            locale: "en".to_owned(),
            public: key != 4,
            title: (title.to_owned(), 2.0),
            texts: vec![(text.to_owned(), 1.0)],
            withheld: Vec::new(),
        }
    }

    fn keys(index: &Index, words: &str, operator: Operator) -> Vec<i64> {
        let ask = Ask { words, operator, families: &["page"], public_only: true };
        let mut found = index.found(&ask).unwrap();
        found.sort_by_key(|found| std::cmp::Reverse(found.rank()));
        found.into_iter().map(|found| found.key.0).collect()
    }

    #[test]
    fn words_are_found_as_the_original_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        assert_eq!(index.mark(), None);
        for document in [
            document(1, "Bread and yeast", "Fresh bread, yeast and water"),
            document(2, "Höfn", "A town where they don't bake breads"),
            document(3, "Water", "Bread with yeast"),
            document(4, "Secret bread", "yeast"),
        ] {
            index.replace(&document).unwrap();
        }
        for image in 5..9 {
            index
                .replace(&Document { family: "image".to_owned(), ..document(image, "Bread", "yeast") })
                .unwrap();
        }
        index.commit(&Mark::at(7, "m")).unwrap();
        for (words, operator, expected) in [
            ("bread", Operator::And, vec![1, 3]),
            ("BREADS", Operator::And, vec![2]),
            ("hofn", Operator::And, vec![2]),
            ("water bread", Operator::And, vec![3, 1]),
            ("water hofn", Operator::And, vec![]),
            ("town water", Operator::Or, vec![3, 2, 1]),
            ("bread,yeast", Operator::And, vec![1]),
            ("don't", Operator::And, vec![2]),
            ("bre", Operator::And, vec![]),
            ("\" ( ' -", Operator::And, vec![]),
            ("", Operator::And, vec![]),
        ] {
            let mut found = keys(&index, words, operator);
            let mut expected = expected;
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{words}");
        }
        assert_eq!(keys(&index, "water", Operator::And)[0], 3, "a word in the title weighs more");
    }

    #[test]
    fn what_most_are_is_not_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        for page in [4, 3] {
            index.replace(&document(page, "Bread", "")).unwrap();
        }
        index.commit(&Mark::at(1, "m")).unwrap();
        assert_eq!(keys(&index, "bread", Operator::And), [4, 3], "the store says that 4 is hidden");
        for image in 5..8 {
            index.replace(&Document { family: "image".to_owned(), ..document(image, "Bread", "") }).unwrap();
        }
        index.commit(&Mark::at(2, "m")).unwrap();
        assert_eq!(keys(&index, "bread", Operator::And), [3]);
    }

    #[test]
    fn the_mark_survives_and_a_foreign_folder_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        index.replace(&document(1, "One", "")).unwrap();
        index.commit(&Mark::at(3, "m")).unwrap();
        index.replace(&document(1, "Two", "")).unwrap();
        index.remove("page", 9).unwrap();
        index.rest().unwrap();
        drop(index);
        let index = Index::open(folder.path()).unwrap();
        assert_eq!(index.mark(), Some(Mark::at(3, "m")));
        assert_eq!(
            (keys(&index, "one", Operator::And), keys(&index, "two", Operator::And)),
            (vec![1], vec![])
        );
        drop(index);
        std::fs::write(folder.path().join("meta.json"), "{}").unwrap();
        let index = Index::open(folder.path()).unwrap();
        assert!(index.mark().is_none() && index.is_empty());
    }

    #[test]
    fn at_rest_small_segments_are_one_and_find_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        for key in 1..4 {
            index.replace(&document(key, "Bread", "")).unwrap();
            index.commit(&Mark::at(key, "m")).unwrap();
        }
        index.remove("page", 2).unwrap();
        index.commit(&Mark::at(9, "m")).unwrap();
        let segments = || index.reader.searcher().segment_readers().len();
        assert!(segments() > 1);
        index.rest().unwrap();
        assert_eq!((segments(), index.mark()), (1, Some(Mark::at(9, "m"))));
        assert_eq!(keys(&index, "bread", Operator::And), vec![3, 1]);
        index.replace(&document(5, "Bread", "")).unwrap();
        index.commit(&Mark::at(10, "m")).unwrap();
        assert_eq!(keys(&index, "bread", Operator::And), vec![5, 3, 1]);
    }

    #[test]
    fn a_new_index_is_left_to_the_process_that_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        index.replace(&document(1, "One", "")).unwrap();
        let beside = Index::open(folder.path()).unwrap();
        index.commit(&Mark::at(3, "m")).unwrap();
        assert_eq!(beside.mark(), Some(Mark::at(3, "m")));
    }
}
