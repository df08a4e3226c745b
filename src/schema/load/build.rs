//! All files to one schema: blocks first known by name and built when asked for, then the types.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use toml_edit::ImDocument;

use super::ModelError;
use super::ModelErrors;
use super::brought;
use super::check;
use super::field;
use super::node::Entry;
use super::node::Node;
use super::node::Source;
use super::own;
use crate::schema::Block;
use crate::schema::Field;
use crate::schema::Kind;
use crate::schema::Panel;
use crate::schema::Registry;
use crate::schema::Schema;
use crate::schema::Type;
use crate::schema::WhichSite;

/// What is known while the schema is built.
pub(super) struct Build<'s> {
    pub registry: &'s Registry,
    declared_blocks: HashMap<String, Node<'s>>,
    blocks: RefCell<HashMap<String, Progress>>,
}

enum Progress {
    Begun,
    Done(Option<Block>),
}

pub(super) fn schema(texts: &[(String, String)], registry: &Registry) -> Result<Schema, ModelErrors> {
    let errors = RefCell::new(Vec::new());
    let parsed = parse(texts, &errors);
    let brought = brought::read(registry, &errors);
    let sources: Vec<(String, Source<'_>, &ImDocument<String>)> = parsed
        .iter()
        .map(|(app, document)| {
            let source = Source { name: format!("models/{app}.toml"), text: document.raw(), errors: &errors };
            (app.clone(), source, document)
        })
        .collect();
    let roots: Vec<(&str, Node<'_>)> = sources
        .iter()
        .map(|(app, source, document)| (app.as_str(), Node::new(source, document.as_table(), None)))
        .collect();
    let mut build = Build { registry, declared_blocks: HashMap::new(), blocks: RefCell::default() };
    for (app, root) in &roots {
        let blocks = root.tables("blocks");
        build.declared_blocks.extend(blocks.into_iter().map(|(name, node)| (format!("{app}.{name}"), node)));
    }
    for block in &brought {
        block.declare(&mut build.declared_blocks);
    }
    let schema = build.types(&roots);
    build.unused_blocks();
    check::schema(&schema, &errors);
    finish(schema, errors.into_inner())
}

fn finish(schema: Schema, mut errors: Vec<ModelError>) -> Result<Schema, ModelErrors> {
    errors.sort_by(|a, b| (&a.place.file, a.place.line).cmp(&(&b.place.file, b.place.line)));
    errors.dedup();
    if errors.is_empty() { Ok(schema) } else { Err(ModelErrors(errors)) }
}

fn parse(texts: &[(String, String)], errors: &RefCell<Vec<ModelError>>) -> Vec<(String, ImDocument<String>)> {
    let mut parsed = Vec::new();
    for (app, text) in texts {
        let source = Source { name: format!("models/{app}.toml"), text, errors };
        if !field::is_name(app) {
            source.error(
                0,
                format!("`{app}` cannot name an app: lower-case letters, digits and _, a letter first"),
            );
        }
        match ImDocument::parse(text.clone()) {
            Ok(document) => parsed.push((app.clone(), document)),
            Err(error) => {
                source.error(error.span().map_or(0, |span| span.start), error.message().replace('\n', "; "))
            }
        }
    }
    parsed
}

impl<'s> Build<'s> {
    /// The block of this name: of the own app first, `app.block` across apps.
    pub fn block(&self, name: &str, app: &str, source: &Source<'_>, start: usize) -> Option<Block> {
        let full = if name.contains('.') { name.to_owned() } else { format!("{app}.{name}") };
        match self.blocks.borrow().get(&full) {
            Some(Progress::Done(block)) => return block.clone(),
            Some(Progress::Begun) => {
                source.error(
                    start,
                    format!("the block `{full}` contains itself; a block can hold only others"),
                );
                return None;
            }
            None => {}
        }
        let Some(node) = self.declared_blocks.get(&full) else {
            let at = full.split('.').next().unwrap_or_default().to_owned();
            source.error(
                start,
                format!(
                    "there is no block `{full}`; declare it as [blocks.{}] in models/{at}.toml",
                    short(&full)
                ),
            );
            return None;
        };
        self.blocks.borrow_mut().insert(full.clone(), Progress::Begun);
        let block = self.declared_block(&full, node);
        self.blocks.borrow_mut().insert(full, Progress::Done(block.clone()));
        block
    }

    fn declared_block(&self, full: &str, node: &Node<'s>) -> Option<Block> {
        let app = full.split('.').next().unwrap_or_default();
        let field = field::field(self, node, app, short(full))?;
        let (group, icon) = (node.text("group").unwrap_or_default(), node.text("icon").unwrap_or_default());
        Some(Block { name: short(full).to_owned(), field: Arc::new(field), group, icon })
    }

    /// Builds blocks that no stream names too, so that their mistakes are told.
    fn unused_blocks(&self) {
        let mut names: Vec<&String> = self.declared_blocks.keys().collect();
        names.sort();
        for name in names {
            let is_known = self.blocks.borrow().contains_key(name);
            if !is_known && let Some(node) = self.declared_blocks.get(name) {
                self.block(name, "", node.source, 0);
            }
        }
    }

    fn types(&self, roots: &[(&str, Node<'s>)]) -> Schema {
        let mut types: IndexMap<String, Arc<Type>> = IndexMap::new();
        let mut add = |declared: Type, node: &Node<'_>| {
            if types.contains_key(&declared.label) {
                node.error(format!("the type `{}` is declared twice", declared.label));
            } else {
                types.insert(declared.label.clone(), Arc::new(declared));
            }
        };
        for (app, root) in roots {
            for (name, node) in root.tables("types") {
                if let Some(declared) = self.declared_type(app, &name, &node) {
                    add(declared, &node);
                }
            }
            for (key, label, kind) in own::TYPES {
                if let Some(Entry::Table(node)) = root.single(key) {
                    let fields = field::fields(self, &node, app);
                    let exposed = node.texts("expose").unwrap_or_default();
                    node.refuse_unknown();
                    add(own::declared(self.registry, label, kind, fields, exposed), &node);
                }
            }
            root.refuse_unknown();
        }
        for (_, label, kind) in own::TYPES {
            let missing = || Arc::new(own::declared(self.registry, label, kind, Vec::new(), Vec::new()));
            types.entry(label.to_owned()).or_insert_with(missing);
        }
        Schema { types }
    }

    fn declared_type(&self, app: &str, name: &str, node: &Node<'s>) -> Option<Type> {
        if !name.starts_with(|c: char| c.is_ascii_uppercase())
            || !name.chars().all(|c| c.is_ascii_alphanumeric())
        {
            node.error(format!(
                "`{name}` cannot name a type: letters and digits, a capital first, such as BlogPage"
            ));
        }
        let kind = kind_of(node)?;
        let fields = field::fields(self, node, app);
        let is_page = matches!(kind, Kind::Page | Kind::Form);
        let declared = Type {
            label: format!("{app}.{name}"),
            kind,
            name: node.text("label").unwrap_or_else(|| words(name)),
            description: node.text("description").unwrap_or_default(),
            icon: node.text("icon").unwrap_or_default(),
            built_in: own::built_in(self.registry, kind),
            panels: panels(node, is_page, &fields),
            fields,
            exposed: node.texts("expose").unwrap_or_default(),
            parents: node.texts("parents"),
            children: node.texts("children"),
            max_count: node.count("max_count").map(|count| count as u64),
            max_count_per_parent: node.count("max_count_per_parent").map(|count| count as u64),
            drafts: node.flag("drafts").unwrap_or(is_page),
            locales: node.flag("locales").unwrap_or(is_page),
            per: which_site(node),
            endpoint: node.text("endpoint"),
            order: node.texts("order").unwrap_or_default(),
            title_field: node.text("title_field"),
            template: node.text("template"),
            routes: node.texts("routes").unwrap_or_default(),
            was: node.texts("was").unwrap_or_default(),
            place: node.place(),
        };
        node.refuse_unknown();
        Some(declared)
    }
}

fn kind_of(node: &Node<'_>) -> Option<Kind> {
    match node.text("kind").as_deref() {
        Some("page") => Some(Kind::Page),
        Some("form") => Some(Kind::Form),
        Some("snippet") => Some(Kind::Snippet),
        Some("setting") => Some(Kind::Setting),
        Some(other) => {
            node.error_at("kind", format!("`{other}` is no kind: page, snippet, setting or form"));
            None
        }
        None => {
            node.error("a type needs a `kind`: page, snippet, setting or form");
            None
        }
    }
}

fn which_site(node: &Node<'_>) -> WhichSite {
    match node.text("per").as_deref() {
        None | Some("site") => WhichSite::Site,
        Some("global") => WhichSite::Global,
        Some(other) => {
            node.error_at("per", format!("`{other}` is neither \"site\" nor \"global\""));
            WhichSite::Site
        }
    }
}

fn panels(node: &Node<'_>, is_page: bool, fields: &[Field]) -> Vec<Panel> {
    let mut panels = Vec::new();
    for entry in node.entries("panels") {
        let Entry::Table(inner) = entry else { continue };
        let tab = inner.text("tab").unwrap_or_else(|| "Content".to_owned());
        let panel = Panel {
            heading: inner.text("heading").unwrap_or_default(),
            tab,
            fields: inner.texts("fields").unwrap_or_default(),
            collapsed: inner.flag("collapsed").unwrap_or(false),
        };
        inner.refuse_unknown();
        panels.push(panel);
    }
    own::complete_panels(panels, is_page, fields)
}

fn short(full: &str) -> &str {
    full.split_once('.').map_or(full, |(_, name)| name)
}

/// `BlogIndexPage` as people read it: "Blog index page".
fn words(name: &str) -> String {
    let mut out = String::new();
    for (place, letter) in name.chars().enumerate() {
        if place > 0 && letter.is_ascii_uppercase() {
            out.push(' ');
            out.push(letter.to_ascii_lowercase());
        } else {
            out.push(letter);
        }
    }
    out
}
