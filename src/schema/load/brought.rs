//! Blocks that come from the program around Siskin: declared in its code, in the words of a model file.

use std::cell::RefCell;
use std::collections::HashMap;

use toml_edit::ImDocument;

use super::ModelError;
use super::field::is_name;
use super::node::Node;
use super::node::Source;
use crate::schema::Registry;

/// One such block, parsed.
pub(super) struct Brought<'s> {
    name: &'s str,
    source: Source<'s>,
    document: ImDocument<String>,
}

/// Parses the program's blocks; what cannot be read is told and left out.
pub(super) fn read<'s>(registry: &'s Registry, errors: &'s RefCell<Vec<ModelError>>) -> Vec<Brought<'s>> {
    let mut read = Vec::new();
    for (name, text) in registry.blocks() {
        let source = Source { name: format!("block {name} (of the program)"), text, errors };
        if !name.split_once('.').is_some_and(|(app, block)| is_name(app) && is_name(block)) {
            source.error(
                0,
                format!("`{name}` cannot name a block: app.block, lower-case letters, digits and _"),
            );
            continue;
        }
        match ImDocument::parse(text.clone()) {
            Ok(document) => read.push(Brought { name, source, document }),
            Err(error) => {
                source.error(error.span().map_or(0, |span| span.start), error.message().replace('\n', "; "));
            }
        }
    }
    read
}

impl Brought<'_> {
    /// Puts it among the blocks of the model files, where no other has its name.
    pub fn declare<'n>(&'n self, declared: &mut HashMap<String, Node<'n>>) {
        if let Some(earlier) = declared.get(self.name) {
            let place = earlier.place();
            let at = format!("{}:{}", place.file, place.line);
            return self.source.error(0, format!("the block `{}` is declared in {at} too", self.name));
        }
        declared.insert(self.name.to_owned(), Node::new(&self.source, self.document.as_table(), None));
    }
}
