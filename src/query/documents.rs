//! How much of the documents a statement reads.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::Key;
use crate::content::BRIEF_IS_GOOD;
use crate::error::Result;
use crate::schema::PAGE_FIELDS;
use crate::store::Conn;
use crate::store::sql;

use super::document::RawDocument;
use super::item::Item;

/// Documents that are read at once.
const CHUNK: usize = 500;

/// How much of each document a statement reads.
#[derive(Debug, Clone, Default)]
pub enum Documents {
    /// Nothing.
    #[default]
    Nothing,
    /// What is short, and in any case the values of these names.
    With(Vec<String>),
    /// Everything.
    Whole,
}

impl Documents {
    /// The expression that reads so much. What was published by a program that knows of no brief documents has none, or
    /// that of an earlier publication.
    pub(super) fn column(&self) -> &'static str {
        static BRIEF: LazyLock<String> =
            LazyLock::new(|| format!("coalesce(case when {BRIEF_IS_GOOD} then o.brief end, o.doc)"));
        match self {
            Self::Nothing => "null",
            Self::With(_) => &BRIEF,
            Self::Whole => "o.doc",
        }
    }

    /// Reads the whole documents of those whose brief ones lack a value that is wanted.
    pub(super) async fn complete(&self, conn: &mut Conn, items: &mut [Item]) -> Result<()> {
        let Self::With(names) = self else { return Ok(()) };
        let mut lacks = lacks(names);
        let mut lacking: Vec<&mut Item> = items.iter_mut().filter(|item| lacks(&item.doc)).collect();
        for some in lacking.chunks_mut(CHUNK) {
            let keys = some.iter().map(|item| item.key);
            let ask = sql("select o.key, o.doc from objects o where o.key in ").bind_list(keys);
            let mut whole: HashMap<Key, Option<RawDocument>> = conn.all(ask).await?.into_iter().collect();
            for item in some {
                if let Some(Some(whole)) = whole.remove(&item.key) {
                    item.doc = whole;
                }
            }
        }
        Ok(())
    }
}

/// Tells whether a document is a brief one without the value of one of these names. Those of a list mostly lack the same.
fn lacks(names: &[String]) -> impl FnMut(&RawDocument) -> bool {
    let is_wanted = |name: &str| names.iter().any(|wanted| wanted == name);
    let of_columns = PAGE_FIELDS.into_iter().any(is_wanted);
    let (mut before, mut lacked) = (String::new(), false);
    move |document| {
        let Some(left_out) = document.left_out() else { return false };
        if before != left_out {
            left_out.clone_into(&mut before);
            lacked = of_columns || left_out.split('"').any(is_wanted);
        }
        lacked
    }
}
