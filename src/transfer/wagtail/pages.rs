//! The tree: each page behind the one above it, with its revisions.

use std::collections::HashMap;
use std::collections::HashSet;

use serde_json::Value;

use super::check::PageRow;
use super::dump::Row;
use super::identity::model;
use super::ids::Known;
use super::report::Fate;
use super::run::BATCH;
use super::run::Item;
use super::run::Run;
use super::run::Verdict;
use crate::accounts::Work;
use crate::content::Object;
use crate::content::Place;
use crate::error::Result;
use crate::pages;

/// Where the pages of the dump went.
#[derive(Default)]
pub struct Written {
    /// The object of each page and how many children it got in this run, by Wagtail's path.
    by_path: HashMap<String, (Object, usize)>,
    /// Paths of pages that were written in this run, whose children can be numbered from the first.
    fresh: HashSet<String>,
}

impl Run<'_> {
    /// The root here: the tree's own, or the page that everything goes beneath.
    pub async fn root(&mut self, work: &mut Work, into: Option<i64>) -> Result<Object> {
        let locale = self.locales.iter().min().map_or("en", |(_, code)| code.as_str());
        match into {
            Some(page) => pages::by_id(work, page).await,
            None => pages::create_root(work, locale).await,
        }
    }

    /// Writes all pages beneath `root`, in tree order, a batch in a transaction.
    pub async fn pages(&mut self, rows: &[PageRow], root: Object) -> Result<()> {
        let mut written = Written::default();
        let is_bare = pages::children_count(&mut self.to.db.read().await?, root.key).await? == 0;
        for row in rows.iter().filter(|row| row.is_root()) {
            let beneath = Fate::Out("its pages went beneath the page that was named");
            self.report.decide(row.number, if self.is_beneath { beneath } else { Fate::In });
            written.by_path.insert(row.path.clone(), (root.clone(), 0));
            if is_bare {
                written.fresh.insert(row.path.clone());
            }
        }
        let all = rows.len();
        for (done, batch) in rows.chunks(BATCH).enumerate() {
            let mut work = self.work().await?;
            for row in batch.iter().filter(|row| !row.is_root()) {
                self.page(&mut work, row, &mut written).await?;
            }
            work.commit().await?;
            self.tell("pages", all.min((done + 1) * BATCH), all);
        }
        Ok(())
    }

    async fn page(&mut self, work: &mut Work, page: &PageRow, written: &mut Written) -> Result<()> {
        let above = page.path.get(..page.path.len() - 4).unwrap_or_default().to_owned();
        let (Some(label), Some((parent, _))) = (&page.label, written.by_path.get(&above)) else {
            self.leave_out(
                page,
                if page.label.is_none() {
                    "a bare page, of no type of its own"
                } else {
                    "the page above it is not here"
                },
            );
            return Ok(());
        };
        let parent = parent.clone();
        let declared = self.to.schema.require(label)?.clone();
        let row = self.source.dump.row(page.number)?;
        let typed = self.source.typed(page.id)?;
        let mut item = self.page_item(page, &row, typed.as_ref());
        let rows: Vec<&Row> = std::iter::once(&row).chain(&typed).collect();
        let mut values = self.source.values(&declared, &rows, page.id, &mut item.rows)?;
        item.digest = self.source.digest(&values, self.source.revisions(model::PAGE, page.id))?;
        let verdict = self.verdict(work, declared.family(), &item).await?;
        let object = match &verdict {
            Verdict::Gone => return Ok(()),
            Verdict::Stays(object) => (**object).clone(),
            Verdict::New | Verdict::Renew(_) => {
                let number = written
                    .fresh
                    .contains(&above)
                    .then(|| written.by_path.get(&above).map_or(0, |above| above.1));
                let place = self.place(work, &parent, row.text("slug"), number, &verdict).await?;
                values.insert("slug".to_owned(), Value::from(place.slug.clone()));
                let document = self.document(&declared, &values, Some(&item.name));
                let mut restored = self.restored(work, &declared, &row, &item, &verdict, document).await?;
                restored.alias_of = Known::new(self.source.identity, &self.ids).page(row.get("alias_of"));
                restored.place = Some(place);
                self.write(work, &declared, &item, &verdict, restored).await?
            }
        };
        if matches!(verdict, Verdict::New) {
            written.fresh.insert(page.path.clone());
        }
        if let Some((_, children)) = written.by_path.get_mut(&above) {
            *children += 1;
        }
        written.by_path.insert(page.path.clone(), (object, 0));
        Ok(())
    }

    fn page_item(&self, page: &PageRow, row: &Row, typed: Option<&Row>) -> Item {
        let mut rows = vec![page.number];
        rows.extend(typed.map(|typed| typed.number));
        // An alias shows its source's revisions; they are counted there.
        let revisions = self.source.revisions(model::PAGE, page.id);
        rows.extend(revisions);
        let name = format!("page {} ({})", page.id, row.text("title"));
        Item { model: model::PAGE.to_owned(), there: page.id, name, digest: String::new(), rows }
    }

    fn leave_out(&mut self, page: &PageRow, reason: &'static str) {
        self.report.decide(page.number, Fate::Out(reason));
        let revisions = self.source.revisions(model::PAGE, page.id).to_vec();
        revisions.iter().for_each(|&row| self.report.decide(row, Fate::Out(reason)));
    }

    /// Where a page stands: a new one beneath its parent, a renewed one where it is unless it has another parent.
    async fn place(
        &mut self,
        work: &mut Work,
        parent: &Object,
        slug: &str,
        number: Option<usize>,
        verdict: &Verdict,
    ) -> Result<Place> {
        let moved = match verdict {
            Verdict::Renew(object) if object.parent == Some(parent.key) => {
                let url_path = format!("{}{slug}/", parent.url_path);
                let path = object.tree_path()?.clone();
                return Ok(Place {
                    parent: Some(parent.key),
                    path,
                    slug: slug.to_owned(),
                    url_path,
                    restricted: !object.public && object.live,
                });
            }
            Verdict::Renew(object) => Some(&**object),
            _ => None,
        };
        match number {
            Some(number) if moved.is_none() => Ok(Place {
                parent: Some(parent.key),
                path: parent.tree_path()?.nth_child(number),
                slug: slug.to_owned(),
                url_path: format!("{}{slug}/", parent.url_path),
                restricted: !parent.public && parent.live,
            }),
            _ => {
                let slug = free_slug(work, parent, slug).await?;
                pages::place_beneath(work, parent, &slug, None, moved).await
            }
        }
    }
}

/// The slug, numbered if another page here has it already.
async fn free_slug(work: &mut Work, parent: &Object, wanted: &str) -> Result<String> {
    let mut slug = wanted.to_owned();
    let mut number = 1;
    while pages::at_url_path(work, &format!("{}{slug}/", parent.url_path)).await?.is_some() {
        number += 1;
        slug = crate::text::deduplicated(wanted, number);
    }
    Ok(slug)
}
