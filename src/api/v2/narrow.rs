//! From a query string to a [`Selection`]: every condition in the order in which the original judges them, so that
//! of several mistakes the same one is told.

use super::answer::Refusal;
use super::ask::Ask;
use super::columns;
use super::endpoint::Endpoint;
use super::face::Face;
use super::number;
use super::ordering;
use super::source::Source;
use super::words;
use crate::query::Filter;
use crate::query::Item;
use crate::query::Scope;
use crate::query::Selection;
use crate::schema::PAGE;
use crate::store::Bind;
use crate::store::Conn;

/// What a request selects.
pub struct Narrowed {
    /// The objects.
    pub selection: Selection,
    /// The label whose fields an answer may show.
    pub label: String,
    /// The labels of what is selected; none where any page may be.
    pub types: Vec<String>,
    /// What can be seen at all.
    pub scope: Scope,
    /// The pages that conditions name: `child_of` and its like.
    pub relatives: Vec<Item>,
}

impl Narrowed {
    /// The label whose fields an endpoint's answer may show.
    pub fn label(ask: &Ask, endpoint: &Endpoint) -> Result<String, Refusal> {
        match endpoint {
            Endpoint::Pages => types(ask).map(|types| label(&types)),
            other => Ok(other.label().to_owned()),
        }
    }

    /// What an endpoint serves, before any condition but `type` and `site`.
    pub fn base(ask: &Ask, endpoint: &Endpoint) -> Result<Self, Refusal> {
        if *endpoint != Endpoint::Pages {
            let label = endpoint.label().to_owned();
            let (scope, types) = (ask.everywhere(), vec![label.clone()]);
            let selection = Selection::of_type(&label).seen_in(scope.clone());
            return Ok(Self { selection, label, types, scope, relatives: Vec::new() });
        }
        let types = types(ask)?;
        let (scope, label) = (ask.scope()?, label(&types));
        let types = if types.iter().any(|label| label == PAGE) { Vec::new() } else { types };
        let selection = Selection::pages(scope.clone()).of_types(types.clone());
        Ok(Self { selection, label, types, scope, relatives: Vec::new() })
    }

    /// The same with every condition of the query string. A snippet's endpoint takes conditions and heeds none, as the
    /// bare endpoint does that the original's sites declare.
    pub async fn by_params(
        mut self,
        ask: &Ask,
        endpoint: &Endpoint,
        conn: &mut Conn,
    ) -> Result<Self, Refusal> {
        if let Endpoint::Snippets(_) = endpoint {
            return Ok(self);
        }
        let face = ask.faces.get(&self.label).clone();
        let mut by_fields = Vec::new();
        for (name, text) in ask.params.iter().filter(|(name, _)| *name != "locale") {
            if let Some(field) = columns::stored(&face, name) {
                by_fields.push(field);
                columns::require(ask, &self.label, field)?;
                self = self.with(columns::filters(field, text)?);
            }
        }
        if *endpoint == Endpoint::Pages {
            let filters = self.tree(ask, conn).await?;
            self = self.with(filters);
        }
        let order = ordering::read(ask, &self.label, &face)?;
        if *endpoint == Endpoint::Pages {
            let filter = self.translation(ask, conn).await?;
            self = self.with(filter).with(locale(ask)?);
        }
        if ask.params.get("search").is_some() {
            if ask.is_of_drafts() {
                return Err(Refusal::bad(
                    "search with draft is not supported: the index knows what is published",
                ));
            }
            self.selection = self.selection.found(words::found(ask, endpoint, &by_fields)?);
        }
        if let Some(order) = order {
            self.selection = self.selection.order(order);
        }
        Ok(self)
    }

    fn with(mut self, filters: impl IntoIterator<Item = Filter>) -> Self {
        self.selection = filters.into_iter().fold(self.selection, Selection::filter);
        self
    }
}

/// Refuses parameters that are neither operations nor fields of the store.
pub fn refuse_unknown(ask: &Ask, endpoint: &Endpoint, face: &Face) -> Result<(), Refusal> {
    let known = |name: &str| endpoint.operations().contains(&name) || columns::stored(face, name).is_some();
    let mut unknown: Vec<&str> =
        ask.params.iter().map(|(name, _)| name).filter(|name| !known(name)).collect();
    unknown.sort_unstable();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Refusal::bad(format!(
            "query parameter is not an operation or a recognised field: {}",
            unknown.join(", ")
        ))),
    }
}

/// The one type that is asked for, or that of every page.
fn label(types: &[String]) -> String {
    match types {
        [one] => one.clone(),
        _ => PAGE.to_owned(),
    }
}

/// The labels of `?type=`.
fn types(ask: &Ask) -> Result<Vec<String>, Refusal> {
    let asked = ask.params.get("type").filter(|types| !types.is_empty());
    let label = |name: &str| {
        let any = name.eq_ignore_ascii_case(PAGE) && name.starts_with("wagtailcore.");
        let declared = ask.schema.find(name).filter(|declared| declared.is_page());
        let label = declared.map(|declared| declared.label.clone()).or_else(|| any.then(|| PAGE.to_owned()));
        label.ok_or_else(|| Refusal::bad("type doesn't exist"))
    };
    asked.into_iter().flat_map(|types| types.split(',')).map(label).collect()
}

impl Narrowed {
    /// `child_of`, `ancestor_of` and `descendant_of`.
    async fn tree(&mut self, ask: &Ask, conn: &mut Conn) -> Result<Vec<Filter>, Refusal> {
        let mut filters = Vec::new();
        if let Some(text) = ask.params.get("child_of") {
            let parent = self.relative(ask, conn, "child_of", text, true).await?;
            let parent = parent.ok_or_else(|| Refusal::bad("parent page doesn't exist"))?;
            filters.push(Filter::ChildOf(parent.key));
        }
        if let Some(text) = ask.params.get("ancestor_of") {
            let below = self.relative(ask, conn, "ancestor_of", text, false).await?;
            let below = below.ok_or_else(|| Refusal::bad("descendant page doesn't exist"))?;
            filters.push(below.path.clone().map_or(Filter::Nothing, Filter::Above));
        }
        if let Some(text) = ask.params.get("descendant_of") {
            if ask.params.get("child_of").is_some() {
                return Err(Refusal::bad("filtering by descendant_of with child_of is not supported"));
            }
            let above = self.relative(ask, conn, "descendant_of", text, true).await?;
            let above = above.ok_or_else(|| Refusal::bad("ancestor page doesn't exist"))?;
            filters.push(above.path.clone().map_or(Filter::Nothing, Filter::Beneath));
        }
        Ok(filters)
    }

    async fn translation(&mut self, ask: &Ask, conn: &mut Conn) -> Result<Option<Filter>, Refusal> {
        let Some(text) = ask.params.get("translation_of") else { return Ok(None) };
        let page = self.relative(ask, conn, "translation_of", text, true).await?;
        let page = page.ok_or_else(|| Refusal::bad("translation_of page doesn't exist"))?;
        let key = page.translation_key.clone().unwrap_or_default();
        Ok(Some(Filter::TranslationOf(key, page.id)))
    }

    /// The page that a tree parameter names, if this request may see it; `root` is that of the request's own site.
    async fn relative(
        &mut self,
        ask: &Ask,
        conn: &mut Conn,
        name: &str,
        text: &str,
        takes_root: bool,
    ) -> Result<Option<Item>, Refusal> {
        let id = match text {
            "root" if takes_root => ask.site.as_ref().and_then(|site| site.root_page),
            text => number::parse(text).and_then(number::Number::not_negative),
        };
        let id = id.ok_or_else(|| Refusal::bad(format!("{name} must be a positive integer")))?;
        let found = Selection::pages(self.scope.clone()).without_documents().get(conn, id).await?;
        self.relatives.extend(found.clone());
        Ok(found)
    }
}

fn locale(ask: &Ask) -> Result<Option<Filter>, Refusal> {
    let Some(code) = ask.params.get("locale") else { return Ok(None) };
    let locale = ask.sites.locale(code).ok_or_else(|| Refusal::no_such("Locale", Vec::new()))?;
    let column = columns::column(&Source::Locale);
    Ok(column.map(|column| Filter::Is(column, Bind::from(&locale.code))))
}
