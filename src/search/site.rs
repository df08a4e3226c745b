//! What a reader of the public site asks: stemmed words, the last one possibly half typed.

use std::cmp::Reverse;

use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::collector::Count;
use tantivy::collector::TopDocs;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::FuzzyTermQuery;
use tantivy::query::Occur;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Value;

use super::ask::term;
use super::ask::unscored;
use super::excerpt::Piece;
use super::excerpt::excerpt;
use super::found::Everything;
use super::index::{Index, internal};
use super::words::{Stems, Word, words};
use crate::base::Key;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;

/// How much more a title's word weighs than a text's.
const TITLE: f32 = 3.0;
/// The shortest beginning of a word that is completed.
const SHORTEST_PREFIX: usize = 3;
/// The most words of a question that are looked at.
const MOST_WORDS: usize = 16;

/// A reader's question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// As typed.
    pub words: &'a str,
    /// The locale whose pages are looked in.
    pub locale: &'a str,
}

/// One thing found, with what there is to show of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The object.
    pub key: Key,
    /// The best stretch of its text.
    pub excerpt: Vec<Piece>,
}

impl Index {
    /// The public pages that answer a question, best first: their keys only, at most [`MOST`](super::MOST).
    pub fn pages(&self, question: Question<'_>) -> Result<Vec<Key>> {
        let Some(query) = self.question(question) else { return Ok(Vec::new()) };
        let everything = Everything(&self.columns);
        let mut found = self.reader.searcher().search(&query, &everything).map_err(internal)?;
        found.sort_unstable_by_key(|found| Reverse((found.rank(), found.key)));
        Ok(found.into_iter().map(|found| found.key).collect())
    }

    /// How many public pages answer a question.
    pub fn count(&self, question: Question<'_>) -> Result<usize> {
        let Some(query) = self.question(question) else { return Ok(0) };
        self.reader.searcher().search(&query, &Count).map_err(internal)
    }

    /// What there is to show of these objects for a question, in their order. Objects that are not indexed are left
    /// out.
    pub fn excerpts(&self, question: Question<'_>, keys: &[Key]) -> Result<Vec<Hit>> {
        let mut stems = Stems::of_locale(question.locale);
        let wanted: Vec<_> = words(question.words).iter().map(|word| stems.stem(word)).collect();
        let searcher = self.reader.searcher();
        let mut hits = Vec::new();
        for &key in keys {
            let query = term(Term::from_field_i64(self.fields.key, key.0));
            let found =
                searcher.search(&query, &TopDocs::with_limit(1).order_by_score()).map_err(internal)?;
            let Some((_, at)) = found.first() else { continue };
            let document: TantivyDocument = searcher.doc(*at).map_err(internal)?;
            let text =
                document.get_first(self.fields.kept_text).and_then(|text| text.as_str()).unwrap_or_default();
            hits.push(Hit { key, excerpt: excerpt(text, |word| wanted.contains(&stems.stem(word))) });
        }
        Ok(hits)
    }

    fn question(&self, question: Question<'_>) -> Option<BooleanQuery> {
        let mut stems = Stems::of_locale(question.locale);
        let typed = words(question.words);
        let telling: Vec<_> = typed.iter().filter(|word| !stems.is_stop_word(word)).cloned().collect();
        let asked = if telling.is_empty() { typed } else { telling };
        let last = asked.last()?.end;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for word in asked.iter().take(MOST_WORDS) {
            clauses.push((Occur::Must, self.stemmed(word, &mut stems, word.end == last)));
        }
        clauses.extend(self.scope(&[PAGE_FAMILY], true).map(|clause| (Occur::Must, clause)));
        let locale = term(Term::from_field_text(self.fields.locale, question.locale));
        clauses.push((Occur::Must, unscored(Box::new(locale))));
        Some(BooleanQuery::new(clauses))
    }

    fn stemmed(&self, word: &Word, stems: &mut Stems, is_last: bool) -> Box<dyn Query> {
        let stem = stems.stem(word);
        let scored =
            |field| TermQuery::new(Term::from_field_text(field, &stem), IndexRecordOption::WithFreqs);
        let mut any: Vec<(Occur, Box<dyn Query>)> = vec![
            (Occur::Should, Box::new(BoostQuery::new(Box::new(scored(self.fields.stem_title)), TITLE))),
            (Occur::Should, Box::new(scored(self.fields.stem_text))),
        ];
        if let Some(exact) = self.exact(&word.folded) {
            any.push((Occur::Should, exact));
        }
        if is_last && word.folded.chars().count() >= SHORTEST_PREFIX {
            for field in self.fields.exact {
                let begun = FuzzyTermQuery::new_prefix(Term::from_field_text(field, &word.folded), 0, true);
                any.push((Occur::Should, Box::new(BoostQuery::new(Box::new(begun), 0.2))));
            }
        }
        Box::new(BooleanQuery::new(any))
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::index::Mark;
    use super::*;

    fn page(key: i64, locale: &str, title: &str, text: &str) -> Document {
        Document {
            key: Key(key),
            family: "page".to_owned(),
            id: key,
            locale: locale.to_owned(),
            public: true,
            title: (title.to_owned(), 2.0),
            texts: vec![(text.to_owned(), 1.0)],
            withheld: Vec::new(),
        }
    }

    #[test]
    fn readers_find_other_forms_of_a_word_in_their_language() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        index
            .replace(&page(1, "en", "Feeding finches", "In winter, seeds are what the birds look for."))
            .unwrap();
        index.replace(&page(2, "en", "Songs", "A finch sings in the morning.")).unwrap();
        index.replace(&page(3, "de", "Die Finken", "Im Winter suchen Vögel Samen und Häuser.")).unwrap();
        index.commit(&Mark::at(1, "")).unwrap();
        for (words, locale, expected) in [
            ("finch", "en", vec![1, 2]),
            ("the seed", "en", vec![1]),
            ("the", "en", vec![1, 2]),
            ("morn", "en", vec![2]),
            ("vogel haus", "de", vec![3]),
            ("finch", "de", vec![]),
            ("seed songs", "en", vec![]),
            ("", "en", vec![]),
        ] {
            let question = Question { words, locale };
            let mut found: Vec<_> = index.pages(question).unwrap().into_iter().map(|key| key.0).collect();
            assert_eq!(index.count(question).unwrap(), found.len());
            found.sort_unstable();
            assert_eq!(found, expected, "{words} in {locale}");
        }
        let hits = index.excerpts(Question { words: "seed", locale: "en" }, &[Key(1), Key(9)]).unwrap();
        let marked: Vec<_> =
            hits[0].excerpt.iter().filter(|piece| piece.marked).map(|piece| piece.text.clone()).collect();
        assert_eq!((hits.len(), marked), (1, vec!["seeds".to_owned()]));
    }
}
