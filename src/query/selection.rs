//! What is asked for, and how it is answered.

use crate::base::Key;
use crate::base::TreePath;
use crate::cache::ANY_PAGE;
use crate::cache::Tag;
use crate::error::Result;
use crate::schema::PAGE_FAMILY;
use crate::store::Conn;
use crate::store::Sql;

use super::columns;
use super::columns::Marked;
use super::cursor::Behind;
use super::documents::Documents;
use super::filter::Filter;
use super::finding::Finding;
use super::item::Extent;
use super::item::Item;
use super::library::Library;
use super::order::Order;
use super::scope::Scope;
use super::totals::Memory;
use super::totals::Outcome;
use super::totals::Remembered;

/// Published objects of one family, of which a viewer sees some.
#[derive(Debug, Clone)]
pub struct Selection {
    pub(super) family: String,
    pub(super) scope: Scope,
    pub(super) types: Vec<String>,
    pub(super) filters: Vec<Filter>,
    pub(super) order: Option<Order>,
    pub(super) found: Option<Finding>,
    pub(super) documents: Documents,
    pub(super) extent: Extent,
    pub(super) behind: Option<Behind>,
}

impl Selection {
    /// Pages.
    pub fn pages(scope: Scope) -> Self {
        Self::of_family(PAGE_FAMILY, scope)
    }

    /// Everything of a family that is no page's: a snippet type, images, documents.
    pub fn of_type(label: &str) -> Self {
        let mut selection = Self::of_family(label, Scope::public());
        selection.types = vec![label.to_owned()];
        selection
    }

    fn of_family(family: &str, scope: Scope) -> Self {
        let (family, types, filters) = (family.to_owned(), Vec::new(), Vec::new());
        Self {
            family,
            scope,
            types,
            filters,
            order: None,
            found: None,
            documents: Documents::Whole,
            extent: Extent::Whole,
            behind: None,
        }
    }

    /// The order, for whoever has to know whether it is the same.
    pub fn order_told(&self) -> String {
        format!("{:?}", self.order)
    }

    /// As much of it as this scope shows.
    pub fn seen_in(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Only these types.
    pub fn of_types(mut self, types: Vec<String>) -> Self {
        self.types = types;
        self
    }

    /// Only what also meets this condition.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// In this order.
    pub fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    /// Only what a search found; in its order, best first, where no other is asked for.
    pub fn found(mut self, finding: Finding) -> Self {
        self.found = Some(finding);
        self
    }

    /// Columns alone: for answers that show no declared field, the documents are not read.
    pub fn without_documents(self) -> Self {
        self.documents(Documents::Nothing)
    }

    /// Only as much of the documents.
    pub fn documents(mut self, documents: Documents) -> Self {
        self.documents = documents;
        self
    }

    /// Only as much of the columns.
    pub fn extent(mut self, extent: Extent) -> Self {
        self.extent = extent;
        self
    }

    /// How many there are, and some of them, in order.
    pub async fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<(i64, Vec<Item>)> {
        let this = self.settled(conn).await?;
        match &this.found {
            None => Ok((this.count(conn).await?, this.some(conn, (offset, limit), None).await?)),
            Some(found) => {
                let all = this.among(conn, found).await?;
                Ok((len(&all), this.of_keys(conn, part(&all, offset, limit)).await?))
            }
        }
    }

    /// The same, where what a total came to before is remembered; of drafts nothing is.
    pub async fn remembered(
        &self,
        conn: &mut Conn,
        memory: Memory<'_>,
        (offset, limit): (i64, i64),
    ) -> Result<(i64, Vec<Item>)> {
        if self.scope.drafts().is_some() {
            return self.page(conn, offset, limit).await;
        }
        match self.outcome(conn, memory).await? {
            Outcome::Total(total) if offset >= total => Ok((total, Vec::new())),
            Outcome::Total(total) => Ok((total, self.some(conn, (offset, limit), Some(total)).await?)),
            Outcome::Keys(all) => Ok((len(&all), self.of_keys(conn, part(&all, offset, limit)).await?)),
        }
    }

    /// What it came to before, or comes to at present.
    pub(super) async fn outcome(&self, conn: &mut Conn, memory: Memory<'_>) -> Result<Outcome> {
        let finding = self.found.as_ref().map(Finding::told);
        let ask = async |before: Option<Remembered>| match &self.found {
            None => self.counted(conn, before.and_then(Remembered::counted)).await.map(Remembered::from),
            Some(found) => {
                let keys = self.among(conn, found).await?;
                Ok(Remembered { outcome: Outcome::Keys(keys.into()), made_at: memory.head, finding })
            }
        };
        memory.of((self.question(), finding), &self.tags(), ask).await
    }

    /// How many there are.
    pub async fn count(&self, conn: &mut Conn) -> Result<i64> {
        let this = self.settled(conn).await?;
        match &this.found {
            Some(found) => Ok(len(&this.among(conn, found).await?)),
            None => conn.one(this.counting()).await,
        }
    }

    /// Some of them, in order, without counting them all.
    pub async fn items(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<Item>> {
        let this = self.settled(conn).await?;
        match &this.found {
            None => this.some(conn, (offset, limit), None).await,
            Some(found) => {
                let all = this.among(conn, found).await?;
                this.of_keys(conn, part(&all, offset, limit)).await
            }
        }
    }

    pub(super) async fn some(
        &self,
        conn: &mut Conn,
        window: (i64, i64),
        total: Option<i64>,
    ) -> Result<Vec<Item>> {
        self.read(conn, self.listing(window, total)).await
    }

    async fn read(&self, conn: &mut Conn, statement: Sql) -> Result<Vec<Item>> {
        let mut items = columns::read(conn, &self.family, self.extent, statement).await?;
        self.documents.complete(conn, &mut items).await?;
        if let Some(drafts) = self.scope.drafts() {
            drafts.put_on(conn, &mut items).await?;
        }
        Ok(items)
    }

    pub(super) async fn of_keys(&self, conn: &mut Conn, wanted: &[Key]) -> Result<Vec<Item>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut items = self.read(conn, self.of(wanted)).await?;
        items.sort_by_key(|item| wanted.iter().position(|key| *key == item.key));
        Ok(items)
    }

    /// What totals are remembered under.
    fn question(&self) -> String {
        let mut question = self.number().told();
        if let Some(found) = &self.found {
            question.push_str(&format!("\n{:?} {}", self.order, found.asked));
        }
        question
    }

    /// What a total is made of: of pages, those of the types beneath the places that are looked into.
    fn tags(&self) -> Vec<Tag> {
        if self.family != PAGE_FAMILY {
            return vec![Tag::Type(self.family.clone())];
        }
        let any = self.types.is_empty().then(|| ANY_PAGE.to_owned());
        let labels = self.types.iter().cloned().chain(any);
        let root = [TreePath::root()];
        let places = if self.scope.places().is_empty() { &root } else { self.scope.places() };
        labels
            .flat_map(|label| places.iter().map(move |place| Tag::Listed(label.clone(), place.clone())))
            .collect()
    }

    /// The one with this id, if it is among them.
    pub async fn get(&self, conn: &mut Conn, id: i64) -> Result<Option<Item>> {
        Ok(self.clone().filter(Filter::Id(id)).order(Order::Usual).items(conn, 0, 1).await?.pop())
    }

    /// The one with this id, if it is among them; the objects that these fields of it refer to, and the page above it,
    /// come in the same statement and are put into the library, as far as a reader may see them.
    pub async fn get_with(
        &self,
        conn: &mut Conn,
        id: i64,
        (fields, library): (&[String], &mut Library),
    ) -> Result<Option<Item>> {
        let one = self.clone().filter(Filter::Id(id));
        let one = one.settled(conn).await?;
        let read = conn.all::<Marked>(one.with_what_it_refers_to(fields)).await?;
        let (asked, mut items): (Vec<bool>, Vec<Item>) =
            read.into_iter().map(|read| (read.0, read.1)).unzip();
        if let Some(drafts) = self.scope.drafts() {
            drafts.put_on(conn, &mut items).await?;
        }
        let mut found = None;
        for (is_asked, item) in asked.into_iter().zip(items) {
            match is_asked {
                true => found = Some(item).filter(|item| one.holds(item.key)),
                false => library.put(item.family_extent(), item),
            }
        }
        Ok(found)
    }

    /// Whether a search, if there was one, found it.
    fn holds(&self, key: Key) -> bool {
        self.found.as_ref().is_none_or(|found| found.contains(key))
    }

    /// The first in order, if there is any.
    pub async fn first(&self, conn: &mut Conn) -> Result<Option<Item>> {
        Ok(self.items(conn, 0, 1).await?.pop())
    }
}

fn len(keys: &[Key]) -> i64 {
    i64::try_from(keys.len()).unwrap_or(i64::MAX)
}

fn part(keys: &[Key], offset: i64, limit: i64) -> &[Key] {
    let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX).min(keys.len());
    &keys[place(offset)..place(offset.saturating_add(limit))]
}
