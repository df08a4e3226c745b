//! What the index knows of one object, and the fields it is kept in.

use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::NumericOptions;
use tantivy::schema::STORED;
use tantivy::schema::STRING;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;

use super::words::{Stems, words};
use crate::base::Key;

/// Weights that a text can have; every text goes to the nearest. One indexed field each, boosted when asked.
pub const WEIGHTS: [f32; 4] = [1.0, 2.0, 5.0, 10.0];
/// How much of an object's text is kept for excerpts, in bytes.
const KEPT_TEXT: usize = 20_000;

/// One object as the index sees it: texts without markup, each with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The store's key.
    pub key: Key,
    /// `page`, or the type's label for all else.
    pub family: String,
    /// The public id: equal scores come newest first.
    pub id: i64,
    /// The locale's code, by whose language texts are stemmed; empty for objects without.
    pub locale: String,
    /// Whether anybody may read it: live, and not restricted.
    pub public: bool,
    /// What it is called: the title, weighted.
    pub title: (String, f32),
    /// Its other searchable texts, weighted.
    pub texts: Vec<(String, f32)>,
    /// Texts of fields that the API does not show, weighted: the site's search alone looks into them.
    pub withheld: Vec<(String, f32)>,
}

/// The fields of the index.
#[derive(Debug, Clone)]
pub struct Fields {
    pub(super) identity: Field,
    pub(super) key: Field,
    /// Its family, and who may read it, in one word each: see [`family_word`].
    pub(super) family: Field,
    pub(super) id: Field,
    pub(super) locale: Field,
    /// Every exact word that the delivery API may show, whatever its weight: what it asks and ranks by.
    pub(super) whole: Field,
    pub(super) exact: [Field; WEIGHTS.len()],
    pub(super) stem_title: Field,
    pub(super) stem_text: Field,
    pub(super) kept_title: Field,
    pub(super) kept_text: Field,
}

impl Fields {
    /// The fields, and the tantivy schema that they make.
    pub fn declare() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let number = NumericOptions::default().set_fast();
        // The words are cut and folded by us, so that one rule holds for texts, questions and excerpts.
        let indexing =
            |record| TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(record);
        let positions =
            TextOptions::default().set_indexing_options(indexing(IndexRecordOption::WithFreqsAndPositions));
        let plain = TextOptions::default().set_indexing_options(indexing(IndexRecordOption::WithFreqs));
        let fields = Self {
            identity: schema.add_text_field("identity", STRING),
            key: schema.add_i64_field("key", number.clone().set_indexed()),
            family: schema.add_text_field("family", STRING),
            id: schema.add_i64_field("id", number.clone()),
            locale: schema.add_text_field("locale", STRING),
            whole: schema.add_text_field("whole", positions.clone()),
            exact: WEIGHTS.map(|weight| schema.add_text_field(&format!("exact_{weight}"), positions.clone())),
            stem_title: schema.add_text_field("stem_title", plain.clone()),
            stem_text: schema.add_text_field("stem_text", plain),
            kept_title: schema.add_text_field("title", STORED),
            kept_text: schema.add_text_field("text", STORED),
        };
        (fields, schema.build())
    }

    fn exact_for(&self, weight: f32) -> Field {
        let distance = |candidate: f32| (candidate.ln() - weight.max(0.01).ln()).abs();
        let nearest =
            (0..WEIGHTS.len()).min_by(|&a, &b| distance(WEIGHTS[a]).total_cmp(&distance(WEIGHTS[b])));
        self.exact[nearest.unwrap_or(0)]
    }
}

/// The word for what is of a family and, if so asked, what anybody may read; of no family, all of that. One word where
/// there would be two conditions: each has its price in every segment.
pub(super) fn family_word(family: &str, public: bool) -> String {
    format!("{}{family}", if public { "+" } else { "" })
}

impl Document {
    /// As tantivy takes it.
    pub(super) fn for_index(&self, fields: &Fields) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_text(fields.identity, identity(&self.family, self.id));
        out.add_i64(fields.key, self.key.0);
        out.add_text(fields.family, family_word(&self.family, false));
        if self.public {
            out.add_text(fields.family, family_word("", true));
            out.add_text(fields.family, family_word(&self.family, true));
        }
        out.add_i64(fields.id, self.id);
        out.add_text(fields.locale, &self.locale);
        let mut stems = Stems::of_locale(&self.locale);
        let (title, weight) = &self.title;
        let folded = add(&mut out, fields.exact_for(*weight), fields.stem_title, title, &mut stems);
        out.add_text(fields.whole, folded);
        for (text, weight) in &self.texts {
            let folded = add(&mut out, fields.exact_for(*weight), fields.stem_text, text, &mut stems);
            out.add_text(fields.whole, folded);
        }
        for (text, weight) in &self.withheld {
            add(&mut out, fields.exact_for(*weight), fields.stem_text, text, &mut stems);
        }
        out.add_text(fields.kept_title, title);
        out.add_text(fields.kept_text, self.kept_text());
        out
    }

    fn kept_text(&self) -> String {
        let mut kept = String::new();
        for (text, _) in self.texts.iter().chain(&self.withheld) {
            if !kept.is_empty() {
                kept.push('\n');
            }
            kept.push_str(text);
            if kept.len() > KEPT_TEXT {
                kept.truncate(kept.floor_char_boundary(KEPT_TEXT));
                break;
            }
        }
        kept
    }
}

/// The one term that an object is replaced and removed by.
pub(super) fn identity(family: &str, id: i64) -> String {
    format!("{family} {id}")
}

/// Adds a text's words and stems; its words are told, as the index spells them.
fn add(out: &mut TantivyDocument, exact: Field, stem: Field, text: &str, stems: &mut Stems) -> String {
    let found = words(text);
    let folded = found.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" ");
    out.add_text(exact, &folded);
    let stemmed: Vec<_> = found.iter().map(|word| stems.stem(word)).collect();
    out.add_text(stem, stemmed.join(" "));
    folded
}
